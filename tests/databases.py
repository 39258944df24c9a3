"""The database of each process of tests: a copy of a template that holds the tables and the reference data.

The template is named after what it is made of, so that it is made again when that changes and only then. A copy takes a
moment, is of one process, and goes with it: nothing is left for the next one, and two runs beside each other never meet.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connection
from django.db.utils import OperationalError

ROOT = Path(__file__).resolve().parent.parent
MADE_OF = ("*/migrations/*.py", "*/reference/*.toml", "*/reference_data.py", "requirements.lock")
TEMPLATE, COPY = "template_of_tests", "copy_for_tests"
# Any number, the same for all who make, copy or clear away.
ONE_AT_A_TIME = 20261127


def template_name(root: Path = ROOT) -> str:
    made_of = hashlib.sha256()
    for path in sorted(path for pattern in MADE_OF for path in root.glob(pattern)):
        made_of.update(hashlib.sha256(str(path.relative_to(root)).encode() + b"\n" + path.read_bytes()).digest())
    return f"{TEMPLATE}_{made_of.hexdigest()[:16]}"


@contextlib.contextmanager
def copy_for_this_process() -> Iterator[Callable[[], None]]:
    """Django's connections lead to a new copy, dropped at the end; what is yielded makes it as it was at first."""
    ours, copy, template = connection.settings_dict["NAME"], f"{COPY}_{os.getpid()}", template_name()
    # File by file: half as long as through the log that PostgreSQL keeps.
    make_copy = f'CREATE DATABASE "{copy}" TEMPLATE "{template}" STRATEGY file_copy'
    with _server(alone=True) as server:
        _clear_away(server)
        if template not in _databases(server, TEMPLATE):
            _make_template(server, template)
        server.execute(make_copy)
        _connect_to(copy)
        holders = [_hold()]

    def drop(server: Any) -> None:
        holders.pop().close()
        server.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')

    def renew() -> None:
        connection.close()
        with _server(alone=True) as server:
            drop(server)
            server.execute(make_copy)
            holders.append(_hold())

    yield renew
    _connect_to(ours)
    with _server(alone=True) as server:
        drop(server)


def _hold() -> psycopg.Connection[Any]:
    """Until it is closed, whoever clears away cannot drop the copy: somebody is connected to it."""
    return psycopg.connect(**connection.get_connection_params())


@contextlib.contextmanager
def _server(*, alone: bool = False) -> Iterator[Any]:
    with connection._nodb_cursor() as server:
        if alone:
            server.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        yield server


def _databases(server: Any, kind: str) -> list[str]:
    server.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [f"^{kind}_[0-9a-z]+$"])
    return [name for (name,) in server.fetchall()]


def _clear_away(server: Any) -> None:
    """Copies that a killed process left."""
    for name in _databases(server, COPY):
        with contextlib.suppress(OperationalError):
            server.execute(f'DROP DATABASE "{name}"')


def _make_template(server: Any, template: str) -> None:
    """Under another name until it is whole, in the place of those that are out of date."""
    for name in _databases(server, TEMPLATE):
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    unfinished = f"{TEMPLATE}_unfinished"
    server.execute(f'CREATE DATABASE "{unfinished}"')
    _connect_to(unfinished)
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()
    server.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{template}"')


def _connect_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
