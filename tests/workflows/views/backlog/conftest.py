"""It is noon of the usual day, and a manager of the CAF is signed in."""

import pytest
import time_machine

from tests import factories
from tests.factories import NOON


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def manager(client):
    person = factories.member("caf-91", "manager", first_name="Paul", last_name="Lemoine")
    client.force_login(person)
    return person
