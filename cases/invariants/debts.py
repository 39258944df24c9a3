"""What is owed: plans, their instalments, and the movements that pay them."""

from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest, Least

from cases.invariants.register import Found, columns_differ, invariant
from cases.models import DebtStatement, Instalment, LedgerEntry, RepaymentPlan

NOTHING = Value(Decimal(0))


@invariant("Les mensualités d’un plan font, au centime près, le montant à apurer.", of="plans")
def plan_adds_up(on: date) -> Found:
    total = Instalment.objects.filter(plan=OuterRef("pk")).order_by().values("plan").annotate(sum=Sum("amount"))
    plans = RepaymentPlan.objects.annotate(total=Subquery(total.values("sum")))
    return plans.filter(columns_differ("amount", "total"))


@invariant("Les mensualités d’un plan se suivent depuis le numéro 1, à partir de la première échéance.", of="plans")
def instalments_in_order(on: date) -> Found:
    plans = RepaymentPlan.objects.annotate(
        number=Count("instalments"),
        first=Min("instalments__number"),
        last=Max("instalments__number"),
        first_due=Min("instalments__due_on"),
    )
    return plans.exclude(first=1, last=F("number"), first_due=F("first_due_on"))


@invariant(
    "La correction d’un mouvement en est le contraire exact : même dette, même jour, même plan.", of="mouvements"
)
def corrections_cancel(on: date) -> Found:
    corrections = LedgerEntry.objects.filter(kind=LedgerEntry.Kind.CORRECTION).annotate(
        opposite=F("corrects__amount") * Value(Decimal(-1))
    )
    wrong = ~Q(amount=F("opposite")) | ~Q(on=F("corrects__on")) | ~Q(debt=F("corrects__debt"))
    return corrections.filter(wrong | columns_differ("plan", "corrects__plan"))


@invariant("Ce que les mensualités d’un plan ont reçu est ce que les mouvements de la dette disent.", of="plans")
def instalments_follow_ledger(on: date) -> Found:
    """Payments pay a plan’s instalments up to its amount; what others take charge of beyond their share, up to what
    is left: of what an amendment lowered to a statement was told, only what came after that statement."""
    received = Instalment.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
    kinds = LedgerEntry.Kind
    plans = RepaymentPlan.objects.annotate(
        payments=Greatest(_sum_of_movements(kinds.PAYMENT), NOTHING),
        relief=_beyond_share(kinds.FSL, "fsl_share")
        + _beyond_share(kinds.AID, "aid_share")
        + _sum_of_movements(kinds.WAIVER),
        paid=Subquery(received.annotate(sum=Sum("paid")).values("sum")),
        relieved=Subquery(received.annotate(sum=Sum("relieved")).values("sum")),
    )
    return plans.exclude(
        paid=Least("amount", "payments"),
        relieved=Least(F("amount") - F("paid"), F("relief")),
    )


@invariant("Une dette de loyer est celle du ménage qui tient le bail.", of="relevés")
def debt_of_the_household(on: date) -> Found:
    """A rent debt is owed by the household of its tenancy."""
    return DebtStatement.objects.exclude(debt__tenancy=None).exclude(debt__household=F("debt__tenancy__household"))


def _beyond_share(kind: str, share: str) -> Least:
    after = Q(on__gt=Coalesce(OuterRef("counts_after"), Value(date.min)))
    return Least(_sum_of_movements(kind, after), Greatest(_sum_of_movements(kind) - F(share), NOTHING))


def _sum_of_movements(kind: str, which: Q | None = None) -> Coalesce:
    """What the movements of that kind make for a plan, their corrections included."""
    kinds = LedgerEntry.objects.annotate(of_kind=Coalesce("corrects__kind", "kind"))
    chosen = kinds.filter(which or Q(), plan=OuterRef("pk"), of_kind=kind)
    return Coalesce(Subquery(chosen.order_by().values("plan").annotate(sum=Sum("amount")).values("sum")), NOTHING)
