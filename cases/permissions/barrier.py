"""The second barrier, on top of the door: while a page is read, the database shows nothing of cases in which no structure
of the reader ever took part, and to which he was never assigned (decisions/0025).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

from django.db import connection, connections
from psycopg.sql import Composable

from cases.models import User

SAY = "SELECT set_config('relais.reader', '{}', true); "
OF_SAVEPOINTS = ("SAVEPOINT", "RELEASE", "ROLLBACK")
"""They must run in a transaction that failed, too."""
NOBODY = 0
"""The number of no account: who is not signed in takes part in nothing."""
DIGEST = re.compile(r"[0-9a-f]{64}")
PAST: ContextVar[bool] = ContextVar("past the second barrier", default=False)


@contextmanager
def reading_as(user: User, *, at: date, with_reports: bool = False) -> Iterator[None]:
    """Each query says for whom it reads, in the transaction that it is alone: a pooler may send the next one elsewhere.

    An act is not held back: in its own transaction it reads all that it decides by, and the door was asked before.
    `with_reports`: if he works for a claimant, he also reads the cases that it reported, and those of its leases.
    """
    reader = f"{int(user.pk)} {at.isoformat()}{' reports' if with_reports else ''}"
    with _hold_reading(reader, acts_are_free=True):
        yield


@contextmanager
def reading_by_code(digest: str, *, at: date) -> Iterator[None]:
    """The page of a family, which nobody signs in to: PostgreSQL shows it no case at all, and of all sheets the one whose
    code was typed. What it writes down is held too: nothing is read past it, in a transaction or out of it.
    """
    if not DIGEST.fullmatch(digest):
        raise ValueError("not a digest")
    with _hold_reading(f"{NOBODY} {at.isoformat()} family {digest}", acts_are_free=False):
        yield


@contextmanager
def _hold_reading(reader: str, *, acts_are_free: bool) -> Iterator[None]:
    outside = len(connection.atomic_blocks)

    def say_reader(execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: dict[str, Any]) -> Any:
        is_free = acts_are_free and (len(connection.atomic_blocks) > outside or PAST.get())
        if isinstance(sql, Composable):
            sql = sql.as_string(context["cursor"].connection)
        if many or (is_free and not outside) or sql.startswith(OF_SAVEPOINTS):
            return execute(sql, params, many, context)
        found = execute(SAY.format("" if is_free else reader) + sql, params, many, context)
        context["cursor"].nextset()
        return found

    try:
        # Of the replica too, where there is one.
        with ExitStack() as held:
            for each in connections.all():
                held.enter_context(each.execute_wrapper(say_reader))
            yield
    finally:
        if outside and not connection.needs_rollback:  # of a test: its transaction goes on after the page
            with connection.cursor() as cursor:
                cursor.execute(SAY.format(""))


@contextmanager
def reading_past_barrier() -> Iterator[None]:
    """One read, on a page that is held, of what others do too: no more of it is shown than the door allows.

    tests/cases/test_second_barrier.py names each place that asks for it, and says why.
    """
    token = PAST.set(True)
    try:
        yield
    finally:
        PAST.reset(token)
