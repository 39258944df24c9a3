"""A backup is worth what its restoration gives back."""

import hashlib
import os
import subprocess
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from cases.models import User
from config import embedded

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def url(database: str) -> str:
    return os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + database


def run(script: str, *arguments: str, database: str, media: Path) -> subprocess.CompletedProcess[str]:
    path = f"{embedded.postgres_tools()}:{os.environ['PATH']}"
    environment = {"PATH": path, "DATABASE_URL": url(database), "MEDIA_ROOT": str(media)}
    return subprocess.run(
        [str(SCRIPTS / script), *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def other_database(db):
    """An empty database beside that of the test."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with psycopg.connect(url("postgres"), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield name
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def media(tmp_path):
    folder = tmp_path / "sent"
    folder.mkdir()
    (folder / "notification d’indu.pdf").write_bytes(b"%PDF-1.7 invented")
    return folder


@pytest.fixture
def backup(transactional_db, tmp_path, media):
    User.objects.create_user("ada@example.org", first_name="Ada", last_name="Lenoir")
    done = run("backup.sh", str(tmp_path / "backups"), database=connection.settings_dict["NAME"], media=media)
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "backups").iterdir()
    return folder


def emails(database: str) -> list[tuple[str]]:
    with psycopg.connect(url(database)) as restored:
        return restored.execute("SELECT email FROM cases_user").fetchall()


def test_a_backup_gives_back_rows_and_files(backup, other_database, tmp_path):
    done = run("restore.sh", "--replace", str(backup), database=other_database, media=tmp_path / "new")

    assert done.returncode == 0, done.stderr
    assert emails(other_database) == [("ada@example.org",)]
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["notification d’indu.pdf"]


def test_a_backup_replaces_what_came_after_it(backup, media):
    User.objects.create_user("after@example.org", first_name="Après", last_name="Coup")
    (media / "after.pdf").write_bytes(b"")
    connection.close()

    done = run("restore.sh", "--replace", str(backup), database=connection.settings_dict["NAME"], media=media)

    assert done.returncode == 0, done.stderr
    assert list(User.objects.values_list("email", flat=True)) == ["ada@example.org"]
    assert [file.name for file in media.iterdir()] == ["notification d’indu.pdf"]


def test_an_older_backup_replaces_tables_that_came_after_it(backup, other_database, tmp_path):
    """To go back to the version of before, after an update that added tables and constraints."""
    assert run("restore.sh", "--replace", str(backup), database=other_database, media=tmp_path / "new").returncode == 0
    with psycopg.connect(url(other_database)) as newer:
        newer.execute("CREATE TABLE newer (id bigint PRIMARY KEY, person bigint REFERENCES cases_user (id))")
        newer.execute("CREATE VIEW newest AS SELECT email FROM cases_user")

    done = run("restore.sh", "--replace", str(backup), database=other_database, media=tmp_path / "new")

    assert done.returncode == 0, done.stderr
    assert emails(other_database) == [("ada@example.org",)]
    with psycopg.connect(url(other_database)) as restored:
        assert restored.execute("SELECT to_regclass('newer'), to_regclass('newest')").fetchone() == (None, None)


def test_a_backup_cut_in_half_changes_neither_rows_nor_files(backup, media):
    """Even when its sums are those of the half."""
    dump = backup / "database.dump"
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size // 2])
    kept = [(hashlib.sha256(file.read_bytes()).hexdigest(), file.name) for file in (dump, backup / "media.tar.gz")]
    (backup / "SHA256SUMS").write_text("".join(f"{each}  {name}\n" for each, name in kept))
    User.objects.create_user("after@example.org", first_name="Après", last_name="Coup")
    (media / "after.pdf").write_bytes(b"")
    connection.close()

    done = run("restore.sh", "--replace", str(backup), database=connection.settings_dict["NAME"], media=media)

    assert done.returncode == 1
    assert "la base et les fichiers sont restés tels qu’ils étaient" in done.stderr
    assert User.objects.count() == 2
    assert (media / "after.pdf").exists()


def test_a_backup_is_for_its_owner_only(backup):
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in backup.iterdir()} == {
        "database.dump": "0o600",
        "media.tar.gz": "0o600",
        "SHA256SUMS": "0o600",
    }


def test_a_damaged_backup_changes_nothing(backup, media):
    with (backup / "media.tar.gz").open("ab") as file:
        file.write(b"one byte too many")
    User.objects.create_user("after@example.org", first_name="Après", last_name="Coup")

    done = run("restore.sh", "--replace", str(backup), database=connection.settings_dict["NAME"], media=media)

    assert done.returncode != 0
    assert User.objects.count() == 2


def test_restoring_must_be_asked_for_in_words(backup, media):
    done = run("restore.sh", str(backup), database=connection.settings_dict["NAME"], media=media)

    assert done.returncode == 2
    assert "Tout ce que contient l’installation est remplacé" in done.stderr
