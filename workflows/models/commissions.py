"""A commission: the pilot reads with the partners the cases to arbitrate, decides each, and has the minutes."""

import uuid

from django.db import models
from django.db.models import Q

from cases.models import Case, Structure, User
from workflows.models.tasks import CaseTask


class Commission(models.Model):
    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="commissions", verbose_name="bureau du pilote"
    )
    held_on = models.DateField("tenue le")
    present = models.TextField("présents", blank=True)
    """Structures and functions, as they were typed. It is erased with the commission."""
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="commissions", verbose_name="ouverte par")
    opened_at = models.DateTimeField("ouverte le")
    closed_by = models.ForeignKey(
        User, models.PROTECT, related_name="commissions_closed", null=True, blank=True, verbose_name="close par"
    )
    closed_at = models.DateTimeField("close le", null=True, blank=True)

    class Meta:
        verbose_name = "commission"
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["structure"],
                condition=Q(closed_at=None),
                name="one_commission_of_a_desk_is_open",
                violation_error_message="Une commission est déjà ouverte.",
            ),
        ]

    def __str__(self) -> str:
        return f"Commission du {self.held_on:%d/%m/%Y}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class CommissionItem(models.Model):
    """A case of its agenda, and what was decided of it."""

    class Result(models.TextChoices):
        ASSIGNED = "assigned", "attribuée"
        OUT_OF_SCOPE = "out_of_scope", "hors dispositif"
        POSTPONED = "postponed", "reportée"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    commission = models.ForeignKey(Commission, models.PROTECT, related_name="items", verbose_name="commission")
    case = models.ForeignKey(Case, models.PROTECT, related_name="commission_items", verbose_name="dossier")
    task = models.ForeignKey(CaseTask, models.PROTECT, related_name="commission_items", verbose_name="étape")
    rank = models.PositiveIntegerField("rang")
    said = models.CharField("ce qui l’amène", max_length=300)
    result = models.CharField("décision", max_length=12, choices=Result, blank=True)
    structure = models.ForeignKey(
        Structure,
        models.PROTECT,
        related_name="given_by_commissions",
        null=True,
        blank=True,
        verbose_name="attribuée à",
    )
    reason = models.TextField("motif", blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, related_name="commission_items", null=True, blank=True, verbose_name="décidée par"
    )
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)

    class Meta:
        verbose_name = "point d’une commission"
        verbose_name_plural = "points d’une commission"
        ordering = ["commission", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["commission", "task"], name="a_step_is_once_on_an_agenda"),
            models.CheckConstraint(
                condition=Q(result="assigned", structure__isnull=False) | ~Q(result="assigned") & Q(structure=None),
                name="what_a_commission_assigns_has_a_structure",
            ),
        ]

    def __str__(self) -> str:
        return f"point {self.rank} de la commission {self.commission_id}"
