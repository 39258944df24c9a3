"""The initial stock: cases of a landlord’s first file that wait for their turn at the pilot’s desk.

For each, the structure that it will go to is foreseen when it begins to wait, and read again when its turn comes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from django.db.models import Count, OuterRef, QuerySet, Subquery
from viewflow.workflow.status import STATUS

from cases.calendar import is_working_day, working_day_on_or_after
from cases.models import Case, Closure, DebtStatement, Structure
from cases.models.appointments import midnight
from cases.queries import court_position
from cases.rules.reading import read_toml
from workflows.models import HELD, CaseTask, StockPace
from workflows.routing.apply import explain_routing
from workflows.steps.desk import pilot_of

FILE = Path(__file__).parents[1] / "reference" / "stock.toml"
WEEK = timedelta(days=7)


@cache
def usual_pace() -> int:
    return int(read_toml(FILE)["per_week"])


@dataclass(frozen=True, kw_only=True)
class Portion:
    """What of the stock is foreseen for a structure, and how fast it takes it."""

    structure: Structure
    waiting: int
    per_week: int
    released: int
    """How many cases were released this week."""
    next_on: date | None
    """The next day on which some go on; none while it takes none."""

    @property
    def remaining_this_week(self) -> int:
        """How many more it takes this week."""
        return max(self.per_week - self.released, 0)

    @property
    def remaining_weeks(self) -> int:
        """How many weeks it takes at this pace until the last case is released."""
        return -(-self.waiting // self.per_week) if self.per_week else 0


def held_tasks() -> QuerySet[CaseTask]:
    return CaseTask.objects.open().filter(node=HELD)


def portions(*, on: date, territory: str = "", structures: Iterable[int] | None = None) -> list[Portion]:
    """By structure (of a territory, or of all for who turns come), the most first. Five queries, however many cases; one when nothing waits."""
    waiting = _by_structure(held_tasks())
    if structures is not None:
        waiting = {pk: count for pk, count in waiting.items() if pk in set(structures)}
    if territory:
        here = set(Structure.objects.filter(territory=territory, pk__in=waiting).values_list("pk", flat=True))
        waiting = {pk: count for pk, count in waiting.items() if pk in here}
    if not waiting:
        return []
    released, paces = _released_and_paces(on)
    closures = _closures(waiting)
    found = [
        _portion(
            structure,
            waiting=waiting[structure.pk],
            released=released.get(structure.pk, 0),
            per_week=paces.get(structure.pk, usual_pace()),
            closures=closures.get(structure.pk, []),
            on=on,
        )
        for structure in Structure.objects.filter(pk__in=waiting)
    ]
    return sorted(found, key=lambda portion: (-portion.waiting, portion.structure.name))


def is_anyones_turn(*, on: date) -> bool:
    """Does a structure that still takes some today have one to take? Three queries on few rows: a tick asks it, most often
    for nothing, whatever the number of cases that wait."""
    released, paces = _released_and_paces(on)
    room = [
        structure
        for structure in Structure.objects.values_list("pk", flat=True)
        if released.get(structure, 0) < paces.get(structure, usual_pace())
    ]
    return is_working_day(on) and held_tasks().filter(data__expected__in=room).exists()


def _released_tasks(on: date) -> QuerySet[CaseTask]:
    """Those whose turn has come this week."""
    monday = midnight(on - timedelta(days=on.weekday()))
    return CaseTask.objects.filter(node=HELD, status=STATUS.DONE, finished__gte=monday)


def _released_and_paces(on: date) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Of each structure: how many turns came this week, and how many it takes when that is not the usual."""
    return _by_structure(_released_tasks(on)), dict(StockPace.objects.values_list("structure_id", "per_week"))


def _portion(
    structure: Structure,
    *,
    waiting: int,
    released: int,
    per_week: int,
    closures: list[tuple[date, date]],
    on: date,
) -> Portion:
    has_room = released < per_week
    first = on if has_room else on - timedelta(days=on.weekday()) + WEEK
    return Portion(
        structure=structure,
        waiting=waiting,
        per_week=per_week,
        released=released,
        next_on=working_day_on_or_after(first, closures=closures) if per_week else None,
    )


def _closures(structures: Iterable[int]) -> dict[int, list[tuple[date, date]]]:
    found: dict[int, list[tuple[date, date]]] = {}
    for closure in Closure.objects.filter(structure__in=structures):
        found.setdefault(closure.structure_id, []).append((closure.first_day, closure.last_day))
    return found


def _by_structure(tasks: QuerySet[CaseTask]) -> Mapping[int, int]:
    rows = tasks.order_by().values_list("data__expected").annotate(count=Count("pk"))
    return {int(structure): count for structure, count in rows if structure is not None}


def next_of(structure: Structure) -> QuerySet[CaseTask]:
    """Those foreseen for a structure, in their turn: the largest debt first."""
    debt = DebtStatement.objects.filter(debt__tenancy=OuterRef("case__tenancy")).order_by("-as_of", "-pk")
    waiting = held_tasks().filter(data__expected=structure.pk).annotate(owed=Subquery(debt.values("balance")[:1]))
    return waiting.order_by("-owed", "pk")


def pressing_tasks() -> QuerySet[CaseTask]:
    """Those that cannot wait any more, whatever the pace: urgent, or before a judge."""
    # Two indexes read side by side, in the order of cases: what waits, and what is urgent.
    urgent = held_tasks().filter(case__in=Case.objects.filter(is_urgent=True, closed_on=None)).order_by()
    in_court = held_tasks().filter(comes_first=True).order_by()
    return CaseTask.objects.filter(pk__in=urgent.values("pk").union(in_court.values("pk")))


def is_pressing(case: Case, *, on: date) -> bool:
    return case.is_urgent or court_position(case, on=on).comes_first


def foresee_structure(case: Case, *, on: date) -> Structure:
    """Whom the case will go to by what is known of it: the table’s structure, or the pilot’s desk."""
    _, decision = explain_routing(case, on=on)
    if decision.missing or not decision.structure:
        return pilot_of(case.territory)
    return Structure.objects.get(code=decision.structure)


def is_wave_day(portion: Portion, *, on: date) -> bool:
    return portion.remaining_this_week > 0 and portion.next_on == on and is_working_day(on)
