"""A migration that finds a table in use gives way, leaves nothing half done, and goes on when it is run again."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from threading import Thread
from time import sleep
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.management.commands import migrate
from tests.databases import _connect_to, _server
from tests.schemas import begin_by_replaced_migrations

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
"""Migrations are done one by one: minutes on a machine that does something else."""
BEFORE, BARRIER = "0022_say_when_an_account_was_closed", "0023_put_a_second_barrier"
BEFORE_INDEX, INDEX = "0034_let_lines_without_a_case_lose_words", "0035_find_the_last_opening"
HELD = "SELECT tablename FROM pg_policies WHERE policyname = 'second_barrier'"
SECURED = "SELECT relname FROM pg_class WHERE relrowsecurity"
KEPT = "SELECT relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE tgfoid = 'keep_what_was'::regproc"
RECORDED = "SELECT name FROM django_migrations WHERE app = 'cases' AND name >= '0022'"


@pytest.fixture(scope="module")
def long_ago(django_test_environment: None, django_db_blocker: Any) -> Iterator[str]:
    """The name of a database of the version that ended before the barrier; each test has its copy."""
    name = f"long_ago_of_tests_{os.getpid()}"
    with django_db_blocker.unblock(), database_of_its_own(name):
        begin_by_replaced_migrations()
        call_command("migrate", "cases", BEFORE, verbosity=0)
        call_command("migrate", "workflows", "0009_keep_what_steps_said", verbosity=0)
        call_command("migrate", "notifications", verbosity=0)
        connection.close()
        yield name


@pytest.fixture
def before_the_barrier(long_ago: str, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), database_of_its_own(f"patience_of_tests_{os.getpid()}", of=long_ago):
        yield


@pytest.fixture
def before_the_index(before_the_barrier: None) -> None:
    call_command("migrate", "cases", BEFORE_INDEX, verbosity=0)


@contextmanager
def database_of_its_own(name: str, *, of: str = "template1") -> Iterator[None]:
    """Tests find themselves connected to it."""
    before = connection.settings_dict["NAME"]
    with _server() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of}"')
    try:
        _connect_to(name)
        yield
    finally:
        _connect_to(before)
        with _server() as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tries, and no time between them."""
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(migrate.Command, "tries", 2)
    monkeypatch.setattr(migrate.Command, "pause", 0)


def found(sql: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {name for (name,) in cursor.fetchall()}


def in_use(statement: str) -> psycopg.Connection[Any]:
    """Somebody else, whose transaction is not over."""
    other = psycopg.connect(**connection.get_connection_params())
    other.execute(statement)
    return other


@pytest.mark.usefixtures("before_the_barrier", "impatient")
def test_a_migration_gives_way_to_a_long_reading_leaves_no_table_half_done_and_is_run_again():
    assert found(HELD) == set()
    reading = in_use("SELECT count(*) FROM cases_letter")
    said = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("migrate", "cases", BARRIER, stdout=said)
    assert "cases.0023_put_a_second_barrier n’a pas pu se faire" in str(refusal.value)
    assert said.getvalue().count("une table est occupée") == 1
    # Before the table that is in use, whole; from it on, nothing; and whoever reads goes on.
    assert found(HELD) == found(SECURED)
    assert "cases_case" in found(HELD)
    assert "cases_letter" not in found(HELD)
    assert found(RECORDED) == {BEFORE}
    assert found("SELECT current_setting('lock_timeout')") == {"0"}
    assert reading.execute("SELECT count(*) FROM cases_note").fetchone() == (0,)
    reading.close()

    call_command("migrate", "cases", BARRIER, stdout=said)
    assert found(RECORDED) == {BEFORE, BARRIER}
    assert len(found(HELD)) == len(found(SECURED)) == 16


@pytest.mark.by_turns
@pytest.mark.usefixtures("before_the_barrier", "impatient")
def test_the_migration_that_keeps_what_was_holds_one_table_at_a_time_and_is_run_again():
    every_table = found(KEPT)
    call_command("migrate", "cases", "0017_find_lines_by_transaction", verbosity=0)
    assert found(KEPT) == set()
    writing = in_use("UPDATE cases_organisation SET name = name")
    with pytest.raises(CommandError, match="0018_keep_what_cases_said n’a pas pu se faire"):
        call_command("migrate", "cases", "0018_keep_what_cases_said", verbosity=0, stdout=StringIO())
    assert "cases_nomination" in found(KEPT)
    assert "cases_organisation" not in found(KEPT)
    writing.rollback()
    writing.close()

    call_command("migrate", verbosity=0)
    assert found(KEPT) == every_table | {
        "cases_legalprotection",
        "cases_leasedeparture",
        "cases_leaseshare",
        "cases_rentcheck",
        "cases_lateranswer",
    }  # made since
    assert len(every_table) == 88
    assert len(found(HELD)) == 18


IS_WHOLE = "SELECT indisvalid::text FROM pg_index WHERE indexrelid = to_regclass('openings_newest_first')"
IS_WAITING = (
    "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX CONCURRENTLY%'"
)


@pytest.mark.usefixtures("before_the_index", "impatient")
def test_an_index_that_a_deadlock_left_broken_is_dropped_and_made_anew():
    found("SELECT set_config('deadlock_timeout', '3s', false)")
    writing = in_use("UPDATE cases_journalentry SET kind = kind WHERE false")
    writing.execute("SET deadlock_timeout = '1h'")  # the migration finds it first, and gives way
    params, left = connection.get_connection_params(), []

    def take_the_table() -> None:
        with psycopg.connect(**params, autocommit=True) as watching:
            while not watching.execute(IS_WAITING).fetchone():
                sleep(0.1)
        writing.execute("LOCK TABLE cases_journalentry IN SHARE ROW EXCLUSIVE MODE")
        left.append(writing.execute(IS_WHOLE).fetchone())
        writing.close()

    said, other = StringIO(), Thread(target=take_the_table)
    other.start()
    call_command("migrate", "cases", INDEX, stdout=said)
    other.join()
    assert left == [("false",)]
    assert said.getvalue().count("0035_find_the_last_opening : une table est occupée") == 1
    assert found(IS_WHOLE) == {"true"}


@pytest.mark.by_turns
@pytest.mark.usefixtures("before_the_index", "impatient")
def test_an_index_that_was_whole_but_not_noted_is_in_nobodys_way():
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX openings_newest_first ON cases_journalentry (id)")
    call_command("migrate", "cases", INDEX, verbosity=0)
    assert found(
        "SELECT indexdef FROM pg_indexes WHERE indexname = 'openings_newest_first' AND indexdef LIKE '%kind%'"
    )
