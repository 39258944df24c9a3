"""Facts that cannot both bear their days."""

from datetime import date

import pytest

from cases.rules import fact_order
from cases.rules.fact_order import Disorder, FactOrder, find_disorder
from cases.rules.reading import FaultyRules
from cases.rules.tracks import DatedFact

ORDER = FactOrder(
    comes_after={"refused": frozenset({"asked"}), "signed": frozenset({"agreed"})}, recurs=frozenset({"asked"})
)
FIRST, SECOND = date(2027, 2, 1), date(2027, 3, 1)


def test_an_answer_is_not_earlier_than_what_it_answers():
    found = find_disorder(DatedFact("refused", FIRST), [DatedFact("asked", SECOND)], order=ORDER)
    assert found == Disorder(answer=DatedFact("refused", FIRST), asked=DatedFact("asked", SECOND))
    assert find_disorder(DatedFact("refused", SECOND), [DatedFact("asked", FIRST)], order=ORDER) is None
    assert find_disorder(DatedFact("refused", FIRST), [DatedFact("asked", FIRST)], order=ORDER) is None
    assert find_disorder(DatedFact("refused", FIRST), [DatedFact("agreed", SECOND)], order=ORDER) is None


def test_a_correction_does_not_put_it_after_its_answer():
    found = find_disorder(DatedFact("agreed", SECOND), [DatedFact("signed", FIRST)], order=ORDER)
    assert found == Disorder(answer=DatedFact("signed", FIRST), asked=DatedFact("agreed", SECOND))


def test_what_may_happen_again_may_follow_an_earlier_answer():
    assert find_disorder(DatedFact("asked", SECOND), [DatedFact("refused", FIRST)], order=ORDER) is None


def test_an_earlier_procedure_contradicts_nothing():
    ended = date(2027, 2, 15)
    assert find_disorder(DatedFact("refused", FIRST), [DatedFact("asked", SECOND)], order=ORDER, since=ended) is None


def test_the_order_of_the_files_names_known_facts():
    assert fact_order.load_fact_order().comes_after["police_refused"] == {"police_requested"}
    with pytest.raises(FaultyRules, match="unheard_of"):
        fact_order.read_order(
            {"milestones": {"asked": "Demandé"}, "comes_after": {"unheard_of": ["asked"]}, "recurs": []}
        )
