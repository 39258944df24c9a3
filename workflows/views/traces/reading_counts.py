"""Who opened the pages of cases: counts by service and month, days that stand out, and all that is noted of one case."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from cases.models import AccessEntry, Structure
from cases.rules import traces
from workflows.queries.accesses import PAGE_SIZE, roles_of
from workflows.queries.months import Month
from workflows.views.traces.shown_months import recent, since_first

Kind = AccessEntry.Kind
ASSIGNMENT = AccessEntry.Right.ASSIGNMENT
SEARCHES = (Kind.LOOKUP, Kind.SEARCH)
FILES = (Kind.DOWNLOAD, Kind.PRINT)


@dataclass(frozen=True, kw_only=True)
class ServiceReadings:
    """What people of a service were shown in a month: of cases, and besides."""

    structure: Structure
    readings: int
    """Pages and files of a case."""
    lists: int
    searches: int
    files: int
    """Pieces and letters opened, sheets printed."""
    exports: int
    cases: int
    unassigned: int
    """Cases that somebody opened without being assigned to them."""
    people: int


def by_service(mine: Mapping[int, Structure], *, month: Month) -> list[ServiceReadings]:
    """One query."""
    rows = (
        AccessEntry.objects.filter(structure__in=mine, day__range=month.first_and_last)
        .order_by()
        .values("structure")
        .annotate(
            readings=Count("pk", filter=Q(case__isnull=False)),
            lists=Count("pk", filter=Q(kind=Kind.LIST)),
            searches=Count("pk", filter=Q(kind__in=SEARCHES)),
            files=Count("pk", filter=Q(kind__in=FILES)),
            exports=Count("pk", filter=Q(kind=Kind.EXPORT)),
            cases=Count("case", distinct=True),
            unassigned=Count("case", distinct=True, filter=~Q(right=ASSIGNMENT)),
            people=Count("user", distinct=True),
        )
    )
    found = [
        ServiceReadings(
            structure=mine[row["structure"]],
            readings=row["readings"],
            lists=row["lists"],
            searches=row["searches"],
            files=row["files"],
            exports=row["exports"],
            cases=row["cases"],
            unassigned=row["unassigned"],
            people=row["people"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: each.structure.name)


def by_month(mine: Collection[int], *, on: date) -> list[tuple[Month, int, int]]:
    """Month, readings, cases: of the last twelve, since the first that has some. One query."""
    months = recent(on)
    rows = AccessEntry.objects.filter(structure__in=mine, case__isnull=False, day__gte=months[-1].first).order_by()
    counted = rows.annotate(month=TruncMonth("day")).values("month")
    found = {
        row["month"]: (row["readings"], row["cases"])
        for row in counted.annotate(readings=Count("pk"), cases=Count("case", distinct=True))
    }
    return since_first([(month, *found.get(month.first, (0, 0))) for month in months])


@dataclass(frozen=True, kw_only=True)
class Unusual:
    """Many cases opened in a day by someone who is assigned to none of them. It may be his work: it is to be asked."""

    user: str
    name: str
    role: str
    structure: Structure
    on: date
    cases: int


def find_unusual_days(mine: Mapping[int, Structure], *, month: Month) -> list[Unusual]:
    """The newest first, the first fifty. Two queries."""
    by = ("user", "user__public_id", "user__first_name", "user__last_name", "structure", "day")
    rows = list(
        _unassigned(mine)
        .filter(day__range=month.first_and_last)
        .order_by()
        .values(*by)
        .annotate(cases=Count("case", distinct=True))
        .filter(cases__gte=traces.load_trace_limits().cases_a_day)
        .order_by("-day", "-cases", "user_id")[:PAGE_SIZE]
    )
    roles = roles_of([(row["user"], row["structure"], row["day"]) for row in rows])
    return [
        Unusual(
            user=str(row["user__public_id"]),
            name=f"{row['user__first_name']} {row['user__last_name']}",
            role=roles.get((row["user"], row["structure"], row["day"]), ""),
            structure=mine[row["structure"]],
            on=row["day"],
            cases=row["cases"],
        )
        for row in rows
    ]


@dataclass(kw_only=True)
class OpenedPages:
    """Pages of one kind of a case, that somebody opened on a day."""

    entry: AccessEntry
    times: int = 0


def of_day(mine: Collection[int], *, user: int, on: date) -> list[OpenedPages]:
    """Of the cases that somebody of these services opened on a day without being assigned to them. One query."""
    found: dict[tuple[int | None, str], OpenedPages] = {}
    opened = _unassigned(mine).filter(user=user, day=on).select_related("structure", "case")
    for entry in opened.order_by("case_id", "pk"):
        found.setdefault((entry.case_id, entry.kind), OpenedPages(entry=entry)).times += 1
    return list(found.values())


def _unassigned(mine: Collection[int]) -> QuerySet[AccessEntry]:
    opened = AccessEntry.objects.filter(structure__in=mine, case__isnull=False)
    return opened.exclude(right=AccessEntry.Right.ASSIGNMENT).exclude(right=AccessEntry.Right.OFFICER)
