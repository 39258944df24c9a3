"""The delays of overpayments and of référents: the jurists' vectors, and days counted on a calendar by hand."""

from datetime import date

import pytest

from cases.rules.catalogue import Computed, compute_deadline
from cases.rules.catalogue_reading import load_catalogue
from cases.rules.deadline_context import read_context

CATALOGUE = load_catalogue()


def last_day(code: str, start: str, **context: str) -> str:
    found = compute_deadline(CATALOGUE.rule(code), start=date.fromisoformat(start), context=read_context(context))
    assert found.legal_date
    return found.legal_date.isoformat()


@pytest.mark.parametrize(
    ("code", "context", "start", "expected"),
    [
        ("IND-01", {"operator": "caf"}, "2027-01-15", "2027-02-04"),
        ("IND-01", {"operator": "cpam"}, "2027-06-14", "2027-07-04"),  # a Sunday: nothing says that it is extended
        ("IND-01", {"operator": "cnav"}, "2027-01-15", "2027-02-04"),
        ("IND-02", {"operator": "caf"}, "2027-01-15", "2027-02-15"),
        ("IND-02", {"operator": "cnav"}, "2027-01-31", "2027-02-28"),
        ("IND-02", {"operator": "msa"}, "2026-12-31", "2027-01-31"),
        ("IND-03", {}, "2027-02-15", "2027-04-15"),
        ("IND-04", {}, "2027-01-15", "2027-01-22"),
        ("IND-05", {"benefit": "prestations_familiales"}, "2027-03-01", "2027-05-03"),
        ("IND-05", {"benefit": "prime_activite"}, "2026-12-31", "2027-03-01"),
        ("IND-05b", {"benefit": "rsa"}, "2027-06-14", "2027-08-16"),
        ("IND-05c", {"benefit": "apl"}, "2027-01-15", "2027-03-15"),
        ("IND-05d", {}, "2027-04-30", "2027-06-30"),
        ("IND-05e", {}, "2027-02-15", "2027-04-15"),
        ("IND-05f", {"benefit": "aspa"}, "2027-01-15", "2027-03-15"),
        ("IND-05f", {"benefit": "aspa"}, "2027-03-01", "2027-05-03"),  # 1 May is a holiday and a Saturday
        ("IND-05f", {"benefit": "aspa"}, "2027-12-31", "2028-02-29"),
        ("IND-06", {"benefit": "prime_activite"}, "2027-03-01", "2027-05-01"),
        ("IND-06b", {"benefit": "rsa"}, "2027-03-01", "2027-05-01"),
        ("IND-06b", {"benefit": "als"}, "2026-12-31", "2027-02-28"),
        ("IND-07", {"benefit": "rsa"}, "2027-01-15", "2027-02-15"),
        ("IND-07b", {"benefit": "rsa"}, "2027-02-15", "2027-03-15"),
        ("IND-08", {"benefit": "aah"}, "2027-03-01", "2027-05-03"),
        ("IND-08b", {"benefit": "retraite"}, "2027-06-14", "2027-08-16"),
        ("IND-09", {"benefit": "rsa"}, "2027-01-15", "2027-03-16"),
        ("IND-09b", {"benefit": "als"}, "2027-04-30", "2027-07-01"),
        ("IND-09c", {"benefit": "prime_noel"}, "2026-12-31", "2027-03-01"),
        ("IND-10", {"operator": "caf"}, "2027-01-15", "2027-02-15"),
        ("IND-10", {"operator": "cnav"}, "2028-01-31", "2028-02-29"),
        ("IND-11", {}, "2027-01-31", "2027-02-28"),
        ("IND-11b", {"benefit": "aah"}, "2027-01-15", "2027-03-15"),
        ("IND-11b", {"benefit": "ij"}, "2027-03-01", "2027-05-03"),  # 1 May is a holiday and a Saturday
        ("IND-11b", {"benefit": "retraite"}, "2026-12-31", "2027-03-01"),  # 28 February is a Sunday
        ("IND-11c", {"benefit": "aspa"}, "2027-01-15", "2027-03-15"),
        ("IND-11c", {"benefit": "aspa"}, "2027-03-01", "2027-05-03"),
        ("IND-11c", {"benefit": "aspa"}, "2026-12-31", "2027-03-01"),  # 28 February is a Sunday
        ("IND-12", {"court": "tj"}, "2026-12-31", "2027-01-15"),
        ("IND-12", {"court": "tj"}, "2027-03-01", "2027-03-16"),
        ("IND-12b", {"court": "ta"}, "2026-12-31", "2027-01-15"),  # not franc: the 18th would be too late
        ("IND-12b", {"court": "ta"}, "2027-03-01", "2027-03-16"),
        ("IND-12b", {"court": "ta"}, "2027-01-15", "2027-02-01"),  # 30 January is a Saturday
        ("IND-12b", {"court": "ta"}, "2027-04-30", "2027-05-18"),  # a Saturday, then Whit Monday
        ("IND-12b", {"court": "ta"}, "2026-12-10", "2026-12-28"),  # Christmas, then a weekend
        ("IND-12b", {"court": "ta"}, "2028-02-14", "2028-02-29"),
        ("IND-13", {}, "2027-01-15", "2027-02-15"),
        ("IND-14", {"benefit": "are"}, "2027-03-01", "2027-05-01"),
        ("IND-15", {"benefit": "are"}, "2027-01-15", "2027-03-15"),
        ("IND-15b", {"benefit": "are"}, "2027-01-15", "2027-03-15"),
        ("IND-15c", {"benefit": "are"}, "2027-01-15", "2027-03-15"),
        ("IND-16", {"benefit": "ass"}, "2027-01-15", "2027-03-15"),
        ("IND-16b", {"benefit": "ass"}, "2027-01-15", "2027-03-15"),
        ("IND-16b", {"benefit": "ass"}, "2027-03-01", "2027-05-03"),  # 1 May is a holiday and a Saturday
        ("IND-16b", {"benefit": "ass"}, "2027-12-31", "2028-02-29"),
        ("IND-16", {"benefit": "prime_noel", "operator": "france_travail"}, "2027-01-15", "2027-03-15"),
        # not extended
        ("IND-16", {"benefit": "prime_noel", "operator": "france_travail"}, "2027-03-01", "2027-05-01"),
        ("IND-16", {"benefit": "prime_noel", "operator": "france_travail"}, "2027-12-31", "2028-02-29"),
        ("IND-16b", {"benefit": "prime_noel", "operator": "france_travail"}, "2027-03-01", "2027-05-03"),
        ("IND-17", {"operator": "france_travail"}, "2027-01-15", "2027-02-15"),
        ("IND-17b", {"operator": "caf"}, "2027-01-15", "2027-02-15"),
        ("IND-17b", {"operator": "cpam"}, "2027-01-15", "2027-02-15"),
        ("IND-32", {"operator": "caf", "benefit": "aah"}, "2027-01-15", "2027-03-15"),
        ("IND-32", {"operator": "cpam", "benefit": "ij"}, "2026-12-31", "2027-03-01"),  # 28 February is a Sunday
        ("IND-32", {"operator": "cnav", "benefit": "retraite"}, "2027-12-31", "2028-02-29"),
        ("IND-32b", {"operator": "caf", "benefit": "rsa"}, "2027-01-15", "2027-03-15"),
        # 1 May is a holiday and a Saturday
        ("IND-32b", {"operator": "department", "benefit": "rsa"}, "2027-03-01", "2027-05-03"),
        ("IND-32b", {"operator": "msa", "benefit": "rsa"}, "2027-12-31", "2028-02-29"),
        ("IND-32c", {"operator": "france_travail", "benefit": "are"}, "2027-01-15", "2027-03-15"),
        ("IND-32c", {"operator": "france_travail", "benefit": "ass"}, "2027-03-01", "2027-05-01"),
        ("IND-32c", {"operator": "france_travail", "benefit": "ass"}, "2027-12-31", "2028-02-29"),
        ("IND-32d", {"operator": "france_travail", "benefit": "are"}, "2027-01-15", "2027-03-15"),
        ("IND-32d", {"operator": "france_travail", "benefit": "ass"}, "2027-03-01", "2027-05-03"),
        ("IND-32d", {"operator": "france_travail", "benefit": "ass"}, "2027-12-31", "2028-02-29"),
        ("IND-21", {"benefit": "c2s"}, "2027-01-15", "2027-03-15"),
        ("IND-21", {"benefit": "c2s"}, "2026-12-31", "2027-02-28"),  # a Sunday: nothing says that it is extended
        ("IND-21", {"benefit": "c2s"}, "2027-12-30", "2028-02-29"),
        ("IND-22", {"benefit": "apl"}, "2027-01-15", "2027-03-15"),
        ("IND-22", {"benefit": "rsa"}, "2027-03-01", "2027-05-01"),
        ("IND-22b", {"benefit": "c2s"}, "2027-01-15", "2027-03-15"),
        ("IND-23", {"benefit": "rsa"}, "2027-01-15", "2027-03-15"),
        ("IND-23", {"benefit": "als"}, "2027-03-01", "2027-05-03"),
        ("IND-23", {"benefit": "alf"}, "2026-12-31", "2027-03-01"),
        ("IND-23b", {"benefit": "apl"}, "2027-06-14", "2027-08-16"),  # a Saturday, then 15 August
        ("IND-22", {"benefit": "aah"}, "2027-01-15", "2027-03-15"),
        # nothing says that it is extended
        ("IND-22", {"benefit": "prestations_familiales"}, "2027-03-01", "2027-05-01"),
        ("IND-22", {"benefit": "are"}, "2027-12-31", "2028-02-29"),
        ("IND-24", {"benefit": "aah"}, "2027-01-15", "2027-03-15"),
        ("IND-24", {"benefit": "prime_activite"}, "2027-03-01", "2027-05-03"),
        ("IND-24", {"benefit": "c2s"}, "2026-12-31", "2027-03-01"),
        ("IND-24b", {"benefit": "prestations_familiales"}, "2027-01-15", "2027-03-15"),
        ("IND-24b", {"benefit": "ij"}, "2027-06-14", "2027-08-16"),  # a Saturday, then 15 August
        ("IND-24b", {"benefit": "aah"}, "2027-04-30", "2027-06-30"),
        ("IND-24c", {"benefit": "ass"}, "2027-01-15", "2027-03-15"),
        ("IND-24c", {"benefit": "ass"}, "2027-03-01", "2027-05-01"),  # not extended
        ("IND-24c", {"benefit": "ass"}, "2027-12-31", "2028-02-29"),
        ("IND-24d", {"benefit": "ass"}, "2027-01-15", "2027-03-15"),
        ("IND-24d", {"benefit": "ass"}, "2027-06-14", "2027-08-14"),  # not extended
        ("IND-24d", {"benefit": "ass"}, "2026-12-31", "2027-02-28"),
        ("IND-24e", {"benefit": "aah"}, "2027-01-15", "2027-03-15"),
        ("IND-24e", {"benefit": "prime_activite"}, "2027-03-01", "2027-05-03"),
        ("IND-24e", {"benefit": "c2s"}, "2026-12-31", "2027-03-01"),
        ("IND-25", {"benefit": "aah"}, "2027-01-15", "2027-03-15"),
        ("IND-25", {"benefit": "prime_activite"}, "2027-03-01", "2027-05-01"),  # nothing says that it is extended
        ("IND-25", {"benefit": "c2s"}, "2027-12-31", "2028-02-29"),
        ("IND-26", {"benefit": "aah"}, "2027-01-15", "2027-03-15"),
        ("IND-26", {"benefit": "ij"}, "2027-03-22", "2027-05-24"),  # 22 May is a Saturday
        ("IND-26", {"benefit": "c2s"}, "2027-12-31", "2028-02-29"),
        ("IND-26b", {"benefit": "prestations_familiales"}, "2027-03-18", "2027-05-18"),
        ("IND-26b", {"benefit": "aah"}, "2027-03-01", "2027-05-03"),
        ("IND-26b", {"benefit": "ij"}, "2026-12-31", "2027-03-01"),
        ("IND-26c", {"benefit": "retraite"}, "2026-12-10", "2027-02-10"),
        ("IND-26c", {"benefit": "retraite"}, "2027-03-01", "2027-05-03"),
        ("IND-26c", {"benefit": "retraite"}, "2027-12-31", "2028-02-29"),
        ("IND-26d", {"benefit": "retraite"}, "2027-01-15", "2027-03-15"),
        ("IND-26d", {"benefit": "retraite"}, "2027-06-14", "2027-08-16"),
        ("IND-26d", {"benefit": "retraite"}, "2026-12-31", "2027-03-01"),
        ("IND-27", {"benefit": "ass"}, "2027-01-15", "2027-03-15"),
        ("IND-27", {"benefit": "prime_activite"}, "2027-03-22", "2027-05-24"),
        ("IND-27", {"benefit": "ass"}, "2027-12-31", "2028-02-29"),
        ("IND-27b", {"benefit": "prime_activite"}, "2027-03-18", "2027-05-18"),
        ("IND-27b", {"benefit": "prime_activite"}, "2027-03-01", "2027-05-03"),
        ("IND-27b", {"benefit": "prime_activite"}, "2026-12-31", "2027-03-01"),
        ("IND-28", {"operator": "caf"}, "2027-01-15", "2027-02-04"),
        ("IND-28", {"operator": "cpam"}, "2027-06-14", "2027-07-04"),  # a Sunday: nothing says that it is extended
        ("IND-28", {"operator": "cnav"}, "2028-02-10", "2028-03-01"),
        ("IND-29", {}, "2027-01-15", "2027-02-15"),
        ("IND-29", {}, "2027-01-31", "2027-02-28"),
        ("IND-29", {}, "2028-01-31", "2028-02-29"),
        ("IND-30", {"benefit": "rsa"}, "2027-01-15", "2027-03-15"),
        ("IND-30", {"benefit": "als"}, "2027-03-01", "2027-05-03"),
        ("IND-30", {"benefit": "retraite"}, "2026-12-31", "2027-03-01"),
        ("IND-31", {}, "2027-01-15", "2027-03-15"),
        ("IND-31", {}, "2027-03-01", "2027-05-03"),
        ("IND-31", {}, "2027-12-31", "2028-02-29"),
        ("IND-31b", {}, "2027-01-15", "2027-03-15"),
        ("IND-31b", {}, "2027-06-14", "2027-08-16"),
        ("IND-31b", {}, "2026-12-31", "2027-03-01"),
        ("IND-18", {}, "2027-01-15", "2027-03-15"),
        ("IND-19", {"benefit": "rsa"}, "2024-03-10", "2026-03-10"),
        ("IND-19", {"benefit": "are"}, "2024-03-10", "2027-03-10"),
        ("IND-19", {"benefit": "ass"}, "2024-03-10", "2029-03-10"),
    ],
)
def test_the_last_day_of_each_rule_of_overpayments(code: str, context: dict[str, str], start: str, expected: str):
    assert last_day(code, start, **context) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("REF-ANSWER", "2026-12-01"),
        ("REF-INFORM", "2026-12-09"),
        ("REF-CHOOSE", "2026-12-01"),
        ("REF-COORDINATE", "2026-12-01"),
        ("REF-AGREE", "2026-12-09"),
        ("REF-REVIEW", "2027-05-24"),
        ("REF-REVIEW-NEXT", "2027-05-24"),
        ("REF-INACTIVE", "2027-01-23"),
        ("REF-HANDOVER", "2026-12-01"),
        ("REF-OVERLAP", "2026-12-24"),
        ("REF-VACANCY", "2026-12-08"),
        ("REF-VACANCY-COORDINATOR", "2026-12-08"),
    ],
)
def test_the_last_day_of_each_clock_of_a_referent(code: str, expected: str):
    assert last_day(code, "2026-11-24") == expected


