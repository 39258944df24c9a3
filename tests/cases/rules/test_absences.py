"""Work is dealt out among substitutes: vectors typed by hand."""

from datetime import date

import pytest

from cases.rules.absences import CaseToLookAfter, comes_back, deal_out_cases, even_out, in_order, round_of

ROKIA, JULIEN, AMANDINE = 1, 2, 3


def charge(case: int, due_on: date | None = None) -> CaseToLookAfter:
    return CaseToLookAfter(case=case, due_on=due_on)


SIX = [
    charge(101, date(2026, 12, 20)),
    charge(102, date(2026, 12, 1)),
    charge(103),
    charge(104, date(2026, 11, 25)),
    charge(105, date(2026, 12, 8)),
    charge(106),
]


def test_the_nearest_date_comes_first_and_none_at_all_last():
    assert [each.case for each in in_order(SIX)] == [104, 102, 105, 101, 103, 106]


def test_one_substitute_takes_everything():
    assert deal_out_cases(SIX, loads={ROKIA: 40}) == dict.fromkeys((101, 102, 103, 104, 105, 106), ROKIA)


def test_two_substitutes_with_as_much_take_in_turn_the_nearest_date_first():
    assert deal_out_cases(SIX, loads={ROKIA: 10, JULIEN: 10}) == {
        104: ROKIA, 102: JULIEN, 105: ROKIA, 101: JULIEN, 103: ROKIA, 106: JULIEN,
    }  # fmt: skip


def test_who_has_less_takes_more_and_the_near_dates_are_shared_all_the_same():
    """8 + 5 = 13 and 12 + 1 = 13."""
    assert deal_out_cases(SIX, loads={ROKIA: 12, JULIEN: 8}) == {
        104: ROKIA, 102: JULIEN, 105: JULIEN, 101: JULIEN, 103: JULIEN, 106: JULIEN,
    }  # fmt: skip


def test_who_has_far_more_takes_nothing():
    assert set(deal_out_cases(SIX, loads={ROKIA: 30, JULIEN: 8}).values()) == {JULIEN}


def test_three_substitutes():
    """3, 4 and 6 become 7, 6 and 6; of the seventh, who comes first in the order."""
    assert even_out(6, {ROKIA: 3, JULIEN: 4, AMANDINE: 6}) == {ROKIA: 4, JULIEN: 2, AMANDINE: 0}
    assert even_out(9, {ROKIA: 3, JULIEN: 4, AMANDINE: 6}) == {ROKIA: 5, JULIEN: 3, AMANDINE: 1}
    assert round_of({ROKIA: 5, JULIEN: 3, AMANDINE: 1}) == [1, 2, 3, 1, 2, 1, 2, 1, 1]


def test_what_was_chosen_stands_and_counts():
    """The two that Rokia was given leave Julien three of the four others."""
    assert deal_out_cases(SIX, loads={ROKIA: 5, JULIEN: 5}, chosen={101: ROKIA, 106: ROKIA}) == {
        101: ROKIA, 106: ROKIA, 104: ROKIA, 102: JULIEN, 105: JULIEN, 103: JULIEN,
    }  # fmt: skip


def test_a_case_may_be_left_to_nobody():
    dealt = deal_out_cases(SIX[:2], loads={ROKIA: 0}, chosen={101: None})
    assert dealt == {101: None, 102: ROKIA}


def test_without_substitute_nobody_takes_anything():
    assert deal_out_cases(SIX[:2], loads={}) == {101: None, 102: None}


def test_nothing_to_deal():
    assert deal_out_cases([], loads={ROKIA: 3}) == {}


@pytest.mark.parametrize(
    ("replaced_by", "circle"),
    [
        ({}, False),
        ({JULIEN: [AMANDINE]}, False),
        ({JULIEN: [ROKIA]}, True),
        ({JULIEN: [AMANDINE], AMANDINE: [ROKIA]}, True),
        ({AMANDINE: [JULIEN, AMANDINE]}, False),
    ],
    ids=["nobody else is away", "a chain", "each other", "all three", "a circle of others"],
)
def test_a_circle_is_seen_whatever_its_length(replaced_by, circle):
    """Rokia would be replaced by Julien."""
    assert comes_back(ROKIA, to=JULIEN, replaced_by=replaced_by) is circle
