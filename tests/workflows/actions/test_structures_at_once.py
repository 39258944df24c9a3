"""A case goes to a structure while it ends, each on a connection of its own: it never waits where nobody is left."""

from collections.abc import Callable

import pytest

from cases.models import Case, Participation, Structure, Tenancy, User
from tests import factories
from tests.cases.actions.test_administrators_at_once import second_of
from tests.factories import NOON, structure
from tests.workflows.walk import Walk
from workflows.actions.structures import end_structure
from workflows.models import CaseTask, RoutingDecision
from workflows.steps.refusal import StepRefused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("at_noon")]
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
