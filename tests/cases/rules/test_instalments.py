from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cases.rules.instalments import CannotSplit, allocate_payments, smallest_monthly, split_by, split_in

FIRST = date(2027, 1, 5)
debts = st.decimals(min_value="1", max_value="99999.99", places=2)


def test_the_last_of_equal_instalments_takes_the_cents_that_remain():
    plan = split_in(Decimal("1000.00"), instalments=3, first_due_on=FIRST, limit=36)
    assert [(part.number, part.due_on, part.amount) for part in plan] == [
        (1, date(2027, 1, 5), Decimal("333.33")),
        (2, date(2027, 2, 5), Decimal("333.33")),
        (3, date(2027, 3, 5), Decimal("333.34")),
    ]


def test_the_last_of_given_instalments_is_what_remains():
    plan = split_by(Decimal("250.10"), monthly=Decimal(75), first_due_on=FIRST, limit=36)
    assert [part.amount for part in plan] == [Decimal(75), Decimal(75), Decimal(75), Decimal("25.10")]


def test_twenty_four_instalments_of_75_euros_pay_1800_euros():
    plan = split_by(Decimal(1800), monthly=Decimal(75), first_due_on=FIRST, limit=36)
    assert len(plan) == 24
    assert plan[-1].amount == Decimal(75)
    assert plan[-1].due_on == date(2028, 12, 5)


def test_the_default_plan_is_a_thirty_sixth_of_the_debt_a_month():
    plan = split_in(Decimal("1234.56"), instalments=36, first_due_on=FIRST, limit=36)
    assert plan[0].amount == Decimal("34.29")
    assert plan[-1].amount == Decimal("34.41")


def test_a_plan_due_on_the_31st_falls_on_the_last_day_of_shorter_months():
    plan = split_in(Decimal(100), instalments=4, first_due_on=date(2027, 1, 31), limit=36)
    assert [part.due_on for part in plan] == [
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
    ]


def test_a_monthly_amount_above_the_debt_makes_one_instalment():
    plan = split_by(Decimal(80), monthly=Decimal(100), first_due_on=FIRST, limit=36)
    assert [part.amount for part in plan] == [Decimal(80)]


def test_a_plan_beyond_the_limit_says_what_would_fit():
    with pytest.raises(CannotSplit) as refusal:
        split_by(Decimal(3700), monthly=Decimal(100), first_due_on=FIRST, limit=36)
    assert str(refusal.value) == (
        "Avec 100,00\u00a0€ par mois il faudrait 37 mensualités, pour 36 au plus : "
        "prévoir au moins 102,78\u00a0€ par mois."
    )
    assert len(split_by(Decimal(3700), monthly=Decimal(100), first_due_on=FIRST, limit=60)) == 37


@pytest.mark.parametrize("debt", ["0", "-10", "10.005"])
def test_what_is_not_a_debt_is_refused(debt: str):
    with pytest.raises(CannotSplit, match="supérieure à zéro"):
        split_in(Decimal(debt), instalments=2, first_due_on=FIRST, limit=36)
    with pytest.raises(CannotSplit, match="supérieure à zéro"):
        split_by(Decimal(debt), monthly=Decimal(10), first_due_on=FIRST, limit=36)


@pytest.mark.parametrize("instalments", [0, -1, 37])
def test_the_number_of_instalments_has_bounds(instalments: int):
    with pytest.raises(CannotSplit, match="entre 1 et 36"):
        split_in(Decimal(500), instalments=instalments, first_due_on=FIRST, limit=36)


@pytest.mark.parametrize("monthly", ["0", "-5", "10.001"])
def test_a_monthly_amount_is_positive_and_in_cents(monthly: str):
    with pytest.raises(CannotSplit, match="Saisir une mensualité"):
        split_by(Decimal(500), monthly=Decimal(monthly), first_due_on=FIRST, limit=36)


def test_instalments_below_a_cent_are_refused():
    with pytest.raises(CannotSplit, match="moins de mensualités"):
        split_in(Decimal("0.10"), instalments=36, first_due_on=FIRST, limit=36)


