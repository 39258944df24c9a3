"""The access log: a row each time, never rewritten, in parts of a month that are made ahead and dropped when they are over."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from pytest_django.asserts import assertNumQueries

from cases.actions import access_log
from cases.models import AccessEntry, Case, User
from tests import factories
from tests.factories import NOON, PARIS

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> User:
    return factories.member("caf-91")


def note(user: User, case: Case | None = None, *, kind: str = "case", at: datetime = NOON) -> None:
    structure = factories.structure("caf-91").pk
    access_log.note(user=user, case=case, structure=structure, kind=kind, right="assignment", page="case", at=at)


def kept() -> list[tuple[str, date]]:
    return list(AccessEntry.objects.order_by("pk").values_list("kind", "day"))


def parts() -> dict[str, int]:
    """Name → rows, of the parts that have some."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, count(*) FROM cases_accessentry GROUP BY 1")
        return dict(cursor.fetchall())


def test_what_is_shown_is_noted_each_time(worker):
    case = factories.reported()
    note(worker, case)
    note(worker, case, at=NOON + timedelta(days=1))
    note(worker, case, kind="letters")
    note(worker, kind="list")
    found = [("case", date(2026, 11, 24)), ("case", date(2026, 11, 25)), ("letters", date(2026, 11, 24))]
    assert kept() == [*found, ("list", date(2026, 11, 24))]


def test_the_day_is_that_of_the_wall_clock_in_paris(worker):
    note(worker, factories.reported(), at=datetime(2026, 11, 25, 0, 30, tzinfo=PARIS))
    assert kept() == [("case", date(2026, 11, 25))]


def test_to_note_costs_one_query(worker):
    case, structure = factories.reported(), factories.structure("caf-91").pk
    with assertNumQueries(1):
        access_log.note(user=worker, case=case, structure=structure, kind="case", right="manager", at=NOON)


@pytest.mark.parametrize("rewrite", ["UPDATE cases_accessentry SET page = ''", "DELETE FROM cases_accessentry"])
def test_a_row_is_never_rewritten(worker, rewrite: str):
    note(worker, factories.reported())
    access_log.make_parts(at=NOON)
    with pytest.raises(ProgrammingError, match="Cannot update or delete rows"), transaction.atomic():
        connection.cursor().execute(rewrite)


def test_each_month_has_its_part_ahead(worker):
    access_log.make_parts(at=NOON)
    for at in (NOON, NOON + timedelta(days=31), NOON + timedelta(days=62)):
        note(worker, at=at)
    assert parts() == {"access_log.m2026_11": 1, "access_log.m2026_12": 1, "access_log.m2027_01": 1}
    assert access_log.make_parts(at=NOON) == 0


def test_a_month_without_a_part_is_noted_all_the_same_and_put_in_order_later(worker):
    """Upkeep did not run for months."""
    note(worker, at=datetime(2031, 3, 31, 23, 59, tzinfo=PARIS))
    note(worker, at=datetime(2031, 4, 1, 0, 1, tzinfo=PARIS))
    before = list(AccessEntry.objects.order_by("pk").values())
    assert parts() == {"access_log.other": 2}
    access_log.make_parts(at=datetime(2031, 4, 2, tzinfo=PARIS))
    assert parts() == {"access_log.m2031_03": 1, "access_log.m2031_04": 1}
    assert list(AccessEntry.objects.order_by("pk").values()) == before
    note(worker, at=datetime(2032, 1, 1, tzinfo=PARIS))
    assert parts()["access_log.other"] == 1, "what falls elsewhere goes on being noted"


@pytest.mark.parametrize(
    ("read_on", "left"),
    [(datetime(2025, 12, 1, 0, 1, tzinfo=PARIS), 1), (datetime(2025, 11, 30, 23, 59, tzinfo=PARIS), 0)],
)
def test_a_month_goes_before_anything_in_it_is_older_than_twelve_months(worker, read_on: Any, left: int):
    note(worker, factories.reported(), at=read_on)
    access_log.make_parts(at=NOON)
    access_log.forget(at=NOON)
    assert access_log.forget(at=NOON) == 0
    assert AccessEntry.objects.count() == left


def test_the_last_six_months_cannot_be_forgotten_whatever_the_data_say(worker):
    note(worker)
    recent = datetime.now(tz=PARIS) + timedelta(days=200)
    with pytest.raises(DatabaseError, match="six months"), transaction.atomic():
        access_log.forget(at=recent)


def test_what_the_version_before_noted_is_carried_over(worker):
    case, structure = factories.reported(), factories.structure("caf-91")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_reading (user_id, case_id, structure_id, pages, read_on, first_at, is_assigned)"
            " VALUES (%s, %s, %s, 'letters', %s, %s, true)",
            [worker.pk, case.pk, structure.pk, NOON.date(), NOON],
        )
    assert access_log.carry_readings() == 1
    assert access_log.carry_readings() == 0
    found = AccessEntry.objects.get()
    assert (found.user, found.case, found.structure, found.kind) == (worker, case, structure, "letters")
    assert (found.right, found.day, found.at) == ("assignment", NOON.date(), NOON)
