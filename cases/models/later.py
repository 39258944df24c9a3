"""What a professional knows of a household six or twelve months after its case closed."""

from django.db import models
from django.db.models import F, Q

from cases.models.case import Case
from cases.models.members import User
from cases.models.structures import Structure
from cases.rules import later


class LaterAnswer(models.Model):
    """One answer to one question. What the landlord’s file says goes before it, and both are shown."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="later_answers", verbose_name="dossier")
    closed_on = models.DateField("clos le", help_text="De cette clôture : le dossier peut avoir été rouvert depuis.")
    months = models.PositiveSmallIntegerField("combien de mois après", choices=later.WORDS)
    home = models.CharField("logement", max_length=7, choices=later.HOMES)
    trend = models.CharField("dette", max_length=7, choices=later.TRENDS)
    plan = models.CharField("plan en cours à la clôture", max_length=7, choices=later.PLANS, blank=True)
    known_on = models.DateField("situation au")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="+", verbose_name="structure")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="répondu par")
    answered_at = models.DateTimeField("répondu le")

    class Meta:
        verbose_name = "nouvelle après la clôture"
        verbose_name_plural = "nouvelles après la clôture"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "closed_on", "months"],
                name="later_news_are_told_once",
                violation_error_message="Cette question a déjà sa réponse.",
            ),
            models.CheckConstraint(
                condition=Q(known_on__gt=F("closed_on")),
                name="later_news_follow_the_closing",
                violation_error_message="Ces nouvelles doivent suivre la clôture.",
            ),
        ]

    def __str__(self) -> str:
        return f"nouvelle {self.pk}"

    @property
    def news(self) -> later.LaterNews:
        return later.LaterNews(home=self.home, trend=self.trend, plan=self.plan)
