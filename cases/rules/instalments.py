"""How a debt is split into monthly instalments whose sum is the debt, and which of them a payment pays, to the cent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal

from cases.refusals import Refusal
from cases.rules.counting import add_months
from cases.rules.french import money

CENT = Decimal("0.01")


class CannotSplit(Refusal):
    """A debt is not split so."""


@dataclass(frozen=True, kw_only=True)
class PlannedInstalment:
    number: int
    due_on: date
    amount: Decimal


def split_in(debt: Decimal, *, instalments: int, first_due_on: date, limit: int) -> tuple[PlannedInstalment, ...]:
    """So many equal instalments; the last one is larger by the cents that the division leaves."""
    _check_debt(debt)
    _check_number(instalments, limit=limit)
    monthly = (debt / instalments).quantize(CENT, rounding=ROUND_DOWN)
    if not monthly:
        raise CannotSplit("Prévoir moins de mensualités : chacune serait inférieure à un centime.")
    return _build_schedule(debt, monthly=monthly, instalments=instalments, first_due_on=first_due_on)


def split_by(debt: Decimal, *, monthly: Decimal, first_due_on: date, limit: int) -> tuple[PlannedInstalment, ...]:
    """Instalments of one amount; the last one is what remains."""
    _check_debt(debt)
    if monthly <= 0 or monthly != monthly.quantize(CENT):
        raise CannotSplit("Saisir une mensualité supérieure à zéro, au centime près.")
    instalments = count_instalments(debt, monthly=monthly)
    if instalments > limit:
        raise CannotSplit(
            f"Avec {money(monthly)} par mois il faudrait {instalments} mensualités, pour {limit} au plus : "
            f"prévoir au moins {money(smallest_monthly(debt, limit=limit))} par mois."
        )
    return _build_schedule(debt, monthly=monthly, instalments=instalments, first_due_on=first_due_on)


def count_instalments(debt: Decimal, *, monthly: Decimal) -> int:
    """How many instalments of one amount pay the debt."""
    return int((debt / monthly).to_integral_value(rounding=ROUND_CEILING))


def smallest_monthly(debt: Decimal, *, limit: int) -> Decimal:
    """The smallest monthly amount that pays the debt within the limit."""
    return (debt / limit).quantize(CENT, rounding=ROUND_CEILING)


@dataclass(frozen=True, kw_only=True)
class InstalmentShare:
    """How much of a payment, in euros, was counted on which instalment."""

    paid: Decimal
    relieved: Decimal


def allocate_payments(amounts: Iterable[Decimal], *, paid: Decimal, relieved: Decimal) -> tuple[InstalmentShare, ...]:
    """Payments pay the oldest instalments first; what the FSL pays or the landlord waives takes off the last ones.

    What exceeds the plan pays no instalment.
    """
    amounts = tuple(amounts)
    received = _fill_in_order(amounts, paid)
    rest = [amount - share for amount, share in zip(amounts, received, strict=True)]
    taken = _fill_in_order(rest[::-1], relieved)[::-1]
    return tuple(InstalmentShare(paid=one, relieved=other) for one, other in zip(received, taken, strict=True))


def _fill_in_order(amounts: Iterable[Decimal], total: Decimal) -> list[Decimal]:
    """Give each, in order, as much as it can take."""
    shares = []
    for amount in amounts:
        share = min(amount, max(total, Decimal()))
        shares.append(share)
        total -= share
    return shares


def _build_schedule(
    debt: Decimal, *, monthly: Decimal, instalments: int, first_due_on: date
) -> tuple[PlannedInstalment, ...]:
    amounts = [monthly] * (instalments - 1)
    amounts.append(debt - sum(amounts, Decimal()))
    return tuple(
        PlannedInstalment(number=n + 1, due_on=add_months(first_due_on, n), amount=amount)
        for n, amount in enumerate(amounts)
    )


def _check_debt(debt: Decimal) -> None:
    if debt <= 0 or debt != debt.quantize(CENT):
        raise CannotSplit("Un plan d’apurement suppose une dette supérieure à zéro, au centime près.")


def _check_number(instalments: int, *, limit: int) -> None:
    if not 1 <= instalments <= limit:
        raise CannotSplit(f"Prévoir entre 1 et {limit} mensualités.")
