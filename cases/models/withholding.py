"""What a body withholds on benefits, compared with what it may: kept with the line, as it was counted that day."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from cases.models.editions import Edition
from cases.models.members import User
from cases.models.notices import DebtLine
from cases.models.structures import Structure
from cases.rules.withholding import FraudLevel, ResourcePeriod, Verdict

PERIODS = {ResourcePeriod.MONTH: "un mois", ResourcePeriod.QUARTER: "un trimestre", ResourcePeriod.YEAR: "une année"}
FRAUDS = {FraudLevel.NONE: "aucune", FraudLevel.FIRST: "qualifiée", FraudLevel.REPEATED: "qualifiée de nouveau"}
VERDICTS = {
    Verdict.ABOVE: "au-dessus du barème",
    Verdict.WITHIN: "conforme",
    Verdict.BELOW: "sous le barème",
    Verdict.UNSURE: "non comparée, barème de l’année inconnu",
}


class WithholdingCheck(models.Model):
    """One computation: what was said of the household, what the scale allows, and how. Never changed: another replaces it."""

    line = models.ForeignKey(DebtLine, models.PROTECT, related_name="withholding_checks", verbose_name="ligne")
    on = models.DateField("mois de la retenue", help_text="Un jour de ce mois.")
    resources = models.DecimalField("ressources", max_digits=9, decimal_places=2, null=True, blank=True)
    period = models.CharField("ressources par", max_length=7, choices=list(PERIODS.items()))
    benefits = models.DecimalField("prestations du mois", max_digits=9, decimal_places=2)
    rent = models.DecimalField(
        "loyer principal, hors charges, ou mensualité", max_digits=9, decimal_places=2, null=True, blank=True
    )
    is_couple = models.BooleanField("couple")
    children = models.PositiveSmallIntegerField("enfants à charge")
    debt = models.DecimalField("reste à rembourser", max_digits=9, decimal_places=2, null=True, blank=True)
    fraud = models.CharField("fraude", max_length=8, choices=list(FRAUDS.items()))
    observed = models.DecimalField("retenue constatée", max_digits=9, decimal_places=2)
    allowed = models.DecimalField("retenue du barème", max_digits=9, decimal_places=2)
    verdict = models.CharField("comparaison", max_length=6, choices=list(VERDICTS.items()))
    steps = models.JSONField("étapes du calcul")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", verbose_name="édition du barème")
    scale = models.CharField("barème", max_length=40)
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="withholding_checks", verbose_name="structure"
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="withholding_checks", verbose_name="calculé par")
    made_at = models.DateTimeField("calculé le")

    class Meta:
        verbose_name = "vérification d’une retenue"
        verbose_name_plural = "vérifications de retenues"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(observed__gt=0) & Q(allowed__gte=0),
                name="what_is_checked_was_withheld",
                violation_error_message="La retenue constatée est supérieure à zéro.",
            )
        ]

    def __str__(self) -> str:
        return f"vérification {self.pk}"

    @property
    def is_above(self) -> bool:
        return self.verdict == Verdict.ABOVE

    @property
    def is_estimate(self) -> bool:
        """Counted by the scale of another year: nothing can be concluded from it, nor asked."""
        return self.verdict == Verdict.UNSURE

    @property
    def excess(self) -> Decimal:
        """What is withheld above the scale."""
        return self.observed - self.allowed