def of_the_last_day_of_2026(code: str, **context: str) -> Computed:
    return compute_deadline(CATALOGUE.rule(code), start=date(2026, 12, 31), context=read_context(context))


@pytest.mark.parametrize("court", ["tj", "ta"])
def test_an_opposition_has_the_same_last_day_before_either_court_and_one_rule_alone(court: str):
    found = [of_the_last_day_of_2026(code, court=court) for code in ("IND-12", "IND-12b")]
    (counted,) = [each for each in found if each.applies]
    assert (counted.legal_date, counted.safe_date) == (date(2027, 1, 15), date(2027, 1, 6))


@pytest.mark.parametrize("code", ["IND-12", "IND-12b"])
def test_an_opposition_whose_court_is_not_known_has_its_day_all_the_same_to_be_verified(code: str):
    found = of_the_last_day_of_2026(code)
    assert (found.applies, found.legal_date) == (None, date(2027, 1, 15))


def test_the_safe_date_of_a_rectification_keeps_five_working_days():
    context = read_context({"operator": "caf"})
    found = compute_deadline(CATALOGUE.rule("IND-01"), start=date(2027, 1, 15), context=context)
    assert found.safe_date == date(2027, 1, 28)
    assert found.article == "CSS R133-9-2, I, 2°, a ; pensions : CSS L355-3"


