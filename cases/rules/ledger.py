"""What is owed between two statements: the last one, less the movements known since. A closing day is counted in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

NOTHING = Decimal()


@dataclass(frozen=True, kw_only=True)
class LedgerMovement:
    """What lowers the debt; the correction of another movement is negative."""

    on: date
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What a source said was owed on a day."""

    on: date
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A statement beside what the one before and the movements known since let one expect."""

    said: Decimal
    expected: Decimal

    @property
    def difference(self) -> Decimal:
        """Positive when the source says that more is owed."""
        return self.said - self.expected


def compute_expected_balance(
    balances: Iterable[Balance], movements: Iterable[LedgerMovement], *, on: date
) -> Decimal | None:
    """What should be owed on a day; None before the first statement."""
    base = _last_balance(balances, until=on)
    return None if base is None else base.amount - _sum_between(movements, base.on, on)


def owed_at(balances: Iterable[Balance], movements: Iterable[LedgerMovement], *, on: date) -> Decimal | None:
    """The most that a movement of that day can pay: what the statement before it said, less every other movement up
    to the next statement. None when no statement came before: it cannot be said."""
    balances = list(balances)
    base = _last_balance((balance for balance in balances if balance.on < on), until=on)
    if base is None:
        return None
    following = min((balance.on for balance in balances if balance.on > base.on), default=date.max)
    return base.amount - _sum_between(movements, base.on, following)


def gap(before: Balance, statement: Balance, movements: Iterable[LedgerMovement]) -> Gap:
    """What a new statement says beside what was expected of it."""
    return Gap(said=statement.amount, expected=before.amount - _sum_between(movements, before.on, statement.on))


def part_for_the_debt(paid: Decimal, *, due: Decimal, rent: Decimal | None) -> Decimal | None:
    """What a payment that a statement tells may have paid of an instalment: landlords book rent and instalment as one
    sum. None when it is a rent alone. Always proposed, never taken for granted."""
    if paid == due or rent is None:
        return min(paid, due)
    if paid == rent:
        return None
    return min(paid - rent if paid > rent else paid, due)


def _last_balance(balances: Iterable[Balance], *, until: date) -> Balance | None:
    """The latest; of two of one day, the one given last."""
    found = None
    for balance in balances:
        if balance.on <= until and (found is None or balance.on >= found.on):
            found = balance
    return found


def _sum_between(movements: Iterable[LedgerMovement], after: date, until: date) -> Decimal:
    return sum((movement.amount for movement in movements if after < movement.on <= until), NOTHING)
