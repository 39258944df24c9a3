"""What sources say of a household, and whom one believes."""

import pytest

from cases.actions import people
from cases.models import HouseholdFact
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def say(home, source, **facts):
    return people.record_facts(household=home, facts=facts, source=source, known_on=NOON.date(), at=NOON)


def known(home):
    return {fact.name: (fact.value, fact.source) for fact in HouseholdFact.objects.filter(household=home)}


def test_a_more_trusted_source_corrects_a_less_trusted_one():
    home = factories.household()
    say(home, "landlord", dependent_children=3)
    say(home, "caf", dependent_children=2)
    say(home, "professional", dependent_children=1)
    assert known(home) == {"dependent_children": (1, "professional")}


def test_a_less_trusted_source_does_not_overwrite():
    home = factories.household()
    say(home, "professional", rsa=True)
    assert say(home, "caf", rsa=False) == []
    assert known(home) == {"rsa": (True, "professional")}


def test_saying_the_same_twice_changes_nothing():
    home = factories.household()
    assert say(home, "caf", rsa=True) == ["rsa"]
    assert say(home, "caf", rsa=True) == []


def test_a_fact_may_become_unknown_again():
    home = factories.household()
    say(home, "caf", rsa=True)
    say(home, "professional", rsa=None)
    assert known(home) == {}


def test_a_person_is_found_by_a_key_without_accents_nor_apostrophes():
    home = factories.household(usual_name="N’Diaye", first_names="Zoé")
    assert home.members.get().name_key == "NDIAYE ZOE"
