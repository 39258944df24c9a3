"""It is noon of the usual day, and an officer of the CAF reads."""

from typing import Any

import pytest
import time_machine

from cases.models import User
from tests import factories
from tests.factories import NOON


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def worker() -> User:
    return factories.member("caf-91", first_name="Nadia", last_name="Belkacem")


@pytest.fixture
def officer(client: Any) -> User:
    """Signed in."""
    found = factories.member("caf-91-pilotage", "dpo", first_name="Yves", last_name="Marchal")
    client.force_login(found)
    return found
