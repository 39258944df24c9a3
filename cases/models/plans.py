"""Repayment plans (plans d’apurement), their instalments, and their monthly follow-up."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from cases.models.case import Case
from cases.models.debts import Debt
from cases.models.members import User


class RepaymentPlan(models.Model):
    class State(models.TextChoices):
        PROPOSED = "proposed", "proposé au bailleur"
        COUNTERED = "countered", "contre-proposé par le bailleur"
        REFUSED = "refused", "refusé par le bailleur"
        RUNNING = "running", "en cours"
        KEPT = "kept", "tenu jusqu’au bout"
        BROKEN = "broken", "rompu"
        REPLACED = "replaced", "remplacé"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="plans", verbose_name="dossier")
    debt = models.ForeignKey(Debt, models.PROTECT, related_name="plans", verbose_name="dette")
    amount = models.DecimalField("montant à apurer", max_digits=9, decimal_places=2)
    monthly = models.DecimalField("mensualité", max_digits=9, decimal_places=2)
    first_due_on = models.DateField("première échéance")
    state = models.CharField("état", max_length=10, choices=State, default=State.PROPOSED)
    made_on = models.DateField("établi le")
    agreed_on = models.DateField("accepté le", null=True, blank=True)
    ended_on = models.DateField("terminé le", null=True, blank=True)
    counter_monthly = models.DecimalField(
        "mensualité contre-proposée", max_digits=9, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = "plan d’apurement"
        verbose_name_plural = "plans d’apurement"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) & Q(monthly__gt=0) & Q(monthly__lte=F("amount")),
                name="a_plan_repays_a_positive_amount",
                violation_error_message="La mensualité doit être positive et ne pas dépasser la dette.",
            ),
            models.UniqueConstraint(
                fields=["debt"],
                condition=Q(state__in=["proposed", "countered", "running"]),
                name="one_current_plan_per_debt",
                violation_error_message="Un plan est déjà en cours pour cette dette.",
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk}"


class Instalment(models.Model):
    class State(models.TextChoices):
        EXPECTED = "expected", "attendue"
        PAID = "paid", "payée"
        MISSED = "missed", "non payée"

    plan = models.ForeignKey(RepaymentPlan, models.PROTECT, related_name="instalments", verbose_name="plan")
    number = models.PositiveSmallIntegerField("numéro")
    due_on = models.DateField("échéance")
    amount = models.DecimalField("montant", max_digits=9, decimal_places=2)
    paid = models.DecimalField("réglé par le ménage", max_digits=9, decimal_places=2, default=Decimal(0))
    relieved = models.DecimalField(
        "pris en charge ou remis",
        max_digits=9,
        decimal_places=2,
        default=Decimal(0),
        help_text="Par le FSL, un rappel d’aide ou une remise du bailleur, à partir de la dernière mensualité.",
    )
    state = models.CharField("état", max_length=8, choices=State, default=State.EXPECTED)

    class Meta:
        verbose_name = "mensualité"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="instalments_are_numbered_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_is_positive"),
            models.CheckConstraint(
                condition=Q(paid__gte=0) & Q(relieved__gte=0) & Q(amount__gte=F("paid") + F("relieved")),
                name="instalment_is_paid_once",
                violation_error_message="Une mensualité ne peut pas être payée au-delà de son montant.",
            ),
        ]

    def __str__(self) -> str:
        return f"mensualité {self.plan_id}/{self.number}"

    @property
    def received(self) -> Decimal:
        return self.paid + self.relieved

    @property
    def remaining(self) -> Decimal:
        return self.amount - self.received


class PlanCheck(models.Model):
    """What the professional observed for one instalment: it decides whether the plan holds."""

    class Result(models.TextChoices):
        KEPT = "kept", "tenu"
        INCIDENT = "incident", "incident"
        BROKEN = "broken", "rompu"

    plan = models.ForeignKey(RepaymentPlan, models.PROTECT, related_name="checks", verbose_name="plan")
    instalment = models.OneToOneField(Instalment, models.PROTECT, related_name="check_made", verbose_name="mensualité")
    result = models.CharField("suivi", max_length=8, choices=Result)
    rent_paid = models.BooleanField("loyer courant payé", null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="plan_checks", verbose_name="par")
    checked_on = models.DateField("vérifié le")

    class Meta:
        verbose_name = "suivi mensuel du plan"
        verbose_name_plural = "suivis mensuels du plan"
        ordering = ["checked_on", "pk"]

    def __str__(self) -> str:
        return f"suivi {self.pk}"
