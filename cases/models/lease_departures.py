"""A tenant who left a lease that others still live under, and what ends his part in its debts."""

from datetime import date

from django.db import models
from django.db.models.functions import Now

from cases.models.members import User
from cases.models.people import Beneficiary
from cases.models.structures import Structure
from cases.models.tenancy import Tenancy
from cases.rules.solidarity import GROUNDS, SolidarityGround


class LeaseDeparture(models.Model):
    """One of two who owe the rent of one dwelling has left it. Where to is written on his own record, as a safe address."""

    class Ground(models.TextChoices):
        VIOLENCE = "violence", "violences"
        NOTICE = "notice", "congé donné au bailleur"
        DIVORCE = "divorce", "séparation d’époux"
        PACS = "pacs", "séparation de partenaires de pacs"

    tenancy = models.ForeignKey(Tenancy, models.PROTECT, related_name="departures", verbose_name="bail")
    beneficiary = models.ForeignKey(
        Beneficiary, models.PROTECT, related_name="departures", verbose_name="locataire parti"
    )
    ground = models.CharField("pourquoi", max_length=8, choices=Ground)
    left_on = models.DateField("parti le")
    event_on = models.DateField("date qui met fin à la solidarité", null=True, blank=True)
    replaced_on = models.DateField("un nouveau locataire figure au bail depuis le", null=True, blank=True)
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="+", verbose_name="structure")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="enregistré par")
    recorded_at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "départ d’un locataire"
        verbose_name_plural = "départs de locataires"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenancy", "beneficiary"],
                name="one_leaves_a_lease_once",
                violation_error_message="Le départ de cette personne est déjà noté.",
            ),
        ]

    def __str__(self) -> str:
        return f"départ {self.pk}"

    @property
    def rule(self) -> SolidarityGround:
        return GROUNDS[self.ground]

    @property
    def released_on(self) -> date | None:
        """Debts born from that day on are no longer his."""
        return self.rule.find_release(self.event_on, replaced_on=self.replaced_on)
