"""A structure that knows of a case, and nothing more of it, asks whoever answers for it to share it."""

import uuid

from django.db import models
from django.db.models import Q

from cases.models.case import Case, LegalBasis
from cases.models.deadlines import Deadline
from cases.models.members import User
from cases.models.structures import Structure


class SharingRequest(models.Model):
    class State(models.TextChoices):
        ASKED = "asked", "en attente de réponse"
        ACCEPTED = "accepted", "acceptée"
        DECLINED = "declined", "déclinée"
        WITHDRAWN = "withdrawn", "retirée"

    class DeclineReason(models.TextChoices):
        NOT_NEEDED = "not_needed", "le suivi en cours ne le demande pas"
        OBJECTION = "objection", "la personne ne le souhaite pas"
        TO_DETAIL = "to_detail", "la demande est à préciser : en parler par téléphone"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="sharing_requests", verbose_name="dossier")
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="sharing_requests", verbose_name="structure qui demande"
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="sharing_requests", verbose_name="demandée par")
    reason = models.CharField("raison", max_length=500)
    basis = models.CharField("fondement", max_length=4, choices=LegalBasis)
    state = models.CharField("état", max_length=9, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField("demandée le")
    deadline = models.OneToOneField(
        Deadline, models.PROTECT, related_name="sharing_request", null=True, blank=True, verbose_name="échéance"
    )
    decline_reason = models.CharField("motif", max_length=10, choices=DeclineReason, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="réponse de"
    )
    answered_at = models.DateTimeField("réponse le", null=True, blank=True)

    class Meta:
        verbose_name = "demande de partage"
        verbose_name_plural = "demandes de partage"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "structure"],
                condition=Q(state="asked"),
                name="a_structure_asks_for_a_case_once",
                violation_error_message="Votre structure a déjà demandé ce partage.",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at=None, answered_by=None)
                | (~Q(state="asked") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="an_answered_request_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=(Q(state="declined") & ~Q(decline_reason=""))
                | (~Q(state="declined") & Q(decline_reason="")),
                name="a_declined_request_says_why",
                violation_error_message="Indiquer pourquoi le partage est décliné.",
            ),
        ]

    def __str__(self) -> str:
        return f"demande de partage {self.pk}"
