from datetime import date
from decimal import Decimal

from hypothesis import given, strategies as st

from cases.rules.ledger import Balance, LedgerMovement, compute_expected_balance, gap, owed_at

OCTOBER = Balance(on=date(2026, 10, 24), amount=Decimal("1000.00"))
NOVEMBER = Balance(on=date(2026, 11, 24), amount=Decimal("830.00"))
PAID = [
    LedgerMovement(on=date(2026, 10, 24), amount=Decimal("40.00")),
    LedgerMovement(on=date(2026, 11, 5), amount=Decimal("100.00")),
    LedgerMovement(on=date(2026, 11, 24), amount=Decimal("50.00")),
    LedgerMovement(on=date(2026, 11, 30), amount=Decimal("30.00")),
]
sums = st.decimals(min_value="0.01", max_value="9999.99", places=2)
days = st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 12, 31))


def test_nothing_is_expected_before_the_first_statement():
    assert compute_expected_balance([OCTOBER], PAID, on=date(2026, 10, 23)) is None
    assert compute_expected_balance([], PAID, on=date(2026, 10, 23)) is None


def test_what_is_owed_is_the_last_statement_less_the_movements_since():
    assert compute_expected_balance([OCTOBER], PAID, on=date(2026, 11, 4)) == Decimal("1000.00")
    assert compute_expected_balance([OCTOBER], PAID, on=date(2026, 11, 5)) == Decimal("900.00")
    assert compute_expected_balance([OCTOBER, NOVEMBER], PAID, on=date(2026, 11, 24)) == Decimal("830.00")
    assert compute_expected_balance([OCTOBER, NOVEMBER], PAID, on=date(2026, 12, 24)) == Decimal("800.00")


def test_a_movement_of_the_closing_day_is_in_the_statement():
    assert compute_expected_balance([OCTOBER], PAID[:1], on=date(2026, 11, 24)) == Decimal("1000.00")


def test_of_two_statements_of_one_day_the_one_given_last_counts():
    corrected = Balance(on=NOVEMBER.on, amount=Decimal("840.00"))
    assert compute_expected_balance([OCTOBER, NOVEMBER, corrected], [], on=date(2026, 12, 1)) == Decimal("840.00")


def test_a_correction_cancels_what_it_corrects():
    both = [LedgerMovement(on=date(2026, 11, 5), amount=Decimal(amount)) for amount in (100, -100)]
    assert compute_expected_balance([OCTOBER], both, on=NOVEMBER.on) == 1000


def test_a_statement_is_compared_with_what_the_movements_let_expect():
    found = gap(OCTOBER, NOVEMBER, PAID)
    assert (found.said, found.expected, found.difference) == (Decimal("830.00"), Decimal("850.00"), Decimal("-20.00"))
    more = gap(OCTOBER, Balance(on=NOVEMBER.on, amount=Decimal("1380.00")), PAID)
    assert more.difference == Decimal("530.00"), "a term of rent was not paid"


def test_a_movement_can_pay_what_the_statement_before_it_left():
    assert owed_at([OCTOBER], PAID, on=date(2026, 12, 1)) == Decimal("820.00")
    assert owed_at([OCTOBER, NOVEMBER], PAID, on=date(2026, 12, 1)) == Decimal("800.00")


def test_a_late_movement_can_pay_what_was_left_before_the_next_statement():
    assert owed_at([OCTOBER, NOVEMBER], PAID, on=date(2026, 11, 10)) == Decimal("850.00")
    assert owed_at([OCTOBER, NOVEMBER], PAID, on=date(2026, 11, 24)) == Decimal("850.00")


def test_before_any_statement_nobody_can_say_what_was_owed():
    assert owed_at([OCTOBER], PAID, on=date(2026, 10, 24)) is None


@given(paid=st.lists(st.tuples(days, sums), max_size=20), on=days)
def test_movements_that_never_exceed_what_is_owed_leave_a_debt_that_is_not_negative(paid, on):
    start = Balance(on=date(2026, 1, 1), amount=Decimal(5000))
    accepted: list[LedgerMovement] = []
    for day, amount in paid:
        owed = owed_at([start], accepted, on=day)
        if owed is not None and amount <= owed:
            accepted.append(LedgerMovement(on=day, amount=amount))
    left = compute_expected_balance([start], accepted, on=on)
    assert left is not None
    assert left >= 0
