"""Who opened the pages of cases: counts by service and month, days that stand out, and all that is noted of one case."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from cases.models import Case, Membership, Reading, Role, Structure
from cases.rules import traces
from workflows.queries.months import Month
from workflows.views.traces.shown_months import recent, since_first

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class ServiceReadings:
    """What a service opened in a month. A reading: a person, a case, a day, a kind of page."""

    structure: Structure
    readings: int
    cases: int
    unassigned: int
    """Cases that somebody opened without being assigned to them."""
    people: int


def by_service(mine: Mapping[int, Structure], *, month: Month) -> list[ServiceReadings]:
    """One query."""
    rows = (
        Reading.objects.filter(structure__in=mine, read_on__range=month.first_and_last)
        .order_by()
        .values("structure")
        .annotate(
            readings=Count("pk"),
            cases=Count("case", distinct=True),
            unassigned=Count("case", distinct=True, filter=Q(is_assigned=False)),
            people=Count("user", distinct=True),
        )
    )
    found = [
        ServiceReadings(
            structure=mine[row["structure"]],
            readings=row["readings"],
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
    rows = Reading.objects.filter(structure__in=mine, read_on__gte=months[-1].first).order_by()
    counted = rows.annotate(month=TruncMonth("read_on")).values("month")
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
    by = ("user", "user__public_id", "user__first_name", "user__last_name", "structure", "read_on")
    rows = list(
        Reading.objects.filter(structure__in=mine, read_on__range=month.first_and_last, is_assigned=False)
        .order_by()
        .values(*by)
        .annotate(cases=Count("case", distinct=True))
        .filter(cases__gte=traces.load_trace_limits().cases_a_day)
        .order_by("-read_on", "-cases", "user_id")[:PAGE_SIZE]
    )
    roles = roles_of([(row["user"], row["structure"], row["read_on"]) for row in rows])
    return [
        Unusual(
            user=str(row["user__public_id"]),
            name=f"{row['user__first_name']} {row['user__last_name']}",
            role=roles.get((row["user"], row["structure"], row["read_on"]), ""),
            structure=mine[row["structure"]],
            on=row["read_on"],
            cases=row["cases"],
        )
        for row in rows
    ]


Place = tuple[int, int, date]
"""A person, in a structure, on a day."""


def roles_of(places: Collection[Place]) -> dict[Place, str]:
    """What each person was in the structure on that day. One query, or none."""
    if not places:
        return {}
    held: dict[tuple[int, int], list[Membership]] = defaultdict(list)
    users, structures = {user for user, _, _ in places}, {structure for _, structure, _ in places}
    for row in Membership.objects.filter(user__in=users, structure__in=structures).order_by("pk"):
        held[row.user_id, row.structure_id].append(row)
    return {
        (user, structure, on): ", ".join(
            str(Role(row.role).label) for row in held[user, structure] if _covers(row, on)
        )
        for user, structure, on in places
    }


def _covers(membership: Membership, on: date) -> bool:
    return membership.since <= on and (membership.until is None or on <= membership.until)


# One case


@dataclass(frozen=True, kw_only=True)
class AttributedReading:
    """A reading: its author’s name for the officer of his own controller, his service for any other."""

    reading: Reading
    name: str
    role: str


def of_case(case: Case) -> QuerySet[Reading]:
    return Reading.objects.filter(case=case).select_related("user", "structure").order_by("-pk")


def attribute_readings(found: Iterable[Reading], *, mine: Mapping[int, Any]) -> list[AttributedReading]:
    """One query."""
    shown = list(found)
    roles = roles_of([_place(row) for row in shown if row.structure_id in mine])
    return [
        AttributedReading(
            reading=row,
            name=row.user.get_full_name() if row.structure_id in mine else "",
            role=roles.get(_place(row), ""),
        )
        for row in shown
    ]


def _place(row: Reading) -> Place:
    return row.user_id, row.structure_id, row.read_on


def of_day(mine: Collection[int], *, user: str, on: date) -> QuerySet[Reading]:
    """The cases that somebody of these services opened on a day without being assigned to them."""
    found = Reading.objects.filter(structure__in=mine, user__public_id=user, read_on=on, is_assigned=False)
    return found.select_related("user", "structure", "case").order_by("case_id", "pk")
