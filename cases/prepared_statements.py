"""Statements that PostgreSQL plans once for a connection, not at each page: to plan the heaviest costs more than to run them.

They are those of `written_once`, with what is the reader’s own left open. Plain SQL (`PREPARE`, `EXECUTE`): the second
barrier says who reads in the same message.
"""

from collections.abc import Container, Iterable
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import connection
from psycopg import Connection
from psycopg.pq import TransactionStatus
from psycopg.sql import Literal

MOST = 40
"""Of one connection: a plan takes half a megabyte of its server."""
TYPES = ((datetime, "timestamptz"), (date, "date"), (UUID, "uuid"), (int, "bigint"))
"""Of anything else (a list), what it stands beside says the type."""
Call = tuple[str, tuple[Any, ...]]
"""What runs a statement, and the values of nobody whose places the reader’s take."""

_numbers = count(1)
_calls: WeakKeyDictionary[Connection[Any], dict[object, Call] | None] = WeakKeyDictionary()
"""Of each connection, those that were run last at the end; None behind a pooler."""


def prepare_statement(key: object, sql: str, params: tuple[Any, ...], own: Container[Any]) -> Call:
    """What runs this statement: itself where the connection is not kept from one request to the next, or psycopg prepares.

    `own`: the values of nobody that stand for the reader’s; a day always does.
    """
    if connection.settings_dict["CONN_MAX_AGE"] == 0:
        return sql, params
    connection.ensure_connection()
    raw = connection.connection
    if raw.prepare_threshold is not None:
        return sql, params
    with connection.wrap_database_errors:
        if raw not in _calls:
            _calls[raw] = {} if _is_direct(raw) else None
        calls = _calls[raw]
        if calls is None:
            return sql, params
        calls[key] = calls.pop(key) if key in calls else _write_prepared(raw, sql, params, own)
        if len(calls) > MOST:
            last, _ = calls.pop(next(iter(calls)))
            raw.execute(f"DEALLOCATE {last.split()[1]}")
    return calls[key]


def forget_statements(raw: Connection[Any]) -> None:
    """Of this connection, ours and those of psycopg: once it has one of its own, its next rollback takes ours away too."""
    _calls.pop(raw, None)
    if raw.info.transaction_status != TransactionStatus.INERROR:
        raw.execute("DEALLOCATE ALL")


def _is_direct(raw: Connection[Any]) -> bool:
    """A pooler gives a number of its own: it sends each transaction to another server, which knows no statement of this one."""
    found = raw.execute("SELECT pg_backend_pid()").fetchone()
    return found == (raw.info.backend_pid,)


def _write_prepared(raw: Connection[Any], sql: str, params: Iterable[Any], own: Container[Any]) -> Call:
    """What is nobody’s becomes a parameter, once however often it is said; the rest stays, which plans are better for."""
    places: dict[str, tuple[int, Any]] = {}
    said = []
    for each in params:
        literal = Literal(each).as_string(raw)
        if _is_own(each, own):
            number, _ = places.setdefault(literal, (len(places) + 1, each))
            literal = f"${number}"
        said.append(literal)
    values = tuple(each for _, each in places.values())
    name = f"written_{next(_numbers)}"
    types = ", ".join(next((word for kind, word in TYPES if isinstance(each, kind)), "unknown") for each in values)
    # Left to choose, PostgreSQL plans it again for each reader: it believes that plan cheaper, and does not count what planning costs.
    raw.execute("SET plan_cache_mode = force_generic_plan")
    raw.execute(f"PREPARE {name} {f'({types})' if types else ''} AS {sql % tuple(said)}")
    return f"EXECUTE {name} {'(' + ', '.join(['%s'] * len(values)) + ')' if values else ''}", values


def _is_own(value: Any, own: Container[Any]) -> bool:
    if isinstance(value, list | tuple):
        return any(_is_own(each, own) for each in value)
    return isinstance(value, date) or (isinstance(value, int | UUID) and value in own)
