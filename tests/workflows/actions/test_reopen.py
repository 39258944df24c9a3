"""A closed case comes back to who followed it last."""

import pytest

from cases.actions.case import CannotOpen
from cases.refusals import NotAllowed
from tests.factories import FAMILY, NOON, member, reported, tenancy
from tests.workflows.walk import Walk
from workflows.actions.reopen import reopen_case
from workflows.actions.tasks import close_now
from workflows.models import CaseProcess

pytestmark = pytest.mark.django_db


def closed_by(worker):
    walk = Walk(reported(tenancy(housing="private", aid_kind="ALF"), **FAMILY))
    walk.take("answer", by=worker, accept=True, professional=worker)
    close_now(case=walk.case, by=worker, at=NOON, data={"outcome": "cleared"})
    walk.case.refresh_from_db()
    return walk


def test_the_same_case_starts_again_with_the_structure_that_followed_it():
    worker = member("caf-91")
    walk = closed_by(worker)
    assert walk.waiting_for == {}
    reopen_case(case=walk.case, by=worker, at=NOON)
    walk.case.refresh_from_db()
    assert walk.case.is_open
    assert walk.waiting_for == {"answer": "caf-91"}
    assert walk.case.routing_decisions.first().rule_code == "R2"
    assert CaseProcess.objects.filter(case=walk.case).count() == 2


def test_an_open_case_is_not_reopened():
    worker = member("caf-91")
    walk = closed_by(worker)
    reopen_case(case=walk.case, by=worker, at=NOON)
    with pytest.raises(CannotOpen, match="Ce dossier est déjà ouvert"):
        reopen_case(case=walk.case, by=worker, at=NOON)


def test_a_case_whose_dwelling_has_another_open_case_stays_closed():
    worker = member("caf-91")
    walk = closed_by(worker)
    reported(walk.case.tenancy, balance="2120.00")
    with pytest.raises(CannotOpen, match="Un autre dossier est déjà ouvert"):
        reopen_case(case=walk.case, by=worker, at=NOON)


def test_another_structure_does_not_reopen_it():
    walk = closed_by(member("caf-91"))
    with pytest.raises(NotAllowed):
        reopen_case(case=walk.case, by=member("mds-grigny", "manager"), at=NOON)
