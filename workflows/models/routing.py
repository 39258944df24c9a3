"""Routing tables held as data, and every decision they made."""

from django.db import models
from django.db.models.functions import Now

from cases.models import Case, Edition, Structure, User


class RoutingRule(models.Model):
    """A row of a decision table; the first whose conditions hold wins."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="routing_rules", verbose_name="édition")
    position = models.PositiveSmallIntegerField("rang")
    code = models.CharField("règle", max_length=10)
    title = models.CharField("titre", max_length=200)
    content = models.JSONField("conditions, structure et explications")

    class Meta:
        verbose_name = "règle d’orientation"
        verbose_name_plural = "règles d’orientation"
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "position"], name="routing_rows_are_ordered"),
            models.UniqueConstraint(fields=["edition", "code"], name="a_routing_row_is_once_in_an_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class RoutingDecision(models.Model):
    """One routing of a case, with everything that explains it: it stays true when the table changes."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="routing_decisions", verbose_name="dossier")
    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="decisions", null=True, blank=True, verbose_name="édition"
    )
    rule_code = models.CharField("règle", max_length=10, blank=True)
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="routed_cases", null=True, blank=True, verbose_name="structure"
    )
    explanation = models.JSONField("explication")
    decided_by = models.ForeignKey(
        User, models.PROTECT, related_name="routing_decisions", null=True, blank=True, verbose_name="décidée par"
    )
    decided_at = models.DateTimeField("décidée le")
    recorded_at = models.DateTimeField("enregistrée le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "orientation"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"orientation {self.pk}"
