"""What waits in every structure, as its own manager counts it, for the pilot: numbers, never a name."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min
from django.utils.timezone import localdate

from cases.models import Structure
from workflows.models import CaseTask
from workflows.queries import queues
from workflows.queries.queues import Queue

SHOWN = (Queue.TO_TAKE, Queue.UNANSWERED, Queue.LATE, Queue.WEEK, Queue.FORTNIGHT, Queue.SET_ASIDE, Queue.NO_STEP)
"""The other two ask each case what has been done of it: the pages of their structures say them."""


@dataclass(frozen=True, kw_only=True)
class QueueCounts:
    structure: Structure
    total: int
    oldest: date | None
    counts: tuple[int, ...]
    """In the order of `SHOWN`."""

    @property
    def late_share(self) -> int:
        """Which share of what waits there is late, in whole percent."""
        late = self.counts[SHOWN.index(Queue.LATE)]
        return round(100 * late / self.total) if self.total else 0


def by_structure(*, territory: str, kinds: Collection[str], on: date) -> list[QueueCounts]:
    """Those of a territory in which something waits, of cases of these kinds, in the order of their names. Three queries."""
    counted = {row["structure"]: row for row in _own_steps(territory, kinds, on=on)}
    stuck = _cases_without_step(territory, kinds)
    found = Structure.objects.filter(pk__in={*counted, *stuck}).order_by("name", "pk")
    return [_line(each, counted.get(each.pk, {}), stuck[each.pk]) for each in found]


def totals(lines: list[QueueCounts]) -> list[int]:
    """How much waits in all the structures: in all, then in each queue, in the order of `SHOWN`."""
    return [
        sum(line.total for line in lines),
        *(sum(column) for column in zip(*(line.counts for line in lines), strict=True)),
    ]


def _own_steps(territory: str, kinds: Collection[str], *, on: date) -> list[dict[str, object]]:
    asked = {queue.name: Count("pk", filter=what) for queue, what in queues.queue_conditions(on).items()}
    own = CaseTask.objects.to_do().filter(structure__territory=territory, case__kind__in=kinds)
    grouped = own.order_by().values("structure")
    return list(grouped.annotate(total=Count("pk"), oldest=Min("created"), **asked))


def _cases_without_step(territory: str, kinds: Collection[str]) -> defaultdict[int, int]:
    here = queues.waits_for_nobody().filter(territory=territory, kind__in=kinds)
    grouped = here.order_by().values("responsible_structure").annotate(number=Count("pk"))
    return defaultdict(int, grouped.values_list("responsible_structure", "number"))


def _line(structure: Structure, row: dict[str, Any], stuck: int) -> QueueCounts:
    oldest: datetime | None = row.get("oldest")
    return QueueCounts(
        structure=structure,
        total=row.get("total", 0),
        oldest=localdate(oldest) if oldest else None,
        counts=tuple(stuck if queue is Queue.NO_STEP else row.get(queue.name, 0) for queue in SHOWN),
    )