@pytest.mark.parametrize(
    ("code", "context", "applies"),
    [
        ("IND-01", {"operator": "france_travail"}, False),  # it knows no rectification
        # What it claims for the State goes to its mediator and not to the court at once.
        ("IND-09c", {"benefit": "prime_noel", "operator": "france_travail"}, False),
        ("IND-16", {"benefit": "prime_noel", "operator": "france_travail"}, True),
    ],
)
def test_france_travail_has_its_own_ways(code: str, context: dict[str, str], applies: bool):
    assert of_the_last_day_of_2026(code, **context).applies is applies


def test_what_was_not_read_in_the_text_is_to_be_verified():
    doubtful = {rule.code for rule in CATALOGUE.rules if rule.confidence != "H" and rule.code.startswith("IND-")}
    assert doubtful == {
        "IND-05b", "IND-05c", "IND-05f", "IND-07", "IND-07b", "IND-09", "IND-09b", "IND-09c", "IND-11c", "IND-12b", "IND-15b", "IND-15c", "IND-16",
        "IND-16b", "IND-18", "IND-19", "IND-22", "IND-23", "IND-23b", "IND-24", "IND-24b", "IND-24c", "IND-24d", "IND-24e",
            "IND-25",
        "IND-26", "IND-26b", "IND-26c", "IND-26d", "IND-27", "IND-27b", "IND-30", "IND-31", "IND-31b",
        "IND-32", "IND-32b", "IND-32c", "IND-32d",
    }  # fmt: skip


def test_a_month_after_the_opinion_of_the_commission_no_silence_decides():
    """Only CRPA L411-7 makes the silence of the département a rejection, two months after the recourse."""
    assert CATALOGUE.rule("IND-07b").silence == ""
    assert CATALOGUE.rule("IND-06b").silence == "recourse_rejected_silently"
