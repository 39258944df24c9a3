"""Django’s own, which first refuses a database that this version of Relais cannot live with, gives way to who uses the tables,
and tells in words what is wrong in the reference files that it loads at its end."""

import gc
from time import sleep
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, NotInTransactionMixin
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connection
from django.db.migrations import Migration
from django.utils.timezone import now
from psycopg.errors import DeadlockDetected, LockNotAvailable
from psycopg.sql import SQL, Identifier

from cases.actions.retention import ledger
from cases.rules.reading import FaultyRules
from config.starting import CannotStart, refuse_database

LOCK_TIMEOUT = "3s"
"""A migration waits no longer for a table, for whoever asks for that table meanwhile waits behind it."""

WHO = "SELECT pid, usename, application_name, xact_start FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY xact_start"


class Command(migrate.Command):
    tries, pause = 40, 12
    """How often a migration asks for its tables, and the seconds between: ten minutes, longer than a backup holds them."""
    current = ""
    """The migration that is being done."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Before Django’s own checks, which ask the database what it can do."""
        try:
            refuse_database()
        except CannotStart as refusal:
            raise CommandError(str(refusal)) from refusal
        try:
            return super().execute(*args, **options)
        except FaultyRules as refusal:
            raise CommandError(
                "Les données de référence sont refusées, aucune n’est chargée. Corriger, puis recommencer :\n- "
                + "\n- ".join(refusal.faults)
            ) from refusal

    def handle(self, *args: Any, **options: Any) -> None:
        gc.disable()  # the many states of the tables that Django draws are kept to the end: a third of the time went into them
        try:
            self.migrate(*args, **options)
        finally:
            gc.enable()
        if not (options.get("plan") or options.get("check_unapplied") or options.get("app_label")):
            self.apply_ledger()

    def migrate(self, *args: Any, **options: Any) -> None:
        """Each time from where it stopped: what a migration that gives up has begun is undone, or is whole and found again."""
        for done in range(1, self.tries + 1):
            try:
                super().handle(*args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, (LockNotAvailable, DeadlockDetected)):
                    raise
                _wait_for_locks("0")
                if done == self.tries:
                    raise CommandError(self._tell_why()) from error
            else:
                return
            self.stdout.write(f"{self.current} : une table est occupée. Nouvel essai dans {self.pause} secondes.")
            sleep(self.pause)

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:  # noqa: FBT001, FBT002 - Django’s
        if migration and action in {"apply_start", "unapply_start"}:
            self.current = str(migration)
            _wait_for_locks("0" if _waits_for_nobody(migration) else LOCK_TIMEOUT)
            if action == "apply_start" and not fake:
                _drop_what_was_left(migration)
        elif migration:
            _wait_for_locks("0")
        super().migration_progress_callback(action, migration, fake)

    def _tell_why(self) -> str:
        return (
            f"La migration {self.current} n’a pas pu se faire : une de ses tables est restée occupée à chacun des {self.tries} essais. "
            "Chaque table est faite en entier ou pas du tout, et la version qui tourne n’est pas gênée. Attendre que finisse ce qui l’occupe (une "
            f"sauvegarde, un export, un psql resté ouvert : « {WHO} »), puis relancer migrate, qui reprend où il s’est arrêté."
        )

    def apply_ledger(self) -> None:
        """After the restoration of an older backup: what was erased since is erased again."""
        if ledger.is_waiting():
            done = ledger.apply_waiting(at=now())
            self.stdout.write(f"Effacements repris après le rétablissement : {done}.")


def _wait_for_locks(time: str) -> None:
    """Of this session, which is the owner’s and goes straight to the server: no pooler shares it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [time])


def _waits_for_nobody(migration: Migration) -> bool:
    """An index made concurrently waits for others without being in their way, and leaves a broken one when it gives up."""
    return any(isinstance(operation, NotInTransactionMixin) for operation in migration.operations)


def _drop_what_was_left(migration: Migration) -> None:
    """An index made concurrently is not undone with the try that made it: broken after a deadlock, whole when the process ended
    before it was noted. Either is in the way of the next try."""
    for operation in migration.operations:
        if isinstance(operation, AddIndexConcurrently):
            with connection.cursor() as cursor:
                cursor.execute(SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(Identifier(operation.index.name)))
