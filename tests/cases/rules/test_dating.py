"""Facts that cannot both bear their days."""

from datetime import date

import pytest

from cases.rules import dating
from cases.rules.catalogue import InvalidCatalogue
from cases.rules.dating import Disorder, Order, disorder
from cases.rules.tracks import Fact

ORDER = Order(
    comes_after={"refused": frozenset({"asked"}), "signed": frozenset({"agreed"})}, recurs=frozenset({"asked"})
)
FIRST, SECOND = date(2027, 2, 1), date(2027, 3, 1)


def test_an_answer_is_not_earlier_than_what_it_answers():
    found = disorder(Fact("refused", FIRST), [Fact("asked", SECOND)], order=ORDER)
    assert found == Disorder(answer=Fact("refused", FIRST), asked=Fact("asked", SECOND))
    assert disorder(Fact("refused", SECOND), [Fact("asked", FIRST)], order=ORDER) is None
    assert disorder(Fact("refused", FIRST), [Fact("asked", FIRST)], order=ORDER) is None
    assert disorder(Fact("refused", FIRST), [Fact("agreed", SECOND)], order=ORDER) is None


def test_a_correction_does_not_put_it_after_its_answer():
    found = disorder(Fact("agreed", SECOND), [Fact("signed", FIRST)], order=ORDER)
    assert found == Disorder(answer=Fact("signed", FIRST), asked=Fact("agreed", SECOND))


def test_what_may_happen_again_may_follow_an_earlier_answer():
    assert disorder(Fact("asked", SECOND), [Fact("refused", FIRST)], order=ORDER) is None


def test_an_earlier_procedure_contradicts_nothing():
    ended = date(2027, 2, 15)
    assert disorder(Fact("refused", FIRST), [Fact("asked", SECOND)], order=ORDER, since=ended) is None


def test_the_order_of_the_files_names_known_facts():
    assert dating.order().comes_after["police_refused"] == {"police_requested"}
    with pytest.raises(InvalidCatalogue, match="unheard_of"):
        dating.read_order({"milestones": {"asked": "Demandé"}, "comes_after": {"unheard_of": ["asked"]}, "recurs": []})
