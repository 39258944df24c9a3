"""Participations: one a structure, with a cause, a level and a basis, ended at once."""

import pytest

from cases.actions import sharing
from cases.models import JournalEntry, Participation
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return factories.reported()


def support(case, level="card"):
    return sharing.take_part(
        case=case, structure=factories.structure("ccas-grigny"), part="support", level=level, at=NOON
    )


def lines(case):
    kinds = JournalEntry.objects.filter(case=case, structure__code="ccas-grigny").order_by("pk")
    return list(kinds.values_list("kind", flat=True))


def test_taking_part_twice_is_taking_part_once(case):
    assert support(case) == support(case)
    assert lines(case) == ["sharing.started"]


def test_another_level_changes_the_participation(case):
    support(case)
    support(case, level="full")
    assert Participation.objects.get(case=case, structure__code="ccas-grigny").level == "full"
    assert lines(case) == ["sharing.started", "sharing.changed"]


def test_an_ended_participation_stays_in_history_and_may_start_again(case):
    support(case)
    sharing.end_sharing(case=case, structure=factories.structure("ccas-grigny"), at=NOON)
    support(case)
    assert Participation.objects.filter(case=case, structure__code="ccas-grigny").count() == 2
    assert lines(case) == ["sharing.started", "sharing.ended", "sharing.started"]


def test_ending_what_was_not_shared_says_nothing(case):
    sharing.end_sharing(case=case, structure=factories.structure("ccas-grigny"), at=NOON)
    assert lines(case) == []


def test_each_participation_says_its_legal_basis(case):
    assert support(case).get_basis_display().startswith("prévention des expulsions")


def test_a_new_participation_knows_the_next_date_of_the_case(case):
    first = Participation.objects.get(case=case, structure__code="caf-91-pilotage")
    new = Participation.objects.get(pk=support(case).pk)
    assert new.next_due_on == first.next_due_on is not None
