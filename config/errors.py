"""Errors that nobody foresaw, counted by kind and place, for whoever maintains Relais.

Whatever is logged with its trace is noted in memory, and written once the request or the task is over: where it is
logged, a transaction has often failed, and what one writes in it is lost or makes things worse.
"""

import logging
import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

from django.db import Error, connection, transaction
from django.utils.timezone import now

from config import logs

MOST = 200
"""Kinds of errors that are kept: the oldest leave."""
OURS = ("cases", "config", "notifications", "workflows")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NotedError:
    kind: str
    place: str
    at: datetime
    request: str


class _Noted(threading.local):
    """Of this thread. While the database is down, the last ones wait for it."""

    def __init__(self) -> None:
        self.errors: deque[NotedError] = deque(maxlen=50)


_noted = _Noted()


class NoteErrors(logging.Handler):
    """Looks at the kind of an error and at its place, never at its words or at its variables."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
            place = _place_of(error.__traceback__)
            _noted.errors.append(NotedError(kind[:120], place[:160], now(), logs.request_id.get() or ""))


def _place_of(trace: TracebackType | None) -> str:
    """The innermost line of ours; else the innermost."""
    place, own = "", ""
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        place = f"{module}:{trace.tb_lineno}"
        if module.partition(".")[0] in OURS:
            own = place
        trace = trace.tb_next
    return own or place


def write_down_errors(**kwargs: object) -> None:
    """Add what was noted to the table. A receiver of the signals that end a request and a task; it never fails."""
    try:
        while _noted.errors:
            _count(_noted.errors[0])
            _noted.errors.popleft()
    except Error:
        log.warning("errors could not be written down; they wait for the database")


def forget_noted_errors() -> None:
    _noted.errors.clear()


COUNT = """
INSERT INTO config_unexpectederror AS known (kind, place, count, first_at, last_at, request)
VALUES (%(kind)s, %(place)s, 1, %(at)s, %(at)s, %(request)s)
ON CONFLICT (kind, place) DO UPDATE
SET count = known.count + 1, last_at = greatest(known.last_at, excluded.last_at), request = excluded.request
"""
LEAVE = """
DELETE FROM config_unexpectederror
WHERE id IN (SELECT id FROM config_unexpectederror ORDER BY last_at DESC, id DESC OFFSET %(most)s)
"""


@transaction.atomic
def _count(error: NotedError) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"kind": error.kind, "place": error.place, "at": error.at, "request": error.request})
        cursor.execute(LEAVE, {"most": MOST})