@given(debt=debts, instalments=st.integers(1, 60))
def test_equal_instalments_sum_to_the_debt_to_the_cent(debt: Decimal, instalments: int):
    plan = split_in(debt, instalments=instalments, first_due_on=FIRST, limit=60)
    assert sum(part.amount for part in plan) == debt
    assert len(plan) == instalments
    assert {part.amount for part in plan[:-1]} <= {plan[0].amount}
    assert 0 <= plan[-1].amount - plan[0].amount < Decimal("0.01") * instalments


@given(debt=debts, limit=st.integers(1, 60))
def test_the_smallest_monthly_amount_fits_the_limit_and_a_cent_less_does_not(debt: Decimal, limit: int):
    monthly = smallest_monthly(debt, limit=limit)
    plan = split_by(debt, monthly=monthly, first_due_on=FIRST, limit=limit)
    assert sum(part.amount for part in plan) == debt
    assert 0 < plan[-1].amount <= monthly
    assert (monthly - Decimal("0.01")) * limit < debt


def shares(*, paid: str = "0", relieved: str = "0") -> list[tuple[float, float]]:
    """What instalments of 100, 100 and 60.50 € receive: by payments, by relief."""
    amounts = [Decimal(100), Decimal(100), Decimal("60.50")]
    found = allocate_payments(amounts, paid=Decimal(paid), relieved=Decimal(relieved))
    return [(float(share.paid), float(share.relieved)) for share in found]


def test_a_payment_pays_the_oldest_instalments_first():
    assert shares(paid="150.25") == [(100, 0), (50.25, 0), (0, 0)]


def test_what_is_waived_takes_off_the_last_instalments():
    assert shares(paid="100", relieved="70.50") == [(100, 0), (0, 10), (0, 60.5)]


def test_what_exceeds_the_plan_pays_no_instalment():
    assert shares(paid="500") == [(100, 0), (100, 0), (60.5, 0)]
    assert shares(paid="200", relieved="90") == [(100, 0), (100, 0), (0, 60.5)]


def test_nothing_paid_pays_nothing_even_when_corrections_exceed_payments():
    assert shares(paid="-20") == [(0, 0), (0, 0), (0, 0)]


@given(
    amounts=st.lists(st.decimals(min_value="0.01", max_value="999.99", places=2), min_size=1, max_size=40),
    paid=st.decimals(min_value="0", max_value="9999.99", places=2),
    relieved=st.decimals(min_value="0", max_value="9999.99", places=2),
)
def test_what_instalments_receive_is_what_was_given_to_the_cent(amounts, paid, relieved):
    found = allocate_payments(amounts, paid=paid, relieved=relieved)
    received = [share.paid + share.relieved for share in found]
    assert sum(received) == min(sum(amounts), paid + relieved)
    assert all(0 <= share <= amount for share, amount in zip(received, amounts, strict=True))
    started = [number for number, share in enumerate(found) if share.paid]
    assert all(found[number].paid == amounts[number] for number in started[:-1]), "the oldest first"


@given(
    debt=debts,
    first=st.decimals(min_value="0.01", max_value="999.99", places=2),
    then=st.decimals(min_value="0.01", max_value="999.99", places=2),
)
def test_two_payments_pay_what_their_sum_pays(debt: Decimal, first: Decimal, then: Decimal):
    amounts = [part.amount for part in split_in(debt, instalments=12, first_due_on=FIRST, limit=36)]
    once = allocate_payments(amounts, paid=first + then, relieved=Decimal())
    left = [
        amount - share.paid
        for amount, share in zip(amounts, allocate_payments(amounts, paid=first, relieved=Decimal()), strict=True)
    ]
    again = allocate_payments(left, paid=then, relieved=Decimal())
    assert [amount - share.paid for amount, share in zip(amounts, once, strict=True)] == [
        amount - share.paid for amount, share in zip(left, again, strict=True)
    ]
