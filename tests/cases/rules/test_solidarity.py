"""Until when a tenant who left answers for the debt: days typed by hand from the texts. Pure."""

from datetime import date

import pytest

from cases.models import LeaseDeparture
from cases.rules.reading import FaultyRules
from cases.rules.solidarity import GROUNDS, read_grounds


@pytest.mark.parametrize(
    ("ground", "event_on", "replaced", "released_on"),
    [
        # Loi n° 89-462, article 8-2: the day after the letter was first presented to the landlord.
        ("violence", date(2026, 11, 10), False, date(2026, 11, 11)),
        ("violence", date(2026, 12, 31), False, date(2027, 1, 1)),
        ("violence", date(2028, 2, 28), False, date(2028, 2, 29)),
        ("violence", None, False, None),
        # Article 8-1, VI: at the effect of the notice with a new tenant, else six months later at most.
        ("notice", date(2027, 1, 15), True, date(2027, 1, 15)),
        ("notice", date(2027, 1, 15), False, date(2027, 7, 15)),
        ("notice", date(2026, 8, 31), False, date(2027, 2, 28)),
        ("notice", None, True, None),
        # Code civil, articles 220, 262 and 515-7: from the day on which others may know of it.
        ("divorce", date(2026, 10, 2), False, date(2026, 10, 2)),
        ("divorce", None, False, None),
        ("pacs", date(2026, 10, 2), False, date(2026, 10, 2)),
        ("pacs", None, False, None),
    ],
)
def test_debts_born_from_that_day_are_no_longer_of_who_left(
    ground: str, event_on: date | None, replaced: bool, released_on: date | None
):
    assert GROUNDS[ground].find_release(event_on, replaced=replaced) == released_on


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


def test_each_ground_that_may_be_recorded_has_its_rule():
    assert set(LeaseDeparture.Ground.values) == set(GROUNDS)


def test_a_faulty_ground_is_refused():
    with pytest.raises(FaultyRules, match="confidence"):
        read_grounds([{"code": "violence", "label": "x", "event": "x", "means": "x", "proof": "x", "in_letter": "x"}])
