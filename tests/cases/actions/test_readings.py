"""The access log: a row a day for each kind of page, kept for twelve months and never rewritten."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from pytest_django.asserts import assertNumQueries

from cases.actions import readings
from cases.models import Case, Reading, User
from tests import factories
from tests.factories import NOON, PARIS

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> User:
    return factories.member("caf-91")


def note(user: User, case: Case, *, pages: str = "case", at: datetime = NOON) -> None:
    structure = factories.structure("caf-91").pk
    readings.note(user=user, case=case, structure=structure, pages=pages, is_assigned=True, at=at)


def kept() -> list[tuple[str, date]]:
    return list(Reading.objects.order_by("pk").values_list("pages", "read_on"))


def test_the_same_pages_are_noted_once_a_day_and_others_beside_them(worker):
    case = factories.reported()
    for moment in (NOON, NOON + timedelta(hours=3), NOON + timedelta(days=1)):
        note(worker, case, at=moment)
    note(worker, case, pages="letters")
    assert kept() == [("case", date(2026, 11, 24)), ("case", date(2026, 11, 25)), ("letters", date(2026, 11, 24))]
    assert Reading.objects.earliest("pk").first_at == NOON, "the first time of the day stays"


def test_the_day_is_that_of_the_wall_clock_in_paris(worker):
    note(worker, factories.reported(), at=datetime(2026, 11, 25, 0, 30, tzinfo=PARIS))
    assert kept() == [("case", date(2026, 11, 25))]


def test_a_reading_costs_one_query(worker):
    case = factories.reported()
    structure = factories.structure("caf-91").pk
    with assertNumQueries(1):
        readings.note(user=worker, case=case, structure=structure, pages="case", is_assigned=True, at=NOON)


def test_a_reading_is_never_rewritten(worker):
    note(worker, factories.reported())
    with pytest.raises(ProgrammingError, match="Cannot update rows"), transaction.atomic():
        Reading.objects.update(is_assigned=False)


@pytest.mark.parametrize(
    ("read_on", "left"),
    [(datetime(2025, 11, 24, 12, tzinfo=PARIS), 1), (datetime(2025, 11, 23, 12, tzinfo=PARIS), 0)],
)
def test_readings_are_forgotten_after_twelve_months(worker, read_on: Any, left: int):
    note(worker, factories.reported(), at=read_on)
    assert readings.forget(at=NOON) == 1 - left
    assert readings.forget(at=NOON) == 0
    assert Reading.objects.count() == left
