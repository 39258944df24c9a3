"""docs/droit.md is what this release says of the law."""

from datetime import date

from django.conf import settings

from cases.rules.law import load_readings
from workflows.queries.law import released_statements
from workflows.queries.law_page import write_page


def test_the_page_of_the_documentation_is_up_to_date():
    kept = (settings.BASE_DIR / "docs" / "droit.md").read_text(encoding="utf-8")
    assert kept == write_page(), "run `manage.py write_law`, and look at the difference"


def test_each_statement_is_known_once_by_its_code():
    keys = [(each.catalogue, each.code) for each in released_statements()]
    assert len(keys) == len(set(keys))


def test_a_reading_names_a_statement_that_exists():
    known = {(each.catalogue, each.code) for each in released_statements()}
    assert sorted(load_readings().read_on.keys() - known) == []


def test_a_letter_of_the_tenant_is_read_on_the_day_that_it_says_itself():
    said = {
        each.code: date.fromisoformat(each.row["read_on"])
        for each in released_statements()
        if each.catalogue == "tenant_letters" and "read_on" in each.row
    }
    assert len(said) == 8
    assert {code: load_readings().read_on.get(("tenant_letters", code)) for code in said} == said


def test_every_text_that_is_said_to_be_read_in_the_law_names_its_article():
    """Those of the partnership’s own routing rest on no article."""
    unsourced = [
        each.code
        for each in released_statements()
        if each.confidence == "H" and not each.reference and each.kind != "orientation"
    ]
    assert unsourced == []
