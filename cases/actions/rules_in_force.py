"""The editions in force on a day, and the rules of delays that acts count with."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Case as Choice, QuerySet, TextField, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Cast

from cases.models import DeadlineRule, Edition, Structure
from cases.queries import closures_of
from cases.rules.catalogue import CheckedDeadlineRule
from cases.rules.catalogue_reading import read_rule

Found = TypeVar("Found")
COLUMNS = [str(each.attname) for each in DeadlineRule._meta.concrete_fields]  # noqa: SLF001
START = COLUMNS.index("start")
NONE_PUBLISHED = "no published edition of the deadline rules: run `manage.py migrate`"


def edition_in_force(catalogue: str, *, on: date, territory: str) -> Edition | None:
    """The published edition of a catalogue that applies on a day; before the first one, the first one."""
    return _in_force(catalogue, on=on, territory=territory).first()


def find_edition(catalogue: str, *, on: date, territory: str) -> Edition:
    """The edition in force. Raises LookupError when none was loaded: run `manage.py migrate`."""
    edition = edition_in_force(catalogue, on=on, territory=territory)
    if edition is None:
        raise LookupError(f"no published edition of {catalogue}: run `manage.py migrate`")
    return edition


def editions_in_force(catalogues: Iterable[str], *, on: date, territory: str) -> dict[str, Edition]:
    """The same of several catalogues, in one query."""
    found = _published_editions(territory).filter(catalogue__in=list(catalogues))
    ordered = found.order_by("catalogue", *begun_last(on)).distinct("catalogue")
    return {edition.catalogue: edition for edition in ordered}


def _in_force(catalogue: str, *, on: date, territory: str) -> QuerySet[Edition]:
    return _published_editions(territory).filter(catalogue=catalogue).order_by(*begun_last(on))[:1]


def _published_editions(territory: str) -> QuerySet[Edition]:
    return Edition.objects.filter(state=Edition.State.PUBLISHED, territory=territory)


def begun_last(on: date) -> tuple[OrderBy, str]:
    """The one that began last; before the first one, the first one."""
    begun = Choice(When(effective_on__lte=on, then="effective_on"))
    return begun.desc(nulls_last=True), "effective_on"


def read_rules(
    *, on: date, territory: str, closed: Structure | None = None, **only: object
) -> tuple[Edition, list[tuple[Any, CheckedDeadlineRule]]]:
    """One query, unless no rule is kept. The words of the edition are read once; with each row, when `closed` is closed."""
    in_force = _in_force(Edition.Catalogue.DEADLINES, on=on, territory=territory)
    found = DeadlineRule.objects.filter(edition__in=in_force.values("pk"), **only).select_related("edition")
    words = Cast("edition__parameters", TextField())
    days = {"closed": closures_of(closed)} if closed else {}
    rows = list(found.defer("edition__parameters").annotate(words=words, **days))
    edition = rows[0].edition if rows else in_force.first()
    if rows and edition:
        edition.parameters = json.loads(rows[0].words)
        for row in rows:
            row.edition = edition
    if edition is None:
        raise LookupError(NONE_PUBLISHED)
    return edition, _checked(edition, rows)


def _checked(edition: Edition, rows: Iterable[DeadlineRule]) -> list[tuple[Any, CheckedDeadlineRule]]:
    milestones, actors = edition.parameters["milestones"], edition.parameters["actors"]
    return [(row, read_rule(row.as_row(), milestones=milestones, actors=actors)) for row in rows]


_read: ContextVar[dict[tuple[object, ...], Any] | None] = ContextVar("rules that an act has read", default=None)


@contextmanager
def rules_read_once() -> Iterator[None]:
    """Within it what acts read of the rules is read once: the delays of an edition, whole; a table of routing. Around one
    transaction, or some that follow one another at once: what is published meanwhile counts for the next one."""
    if _read.get() is not None:
        yield
        return
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def once(key: tuple[object, ...], read: Callable[[], Found], *, again: bool = False) -> Found:
    """What `read` gives; within `rules_read_once`, what it gave for this key, unless it is to be asked `again`."""
    kept = _read.get()
    if kept is None:
        return read()
    if again or key not in kept:
        kept[key] = read()
    found: Found = kept[key]
    return found


def rules_from(fact: str, *, on: date, territory: str, closed: Structure) -> list[tuple[Any, CheckedDeadlineRule]]:
    """The rules that count from a fact, each row with the days on which `closed` is closed (`row.closed`)."""
    if _read.get() is None:
        return read_rules(on=on, territory=territory, closed=closed, start=fact)[1]
    edition = once(("delays", on, territory, closed.pk), lambda: _find_with_closures(on, territory, closed))
    read = once(("rules of delays", edition.pk), lambda: _rows_by_fact(edition)).get(fact, [])
    rows: list[Any] = [DeadlineRule.from_db(connection.alias, COLUMNS, row) for row in read]
    for row in rows:
        row.edition, row.closed = edition, edition.closed
    return _checked(edition, rows)


def _find_with_closures(on: date, territory: str, closed: Structure) -> Any:
    in_force = _in_force(Edition.Catalogue.DEADLINES, on=on, territory=territory)
    edition = in_force.annotate(closed=closures_of(closed)).first()
    if edition is None:
        raise LookupError(NONE_PUBLISHED)
    return edition


def _rows_by_fact(edition: Edition) -> dict[str, list[Sequence[Any]]]:
    """Their columns: an act makes objects of the few that count from its facts."""
    found: dict[str, list[Sequence[Any]]] = defaultdict(list)
    for row in DeadlineRule.objects.filter(edition=edition.pk).values_list(*COLUMNS):
        found[row[START]].append(row)
    return found
