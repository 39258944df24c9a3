"""What the pilot of the action sees across structures: counts, never a name."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Count, Exists, Min, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from cases.expressions import OneOf
from cases.models import CaseOutcome, JournalEntry, Structure, StructureKind
from cases.models.journal import ANSWERS
from workflows.flows import flows_of
from workflows.models import CaseTask
from workflows.steps.desk import is_held

ACCEPTANCE_TAKEN_BACK = Exists(
    JournalEntry.objects.filter(kind="step.acceptance_taken_back", case=OuterRef("case"))
    .annotate(takes_back=Cast(KT("data__takes_back"), BigIntegerField()))
    .filter(takes_back=OuterRef("pk"))
)
COUNTS_FOR_NOTHING = (
    Q(case__outcome=CaseOutcome.VOIDED)
    | Q(kind="step.unanswered", case__is_initial_stock=True)
    | (Q(kind="step.accepted") & Q(ACCEPTANCE_TAKEN_BACK))
)
"""Cases that an undone import had opened; lateness on an initial stock, which came all at once; and what was accepted by
mistake."""


@dataclass
class Scorecard:
    """How one structure answers what it is asked."""

    name: str
    waiting: int = 0
    oldest: datetime | None = None
    accepted: int = 0
    unanswered: int = 0
    declined: dict[str, int] = field(default_factory=dict)

    @property
    def declines(self) -> int:
        return sum(self.declined.values())

    @property
    def answers(self) -> int:
        return self.accepted + self.declines + self.unanswered

    @property
    def accepted_share(self) -> int:
        """Which share of the answers is an acceptance, in whole percent."""
        return round(100 * self.accepted / self.answers) if self.answers else 0

    def add(self, kind: str, reason: str | None, count: int, *, reasons: dict[str, str]) -> None:
        """So many answers of that kind. `reasons`: words of each code."""
        if kind == "step.accepted":
            self.accepted += count
        elif kind == "step.unanswered":
            self.unanswered += count
        else:
            label = reasons.get(reason or "", "autre motif")
            self.declined[label] = self.declined.get(label, 0) + count


def without_pilot(desks: QuerySet[Structure], *, on: date) -> list[str]:
    """The desks of action 13, in the territories of these desks, where nobody pilots on a day: nothing is arbitrated there. One query, and one for each."""
    here = desks.order_by().values("territory")
    found = Structure.objects.filter(kind=StructureKind.CITY, territory__in=here, is_active=True)
    return [desk.name for desk in found.order_by("name") if not is_held(desk, on=on)]


def count_waiting_steps(
    desks: QuerySet[Structure], *, territory: str, kinds: Collection[str]
) -> list[dict[str, object]]:
    """What waits for an answer in any structure of the territory, of cases of these kinds, and for anything at the pilot’s own
    desks. One query."""
    # A step says of which procedure it is, and an index all that is counted of it: neither cases nor steps are read.
    here = ArraySubquery(Structure.objects.filter(territory=territory).order_by().values("pk"))
    steps = chain.from_iterable(flow.instance.nodes() for flow in flows_of(kinds).values())
    nodes = [node for node in steps if node.name == "answer"]
    answers = CaseTask.objects.to_do().filter(OneOf("structure", here), node="answer", flow_task__in=nodes)
    own = CaseTask.objects.open().filter(structure__in=desks.values("pk")).exclude(node="answer")
    return list(_by_step(answers).union(_by_step(own), all=True).order_by("structure__name", "node"))


def _by_step(tasks: QuerySet[CaseTask]) -> QuerySet[CaseTask, dict[str, object]]:
    counts: dict[str, Any] = {"count": Count("pk"), "oldest": Min("created")}
    return tasks.order_by().values("structure__name", "node").annotate(**counts)


def scorecards(
    rows: list[dict[str, Any]], *, territory: str, kinds: Collection[str], since: date, reasons: dict[str, str]
) -> list[Scorecard]:
    """Of cases of these kinds. One query besides what waits: the answers given since that day. `reasons`: words of each code."""
    cards = {
        row["structure__name"]: Scorecard(name=row["structure__name"], waiting=row["count"], oldest=row["oldest"])
        for row in rows
        if row["node"] == "answer"
    }
    here = JournalEntry.objects.filter(structure__territory=territory, case__kind__in=kinds)
    answers = here.filter(kind__in=ANSWERS, happened_at__date__gte=since).exclude(COUNTS_FOR_NOTHING)
    by = ("structure__name", "kind", "data__reason")
    for row in answers.values(*by).order_by(*by).annotate(count=Count("pk")):
        name = row["structure__name"] or ""
        card = cards.setdefault(name, Scorecard(name=name))
        card.add(row["kind"], row["data__reason"], row["count"], reasons=reasons)
    return sorted(cards.values(), key=lambda card: card.name)


def count_at_node(rows: list[dict[str, Any]], node: str) -> int:
    return sum(row["count"] for row in rows if row["node"] == node)
