"""It is noon, and a landlord’s correspondent is signed in."""

import pytest
import time_machine

from tests import factories
from tests.factories import NOON


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def landlord(client):
    client.force_login(factories.member("bailleur-a", role="correspondent"))
    return client
