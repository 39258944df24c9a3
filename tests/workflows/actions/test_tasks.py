"""A task is given to a colleague; what else its owner had of the case goes with it."""

from datetime import date

import pytest

from cases import permissions
from tests.factories import FAMILY, NOON, member, reported, tenancy
from tests.workflows.walk import Walk
from workflows.actions import milestones
from workflows.actions.tasks import give_task

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("given", ["contact", "send_dsf"])
def test_who_becomes_responsible_has_all_the_steps_of_the_case(given):
    manager, worker, other = member("caf-91", "manager"), member("caf-91"), member("caf-91")
    walk = Walk(reported(tenancy(housing="private", aid_kind="ALF"), **FAMILY))
    walk.take("answer", by=manager, accept=True, professional=worker)
    milestones.record(case=walk.case, kind="hearing", happened_on=date(2027, 2, 2), known="proved", by=worker, at=NOON)
    give_task(task=walk.task(given), to=other, by=manager, at=NOON)
    assert {walk.task(node).owner for node in ("contact", "send_dsf")} == {other}
    assert walk.case.journal.filter(kind="task.given").count() == 1


def test_who_is_given_the_answer_of_the_service_that_holds_the_case_sees_it():
    manager, worker, other = member("mds-grigny", "manager"), member("mds-grigny"), member("mds-grigny")
    walk = Walk(reported(by=worker, code="mds-grigny", channel="professional", **FAMILY))
    assert walk.waiting_for == {"answer": "mds-grigny"}
    give_task(task=walk.task("answer"), to=other, by=manager, at=NOON)
    assert permissions.can_view(other, walk.case, at=NOON.date())
