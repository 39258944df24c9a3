"""Nobody is told of a case that he does not see."""

from datetime import datetime

import pytest

from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests import factories
from tests.factories import FAMILY, NOON, PARIS, member
from tests.workflows.walk import Walk
from workflows.sweep import sweep_deadlines

pytestmark = pytest.mark.django_db


def told(kind: str) -> set[int]:
    drain_outbox(at=NOON)
    return set(Notice.objects.filter(entry__kind=kind).values_list("user_id", flat=True))


def test_a_case_that_the_table_leaves_to_whoever_reported_it_is_told_to_those_of_the_service_who_see_it():
    worker, manager = member("mds-grigny"), member("mds-grigny", "manager")
    member("mds-grigny")
    walk = Walk(factories.reported(by=worker, code="mds-grigny", channel="professional", **FAMILY))
    assert walk.waiting_for == {"answer": "mds-grigny"}
    assert told("step.routed") == {manager.pk}


def test_an_administrator_of_members_is_told_of_no_case():
    member("mds-grigny", "administrator")
    manager = member("mds-grigny", "manager")
    factories.reported(**FAMILY)
    sweep_deadlines(at=datetime(2026, 12, 2, 9, tzinfo=PARIS))
    assert told("task.escalated") == {manager.pk}
