"""What is said to the database of who reads, statement by statement (`cases/permissions/barrier.py`)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from psycopg.sql import SQL

from cases import permissions
from cases.models import Territory, User
from cases.permissions.barrier import PAST
from tests import factories
from tests.factories import NOON

TODAY = NOON.date()
READER = "SELECT current_setting('relais.reader', true)"


@pytest.fixture(autouse=True)
def past_nothing() -> Iterator[None]:
    """Whatever another left."""
    token = PAST.set(False)
    yield
    PAST.reset(token)


@pytest.fixture
def worker(db: None) -> User:
    return factories.member("caf-91")


def reader() -> str:
    with connection.cursor() as cursor:
        cursor.execute(READER)
        [found] = cursor.fetchone()
    return found or ""


@contextmanager
def sent() -> Iterator[list[str]]:
    """The statements as the server receives them."""
    found: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def test_each_query_says_its_reader_and_the_day(worker: User):
    with permissions.reading_as(worker, at=date(2026, 2, 3)):
        assert reader() == f"{worker.pk} 2026-02-03"
        assert reader() == f"{worker.pk} 2026-02-03"
    assert reader() == ""


def test_a_claimant_reads_what_it_reported_too(worker: User):
    with permissions.reading_as(worker, at=TODAY, with_reports=True):
        assert reader() == f"{worker.pk} 2026-11-24 reports"
    with permissions.reading_as(worker, at=TODAY, with_reports=False):
        assert reader() == f"{worker.pk} 2026-11-24"


def test_an_act_is_nobody_s_reading_and_the_page_goes_on_after_it(worker: User):
    with permissions.reading_as(worker, at=TODAY):
        assert reader() == f"{worker.pk} 2026-11-24"
        with transaction.atomic():
            assert reader() == ""
            with transaction.atomic():
                assert reader() == ""
        assert reader() == f"{worker.pk} 2026-11-24"


def test_a_code_reads_for_nobody_and_nothing_it_does_is_free(db: None):
    digest = "0123456789abcdef" * 4
    said = f"0 2026-11-24 family {digest}"
    with permissions.reading_by_code(digest, at=TODAY):
        assert reader() == said
        with transaction.atomic():
            assert reader() == said
        with permissions.reading_past_barrier():
            assert reader() == said
    assert reader() == ""


@pytest.mark.parametrize("typed", ["", "0", "g" * 64, "0" * 65, f"{'0' * 64}\n", f"{'0' * 63}'"])
def test_what_is_no_digest_is_said_to_no_database(typed: str):
    with pytest.raises(ValueError, match=r"^not a digest$"), permissions.reading_by_code(typed, at=TODAY):
        pass


def test_a_page_inside_a_page_says_its_own_reader(worker: User):
    other = factories.member("ccas-grigny")
    with transaction.atomic(), permissions.reading_as(other, at=TODAY):
        assert reader() == f"{other.pk} 2026-11-24"
    assert reader() == ""


def test_one_read_goes_past_the_barrier_and_no_more(worker: User):
    mine = f"{worker.pk} 2026-11-24"
    with permissions.reading_as(worker, at=TODAY):
        assert reader() == mine
        with permissions.reading_past_barrier():
            assert reader() == ""
            with permissions.reading_past_barrier():
                assert reader() == ""
            assert reader() == ""
        assert reader() == mine
        with pytest.raises(ZeroDivisionError), permissions.reading_past_barrier():
            _ = 1 / 0
        assert reader() == mine


def test_what_a_query_gives_and_its_parameters_are_its_own(worker: User):
    with permissions.reading_as(worker, at=TODAY), connection.cursor() as cursor:
        assert cursor.execute("SELECT %s::int, 'a%%'", [7]) is not None
        assert cursor.fetchall() == [(7, "a%")]
        cursor.execute(SQL("SELECT {}").format(3))
        assert cursor.fetchall() == [(3,)]


def test_many_rows_at_once_are_written_as_they_are(worker: User):
    with permissions.reading_as(worker, at=TODAY), sent() as statements, connection.cursor() as cursor:
        cursor.executemany("SELECT %s::int", [[1], [2]])
    assert statements == ["SELECT %s::int"]


def test_what_fails_inside_a_page_is_taken_back_alone(worker: User):
    """A savepoint of a transaction that failed takes nothing before it."""
    twin = Territory(code="grigny", name="Grigny")
    with permissions.reading_as(worker, at=TODAY):
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save(force_insert=True)
        assert reader() == f"{worker.pk} 2026-11-24"
    with permissions.reading_as(worker, at=TODAY), sent() as statements, transaction.atomic():
        pass
    assert [statement.split()[0] for statement in statements] == ["SAVEPOINT", "RELEASE"]


def test_a_page_that_fails_in_a_transaction_leaves_it_to_be_taken_back(worker: User):
    with transaction.atomic():
        with permissions.reading_as(worker, at=TODAY):
            transaction.set_rollback(True)
        transaction.set_rollback(False)
        assert reader() == ""


def test_the_wrapper_is_gone_after_the_page_even_one_that_failed(worker: User):
    with pytest.raises(ZeroDivisionError), permissions.reading_as(worker, at=TODAY):
        _ = 1 / 0
    assert reader() == ""
    with sent() as statements:
        reader()
    assert statements == [READER]


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_sent_but_the_query_with_its_reader():
    worker = factories.member("caf-91")
    with sent() as around, permissions.reading_as(worker, at=TODAY), sent() as statements:
        reader()
        with transaction.atomic():
            reader()
        with permissions.reading_past_barrier():
            reader()
    said = f"SELECT set_config('relais.reader', '{worker.pk} 2026-11-24', true); {READER}"
    assert statements == [said, READER, READER]
    assert around == [READER, READER, READER]
