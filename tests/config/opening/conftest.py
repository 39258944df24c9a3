"""It is noon of the usual day, in an installation that may open."""

from collections.abc import Iterator
from typing import Any

import pytest

from cases.models import User
from tests import clamd
from tests.config.opening import ready


@pytest.fixture(scope="session")
def clamd_address() -> Iterator[str]:
    with clamd.running() as scanner:
        yield scanner.tcp


@pytest.fixture
def signatories(db: None, at_noon: None, settings: Any, clamd_address: str) -> Iterator[tuple[User, User]]:
    """The administrator and the officer, each condition being true."""
    people = ready.make_ready(settings, clamd=clamd_address)
    with ready.as_application():
        yield people


@pytest.fixture
def anne(signatories: tuple[User, User]) -> User:
    return signatories[0]


@pytest.fixture
def yves(signatories: tuple[User, User]) -> User:
    return signatories[1]
