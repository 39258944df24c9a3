"""For how long each kind of data is kept: bounds, last contact, last day, all typed by hand."""

from datetime import date

import pytest

from cases.rules.reading import FaultyRules
from cases.rules.reduction import reduce_json
from cases.rules.retention import blur_birth, find_last_contact, is_due, load_kinds

KINDS = load_kinds()
TODAY = date(2028, 11, 30)


def test_the_law_forbids_what_is_above_its_bound_and_nobody_keeps_nothing():
    archive = KINDS["archive"]
    assert archive.find_fault(24) == archive.find_fault(6) == ""
    assert archive.find_fault(25).startswith("La durée ne peut pas dépasser 24 mois (CNIL, délibération n° 2021-028")
    assert archive.find_fault(0) == (
        "La durée ne peut pas être inférieure à 6 mois : plus courte, elle effacerait ce qui sert encore."
    )
    assert all(KINDS[kind].find_fault(0) for kind in KINDS)


def test_a_file_whose_first_limit_is_out_of_its_own_bounds_is_refused(tmp_path):
    row = 'kind = "x"\ntitle = "X"\ncounted_from = "y"\nunit = "days"\nleast = 0\nmost = 5\nreference = "z"\nconfidence = "L"'
    file = tmp_path / "limits.toml"
    file.write_text(f"[[limit]]\n{row}\nlength = 9\n")
    with pytest.raises(FaultyRules) as refused:
        load_kinds(file)
    assert refused.value.faults == ("x : La durée ne peut pas dépasser 5 jours (z).", "x : une durée d’au moins 1.")


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([], date(2026, 3, 2)),
        ([None, None], date(2026, 3, 2)),
        ([date(2026, 4, 1), date(2026, 9, 15), None], date(2026, 9, 15)),
        ([date(2025, 12, 31)], date(2026, 3, 2)),  # a letter that was received before the case
        ([date(2029, 1, 8)], TODAY),  # an appointment to come
    ],
)
def test_the_last_contact_is_the_latest_of_the_acts(acts: list[date | None], expected: date):
    assert find_last_contact(opened=date(2026, 3, 2), acts=acts, today=TODAY) == expected


@pytest.mark.parametrize(
    ("since", "on", "due"),
    [
        (date(2026, 11, 29), date(2028, 11, 29), False),
        (date(2026, 11, 29), date(2028, 11, 30), True),
        (date(2024, 2, 29), date(2026, 2, 28), False),
        (date(2024, 2, 29), date(2026, 3, 1), True),
        (date(2026, 12, 31), date(2028, 12, 31), False),
    ],
)
def test_the_last_day_of_two_years_is_still_kept(since: date, on: date, due: bool):
    assert is_due(KINDS["archive"], since=since, length=24, on=on) is due


@pytest.mark.parametrize(
    ("born", "opened", "left"),
    [
        ("1980-05-17", [date(2026, 11, 24)], "1980"),  # 46, between 40 and 60
        ("2001-11-25", [date(2026, 11, 24)], "2010"),  # 24, the day before her birthday
        ("2001-11-24", [date(2026, 11, 24)], "2000"),  # 25 that day
        ("1966", [date(2026, 11, 24)], "1970"),  # 59 for sure
        ("1986-01-01", [date(2012, 3, 1), date(2026, 11, 24)], "1980"),  # 26, then 40
        ("", [date(2026, 11, 24)], ""),
        ("1980-05-17", [], ""),
    ],
)
def test_a_round_year_of_birth_leaves_the_band_of_age(born: str, opened: list[date], left: str):
    assert blur_birth(born, opened=opened) == left


def test_of_a_value_only_codes_numbers_days_and_identifiers_are_left():
    said = {
        "reason": "not_reached", "notice": 12, "on": "2026-11-24", "words": "Mme Diallo préfère le matin", "name": "Diallo",
        "list": ["R3", "Diallo", 4], "who": "6f1c3b0e-0b8a-4a5e-9d4e-2f6f2f1d0a11", "flag": None, "rate": "12.50",
    }  # fmt: skip
    assert reduce_json(said) == {
        "reason": "not_reached", "notice": 12, "on": "2026-11-24", "list": ["R3", 4],
        "who": "6f1c3b0e-0b8a-4a5e-9d4e-2f6f2f1d0a11", "flag": None, "rate": "12.50",
    }  # fmt: skip
