"""What is owed: a debt, and what was observed of it month after month."""

import uuid

from django.db import models
from django.db.models import F, Q

from cases.models.members import User
from cases.models.people import Household
from cases.models.structures import Structure
from cases.models.tenancy import Tenancy
from cases.models.voiding import Voidable


class Debt(models.Model):
    """One debt to one creditor. Plans, waivers and letters hang on it; cases come and go around it."""

    class Kind(models.TextChoices):
        RENT = "rent", "loyer"
        BENEFIT = "benefit", "prestation"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("nature", max_length=8, choices=Kind)
    household = models.ForeignKey(Household, models.PROTECT, related_name="debts", verbose_name="ménage")
    creditor = models.ForeignKey(
        Structure, models.PROTECT, related_name="debts_owed", verbose_name="organisme créancier"
    )
    tenancy = models.OneToOneField(
        Tenancy, models.PROTECT, related_name="debt", null=True, blank=True, verbose_name="bail"
    )

    class Meta:
        verbose_name = "dette"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="rent", tenancy__isnull=False) | ~Q(kind="rent"),
                name="a_rent_debt_belongs_to_a_tenancy",
            )
        ]

    def __str__(self) -> str:
        return f"dette {self.pk}"


class DebtStatement(Voidable):
    """The balance that a source gave for a date: one a date and source, corrected in place by a new file."""

    debt = models.ForeignKey(Debt, models.PROTECT, related_name="statements", verbose_name="dette")
    source = models.ForeignKey(Structure, models.PROTECT, related_name="debt_statements", verbose_name="source")
    as_of = models.DateField("arrêté au")
    balance = models.DecimalField("solde", max_digits=9, decimal_places=2)
    months_unpaid = models.DecimalField("mois impayés", max_digits=5, decimal_places=2, null=True, blank=True)
    first_unpaid_on = models.DateField("premier impayé le", null=True, blank=True)
    last_paid_on = models.DateField("dernier règlement le", null=True, blank=True)
    last_paid = models.DecimalField("dernier règlement", max_digits=9, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = "relevé de dette"
        verbose_name_plural = "relevés de dette"
        ordering = ["as_of", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["debt", "source", "as_of"],
                condition=Q(voided_at=None),
                name="one_statement_a_date_and_source",
                violation_error_message="Un relevé existe déjà pour cette date et cette source.",
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0),
                name="balance_is_not_negative",
                violation_error_message="Le solde débiteur ne peut pas être négatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"relevé {self.pk}"


class LedgerEntry(models.Model):
    """A movement that lowers the debt between two statements. A wrong one is cancelled by a correction, never edited."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", "règlement du ménage"
        FSL = "fsl", "versement du FSL"
        AID = "aid", "rappel d’aide au logement"
        WAIVER = "waiver", "remise accordée par le bailleur"
        WITHHELD = "withheld", "retenue sur les prestations"
        REMITTED = "remitted", "remise de dette accordée"
        CANCELLED = "cancelled", "annulation par l’organisme"
        CORRECTION = "correction", "correction"

        @classmethod
        def for_debt_kind(cls, debt: str) -> list["LedgerEntry.Kind"]:
            """Those that a person may record on a debt of this nature."""
            of_benefits = [cls.PAYMENT, cls.WITHHELD, cls.REMITTED, cls.CANCELLED]
            return of_benefits if debt == Debt.Kind.BENEFIT else [cls.PAYMENT, cls.FSL, cls.AID, cls.WAIVER]

    class Source(models.TextChoices):
        TYPED = "typed", "saisi par un professionnel"
        IMPORT = "import", "d’après un relevé"

    class Reason(models.TextChoices):
        TWICE = "twice", "saisi deux fois"
        WRONG = "wrong", "montant, date ou nature erronés"
        REJECTED = "rejected", "paiement rejeté par la banque"
        OTHER = "other", "autre"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    debt = models.ForeignKey(Debt, models.PROTECT, related_name="ledger", verbose_name="dette")
    kind = models.CharField("nature", max_length=10, choices=Kind)
    amount = models.DecimalField("montant", max_digits=9, decimal_places=2)
    on = models.DateField("versé le")
    source = models.CharField("source", max_length=6, choices=Source, default=Source.TYPED)
    statement = models.ForeignKey(
        DebtStatement,
        models.PROTECT,
        related_name="movements",
        null=True,
        blank=True,
        verbose_name="relevé qui le dit",
    )
    plan = models.ForeignKey(
        "cases.RepaymentPlan",
        models.PROTECT,
        related_name="movements",
        null=True,
        blank=True,
        verbose_name="plan d’apurement",
    )
    owed_before = models.DecimalField("restait dû", max_digits=9, decimal_places=2, null=True, blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, related_name="corrected_by", null=True, blank=True, verbose_name="corrige"
    )
    reason = models.CharField("motif de la correction", max_length=8, choices=Reason, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="ledger_entries", verbose_name="par")
    recorded_at = models.DateTimeField("enregistré le")

    class Meta:
        verbose_name = "mouvement de la dette"
        verbose_name_plural = "mouvements de la dette"
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="correction", amount__lt=0, corrects__isnull=False)
                | (~Q(kind="correction") & Q(amount__gt=0, corrects__isnull=True)),
                name="only_a_correction_raises_the_debt_again",
                violation_error_message="Un mouvement est positif ; seule la correction d’un autre est négative.",
            ),
            models.CheckConstraint(
                condition=Q(owed_before=None) | Q(amount__lte=F("owed_before")),
                name="a_movement_is_within_the_debt",
                violation_error_message="Un mouvement ne dépasse pas ce qui restait dû quand il a été enregistré.",
            ),
        ]

    def __str__(self) -> str:
        return f"mouvement {self.pk}"

    @property
    def is_corrected(self) -> bool:
        return hasattr(self, "corrected_by")
