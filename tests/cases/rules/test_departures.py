"""Who takes over what when somebody leaves for good."""

from datetime import date

from cases.rules.departures import CaseToLeave, deal_for_good

NADIA, ROKIA, JULIEN = 1, 2, 3


def charge(case: int, *able: int, day: int | None = None, home: int = 0) -> CaseToLeave:
    return CaseToLeave(case=case, home=home or case, due_on=date(2026, 12, day) if day else None, able=able)


def test_the_nearest_date_is_dealt_first_each_to_who_has_the_least():
    charges = [charge(10, ROKIA, JULIEN, day=20), charge(11, ROKIA, JULIEN, day=3), charge(12, ROKIA, JULIEN)]
    assert list(deal_for_good(charges, loads={ROKIA: 4, JULIEN: 5}).items()) == [
        (11, ROKIA),
        (10, ROKIA),
        (12, JULIEN),
    ]


def test_nothing_goes_to_who_may_not_take_it():
    charges = [charge(10, JULIEN, day=3), charge(11, day=4)]
    assert deal_for_good(charges, loads={ROKIA: 0, JULIEN: 30}) == {10: JULIEN, 11: None}


def test_what_is_of_one_home_stays_together_with_who_may():
    charges = [
        charge(10, ROKIA, JULIEN, day=3, home=7),
        charge(11, ROKIA, JULIEN, day=9, home=7),
        charge(12, JULIEN, home=7),
    ]
    assert deal_for_good(charges, loads={ROKIA: 0, JULIEN: 0}) == {10: ROKIA, 11: ROKIA, 12: JULIEN}


def test_what_was_chosen_stands_counts_and_draws_the_home_with_it():
    charges = [
        charge(10, ROKIA, JULIEN, day=3, home=7),
        charge(11, ROKIA, JULIEN, day=9, home=7),
        charge(12, ROKIA, JULIEN),
    ]
    found = deal_for_good(charges, loads={ROKIA: 0, JULIEN: 1}, chosen={11: JULIEN, 12: None})
    assert found == {10: JULIEN, 11: JULIEN, 12: None}


def test_without_colleagues_nothing_is_dealt():
    assert deal_for_good([charge(10, ROKIA)], loads={}) == {10: None}
