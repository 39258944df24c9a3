"""The streaming copy of the database, where an installation has one: it serves what is long to read and may be some seconds old.

Acts, pages and rights read the database itself. Without a copy, or while it is away or too far behind, all does.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import timedelta
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections

ALIAS = "replica"
T = TypeVar("T")
READ_FROM: ContextVar[str] = ContextVar("where this process reads", default=DEFAULT_DB_ALIAS)
NOW = timedelta(0)
SECONDS_TO_SAY = 3
"""How far behind it is."""
log = logging.getLogger(__name__)

# Behind by the age of the last act that it has, unless it has all that the database had when it was asked.
LAG = """
SELECT CASE WHEN NOT pg_is_in_recovery() THEN NULL WHEN pg_last_wal_replay_lsn() >= %s::pg_lsn THEN 0
    ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END
"""


class ReplicaRouter:
    """Where Django reads and writes a row, whichever of the two it was read from."""

    def db_for_read(self, model: object, **hints: object) -> str:
        return READ_FROM.get()

    def db_for_write(self, model: object, **hints: object) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: object, other: object, **hints: object) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == DEFAULT_DB_ALIAS


def is_configured() -> bool:
    return ALIAS in settings.DATABASES


def read_lag() -> timedelta | None:
    """How far the copy is behind; None when it does not answer, or copies nothing."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()")
        [(written,)] = cursor.fetchall()
    try:
        with _answering_soon(), connections[ALIAS].cursor() as cursor:
            cursor.execute(LAG, [written])
            [(seconds,)] = cursor.fetchall()
    except Error:
        connections[ALIAS].close()
        return None
    return None if seconds is None else max(timedelta(seconds=float(seconds)), NOW)


@contextmanager
def _answering_soon() -> Iterator[None]:
    """A copy whose network is cut refuses nothing: it is silent. Its connection is then ended, for which its query fails."""
    copy = connections[ALIAS]

    def end_connection() -> None:
        if copy.connection:
            with suppress(Error, OSError), socket(fileno=os.dup(copy.connection.fileno())) as line:
                line.shutdown(SHUT_RDWR)

    timer = Timer(SECONDS_TO_SAY, end_connection)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def is_near_enough(lag: timedelta | None) -> bool:
    return lag is not None and lag <= timedelta(seconds=settings.DATABASE_REPLICA_MOST_SECONDS)


def read_late(read: Callable[[], T]) -> tuple[T, timedelta]:
    """What is read, from the copy if it may be, and how old it is. `read` only reads, and may be begun again: it is, on the
    database itself, when the copy ends in its midst, or gives up a query because it must follow the database."""
    lag = read_lag() if is_configured() else None
    if lag is None or not is_near_enough(lag):
        return read(), NOW
    token = READ_FROM.set(ALIAS)
    try:
        return read(), lag
    except (OperationalError, InterfaceError) as error:
        log.warning("the replica ended a query (%s): read from the database itself", type(error).__name__)
        connections[ALIAS].close()
    finally:
        READ_FROM.reset(token)
    return read(), NOW


def describe_lag() -> str:
    """For the pages of what is read late, in French. Empty without a copy."""
    if not is_configured():
        return ""
    lag = read_lag()
    if lag is None or not is_near_enough(lag):
        said = "ne répond pas" if lag is None else f"a {int(lag.total_seconds())} s de retard"
        return f"La réplique de la base {said} : lu sur la base elle-même."
    return f"Lu sur la réplique de la base : chiffres d’il y a {int(lag.total_seconds())} s."
