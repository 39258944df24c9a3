"""A task is given to a colleague; what else its owner had of the case goes with it."""

from datetime import date

import pytest

from tests.factories import FAMILY, NOON, member, reported, tenancy
from tests.workflows.walk import Walk
from workflows.actions import milestones
from workflows.actions.tasks import give

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("given", ["contact", "send_dsf"])
def test_who_becomes_responsible_has_all_the_steps_of_the_case(given):
    manager, worker, other = member("caf-91", "manager"), member("caf-91"), member("caf-91")
    walk = Walk(reported(tenancy(housing="private", aid_kind="ALF"), **FAMILY))
    walk.take("answer", by=manager, accept=True, professional=worker)
    milestones.record(case=walk.case, kind="hearing", happened_on=date(2027, 2, 2), known="proved", by=worker, at=NOON)
    give(task=walk.task(given), to=other, by=manager, at=NOON)
    assert {walk.task(node).owner for node in ("contact", "send_dsf")} == {other}
    assert walk.case.journal.filter(kind="task.given").count() == 1
