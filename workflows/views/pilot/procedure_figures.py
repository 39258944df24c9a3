"""A procedure as it lives: at each step, what waits, what is late, and how long the step takes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median_low
from typing import Any

from django.db.models import Count, Q, QuerySet
from viewflow.workflow.base import Node

from cases.models import CaseOutcome
from cases.models.appointments import midnight
from workflows.models import CaseTask
from workflows.queries.time_left import late_condition

YEAR = timedelta(days=365)
LAST = 1000
"""Ends of a step that its median reads at most, the last ones: a page costs the same at any scale."""
NOTHING = (0, 0, 0)
FEW = 5
"""Below so many ends, a median says nothing."""


@dataclass(frozen=True, kw_only=True)
class StepFigures:
    """How many cases stand at a step of a procedure, how many of them late, since when."""

    waiting: int = 0
    late: int = 0
    elsewhere: int = 0
    """Cases that the structures answer for and that another one has to move."""
    ended: int = 0
    """In a year, `LAST` at most."""
    median: int | None = None
    """Days from its opening to its end."""

    @property
    def late_share(self) -> int:
        """Which share of the cases at this step is late, in whole percent."""
        return round(100 * self.late / self.waiting) if self.waiting else 0


def figures(nodes: Iterable[Node], *, structures: Iterable[int], on: date) -> dict[str, StepFigures]:
    """Step → its figures in these structures. Two queries, whatever the number of steps and of structures."""
    human, ids = [node for node in nodes if node.task_type == "HUMAN"], list(structures)
    waiting, ended = _count_waiting(human, ids, on=on), _days_of_ended(human, ids, on=on)
    return {
        node.name: StepFigures(
            waiting=waiting.get(node.name, NOTHING)[0],
            late=waiting.get(node.name, NOTHING)[1],
            elsewhere=waiting.get(node.name, NOTHING)[2],
            ended=len(days := ended.get(node.name, [])),
            median=median_low(days) if len(days) >= FEW else None,
        )
        for node in human
    }


def at_step(node: Node) -> Q:
    """Two procedures may have steps of one name."""
    return Q(node=node.name, flow_task=node)


def _count_waiting(nodes: list[Node], structures: list[int], *, on: date) -> dict[str, tuple[int, int, int]]:
    """What waits for its turn is counted too: it stands at its step."""
    own, answered = Q(structure__in=structures), Q(answering__in=structures)
    found = CaseTask.objects.open().filter(own | answered, flow_task__in=nodes).order_by()
    counted = found.values("node").annotate(
        own=Count("pk", filter=own),
        late=Count("pk", filter=own & late_condition(on)),
        elsewhere=Count("pk", filter=~own),
    )
    return {
        node: (own, late, other) for node, own, late, other in counted.values_list("node", "own", "late", "elsewhere")
    }


def _days_of_ended(nodes: list[Node], structures: list[int], *, on: date) -> dict[str, list[int]]:
    since = midnight(on - YEAR)
    parts = [_last_ended(node, structures, since=since) for node in nodes]
    found = defaultdict(list)
    for node, created, finished in parts[0].union(*parts[1:], all=True) if parts else ():
        found[node].append((finished - created).days)
    return found


def _last_ended(node: Node, structures: list[int], *, since: datetime) -> QuerySet[Any, Any]:
    """Its last ends: not those of an initial stock, which came all at once, nor of an import that was undone."""
    ended = CaseTask.objects.ended().filter(at_step(node), finished__gte=since, case__is_initial_stock=False)
    ended = ended.filter(structure__in=structures).exclude(case__outcome=CaseOutcome.VOIDED)
    return ended.order_by("-finished").values_list("node", "created__date", "finished__date")[:LAST]
