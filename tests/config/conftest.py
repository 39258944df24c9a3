"""A queue and a mail server of the test’s own; and a backup, made once, for the tests of what is done with it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from django.db import connection
from psycopg import sql
from pyrage import x25519

from cases.models import User
from tests.config.backup_scripts import here, run, url
from tests.sink import Sink, listening


@pytest.fixture
def own_queue(settings: Any) -> Iterator[redis.Redis]:
    """Of this test alone, and empty: in the one that all tests share, what each of them asked for stays, since no worker takes
    it."""
    number = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 14
    settings.REDIS_URL = f"{settings.REDIS_URL.partition('?')[0]}?db={number}"
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.delete("celery")
    yield client
    client.delete("celery")
    client.close()


@pytest.fixture
def server(settings: Any) -> Iterator[Sink]:
    """Of e-mail, to which the messages of the test really go."""
    with listening() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", sink.port, 1
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield sink


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """None answers, from here on. For a test that commits."""
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    yield
    connection.close()


@pytest.fixture(scope="session")
def identity() -> x25519.Identity:
    return x25519.Identity.generate()


@pytest.fixture
def key(identity: x25519.Identity, tmp_path: Path) -> str:
    """The path of the private key."""
    file = tmp_path / "key.txt"
    file.write_text(f"# created: 2026-11-28\n{identity}\n")
    return str(file)


@pytest.fixture
def media(tmp_path: Path) -> Path:
    return make_media(tmp_path / "sent")


def make_media(folder: Path) -> Path:
    folder.mkdir()
    (folder / "notification d’indu.pdf").write_bytes(b"%PDF-1.7 invented")
    return folder


@pytest.fixture(scope="session")
def _made(
    identity: x25519.Identity, django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """One backup in clear, one encrypted, of an installation where Ada has an account."""
    place = tmp_path_factory.mktemp("made")
    media = make_media(place / "sent")
    made = {}
    with django_db_blocker.unblock():
        User.objects.create_user("ada@example.org", first_name="Ada", last_name="Lenoir")
        try:
            for name, options in {"sealed": [], "clear": ["--clear"]}.items():
                arguments, recipient = [*options, str(place / name)], str(identity.to_public())
                done = run("backup.sh", *arguments, database=here(), media=media, recipients=recipient)
                assert done.returncode == 0, done.stderr
                (made[name],) = (place / name).glob("relais-*")
        finally:
            django_db_setup()
    return made


@pytest.fixture
def clear_backup(_made: dict[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(_made["clear"], tmp_path / _made["clear"].name))


@pytest.fixture
def sealed_backup(_made: dict[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(_made["sealed"], tmp_path / "sealed" / _made["sealed"].name))


@pytest.fixture
def other_database(transactional_db: None) -> Iterator[str]:
    """An empty database beside that of the test."""
    name = f"{here()}_restored"
    with psycopg.connect(url("postgres"), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield name
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
