"""Until when a tenant who left answers for the debt: days typed by hand from the texts. Pure."""

from datetime import date
from decimal import Decimal

import pytest

from cases.models import LeaseDeparture
from cases.rules.lease_shares import part_of
from cases.rules.reading import FaultyRules
from cases.rules.solidarity import GROUNDS, read_grounds


@pytest.mark.parametrize(
    ("ground", "event_on", "replaced_on", "released_on"),
    [
        # Loi n° 89-462, article 8-2: the day after the letter was first presented to the landlord.
        ("violence", date(2026, 11, 10), None, date(2026, 11, 11)),
        ("violence", date(2026, 12, 31), None, date(2027, 1, 1)),
        ("violence", date(2028, 2, 28), None, date(2028, 2, 29)),
        ("violence", None, None, None),
        ("violence", date(2026, 11, 10), date(2026, 11, 2), date(2026, 11, 11)),
        # Article 8-1, VI: at the effect of the notice, or when a new tenant comes, if later; six months later at most.
        ("notice", date(2027, 1, 15), date(2027, 1, 10), date(2027, 1, 15)),
        ("notice", date(2027, 1, 15), date(2027, 1, 15), date(2027, 1, 15)),
        ("notice", date(2027, 1, 15), date(2027, 4, 15), date(2027, 4, 15)),
        ("notice", date(2027, 1, 15), date(2027, 9, 1), date(2027, 7, 15)),
        ("notice", date(2027, 1, 15), None, date(2027, 7, 15)),
        ("notice", date(2026, 8, 31), None, date(2027, 2, 28)),
        ("notice", None, date(2027, 1, 10), None),
        # Code civil, articles 220, 262 and 515-7: from the day on which others may know of it.
        ("divorce", date(2026, 10, 2), None, date(2026, 10, 2)),
        ("divorce", None, None, None),
        ("pacs", date(2026, 10, 2), None, date(2026, 10, 2)),
        ("pacs", None, None, None),
    ],
)
def test_debts_born_from_that_day_are_no_longer_of_who_left(
    ground: str, event_on: date | None, replaced_on: date | None, released_on: date | None
):
    assert GROUNDS[ground].find_release(event_on, replaced_on=replaced_on) == released_on


@pytest.mark.parametrize(
    ("ground", "article", "confidence"),
    [
        ("violence", "Loi n° 89-462, article 8-2", "M"),
        ("notice", "Loi n° 89-462, article 8-1, VI", "M"),
        ("divorce", "Code civil, articles 220, 262 et 1751", "L"),
        ("pacs", "Code civil, articles 515-4 et 515-7", "L"),
    ],
)
def test_each_ground_says_its_text_and_is_to_be_verified(ground: str, article: str, confidence: str):
    rule = GROUNDS[ground]
    assert (rule.reference, rule.confidence, rule.is_to_be_verified) == (article, confidence, True)


def test_a_text_that_nobody_read_bears_no_date():
    read = {code: rule.read_on for code, rule in GROUNDS.items()}
    assert read == {"violence": date(2026, 11, 29), "notice": None, "divorce": None, "pacs": None}


def test_violence_is_that_of_the_other_of_a_couple():
    rule = GROUNDS["violence"]
    assert "conjoint, partenaire de pacs, concubin notoire" in rule.means
    assert "enfant qui vit habituellement avec la personne" in rule.means
    assert "condamnation pénale de celui-ci" in rule.proof


@pytest.mark.parametrize(
    ("ground", "meanwhile"),
    [
        ("violence", "tenu de toute la dette s’ils sont mariés ou pacsés, ou si le bail le dit ; sinon, de sa part"),
        ("notice", "tenu de toute la dette si le bail le dit ; sinon, de sa part"),
        ("divorce", "tenu de toute la dette"),
        ("pacs", "tenu de toute la dette"),
    ],
)
def test_who_is_not_solidary_owes_his_part_alone(ground: str, meanwhile: str):
    assert GROUNDS[ground].meanwhile == meanwhile


def test_each_ground_that_may_be_recorded_has_its_rule():
    assert set(LeaseDeparture.Ground.values) == set(GROUNDS)


def test_a_faulty_ground_is_refused():
    with pytest.raises(FaultyRules, match="confidence"):
        read_grounds([{"code": "violence", "label": "x", "event": "x", "means": "x", "proof": "x", "in_letter": "x"}])


@pytest.mark.parametrize(
    ("balance", "percent", "owed"),
    [("1240.55", "40", "496.22"), ("100.05", "50", "50.03"), ("2120", "33.33", "706.60"), ("2120", "100", "2120.00")],
)
def test_a_part_is_of_the_debt_to_the_cent(balance: str, percent: str, owed: str):
    assert part_of(Decimal(balance), Decimal(percent)) == Decimal(owed)
