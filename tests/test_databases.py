"""The database of the tests follows what it is made of, without anybody thinking of it."""

import os
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from cases.models import Edition, User
from tests import databases, factories

pytestmark = pytest.mark.slow

A_FILE_OF_EACH_SORT = (
    "cases/migrations/0002_first_tables.py",
    "workflows/reference/routing_arrears.toml",
    "cases/reference_data.py",
    "requirements.lock",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in A_FILE_OF_EACH_SORT:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before")
    return tmp_path


@pytest.mark.parametrize("name", A_FILE_OF_EACH_SORT)
def test_another_template_is_made_when_what_it_is_made_of_changes(project, name):
    before = databases.template_name(project)
    (project / name).write_text("after")
    assert databases.template_name(project) != before


def test_another_template_is_made_when_a_migration_is_given_another_name(project):
    before = databases.template_name(project)
    first = project / A_FILE_OF_EACH_SORT[0]
    first.rename(first.with_name("0001_tables.py"))
    assert databases.template_name(project) != before


def test_the_template_stays_when_nothing_that_it_is_made_of_changes(project):
    before = databases.template_name(project)
    (project / "cases" / "journal.py").write_text("after")
    assert databases.template_name(project) == before


@pytest.mark.django_db
def test_each_process_has_a_copy_of_its_own_with_the_reference_data():
    assert connection.settings_dict["NAME"] == f"copy_for_tests_{os.getpid()}"
    assert Edition.objects.filter(catalogue="routing_arrears").count() == 1


@pytest.mark.django_db
def test_only_the_copies_of_dead_processes_are_cleared_away():
    dead = "copy_for_tests_0"
    where = connection.get_connection_params() | {"dbname": "postgres"}
    with psycopg.connect(**where, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {dead}")
    with databases._server(alone=True) as server:
        databases._clear_away(server)
        assert dead not in databases._databases(server, databases.COPY)
        assert f"copy_for_tests_{os.getpid()}" in databases._databases(server, databases.COPY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_commits_is_gone_for_the_next_one(time):
    assert not User.objects.exists()
    assert Edition.objects.filter(catalogue="routing_arrears").count() == 1
    factories.user()
