"""A new database is made by a few squashed migrations, one that exists goes on by those that they replace: both end alike."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tests.databases import _connect_to, _server, template_name
from tests.schemas import begin_by_replaced_migrations, check_what_was_not, read_schema

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
"""Some hundred and forty migrations, one by one."""
NEW, OLD = f"made_new_{os.getpid()}", f"made_long_ago_{os.getpid()}"


@pytest.fixture(scope="module")
def both(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    ours = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        with _server() as server:
            server.execute(f'CREATE DATABASE "{NEW}" TEMPLATE "{template_name()}"')
            server.execute(f'CREATE DATABASE "{OLD}"')
        try:
            _connect_to(OLD)
            begin_by_replaced_migrations()
            call_command("migrate", verbosity=0)
            check_what_was_not()
            yield
        finally:
            _connect_to(ours)
            with _server() as server:
                server.execute(f'DROP DATABASE "{NEW}" WITH (FORCE)')
                server.execute(f'DROP DATABASE "{OLD}" WITH (FORCE)')


def ask(database: str, sql: str) -> list[tuple[Any, ...]]:
    if connection.settings_dict["NAME"] != database:
        _connect_to(database)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def count_rows(database: str) -> dict[str, int]:
    tables = ask(database, "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public'")
    return {table: ask(database, f"SELECT count(*) FROM {table}")[0][0] for (table,) in tables}  # noqa: S608 - ours


@pytest.mark.usefixtures("both")
def test_a_new_database_has_every_table_constraint_trigger_function_and_policy_of_an_old_one():
    new, old = read_schema(NEW), read_schema(OLD)
    assert len(new) > 1500
    assert new == old


@pytest.mark.by_turns
@pytest.mark.usefixtures("both")
def test_they_hold_the_same_rows_and_say_that_the_same_migrations_were_made():
    counts = count_rows(NEW)
    assert counts["public.cases_installationidentity"] == 1
    assert counts == count_rows(OLD)
    for asked in (
        "SELECT app, name FROM django_migrations",
        "SELECT app_label, model FROM django_content_type",
        "SELECT codename FROM auth_permission",
        "SELECT code, name, postcode FROM cases_territory",
    ):
        assert sorted(ask(NEW, asked)) == sorted(ask(OLD, asked))


@pytest.mark.parametrize("first", ["cases", "notifications"])
def test_a_database_goes_on_from_wherever_the_old_migrations_stopped(first, monkeypatch):
    """Of each application all are replaced, or none: no squashed one waits for what comes later, nor two for one another."""
    known = MigrationLoader(None, replace_migrations=False)
    squashed = {key: each.replaces for key, each in known.disk_migrations.items() if each.replaces}
    wanted = sorted((key for each in squashed.values() for key in each), key=lambda key: key[0] != first)
    in_order = list(dict.fromkeys(key for each in wanted for key in known.graph.forwards_plan(each)))
    assert len(in_order) > 90
    for count in range(len(in_order) + 1):
        made = in_order[:count]
        made += [key for key, each in squashed.items() if set(each) <= set(made)]  # noted at the end of each `migrate`
        monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _, made=made: dict.fromkeys(made))
        loader = MigrationLoader(connection)
        loader.check_consistent_history(connection)
        assert loader.detect_conflicts() == {}
