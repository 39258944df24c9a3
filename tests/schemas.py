"""What a database is made of, as pg_dump tells it, for two of them to be compared."""

import os
import re
import subprocess
from collections.abc import Iterator

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from config import embedded

OBJECT = re.compile(r"^-- (?=Name: |Data for )", re.MULTILINE)
OF_A_MONTH = re.compile(r"\bm\d{4}_\d\d\b")
"""Parts of the access log: those of the day on which the database was made."""
UNCHECKED = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE NOT convalidated"


def begin_by_replaced_migrations() -> None:
    """The empty database that we are connected to gets the first tables as 0.1.0 made them: `migrate` goes on by those that
    were squashed since."""
    executor = MigrationExecutor(connection)
    executor.loader = MigrationLoader(connection, replace_migrations=False)
    executor.migrate([each.replaces[0] for each in executor.loader.disk_migrations.values() if each.replaces])


def check_what_was_not() -> None:
    """Constraints that an older database was given without looking at its rows, as a later release will."""
    with connection.cursor() as cursor:
        cursor.execute(UNCHECKED)
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} VALIDATE CONSTRAINT "{name}"')


def read_schema(database: str) -> list[str]:
    """Its tables, constraints, indexes, triggers, functions, policies, rights: each in SQL, whatever the order of the columns."""
    address = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{database}"
    command = [str(embedded.postgres_tools() / "pg_dump"), "--schema-only", address]
    told = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return sorted(_tell_objects(told))


def _tell_objects(told: str) -> Iterator[str]:
    for each in OBJECT.split(told)[1:]:
        name, _, sql = each.partition("\n")
        lines = [line for line in sql.splitlines() if line.strip(" -") and not line.startswith("\\")]
        if OF_A_MONTH.search(name):
            continue
        if "; Type: TABLE;" in name:
            lines = sorted(line.removesuffix(",") for line in lines)
        yield "\n".join([name, *lines])
