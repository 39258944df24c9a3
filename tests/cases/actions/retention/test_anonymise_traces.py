"""What a household leaves in the traces once it is anonymised: seals that hold, and no line that leads to a person."""

from datetime import timedelta

import pytest
import time_machine

from cases.actions import people, seals
from cases.actions.merging.merge import merge_people
from cases.actions.merging.unmerge import CannotUnmerge, unmerge
from cases.actions.retention.anonymise import anonymise_household, redact_journal
from cases.models import Beneficiary, Household, JournalEntry, Merge
from tests import factories
from tests.cases.actions.test_administrators_at_once import second_of
from tests.factories import NOON

LATER = NOON + timedelta(days=2)


def holder_of(home: Household) -> Beneficiary:
    return home.memberships.get(position="holder", until=None).beneficiary


def known_twice() -> tuple[Household, Beneficiary, Merge, Household]:
    """A household with a case, its holder, whose two records are one, and the other household in which she lives."""
    home, other = factories.reported().household, factories.household()
    kept, absorbed = holder_of(home), holder_of(other)
    merge, _ = merge_people(
        kept=kept,
        absorbed=absorbed,
        choices={},
        households=(home, other),
        at=NOON,
        by=factories.member("mds-grigny"),
        structure=factories.structure("mds-grigny"),
    )
    living = factories.household()
    living.memberships.create(beneficiary=kept, position="other")
    return home, kept, merge, living


@pytest.mark.django_db
def test_the_seals_still_hold_once_the_lines_of_a_household_have_lost_whom_they_named():
    with time_machine.travel(NOON, tick=False):
        home, kept, _, _ = known_twice()
        case = home.cases.get()
        people.correct_person(person=kept, changes={"phone": "0611223344"}, case=case, at=NOON)
        people.add_member(household=home, person=factories.person(), position="child", case=case, at=NOON)
        people.add_member(household=home, person=factories.person(), position="child", at=NOON)
    after = (NOON + timedelta(days=1)).replace(hour=6)
    assert seals.seal_closed_days(at=after)
    named = JournalEntry.objects.filter(data__has_any_keys=["person", "absorbed", "merge"])
    assert {line.kind for line in named} >= {
        "person.recorded",
        "person.corrected",
        "person.merged",
        "household.merged",
    }
    anonymise_household(household=home, by=None, at=LATER)
    assert redact_journal() > 3
    assert seals.verify(at=after).fault is None


@pytest.mark.django_db
@pytest.mark.usefixtures("at_noon")
def test_a_line_without_a_case_no_longer_leads_from_an_anonymised_household_to_who_lives_elsewhere():
    home, stays = factories.reported().household, factories.household()
    them = [(place, factories.person()) for place in (home, stays)]
    for place, someone in them:
        people.add_member(household=place, person=someone, position="child", at=NOON)
    anonymise_household(household=home, by=None, at=LATER)
    redact_journal()
    lines = JournalEntry.objects.filter(kind="person.recorded", case=None, data__has_key="person")
    assert [line.data for line in lines] == [{"household": stays.pk, "person": them[1][1].pk}]
    assert JournalEntry.objects.filter(kind="person.recorded", case=None, data={"household": home.pk}).exists()
    assert redact_journal() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("at_noon")
def test_a_merge_that_lost_its_household_is_not_undone():
    home, kept, merge, _ = known_twice()
    anonymise_household(household=home, by=None, at=LATER)
    merge.refresh_from_db()
    assert (merge.kept_person, merge.kept_household) == (kept, None)
    with pytest.raises(CannotUnmerge, match="anonymisé : elle ne peut plus être défaite"):
        unmerge(merge=merge, at=LATER, by=merge.by, structure=merge.structure)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("at_noon")
def test_of_two_households_of_one_person_anonymised_at_once_the_second_erases_her():
    one, other = factories.household(), factories.household()
    someone = holder_of(one)
    other.memberships.create(beneficiary=someone, position="other")
    second_of(
        lambda: anonymise_household(household=one, by=None, at=LATER),
        lambda: anonymise_household(household=other, by=None, at=LATER),
    )
    someone.refresh_from_db()
    assert someone.usual_name == "(effacé)"
