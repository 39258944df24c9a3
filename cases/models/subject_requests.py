"""What a person asks of a controller about her own data: the register of its data protection officer.

Who asks is in the officer’s own files, never here: a reference of his, and the number of a case if there is one.
"""

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from cases.models.case import Case
from cases.models.deadlines import DeadlineRule
from cases.models.members import User
from cases.models.structures import Organisation


class SubjectRequestQuerySet(models.QuerySet["SubjectRequest"]):
    def waiting(self) -> Self:
        """Those that must still be answered."""
        return self.filter(ended_on=None)


class SubjectRequest(models.Model):
    class Kind(models.TextChoices):
        ACCESS = "access", "accès"
        RECTIFICATION = "rectification", "rectification"
        ERASURE = "erasure", "effacement"
        RESTRICTION = "restriction", "limitation"
        OBJECTION = "objection", "opposition au traitement"

    class Channel(models.TextChoices):
        EMAIL = "email", "courriel"
        POST = "post", "courrier"
        DESK = "desk", "sur place"
        PHONE = "phone", "téléphone"

    class State(models.TextChoices):
        OPEN = "open", "en cours"
        EXTENDED = "extended", "prolongée"
        ANSWERED = "answered", "répondue"
        WITHDRAWN = "withdrawn", "sans suite"

    class ExtensionReason(models.TextChoices):
        COMPLEX = "complex", "complexité de la demande"
        MANY = "many", "nombre de demandes"

    class Outcome(models.TextChoices):
        GRANTED = "granted", "acceptée"
        PARTLY = "partly", "acceptée en partie"
        REFUSED = "refused", "refusée"
        NO_DATA = "no_data", "aucune donnée sur la personne"

    class Ground(models.TextChoices):
        """Why less is given than what was asked: the person is told it, and that she may complain."""

        UNIDENTIFIED = "unidentified", "la personne n’a pas pu être identifiée"
        EXCESSIVE = "excessive", "demande manifestement infondée ou excessive"
        LEGAL_DUTY = "legal_duty", "une obligation légale ou une mission d’intérêt public s’y oppose"
        THIRD_PARTY = "third_party", "les droits d’une autre personne s’y opposent"

    class WithdrawalReason(models.TextChoices):
        BY_THE_PERSON = "by_the_person", "la personne y renonce"
        MISTAKE = "mistake", "enregistrée par erreur"
        TRANSFERRED = "transferred", "transmise à un autre responsable de traitement"

    GIVING_LESS = (Outcome.PARTLY, Outcome.REFUSED)
    """Than what was asked: the answer says on what ground."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="subject_requests", verbose_name="responsable de traitement"
    )
    territory = models.SlugField("territoire", blank=True, db_default="", db_index=False)
    """Of the officer who recorded it: a controller has a register in each."""
    reference = models.CharField("référence", max_length=30)
    kind = models.CharField("objet", max_length=13, choices=Kind)
    channel = models.CharField("reçue par", max_length=5, choices=Channel)
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="subject_requests", null=True, blank=True, verbose_name="dossier"
    )
    received_on = models.DateField("reçue le")
    rule = models.ForeignKey(
        DeadlineRule, models.PROTECT, related_name="subject_requests", verbose_name="règle de délai"
    )
    first_due_on = models.DateField("à répondre au plus tard le, sans prolongation")
    due_on = models.DateField("à répondre au plus tard le")
    steps = models.JSONField("calcul", default=list)
    state = models.CharField("état", max_length=9, choices=State, default=State.OPEN)
    told_on = models.DateField("prolongation annoncée le", null=True, blank=True)
    extension_reason = models.CharField("motif de la prolongation", max_length=7, choices=ExtensionReason, blank=True)
    ended_on = models.DateField("terminée le", null=True, blank=True)
    outcome = models.CharField("réponse", max_length=7, choices=Outcome, blank=True)
    ground = models.CharField("motif", max_length=12, choices=Ground, blank=True)
    answer_channel = models.CharField("réponse envoyée par", max_length=5, choices=Channel, blank=True)
    withdrawal_reason = models.CharField("pourquoi sans suite", max_length=13, choices=WithdrawalReason, blank=True)
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="subject_requests", verbose_name="enregistrée par"
    )
    recorded_at = models.DateTimeField("enregistrée le")

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande d’une personne"
        verbose_name_plural = "demandes des personnes"
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "territory", "reference"],
                name="a_reference_is_once_in_a_territory",
                violation_error_message="Cette référence est déjà dans votre registre.",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("first_due_on"), first_due_on__gte=F("received_on")),
                name="a_request_is_due_after_it_is_received",
            ),
            models.CheckConstraint(
                condition=Q(told_on=None, extension_reason="") | (Q(told_on__isnull=False) & ~Q(extension_reason="")),
                name="a_longer_delay_was_told_with_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "extended"], ended_on=None, outcome="", withdrawal_reason="")
                | (Q(state="answered", ended_on__isnull=False, withdrawal_reason="") & ~Q(outcome=""))
                | (Q(state="withdrawn", ended_on__isnull=False, outcome="") & ~Q(withdrawal_reason="")),
                name="an_ended_request_says_when_and_how",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("received_on")),
                name="a_request_ends_after_it_is_received",
            ),
            models.CheckConstraint(
                condition=(Q(outcome__in=["partly", "refused"]) & ~Q(ground=""))
                | (~Q(outcome__in=["partly", "refused"]) & Q(ground="")),
                name="less_than_what_was_asked_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "due_on"], condition=Q(ended_on=None), name="requests_of_persons_to_answer"
            )
        ]

    def __str__(self) -> str:
        return f"demande d’une personne {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.ended_on is None

    def is_late(self, on: date) -> bool:
        """Answered, or still to answer, after its last day."""
        return self.state != self.State.WITHDRAWN and (self.ended_on or on) > self.due_on
