"""On how many cases each service takes part, on what basis and how much it sees; and was the person informed."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import TruncMonth
from django.utils.timezone import localdate

from cases.journal import KINDS
from cases.models import Deadline, InformationGiven, JournalEntry, LegalBasis, Participation, Structure
from workflows.models import ImportJob
from workflows.queries.months import Month
from workflows.views.traces import sent_lists
from workflows.views.traces.shown_months import recent, since_first

Level = Participation.Level
PAGE_SIZE = 50
INFORMED = "person_informed"


class InformationState(StrEnum):
    """Of a whole case that is open to a service: what is recorded of the information of the person. In addresses."""

    NAMED = "nommee"
    OTHERWISE = "autrement"
    MISSING = "manque"


TOLD = {
    InformationState.NAMED: "personne informée de ce service",
    InformationState.OTHERWISE: "personne informée, sans nommer ce service",
    InformationState.MISSING: "aucune information enregistrée",
}


@dataclass(frozen=True, kw_only=True)
class AccessCount:
    """A service on a basis: what it sees now, and what began and ended in a month."""

    structure: Structure
    basis: str
    basis_code: str
    full: int
    card: int
    thread: int
    closed: int
    """Of them, those of a case that is closed."""
    opened: int
    ended: int

    @property
    def current_count(self) -> int:
        return self.full + self.card + self.thread


def count_accesses(mine: Mapping[int, Structure], *, month: Month, on: date) -> list[AccessCount]:
    """One query."""
    now = Q(since__lte=on) & (Q(until=None) | Q(until__gt=on))
    counted = (
        Participation.objects.filter(structure__in=mine)
        .order_by()
        .values("structure", "basis")
        .annotate(
            full=Count("pk", filter=now & Q(level=Level.FULL)),
            card=Count("pk", filter=now & Q(level=Level.CARD)),
            thread=Count("pk", filter=now & Q(level=Level.THREAD)),
            closed=Count("pk", filter=now & Q(is_open=False)),
            opened=Count("pk", filter=Q(since__range=month.first_and_last)),
            ended=Count("pk", filter=Q(until__range=month.first_and_last)),
        )
    )
    found = [
        AccessCount(
            structure=mine[row["structure"]],
            basis=str(LegalBasis(row["basis"]).label),
            basis_code=row["basis"],
            full=row["full"],
            card=row["card"],
            thread=row["thread"],
            closed=row["closed"],
            opened=row["opened"],
            ended=row["ended"],
        )
        for row in counted
    ]
    return sorted(found, key=lambda share: (share.structure.name, share.basis_code))


def by_month(mine: Collection[int], *, on: date) -> list[tuple[Month, int, int]]:
    """Month, accesses opened, accesses ended: of the last twelve, since the first that has some. One query."""
    months = recent(on)
    opened, ended = (_by_month(mine, column, since=months[-1].first) for column in ("since", "until"))
    found = {(what, month): count for what, month, count in opened.union(ended, all=True)}
    return since_first(
        [(each, found.get(("since", each.first), 0), found.get(("until", each.first), 0)) for each in months]
    )


def _by_month(mine: Collection[int], column: str, *, since: date) -> QuerySet[Participation, tuple[str, date, int]]:
    rows = Participation.objects.filter(structure__in=mine, **{f"{column}__gte": since}).order_by()
    by = rows.annotate(what=Value(column, CharField()), month=TruncMonth(column)).values("what", "month")
    return by.annotate(count=Count("pk")).values_list("what", "month", "count")


# Was the person informed


@dataclass(kw_only=True)
class Information:
    """A service that sees whole cases now, and how the persons were informed of it."""

    structure: Structure
    counts: Counter[str] = field(default_factory=Counter)
    delays: Counter[int] = field(default_factory=Counter)
    """Days from the beginning of the access to the information that names the service."""
    in_time: int = 0
    late: int = 0
    waiting: int = 0
    """Of the delays to inform that the catalogue counts."""

    @property
    def full(self) -> int:
        return self.counts.total()

    @property
    def named(self) -> int:
        return self.counts[InformationState.NAMED]

    @property
    def otherwise(self) -> int:
        return self.counts[InformationState.OTHERWISE]

    @property
    def missing(self) -> int:
        return self.counts[InformationState.MISSING]

    @property
    def median(self) -> int | None:
        return median(self.delays)

    @property
    def longest(self) -> int | None:
        return max(self.delays, default=None)


def median(counts: Counter[int]) -> int | None:
    """The lower of the two in the middle, when there are two."""
    seen, half = 0, (counts.total() + 1) // 2
    for value in sorted(counts):
        seen += counts[value]
        if seen >= half:
            return value
    return None


def count_information(mine: Mapping[int, Structure], *, on: date) -> list[Information]:
    """Two queries."""
    found: dict[int, Information] = {}

    def of(structure: int) -> Information:
        return found.setdefault(structure, Information(structure=mine[structure]))

    delay = ExpressionWrapper(F("named_on") - F("since"), output_field=DurationField())
    rows = with_information(Participation.objects.filter(structure__in=mine, level=Level.FULL).active(on)).order_by()
    rows = rows.annotate(delay=delay).values("structure", "is_told", "delay").annotate(count=Count("pk"))
    for row in rows:
        each = of(row["structure"])
        each.counts[_told_of(row)] += row["count"]
        if row["delay"] is not None:
            each.delays[max(row["delay"].days, 0)] += row["count"]
    states = Deadline.State
    counted = Deadline.objects.filter(structure__in=mine, rule__condition__until__contains=INFORMED).order_by()
    for row in counted.values("structure", "state").annotate(count=Count("pk")):
        each = of(row["structure"])
        each.in_time += row["count"] if row["state"] == states.MET else 0
        each.late += row["count"] if row["state"] == states.MISSED else 0
        each.waiting += row["count"] if row["state"] == states.RUNNING else 0
    return sorted(found.values(), key=lambda each: each.structure.name)


def with_information(rows: QuerySet[Participation]) -> QuerySet[Any]:
    """`named_on`: when the person was first told of this very service; `is_told`: of the case at all."""
    given = InformationGiven.objects.filter(case=OuterRef("case")).order_by()
    named = given.filter(named=OuterRef("structure")).order_by("given_on").values("given_on")
    return rows.annotate(named_on=Subquery(named[:1], output_field=DateField()), is_told=Exists(given))


def _told_of(row: Mapping[str, object]) -> InformationState:
    if row["delay"] is not None:
        return InformationState.NAMED
    return InformationState.OTHERWISE if row["is_told"] else InformationState.MISSING


# The references behind a number


@dataclass(frozen=True, kw_only=True)
class AccessCriteria:
    structure: Structure | None = None
    basis: str = ""
    level: str = ""
    now: bool = False
    closed: bool = False
    opened: Month | None = None
    ended: Month | None = None
    told: InformationState | None = None
    job: ImportJob | None = None


def find_accesses(mine: Collection[int], criteria: AccessCriteria, *, on: date) -> QuerySet[Participation]:
    """The newest first, each with what `with_information` reads."""
    wanted = {
        "structure": criteria.structure,
        "basis": criteria.basis,
        "level": criteria.level,
        "is_open": False if criteria.closed else None,
        "since__range": criteria.opened.first_and_last if criteria.opened else None,
        "until__range": criteria.ended.first_and_last if criteria.ended else None,
    }
    only = {name: value for name, value in wanted.items() if value not in (None, "")}
    found = Participation.objects.filter(structure__in=mine, **only)
    if criteria.now or criteria.closed or criteria.told:
        found = found.active(on)
    if criteria.job:
        found = found.filter(_of_list(criteria.job))
    return _of_information(with_information(found), criteria.told).order_by("-pk")


def _of_list(job: ImportJob) -> Q:
    """Of the cases that a list opened or completed, by a service that took part that day or since."""
    brought = sent_lists.lines_with_case().filter(job=job)
    return Q(case__in=brought.values("case")) & (Q(until=None) | Q(until__gte=localdate(job.created_at)))


def _of_information(found: QuerySet[Any], wanted: InformationState | None) -> QuerySet[Participation]:
    if wanted is None:
        return found
    found = found.filter(level=Level.FULL)
    if wanted is InformationState.NAMED:
        return found.filter(named_on__isnull=False)
    return found.filter(named_on=None, is_told=wanted is InformationState.OTHERWISE)


@dataclass(frozen=True, kw_only=True)
class Acts:
    """Of an access: what opened it, what showed the whole case, what ended it."""

    opened: str = ""
    in_full_since: date | None = None
    ended: str = ""


@dataclass(frozen=True, kw_only=True)
class ListedAccess:
    participation: Participation
    acts: Acts
    told: str
    """What is recorded of the information of the person, when the whole case is seen."""


def describe_accesses(found: list[Participation]) -> list[ListedAccess]:
    """Two queries."""
    acts = _acts(found)
    return [ListedAccess(participation=each, acts=acts.get(each.pk, Acts()), told=_words_of(each)) for each in found]


def _words_of(each: Any) -> str:
    if each.named_on:
        return f"informée le {each.named_on:%d/%m/%Y}"
    if each.level != Level.FULL:
        return "pas encore requise"
    return TOLD[InformationState.OTHERWISE] if each.is_told else TOLD[InformationState.MISSING]


def _acts(found: list[Participation]) -> dict[int, Acts]:
    """A service takes part in a case once at a time, and the journal has one line for each beginning and each end: the
    first access began with the first line."""
    wanted = {"case__in": {each.case_id for each in found}, "structure__in": {each.structure_id for each in found}}
    told: dict[tuple[int | None, int | None], _Told] = defaultdict(_Told)
    kinds = ("sharing.started", "sharing.changed", "sharing.ended")
    entries = JournalEntry.objects.filter(**wanted, kind__in=kinds).select_related("cause").order_by("pk")
    for entry in entries:
        told[entry.case_id, entry.structure_id].add_entry(entry)
    parts = (
        Participation.objects.filter(**wanted)
        .order_by("case_id", "structure_id", "pk")
        .only("case_id", "structure_id")
    )
    acts = {}
    for key, group in groupby(parts, key=lambda part: (part.case_id, part.structure_id)):
        for number, part in enumerate(group):
            acts[part.pk] = told[key].acts_of(number)
    return acts


class _Told:
    """What the journal tells of a service on a case, by access."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.full: list[date | None] = []
        self.ended: list[str] = []

    def add_entry(self, entry: JournalEntry) -> None:
        if entry.kind == "sharing.started":
            self.opened.append(_opening(entry))
            self.full.append(None)
        if entry.kind == "sharing.ended":
            self.ended.append(KINDS[entry.cause.kind] if entry.cause else "accès retiré par un professionnel")
        elif entry.data.get("level") == Level.FULL and self.full and self.full[-1] is None:
            self.full[-1] = localdate(entry.happened_at)

    def acts_of(self, number: int) -> Acts:
        """Of an access whose beginning the journal does not tell (copied data), nothing is said."""
        if number >= len(self.opened):
            return Acts()
        return Acts(
            opened=self.opened[number],
            in_full_since=self.full[number],
            ended=self.ended[number] if number < len(self.ended) else "",
        )


def _opening(entry: JournalEntry) -> str:
    if entry.cause:
        return KINDS[entry.cause.kind]
    if entry.data.get("part") == Participation.Part.QUALIFYING:
        return "ouverture du dossier, à qualifier"
    return "partage décidé par un professionnel"
