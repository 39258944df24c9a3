"""Which migrations the database lacks, and which it has that this code does not: one reading for all who ask."""

from functools import cache
from typing import NamedTuple

from django.db import ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader

Migration = tuple[str, str]
"""Application, name."""
SQUASHED = "_squashed_"
"""In the name of a migration that replaces others: it says nothing that those, which are recorded too, do not say."""


class MigrationState(NamedTuple):
    missing: list[Migration]
    """To be made by `migrate`."""
    newer: list[Migration]
    """Of applications that are here: a later version of Relais made them."""


def read_migration_state() -> MigrationState:
    """One query. Raises what the database says when it does not answer."""
    code, recorded = _read_code(), _read_recorded()
    ours = {(app, name) for app, name in recorded if app in code.applications and SQUASHED not in name}
    newer = ours - code.migrations - code.replaced
    return MigrationState(missing=sorted(code.migrations - recorded), newer=sorted(newer))


class _MigrationsOfCode(NamedTuple):
    migrations: frozenset[Migration]
    replaced: frozenset[Migration]
    applications: frozenset[str]


@cache
def _read_code() -> _MigrationsOfCode:
    """Read once by each process: the files do not change under it."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    found = loader.disk_migrations
    replaced = frozenset(each for migration in found.values() for each in migration.replaces)
    return _MigrationsOfCode(frozenset(found), replaced, frozenset(loader.migrated_apps))


def _read_recorded() -> frozenset[Migration]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            return frozenset(cursor.fetchall())
    except ProgrammingError:  # it has no table yet
        return frozenset()
