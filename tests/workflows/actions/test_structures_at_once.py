"""A case goes to a structure while it ends, each on a connection of its own: it never waits where nobody is left."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction

from cases.actions import members
from cases.models import Case, Participation, Structure, Tenancy, User
from tests import factories
from tests.cases.actions.test_administrators_at_once import second_of
from tests.factories import NOON, structure
from tests.workflows.test_engine import at_once
from tests.workflows.walk import Walk
from workflows import engine
from workflows.actions.structures import end_structure
from workflows.actions.tasks import close_now
from workflows.models import CaseTask, RoutingDecision
from workflows.steps.refusal import StepRefused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
CAF = "caf-91"


@pytest.fixture
def anne() -> User:
    return factories.member("ville-grigny", "administrator")


@pytest.fixture
def lease() -> Tenancy:
    """Of a family that the table sends to the CAF."""
    found = factories.tenancy(housing="private", aid_kind="ALF")
    factories.know(found.household, **factories.FAMILY)
    return found


def end(code: str, *, by: User) -> Callable[[], None]:
    found: Structure = structure(code)
    return lambda: end_structure(structure=found, by=by, at=NOON)


def where_it_waits() -> tuple[str, str]:
    task = CaseTask.objects.open().select_related("structure").get()
    return task.node, task.structure.code


def test_a_case_that_is_routed_while_its_structure_ends_goes_on_to_another(anne: User, lease: Tenancy):
    done = second_of(end(CAF, by=anne), lambda: factories.reported(lease))
    assert isinstance(done, Case), done
    assert not structure(CAF).is_active
    assert RoutingDecision.objects.get().structure != structure(CAF)
    assert not Participation.objects.filter(structure__code=CAF).exists()
    assert where_it_waits() == ("arbitrate", "caf-91-pilotage")


def test_a_structure_does_not_end_while_a_case_is_routed_to_it(anne: User, lease: Tenancy):
    refused = second_of(lambda: factories.reported(lease), end(CAF, by=anne))
    assert "Il lui reste 1 étape qui l’attend" in str(refused)
    assert structure(CAF).is_active
    assert where_it_waits() == ("answer", CAF)


def test_a_pilot_who_gives_a_case_to_a_structure_that_ends_chooses_another(anne: User, lease: Tenancy):
    Structure.objects.filter(code=CAF).update(is_active=False)
    case = factories.reported(lease)
    pilot = factories.member("caf-91-pilotage", "pilot")
    chosen = structure("epfif-social")
    refused = second_of(end("epfif-social", by=anne), lambda: Walk(case).take("arbitrate", by=pilot, structure=chosen))
    assert isinstance(refused, StepRefused), refused
    assert "Cette structure n’est plus en service : en choisir une autre." in str(refused)
    assert where_it_waits() == ("arbitrate", "caf-91-pilotage")


def test_a_colleague_s_act_does_not_wait_for_a_manager_who_changes_the_team():
    """A departure of a hundred cases takes longer than the three seconds after which an act gives up."""
    worker = factories.member("caf-91")
    walk = Walk(factories.reported(factories.tenancy(housing="private", aid_kind="ALF"), **factories.FAMILY))
    task = walk.task("answer")

    def accept() -> object:
        return engine.complete(task, by=worker, at=NOON, data={"accept": True, "professional": worker})

    with transaction.atomic():
        members.lock_structure(structure("caf-91"))
        (done,) = at_once(accept)
    assert not isinstance(done, Exception), repr(done)
    assert walk.waiting_for == {"contact": "caf-91"}


def test_a_report_does_not_land_on_the_case_that_is_being_closed():
    worker = factories.member("caf-91")
    lease = factories.tenancy(housing="private", aid_kind="ALF")
    walk = Walk(factories.reported(lease, **factories.FAMILY))
    walk.take("answer", by=worker, accept=True, professional=worker)
    close = partial(close_now, case=walk.case, by=worker, at=NOON, data={"outcome": "cleared"})
    reported = second_of(close, lambda: factories.reported(lease, balance="2120.00"))
    assert isinstance(reported, Case), repr(reported)
    assert reported.is_open
    assert reported != walk.case
    walk.case.refresh_from_db()
    assert (walk.case.is_open, walk.case.reports.count()) == (False, 1)
