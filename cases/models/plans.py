"""Repayment plans (plans d’apurement), their instalments, and their monthly follow-up."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from cases.models.case import Case
from cases.models.debts import Debt
from cases.models.members import User
from cases.rules.plans import describe_shares


class RepaymentPlan(models.Model):
    class State(models.TextChoices):
        PROPOSED = "proposed", "proposé au bailleur"
        COUNTERED = "countered", "contre-proposé par le bailleur"
        REFUSED = "refused", "refusé par le bailleur"
        RUNNING = "running", "en cours"
        KEPT = "kept", "tenu jusqu’au bout"
        BROKEN = "broken", "rompu"
        REPLACED = "replaced", "remplacé"
        WITHDRAWN = "withdrawn", "sans suite : dossier clos"
        AMENDED = "amended", "remplacé par un avenant"

    class Author(models.TextChoices):
        SOCIAL_WORKER = "social_worker", "travailleur social, avec le ménage"
        LANDLORD = "landlord", "bailleur"
        CAF = "caf", "CAF ou MSA (plan par défaut)"
        FSL = "fsl", "FSL"
        JUDGE = "judge", "juge"

    class BreakReason(models.TextChoices):
        RENT_UNPAID = "rent_unpaid", "loyer courant non payé"
        INSTALMENTS_UNPAID = "instalments_unpaid", "mensualités non payées"
        OVER_INDEBTEDNESS = "over_indebtedness", "surendettement recevable : la dette ne se règle plus"
        LEFT = "left", "le ménage a quitté le logement"
        OTHER = "other", "autre motif"

    class Refusal(models.TextChoices):
        """Why a landlord refuses a plan: what the next proposal has to mend."""

        TOO_LOW = "too_low", "mensualité trop faible"
        TOO_LONG = "too_long", "durée trop longue"
        RENT_UNPAID = "rent_unpaid", "loyer courant non repris"
        BROKEN_BEFORE = "broken_before", "plan précédent non tenu"
        IN_COURT = "in_court", "procédure judiciaire engagée"
        AMOUNT = "amount", "montant de la dette contesté"
        OTHER = "other", "autre motif, à voir ensemble"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="plans", verbose_name="dossier")
    debt = models.ForeignKey(Debt, models.PROTECT, related_name="plans", verbose_name="dette")
    author = models.CharField("établi par", max_length=13, choices=Author, default=Author.SOCIAL_WORKER)
    owed = models.DecimalField("dette à la date du plan", max_digits=9, decimal_places=2)
    fsl_share = models.DecimalField("part attendue du FSL", max_digits=9, decimal_places=2, default=Decimal(0))
    aid_share = models.DecimalField("rappel d’aide attendu", max_digits=9, decimal_places=2, default=Decimal(0))
    amount = models.DecimalField("montant à apurer", max_digits=9, decimal_places=2)
    monthly = models.DecimalField("mensualité", max_digits=9, decimal_places=2)
    first_due_on = models.DateField("première échéance")
    state = models.CharField("état", max_length=10, choices=State, default=State.PROPOSED)
    made_on = models.DateField("établi le")
    agreed_on = models.DateField("accepté le", null=True, blank=True)
    ended_on = models.DateField("terminé le", null=True, blank=True)
    under_protocol = models.BooleanField("protocole de cohésion sociale", default=False)
    rent_commitment = models.BooleanField("engagement à payer le loyer courant", default=False)
    amends = models.ForeignKey(
        "self", models.PROTECT, related_name="amendments", null=True, blank=True, verbose_name="avenant de"
    )
    counts_after = models.DateField("compte ce qui est versé après le", null=True, blank=True)
    """Of an amendment that was lowered to what a statement says, or that amends such a one: the day of the statement,
    which has what was paid until then. What was left to others is awaited until it is told, whatever its day."""
    break_reason = models.CharField("motif de la rupture", max_length=18, choices=BreakReason, blank=True)
    refusal = models.CharField("motif du refus", max_length=13, choices=Refusal, blank=True)
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
            models.CheckConstraint(
                condition=Q(fsl_share__gte=0)
                & Q(aid_share__gte=0)
                & Q(amount=F("owed") - F("fsl_share") - F("aid_share")),
                name="a_plan_repays_what_others_do_not",
                violation_error_message="Le montant à apurer est la dette moins ce que d’autres prennent en charge.",
            ),
            models.UniqueConstraint(
                fields=["debt"],
                condition=Q(state="running"),
                name="one_running_plan_per_debt",
                violation_error_message="Un plan est déjà en cours pour cette dette.",
            ),
            models.UniqueConstraint(
                fields=["debt"],
                condition=Q(state__in=["proposed", "countered"]),
                name="one_waiting_plan_per_debt",
                violation_error_message="Un plan attend déjà la réponse du bailleur pour cette dette.",
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk}"

    @property
    def shares_words(self) -> str:
        """Who is to pay what of the debt; empty when the household pays it all."""
        return describe_shares(owed=self.owed, fsl_share=self.fsl_share, aid_share=self.aid_share)

    @property
    def shares_for_landlord(self) -> str:
        """The same sums, without whom the household asks."""
        return describe_shares(owed=self.owed, fsl_share=self.fsl_share, aid_share=self.aid_share, names_payers=False)


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
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="checks", verbose_name="mensualité")
    result = models.CharField("suivi", max_length=8, choices=Result)
    by = models.ForeignKey(User, models.PROTECT, related_name="plan_checks", verbose_name="par")
    checked_on = models.DateField("vérifié le")

    class Meta:
        verbose_name = "suivi mensuel du plan"
        verbose_name_plural = "suivis mensuels du plan"
        ordering = ["checked_on", "pk"]

    def __str__(self) -> str:
        return f"suivi {self.pk}"
