"""The lists that people took away as files: each is a reading of many cases at once, by one of a controller’s own staff."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BigIntegerField, Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, TruncDate, TruncMonth
from django.utils.timezone import localdate

from cases.models import JournalEntry, Membership, Role, Structure
from cases.models.appointments import midnight
from cases.models.journal import EXPORTS
from workflows.queries.months import Month
from workflows.views.traces.shown_months import recent, since_first

PAGE_SIZE = 50
TAKEN = "export.downloaded"
"""A file that the worker prepared, and that its author takes afterwards; the others are given at once."""


@dataclass(frozen=True, kw_only=True)
class ExportedList:
    """One list, by whom and for which services of the controller he worked that day."""

    entry: JournalEntry
    name: str
    role: str
    structures: str

    @property
    def row_count(self) -> int:
        return int(self.entry.data["rows"])

    @property
    def is_taken(self) -> bool:
        return self.entry.kind == TAKEN


def find_exports(mine: Collection[int], *, month: Month) -> QuerySet[JournalEntry]:
    """The newest first."""
    since, until = (_begins(each.first) for each in (month, month.shifted_by(1)))
    found = _exports_of(mine).filter(happened_at__gte=since, happened_at__lt=until)
    return found.select_related("actor", "structure").order_by("-pk")


def _begins(day: date) -> datetime:
    return midnight(day)


def _exports_of(mine: Collection[int]) -> QuerySet[JournalEntry]:
    """A list of one structure is of its controller; any other, of each controller for whom its author worked that day."""
    works = Membership.objects.filter(user=OuterRef("actor"), structure__in=mine, since__lte=OuterRef("day"))
    works = works.filter(Q(until=None) | Q(until__gte=OuterRef("day")))
    found = JournalEntry.objects.filter(kind__in=EXPORTS).annotate(day=TruncDate("happened_at"))
    return found.filter(Q(structure__in=mine) | Q(Exists(works), structure=None))


def describe_exports(found: Iterable[JournalEntry], *, mine: Mapping[int, Structure]) -> list[ExportedList]:
    """One query."""
    shown = list(found)
    held: dict[int | None, list[Membership]] = defaultdict(list)
    people = {entry.actor_id for entry in shown}
    for row in Membership.objects.filter(user__in=people, structure__in=mine).order_by("pk"):
        held[row.user_id].append(row)
    return [_describe_export(entry, held[entry.actor_id], mine) for entry in shown]


def _describe_export(entry: JournalEntry, held: Iterable[Membership], mine: Mapping[int, Structure]) -> ExportedList:
    on = localdate(entry.happened_at)
    works = [row for row in held if row.since <= on and (row.until is None or on <= row.until)]
    if entry.structure_id:
        works = [row for row in works if row.structure_id == entry.structure_id]
    places = [entry.structure_id] if entry.structure_id else [row.structure_id for row in works]
    return ExportedList(
        entry=entry,
        name=entry.actor.get_full_name() if entry.actor else "",
        role=", ".join(dict.fromkeys(str(Role(row.role).label) for row in works)),
        structures=", ".join(dict.fromkeys(mine[place].name for place in places if place)),
    )


def by_month(mine: Collection[int], *, on: date) -> list[tuple[Month, int, int]]:
    """Month, lists exported, their lines: of the last twelve, since the first that has some. One query."""
    months = recent(on)
    rows = _exports_of(mine).filter(happened_at__gte=_begins(months[-1].first)).exclude(kind=TAKEN).order_by()
    counted = rows.annotate(month=TruncMonth("day"), number=Cast(KT("data__rows"), BigIntegerField())).values("month")
    found = {
        row["month"]: (row["lists"], row["lines"]) for row in counted.annotate(lists=Count("pk"), lines=Sum("number"))
    }
    return since_first([(month, *found.get(month.first, (0, 0))) for month in months])
