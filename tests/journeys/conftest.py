"""What a journey starts from: a day, and people who open a browser."""

from collections.abc import Iterator

import pytest
import time_machine
from playwright.sync_api import Page

from tests.factories import NOON
from tests.journeys.person import Person


@pytest.fixture(autouse=True)
def clock(transactional_db: None) -> Iterator[time_machine.Traveller]:
    """It is Tuesday 24 November 2026, noon; `clock.move_to` goes to another day."""
    with time_machine.travel(NOON) as traveller:
        yield traveller


@pytest.fixture
def me(page: Page) -> Person:
    """Whoever the journey is about, in a browser with JavaScript."""
    return Person(page)
