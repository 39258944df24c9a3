"""What somebody would add to a case that he does not see: nothing of it is written before the structure in charge agrees."""

import uuid

from django.db import models
from django.db.models import Q

from cases.models import Case, Structure, User


class ProposedCompletion(models.Model):
    """It names people: what was proposed is erased as soon as it is answered, and goes with its household."""

    class State(models.TextChoices):
        ASKED = "asked", "en attente de réponse"
        ACCEPTED = "accepted", "acceptée"
        DECLINED = "declined", "déclinée"

    class DeclineReason(models.TextChoices):
        OTHER_HOUSEHOLD = "other", "ce n’est pas ce ménage"
        KNOWN = "known", "déjà connu, ou dépassé"
        TO_DETAIL = "to_detail", "à préciser : en parler par téléphone"
        CLOSED = "closed", "le dossier a été clos avant la réponse"

    ANSWERS = (DeclineReason.OTHER_HOUSEHOLD, DeclineReason.KNOWN, DeclineReason.TO_DETAIL)
    """Those that somebody chooses."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="proposed_completions", verbose_name="dossier")
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="proposed_completions", verbose_name="structure qui propose"
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="proposed_completions", verbose_name="proposée par")
    said = models.JSONField("ce qui est proposé", default=dict, blank=True)
    state = models.CharField("état", max_length=9, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField("proposée le")
    decline_reason = models.CharField("motif", max_length=10, choices=DeclineReason, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="réponse de"
    )
    answered_at = models.DateTimeField("réponse le", null=True, blank=True)

    class Meta:
        verbose_name = "complément proposé"
        verbose_name_plural = "compléments proposés"
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="asked", answered_at=None, answered_by=None)
                | (
                    ~Q(state="asked")
                    & Q(answered_at__isnull=False, said={})
                    & (Q(answered_by__isnull=False) | Q(decline_reason="closed"))
                ),
                name="an_answered_completion_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=(Q(state="declined") & ~Q(decline_reason=""))
                | (~Q(state="declined") & Q(decline_reason="")),
                name="a_declined_completion_says_why",
                violation_error_message="Indiquer pourquoi le complément est décliné.",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "asked_at"], condition=Q(state="asked"), name="completions_to_answer"),
        ]

    def __str__(self) -> str:
        return f"complément proposé {self.pk}"

    @property
    def answered_in_words(self) -> str:
        """Of the complement, as its state is of the proposal."""
        return "accepté" if self.state == self.State.ACCEPTED else "décliné"
