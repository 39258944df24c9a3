"""What a household has left to live on, and what its dwelling weighs: figures of the diagnosis. Pure.

Euros a month. None is "not known", which is never taken for zero: a figure that needs it is None, and `missing` says
what to ask.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

NOTHING = Decimal()
CENT = Decimal("0.01")
TENTH = Decimal("0.1")
DAYS = 30
"""A month, as the FSL and the Banque de France divide it."""


@dataclass(frozen=True, kw_only=True)
class HouseholdFinances:
    """What was said. Resources come without the housing aid, which is taken off the rent."""

    resources: Decimal | None
    expenses: Decimal | None
    """Besides the dwelling and the debts."""
    debt_payments: Decimal | None
    """What is paid each month to creditors other than the landlord."""
    rent: Decimal | None
    charges: Decimal | None
    rent_reduction: Decimal | None = NOTHING
    aid: Decimal | None = None
    has_no_aid: bool = False
    people: int = 1


@dataclass(frozen=True, kw_only=True)
class Budget:
    resources: Decimal | None
    gross_housing: Decimal | None
    """Rent and charges, less the réduction de loyer de solidarité."""
    net_housing: Decimal | None
    """The same, less the housing aid, whoever receives it."""
    expenses: Decimal | None
    debt_payments: Decimal | None
    left_to_live: Decimal | None
    """Reste pour vivre: negative when the month cannot be paid."""
    left_a_day_each: Decimal | None
    net_effort: Decimal | None
    """Taux d’effort net, in percent of the resources; None without any resource."""
    missing: tuple[str, ...]
    """What one should ask, as French noun phrases."""


def household_size(*, named: int, adults: int, is_couple: bool, children: int | None) -> int:
    """How many live together, before anybody says so: a household whose children nobody named has them all the same."""
    return max(named, max(adults, 2 if is_couple else 1) + (children or 0))


def compute_budget(means: HouseholdFinances) -> Budget:
    gross = _sum_if_all_known(means.rent, means.charges)
    if gross is not None:
        gross = max(gross - (means.rent_reduction or NOTHING), NOTHING)
    aid = NOTHING if means.has_no_aid else means.aid
    net = None if gross is None or aid is None else max(gross - aid, NOTHING)
    spent = _sum_if_all_known(net, means.expenses, means.debt_payments)
    left = None if means.resources is None or spent is None else means.resources - spent
    return Budget(
        resources=means.resources,
        gross_housing=gross,
        net_housing=net,
        expenses=means.expenses,
        debt_payments=means.debt_payments,
        left_to_live=left,
        left_a_day_each=_rounded(left / DAYS / means.people, to=CENT) if left is not None and means.people else None,
        net_effort=_rounded(net / means.resources * 100, to=TENTH) if net is not None and means.resources else None,
        missing=tuple(_missing_amounts(means)),
    )


def _sum_if_all_known(*values: Decimal | None) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, NOTHING) if len(known) == len(values) else None


def _rounded(value: Decimal, *, to: Decimal) -> Decimal:
    return value.quantize(to, rounding=ROUND_HALF_UP)


def _missing_amounts(means: HouseholdFinances) -> Iterable[str]:
    asked = {
        "les ressources": means.resources,
        "le loyer": means.rent,
        "les charges du logement": means.charges,
        "le montant de l’aide au logement": NOTHING if means.has_no_aid else means.aid,
        "les autres charges": means.expenses,
        "les mensualités des autres dettes": means.debt_payments,
    }
    return (words for words, value in asked.items() if value is None)
