"""The backlog of a structure: what waits, at which step, since how many working days, with whom. Counts are lists."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils.timezone import make_aware

from cases.calendar import add_working_days, working_day_on_or_before
from cases.models import Structure
from workflows.models import CaseTask


@dataclass(frozen=True)
class Age:
    """A band of working days since the ball arrived, both ends included; `at_most` is None for the last."""

    code: str
    label: str
    at_least: int
    at_most: int | None


AGES = (
    Age("0-2", "0 à 2 j", 0, 2),
    Age("3-5", "3 à 5 j", 3, 5),
    Age("6-10", "6 à 10 j", 6, 10),
    Age("11", "plus de 10 j", 11, None),
)
LATE = "late"


@dataclass(frozen=True)
class Cell:
    label: str
    count: int
    query: str
    """Address of the list that holds exactly these tasks."""


@dataclass(frozen=True)
class Row:
    label: str
    ages: list[Cell]
    total: Cell
    late: Cell
    oldest: date | None


def tasks_of(structure: Structure) -> QuerySet[CaseTask]:
    return CaseTask.objects.to_do().filter(structure=structure)


def selected(structure: Structure, *, on: date, step: str = "", age: str = "", who: str = "") -> QuerySet[CaseTask]:
    """The tasks behind a figure: the one place where a figure and its list are defined."""
    wanted = Q()
    if step:
        wanted &= Q(node=step)
    if age:
        wanted &= _aged(structure, on=on)[age]
    if who == "none":
        wanted &= Q(owner=None)
    elif who.isdecimal():
        wanted &= Q(owner=int(who))
    return tasks_of(structure).filter(wanted)


def by_step(structure: Structure, *, on: date, titles: dict[str, str]) -> list[Row]:
    """One query. `titles`: every step’s words, in the order of the procedure."""
    found = {row["node"]: row for row in _counted(structure, "node", on=on)}
    return [_row(title, found[name], f"etape={name}") for name, title in titles.items() if name in found]


def by_professional(structure: Structure, *, on: date) -> list[Row]:
    """Who has how much, those without a professional first."""
    rows = _counted(structure, "owner", "owner__first_name", "owner__last_name", on=on)
    rows.sort(key=lambda row: (row["owner"] is not None, row["owner__last_name"] or ""))
    return [
        _row(
            f"{row['owner__first_name']} {row['owner__last_name']}" if row["owner"] else "Sans professionnel nommé",
            row,
            f"qui={row['owner'] or 'none'}",
        )
        for row in rows
    ]


def total(rows: list[Row]) -> int:
    return sum(row.total.count for row in rows)


def _counted(structure: Structure, *by: str, on: date) -> list[dict[str, Any]]:
    counts: dict[str, Any] = {
        f"age_{code}": Count("pk", filter=condition) for code, condition in _aged(structure, on=on).items()
    }
    return list(
        tasks_of(structure).values(*by).order_by(*by).annotate(total=Count("pk"), oldest=Min("created"), **counts)
    )


def _aged(structure: Structure, *, on: date) -> dict[str, Q]:
    """Bands as conditions on the day the task was created, so that the database counts; and lateness."""
    closures = structure.closed_days
    latest = working_day_on_or_before(on, closures=closures)

    def since(days: int) -> datetime:
        """Created from then on, a task has waited that many working days at most."""
        return make_aware(datetime.combine(add_working_days(latest, -days, closures=closures), time.min))

    bands = {}
    for age in AGES:
        condition = Q(created__gte=since(age.at_most)) if age.at_most is not None else Q()
        if age.at_least:
            condition &= Q(created__lt=since(age.at_least - 1))
        bands[age.code] = condition
    return bands | {LATE: Q(due_on__lt=on)}


def _row(label: str, row: dict[str, Any], query: str) -> Row:
    return Row(
        label=label,
        ages=[Cell(age.label, row[f"age_{age.code}"], f"{query}&age={age.code}") for age in AGES],
        total=Cell("Total", row["total"], query),
        late=Cell("En retard", row[f"age_{LATE}"], f"{query}&age={LATE}"),
        oldest=row["oldest"],
    )
