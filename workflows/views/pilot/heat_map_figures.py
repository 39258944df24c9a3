"""Where the cases of a procedure stand: in each structure, at each step, how many wait, since when, and which share is late.

A cell counts what the list of the structure holds at that step; late is what every page calls late.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min
from django.utils.timezone import localdate
from viewflow.workflow.base import Node

from cases.models import Structure
from workflows.models import CaseTask
from workflows.queries.time_left import late_condition

HEATS = (10, 25, 50)
"""Up to which percent a cell has each shade; beyond the last one, the darkest."""


@dataclass(frozen=True, kw_only=True)
class HeatCell:
    count: int = 0
    late: int = 0
    oldest: date | None = None

    def __add__(self, other: "HeatCell") -> "HeatCell":
        return HeatCell(
            count=self.count + other.count,
            late=self.late + other.late,
            oldest=min((each for each in (self.oldest, other.oldest) if each), default=None),
        )

    @property
    def late_share(self) -> int:
        """In whole percent."""
        return round(100 * self.late / self.count) if self.count else 0

    @property
    def heat(self) -> int:
        """Which of the shades: 0 where nothing is late, however many wait."""
        return 1 + sum(self.late_share > most for most in HEATS) if self.late else 0


@dataclass(frozen=True, kw_only=True)
class HeatRow:
    structure: Structure
    cells: list[HeatCell]
    """One for each step."""

    @property
    def total(self) -> HeatCell:
        return add_up(self.cells)


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    steps: list[Node]
    """Those at which something waits, in the order of the procedure."""
    rows: list[HeatRow]
    """The structures in which something waits, by name."""

    @property
    def totals(self) -> list[HeatCell]:
        """Of each step, then of all."""
        columns = [add_up(row.cells[index] for row in self.rows) for index in range(len(self.steps))]
        return [*columns, add_up(columns)]


def add_up(cells: Iterable[HeatCell]) -> HeatCell:
    return sum(cells, start=HeatCell())


def draw_heat_map(nodes: Iterable[Node], *, territory: str, kinds: Collection[str], on: date) -> HeatMap:
    """Of the steps of a procedure, in a territory. Two queries."""
    human = [node for node in nodes if node.task_type == "HUMAN"]
    found = CaseTask.objects.to_do().filter(flow_task__in=human, structure__territory=territory, case__kind__in=kinds)
    counted = found.order_by().values("structure", "node")
    counted = counted.annotate(count=Count("pk"), late=Count("pk", filter=late_condition(on)), first=Min("created"))
    cells = {(row["structure"], row["node"]): _cell(row) for row in counted}
    steps = [node for node in human if any(name == node.name for _, name in cells)]
    structures = Structure.objects.filter(pk__in={pk for pk, _ in cells}).order_by("name", "pk")
    return HeatMap(
        steps=steps,
        rows=[
            HeatRow(structure=each, cells=[cells.get((each.pk, node.name), HeatCell()) for node in steps])
            for each in structures
        ],
    )


def _cell(row: Any) -> HeatCell:
    first: datetime = row["first"]
    return HeatCell(count=row["count"], late=row["late"], oldest=localdate(first))
