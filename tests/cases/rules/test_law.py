"""On which day the text behind each rule was read: said once, and never of what an excerpt alone was read of."""

from datetime import date

from cases.rules.law import REFERENCE, load_readings
from cases.rules.protections import PROTECTIONS
from cases.rules.reading import read_toml
from cases.rules.rent_checks import read_rent_checks
from cases.rules.solidarity import GROUNDS
from cases.rules.tenant_letters import read_tenant_letters

DAY = date(2026, 11, 29)


def days_of(catalogue: str) -> dict[str, date]:
    return {code: day for (known, code), day in load_readings().read_on.items() if known == catalogue}


def test_of_the_checks_of_a_debt_two_texts_were_read():
    assert days_of("rent_checks") == {"aid_withheld": DAY, "three_years": DAY}


def test_what_was_not_read_is_to_be_verified():
    rows = read_rent_checks(read_toml(REFERENCE / "rent_checks.toml")).values()
    assert [row.code for row in rows if not row.is_to_be_verified and row.code not in days_of("rent_checks")] == []
    assert [row.code for row in GROUNDS.values() if not row.is_to_be_verified and row.read_on is None] == []


def test_a_file_that_says_the_day_of_a_row_says_what_the_readings_say():
    letters = read_tenant_letters(read_toml(REFERENCE / "letters_tenant.toml")).letters
    assert days_of("solidarity") == {"violence": DAY}
    assert days_of("protections") == {"tutelle": DAY, "curatelle": DAY, "curatelle_renforcee": DAY}
    for catalogue, rows in (("solidarity", GROUNDS), ("protections", PROTECTIONS)):
        assert {code: row.read_on for code, row in rows.items() if row.read_on} == days_of(catalogue)
    read = {code: day for code, day in days_of("tenant_letters").items() if code in letters}
    assert {code: letter.read_on for code, letter in letters.items() if letter.read_on} == read
    assert "judge_solidarity" not in read
