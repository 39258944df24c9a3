"""The counts of the menu, on every page: their query is written once for all who hold the same rights, not at each page.

To write it costs more than to run it. What is counted is said by the inbox alone: it is written for nobody, who holds
these rights in structures of no number on no day; then a person, his structures and his day take these places.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from cases.models import User
from cases.permissions import Rights

NOBODY = -1
NO_STRUCTURE = -1000
"""The first of a person’s structures, then -1001, -1002…: no row has such a number."""
NO_DAY = date(1, 1, 2)
Write = Callable[[User, date, Rights], QuerySet[Any, Any]]
Shape = frozenset[tuple[str, frozenset[int]]]
"""Rights, each with the places that its structures take."""


def read_rows(write: Write, user: User, today: date, held: Rights) -> list[tuple[Any, ...]]:
    """The rows of the query that `write` makes for a person: it asks the database nothing. One query."""
    structures = sorted(frozenset[int]().union(*held.values()))
    places = {structure: NO_STRUCTURE - place for place, structure in enumerate(structures)}
    sql, params = _compile_query(
        write, frozenset((right, frozenset(places[each] for each in ids)) for right, ids in held.items())
    )
    if not sql:
        return []
    own: dict[Any, Any] = {NOBODY: user.pk, NO_DAY: today, **{place: each for each, place in places.items()}}
    with connection.cursor() as cursor:
        cursor.execute(sql, [own.get(each, each) if isinstance(each, int | date) else each for each in params])
        return cursor.fetchall()


@lru_cache(maxsize=500)
def _compile_query(write: Write, shape: Shape) -> tuple[str, tuple[Any, ...]]:
    try:
        return write(User(pk=NOBODY), NO_DAY, dict(shape)).query.sql_with_params()
    except EmptyResultSet:  # these rights leave nothing to count
        return "", ()
