"""Who follows an overpayment on the Monday of its stories, and of a case that stands for a whole file, who asks and who answers."""

import pytest
import time_machine

from cases.models import Case, User
from tests.factories import member
from tests.workflows.actions.test_overpayment import AT


@pytest.fixture
def _monday():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def worker(_monday, client):
    """Of the CCAS, signed in since that Monday."""
    person = member("ccas-grigny", first_name="Awa", last_name="Sow")
    client.force_login(person)
    return person


@pytest.fixture
def case(standing_case: Case) -> Case:
    return Case.objects.get(pk=standing_case.pk)


@pytest.fixture
def asker(standing_case: Case) -> User:
    """Who follows the standing case."""
    return User.objects.get(memberships__structure__code="caf-91")


@pytest.fixture
def correspondent(standing_case: Case) -> User:
    return User.objects.get(memberships__structure__code="caf-91-recouvrement")


@pytest.fixture
def reader(at_noon, client):
    """Who opens a calculator, signed in since noon."""
    person = member("mds-grigny")
    client.force_login(person)
    return person
