"""A database that this version cannot live with is refused by the real commands, in words and without a trace."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config import embedded
from tests.config.backup_scripts import url
from tests.config.test_settings import COMPLETE, ROOT
from tests.own_reference import write_structures

pytestmark = pytest.mark.slow

MIGRATE = [sys.executable, "manage.py", "migrate", "--no-input"]
WEB = [sys.executable, "-m", "gunicorn", "config.wsgi", "--config", "python:config.gunicorn_conf"]
OLD_SERVERS: list[Path | None] = [*sorted(Path("/usr/lib/postgresql").glob("1[4-7]/bin/initdb"))]


def start(command: list[str], database: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "BIND": "127.0.0.1:0", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment | COMPLETE | {"DATABASE_URL": database},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def refused(command: list[str], database: str) -> str:
    """What it said, once it has refused."""
    done = start(command, database)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("command", [MIGRATE, WEB])
def test_an_environment_in_which_something_is_wrong(command, monkeypatch):
    monkeypatch.setitem(COMPLETE, "SECRET_KEY", "")
    words = refused(command, COMPLETE["DATABASE_URL"])
    assert "À corriger dans .env" in words
    assert "SECRET_KEY : à renseigner" in words


def ours() -> str:
    """The database of the test."""
    return os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{connection.settings_dict['NAME']}"


@pytest.mark.parametrize("command", [MIGRATE, WEB])
def test_a_database_that_does_not_answer(command):
    words = refused(command, "postgresql://relais:secret@127.0.0.1:1/relais")
    assert "La base ne répond pas (127.0.0.1, port 1)" in words
    assert "secret" not in words


@pytest.mark.parametrize("command", [MIGRATE, WEB])
def test_a_database_that_is_not_there(command):
    address = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/autre"
    assert "La base « autre » ou le compte « postgres » n’existe pas" in refused(command, address)


@pytest.mark.parametrize("command", [MIGRATE, WEB])
@pytest.mark.django_db(transaction=True)
def test_a_database_of_a_later_version(command):
    MigrationRecorder(connection).record_applied("cases", "0999_of_the_future")
    words = refused(command, ours())
    later = "La base est celle d’une version plus récente de Relais : cases.0999_of_the_future. Rien n’a été changé."
    assert later in words
    assert "Revenir en arrière" in words


@pytest.mark.django_db(transaction=True)
def test_tables_that_are_not_up_to_date_serve_no_page():
    latest = (ROOT / "workflows" / "migrations" / "max_migration.txt").read_text().strip()
    MigrationRecorder(connection).record_unapplied("workflows", latest)
    assert f"Les tables ne sont pas à jour : workflows.{latest}" in refused(WEB, ours())


def rows(database: str, sql: str) -> list[Any]:
    with psycopg.connect(url(database)) as server:
        return [row for (row,) in server.execute(sql)]


@pytest.mark.by_turns
def test_an_empty_database_begins_with_the_city_of_a_folder_and_refuses_a_faulty_one_whole(
    other_database, tmp_path, monkeypatch
):
    """As the service `migrate` does."""
    folder = write_structures(tmp_path / "reference", ('kind = "city"', 'kind = "ville"'))
    monkeypatch.setitem(COMPLETE, "REFERENCE_FOLDER", str(folder))
    words = refused(MIGRATE, url(other_database))
    assert "Les données de référence sont refusées, aucune n’est chargée. Corriger, puis recommencer :" in words
    assert "- structures.toml : structure « ville-montclar » : kind, " in words
    assert rows(other_database, "SELECT count(*) FROM cases_territory") == [0]
    write_structures(folder)
    done = start(MIGRATE, url(other_database))
    assert done.returncode == 0, done.stderr
    assert rows(other_database, "SELECT code FROM cases_territory") == ["montclar"]
    assert rows(other_database, "SELECT DISTINCT territory FROM cases_structure") == ["montclar"]
    assert rows(other_database, "SELECT DISTINCT territory FROM cases_edition") == ["montclar"]
    monkeypatch.delitem(COMPLETE, "REFERENCE_FOLDER")
    assert "cette base a commencé par « montclar »" in refused(MIGRATE, url(other_database))
    assert rows(other_database, "SELECT code FROM cases_territory") == ["montclar"]


@pytest.mark.parametrize(
    ("app", "name"),
    [("gone", "0001_initial"), ("cases", "0002_squashed_0099_once")],
    ids=["of an application that is here no more", "squashed by another release"],
)
@pytest.mark.django_db(transaction=True)
def test_what_is_no_later_version_lets_it_start(app, name):
    MigrationRecorder(connection).record_applied(app, name)
    done = start([sys.executable, "-m", "config.starting"], ours())
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(params=OLD_SERVERS or [None], ids=lambda path: path.parts[-3] if path else "none")
def old_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a PostgreSQL of before, which asks for a password."""
    if request.param is None:
        pytest.skip("Aucun PostgreSQL plus ancien ici (Debian : apt-get install postgresql-17).")
    folder = Path(tempfile.mkdtemp(prefix="relais-test-"))
    account = embedded._as_postgres()
    if account:
        os.chown(folder, account["user"], account["group"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    tools, data = request.param.parent, folder / "data"
    (folder / "password").write_text("du serveur")

    def run(*command: str) -> None:
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **account)

    run(str(tools / "initdb"), "-D", str(data), "-U", "relais", "--auth=scram-sha-256", f"--pwfile={folder}/password")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    run(str(tools / "pg_ctl"), "start", "-w", "-D", str(data), "-l", str(folder / "log"), "-o", options)
    yield f"127.0.0.1:{port}/postgres"
    run(str(tools / "pg_ctl"), "stop", "-w", "-m", "immediate", "-D", str(data))
    shutil.rmtree(folder)


def test_a_postgresql_that_is_too_old_and_a_wrong_password(old_server, request):
    version = request.node.callspec.id
    with psycopg.connect(f"postgresql://relais:du%20serveur@{old_server}") as server:
        assert str(server.info.server_version // 10_000) == version
    for command in (MIGRATE, WEB):
        words = refused(command, f"postgresql://relais:du%20serveur@{old_server}")
        assert f"PostgreSQL {version} est trop ancien : Relais demande la version 18 au moins." in words
        words = refused(command, f"postgresql://relais:un%20autre@{old_server}")
        assert "La base refuse le mot de passe de « relais »." in words
        assert "Changer les secrets" in words
        assert "un autre" not in words
