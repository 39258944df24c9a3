"""The qualification form: what is missing comes first, what is known is shown with its source, unknown stays unknown."""

import pytest
import time_machine

from tests import factories
from tests.factories import NOON
from tests.workflows.walk import Walk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def form_of(walk: Walk, data=None):
    task = walk.task("qualify")
    return task.step.form_class(data, task=task, user=factories.member("caf-91-pilotage", "pilot"))


def test_the_facts_that_could_change_the_routing_come_first():
    form = form_of(Walk(factories.reported(dependent_children=2)))
    first = next(iter(form.fields))
    assert first == "family_benefits"
    assert form.fields[first].help_text == "Manque pour orienter."


def test_what_is_known_is_filled_in_with_who_said_it():
    form = form_of(Walk(factories.reported(dependent_children=2)))
    assert form["dependent_children"].initial == 2
    assert form.fields["dependent_children"].help_text == "Selon : CAF."
    assert form["aid_kind"].initial == "none"


def test_what_is_left_unknown_is_not_recorded_and_does_not_hide_what_the_lease_says():
    walk = Walk(factories.reported(dependent_children=2))
    form = form_of(walk, {"result": "complete", "family_benefits": "yes", "dependent_children": "2", "aid_kind": ""})
    assert form.is_valid(), form.errors
    walk.take("qualify", by=form.user, **form.cleaned_data)
    known = dict(walk.case.household.facts.values_list("name", "value"))
    assert known == {"dependent_children": 2, "family_benefits": True}
    assert walk.waiting_for == {"answer": "mds-grigny"}
