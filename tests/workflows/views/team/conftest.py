"""It is noon of the usual day; who manages a structure or the accounts, and who works there."""

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
    """Of the CAF, signed in."""
    person = factories.member("caf-91", "manager", first_name="Paul", last_name="Lemoine")
    client.force_login(person)
    return person


@pytest.fixture
def anne(client):
    """The administrator, signed in."""
    person = factories.member("ville-grigny", "administrator", first_name="Anne", last_name="Xavier")
    client.force_login(person)
    return person


@pytest.fixture
def nadia():
    return factories.member("caf-91", first_name="Nadia", last_name="Belkacem")


@pytest.fixture
def rokia():
    return factories.member("caf-91", first_name="Rokia", last_name="Sangaré")


@pytest.fixture
def julien():
    return factories.member("caf-91", first_name="Julien", last_name="Pastor")
