"""Closed days of the traces are sealed, one after the other, and counted again.

Whoever owns the database can rewrite lines and seals alike: that is why the head of the chain leaves it each day
(`manage.py seal_traces`), and is asked again when one verifies.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Min, Model, QuerySet
from django.utils.timezone import localdate

from cases.models import AccessEntry, JournalEntry, TraceSeal
from cases.models.appointments import midnight
from cases.rules.reduction import reduce_line
from cases.rules.retention import load_kinds

SETTLED = timedelta(hours=3)
"""After midnight, what was begun the day before has ended: nothing is added to that day any more."""
BATCH = 2000
LOCK = 20_261_129
"""Of the one process that seals, until its transaction ends."""
ONE_DAY = timedelta(days=1)
PARTS = """
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'public.cases_accessentry'::regclass
"""
"""Read from the catalogue, which every role may."""
DayChoice = Callable[[date], bool]


@dataclass(frozen=True)
class CountedLines:
    """What the lines of a day come to."""

    number: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class TraceFault:
    """The first day that is not what was sealed, and how, in French."""

    day: date
    words: str


@dataclass(frozen=True, kw_only=True)
class TraceVerdict:
    days: int
    """Along which the chain was followed."""
    recounted: int
    """Of them, those whose lines were counted again, or were forgotten."""
    head: TraceSeal | None
    fault: TraceFault | None = None


# Counting


def accesses_of(day: date) -> QuerySet[AccessEntry]:
    return AccessEntry.objects.filter(day=day)


def acts_of(day: date) -> QuerySet[JournalEntry]:
    return JournalEntry.objects.filter(happened_at__gte=midnight(day), happened_at__lt=midnight(day + ONE_DAY))


def count_lines(lines: QuerySet[Model]) -> CountedLines:
    """In the order of their numbers, each column under its name, whatever the server and its version.

    Of what an act says, what retention may take away is left out (`reduce_line`): words, and whom it names.
    """
    digest = hashlib.sha256()
    numbers = list(lines.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(numbers), BATCH):  # no cursor of the server stays open: a pooler may stand before it
        for values in lines.filter(pk__in=numbers[first : first + BATCH]).order_by("pk").values():
            if "data" in values:  # what retention takes away once a household is anonymised is not in the seal
                values["data"] = reduce_line(values["data"])
            digest.update(_canonical(values))
    return CountedLines(len(numbers), digest.hexdigest())


def _canonical(values: Mapping[str, object]) -> bytes:
    """What is empty is left out: a column that a later version adds changes nothing of the days before."""
    said = {name: value for name, value in values.items() if value not in (None, "")}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_plain).encode() + b"\n"


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def seal_of(day: date, *, accesses: CountedLines, acts: CountedLines, previous: str) -> str:
    said = {
        "day": day,
        "accesses": [accesses.number, accesses.digest],
        "acts": [acts.number, acts.digest],
        "previous": previous,
    }
    return hashlib.sha256(_canonical(said)).hexdigest()


# Sealing


def seal_closed_days(*, at: datetime) -> list[TraceSeal]:
    """Each day that is over and has no seal, the oldest first, each in its own transaction: killed, it goes on later."""
    last_closed = localdate(at - SETTLED) - ONE_DAY
    made = []
    while seal := _seal_next(last_closed, at=at):
        made.append(seal)
    return made


@transaction.atomic
def _seal_next(last_closed: date, *, at: datetime) -> TraceSeal | None:
    with connection.cursor() as cursor:  # of two that seal at once, the second waits and finds the day sealed
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    head = find_head()
    day = head.day + ONE_DAY if head else _first_day()
    if day is None or day > last_closed:
        return None
    accesses, acts = count_lines(accesses_of(day)), count_lines(acts_of(day))
    previous = head.seal if head else ""
    return TraceSeal.objects.create(
        day=day,
        accesses=accesses.number,
        accesses_digest=accesses.digest,
        acts=acts.number,
        acts_digest=acts.digest,
        previous=previous,
        seal=seal_of(day, accesses=accesses, acts=acts, previous=previous),
        sealed_at=at,
    )


def find_head() -> TraceSeal | None:
    return TraceSeal.objects.order_by("-day").first()


def _first_day() -> date | None:
    first_act = JournalEntry.objects.aggregate(first=Min("happened_at"))["first"]
    first_access = AccessEntry.objects.aggregate(first=Min("day"))["first"]
    found = [each for each in (localdate(first_act) if first_act else None, first_access) if each]
    return min(found, default=None)


# Verifying


def verify(*, at: datetime, known: Iterable[str] = (), recounts: DayChoice = lambda day: True) -> TraceVerdict:
    """Follow the chain from its beginning, and count again the lines of each sealed day, or of those chosen by `recounts`.

    `known`: heads that were written down elsewhere, which the chain must still hold.
    """
    forgotten = _find_forgotten(at=at)
    days, recounted, head = 0, 0, None
    left = set(known)
    for seal in TraceSeal.objects.order_by("day").iterator(chunk_size=BATCH):
        is_chosen = recounts(seal.day)
        words = next(_find_faults_of_chain(seal, after=head), "")
        words = words or (next(_find_faults_of_lines(seal, forgotten=forgotten), "") if is_chosen else "")
        if words:
            fault = TraceFault(day=seal.day, words=words)
            return TraceVerdict(days=days, recounted=recounted, head=head, fault=fault)
        days, recounted, head = days + 1, recounted + is_chosen, seal
        left.discard(seal.seal)
    unknown: TraceFault | None = None
    if left:
        said = ", ".join(sorted(left))
        words = f"la chaîne ne passe plus par le sceau relevé ailleurs ({said}) : elle a été refaite ou coupée"
        unknown = TraceFault(day=head.day if head else localdate(at), words=words)
    return TraceVerdict(days=days, recounted=recounted, head=head, fault=unknown)


def _find_forgotten(*, at: datetime) -> DayChoice:
    """The accesses of a month are forgotten whole, with its part, at whatever limit was in force then; never sooner than
    the law allows."""
    least = load_kinds()["reading"].oldest_kept(localdate(at), load_kinds()["reading"].least)
    with connection.cursor() as cursor:
        cursor.execute(PARTS)
        parts = {name for (name,) in cursor.fetchall()}
    return lambda day: day.replace(day=1) < least and f"m{day:%Y_%m}" not in parts


def _find_faults_of_chain(seal: TraceSeal, *, after: TraceSeal | None) -> Iterator[str]:
    if after is None and seal.previous:
        yield "le début de la chaîne manque"
    elif after is None and (_first_day() or seal.day) < seal.day:
        yield "des lignes sont datées d’avant le premier sceau"
    elif after is not None and seal.day != after.day + ONE_DAY:
        yield f"les sceaux manquent depuis le {after.day + ONE_DAY:%d/%m/%Y}"
    elif after is not None and seal.previous != after.seal:
        yield "le sceau ne suit pas celui de la veille"
    accesses, acts = _sealed_lines(seal)
    if seal_of(seal.day, accesses=accesses, acts=acts, previous=seal.previous) != seal.seal:
        yield "le sceau a été changé"


def _find_faults_of_lines(seal: TraceSeal, *, forgotten: DayChoice) -> Iterator[str]:
    accesses, acts = _sealed_lines(seal)
    yield from _compare("journal", acts, count_lines(acts_of(seal.day)))
    found = count_lines(accesses_of(seal.day))
    if found.number or not forgotten(seal.day):  # else its seal alone goes on
        yield from _compare("accès", accesses, found)


def _sealed_lines(seal: TraceSeal) -> tuple[CountedLines, CountedLines]:
    return CountedLines(seal.accesses, seal.accesses_digest), CountedLines(seal.acts, seal.acts_digest)


def _compare(what: str, sealed: CountedLines, found: CountedLines) -> Iterator[str]:
    if found.number != sealed.number:
        yield f"{what} : {found.number} lignes au lieu de {sealed.number}"
    elif found.digest != sealed.digest:
        yield f"{what} : une ligne au moins a été changée"
