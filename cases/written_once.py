"""Queries that are written once for all who hold the same rights, not at each page: to write one costs more than to run it.

The one who says what is asked says it for nobody, who holds these rights in structures of no number on no day; then a
person, his structures and his day take these places, and a case that of no case. What would stay in the query of somebody
else is refused: a moment, a day of the calendar, what was read in the database meanwhile.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import NoneType
from typing import Any, NoReturn
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import QuerySet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.utils.timezone import localtime, make_aware
from psycopg.types.json import Jsonb

from cases.models import Case, User
from cases.prepared_statements import prepare_statement

Rights = dict[str, frozenset[int]]
NOBODY = -1
NO_STRUCTURE = -1000
"""The first of a person’s structures, then -1001, -1002…: no row has such a number."""
NO_CASE = -2
NO_UUID = UUID(int=0)
NO_DAY = date(5, 2, 1)
"""Some years may be counted back from it."""
ANOTHER_DAY = date(48, 9, 27)
"""Of another year, month and day of the week."""
NO_YEARS = 100
"""Below, a day is counted from `NO_DAY`: it becomes as many days from the day of the reader."""
NO_NUMBER = re.compile(r"-(1|2|1\d\d\d)\b")
"""One of these, in a word or in JSON: nobody would take its place."""
KNOWN = (str, int, Decimal, date, UUID, Jsonb, NoneType)
"""What a query may hold: in anything else (a range) it would not be seen."""
Write = Callable[..., QuerySet[Any, Any]]
"""Of a person, a day, his rights, and words of which each makes another query."""
Shape = frozenset[tuple[str, frozenset[int]]]
"""Rights, each with the places that its structures take."""


class WrittenQuery(Query):
    """One whose SQL is known. It is read as it is: nothing may be added to it."""

    ready: SQLCompiler

    def get_compiler(self, *args: object, **kwargs: object) -> SQLCompiler:
        return self.ready


class WrittenCompiler(SQLCompiler):
    written: tuple[str, tuple[Any, ...]]

    def as_sql(self, *args: object, **kwargs: object) -> tuple[str, tuple[Any, ...]]:
        return self.written


def read_written(
    write: Write,
    user: User | None,
    today: date,
    held: Rights,
    *words: Any,
    case: Case | None = None,
    public_id: object = None,
    plan_once: bool = True,
) -> list[Any]:
    """What the query that `write` makes for a person finds, as it would find it: objects or rows. One query.

    `case`, `public_id`: what takes the place of `NO_CASE` and of `NO_UUID`. `plan_once`: where the connection is kept, by
    one plan for all, but where the best depends much on who reads.
    """
    structures = sorted(frozenset[int]().union(*held.values()))
    places = {structure: NO_STRUCTURE - place for place, structure in enumerate(structures)}
    shape = frozenset((right, frozenset(places[each] for each in ids)) for right, ids in held.items())
    rows, compiler, sql, params = write_for_nobody(write, shape, words)
    if not sql:
        return []
    own = {NO_UUID: public_id, NO_CASE: case and case.pk, NOBODY: user and user.pk}
    own |= {place: structure for structure, place in places.items()}
    if plan_once:
        sql, params = prepare_statement((write, shape, words), sql, params, own)
    written = WrittenCompiler(compiler.query, connections[DEFAULT_DB_ALIAS], DEFAULT_DB_ALIAS)
    vars(written).update({**vars(compiler), "connection": written.connection})
    written.written = sql, tuple(_own_value(each, own, today) for each in params)
    query = rows.query.chain(klass=WrittenQuery)
    query.ready = written  # type: ignore[attr-defined]  # `chain` makes it of this class
    found = rows.all()
    vars(found).update(_query=query)  # the setter of `query` would forget what rows are made of
    return list(found)


def _own_value(value: Any, own: Mapping[Any, Any], today: date) -> Any:
    if isinstance(value, datetime):
        there = localtime(value)
        return make_aware(datetime.combine(today + (there.date() - NO_DAY), there.time()))
    if isinstance(value, date):
        return today + (value - NO_DAY)
    if isinstance(value, list | tuple):
        return type(value)(_own_value(each, own, today) for each in value)
    return own.get(value, value) if isinstance(value, int | UUID) else value


Written = tuple[QuerySet[Any, Any], SQLCompiler, str, tuple[Any, ...]]
"""A query, its compiler, its SQL, and the values of nobody."""


@lru_cache(maxsize=1000)
def write_for_nobody(write: Write, shape: Shape, words: tuple[object, ...]) -> Written:
    """The query, and its SQL; empty where these rights leave nothing to look for.

    It is written on two days that have nothing in common: a day that is not so many days from today (the first of a month,
    a working day) is other, and refused.
    """
    with connection.execute_wrapper(_refuse_to_ask):
        rows, compiler, sql, params = _write_on(NO_DAY, write, shape, words)
        *_, sql_of_another, others = _write_on(ANOTHER_DAY, write, shape, words)
    if (sql, _since(NO_DAY, params)) != (sql_of_another, _since(ANOTHER_DAY, others)):
        raise ValueError(f"The query of {write.__name__} holds what depends on the calendar.")
    for each in _values_in(params):
        words = each.obj if isinstance(each, Jsonb) else each
        if not isinstance(each, KNOWN) or (isinstance(each, str | Jsonb) and NO_NUMBER.search(str(words))):
            raise ValueError(f"What is nobody’s would stay in the query of {write.__name__}: {type(each).__name__}.")
        if isinstance(each, date) and each.year > NO_YEARS:
            raise ValueError(f"A day or a moment would stay in the query of {write.__name__}.")
    return rows, compiler, sql, params


def _write_on(day: date, write: Write, shape: Shape, words: tuple[object, ...]) -> Written:
    rows = write(User(pk=NOBODY), day, dict(shape), *words)
    compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return rows, compiler, "", ()
    return rows, compiler, sql, tuple(params)


def _since(day: date, params: Iterable[Any]) -> list[Any]:
    """Values, days as how far they are from this one."""
    found: list[Any] = []
    for each in _values_in(params):
        if isinstance(each, datetime):
            there = localtime(each)
            found.append((there.date() - day, there.time()))
        elif isinstance(each, date):
            found.append(each - day)
        else:
            found.append(each.obj if isinstance(each, Jsonb) else each)
    return found


def _values_in(params: Iterable[Any]) -> Iterator[Any]:
    for each in params:
        if isinstance(each, list | tuple):
            yield from _values_in(each)
        else:
            yield each


def _refuse_to_ask(*args: object) -> NoReturn:
    raise RuntimeError("A query that is written once asks the database nothing while it is written.")
