"""What the pilot of the action sees across structures: counts, never a name."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Min

from cases.models import JournalEntry, Structure
from workflows.models import CaseTask


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


def scorecards(*, since: date, reasons: dict[str, str]) -> list[Scorecard]:
    """Two queries: what waits for an answer now, and the answers given since that day. `reasons`: words of each code."""
    names = dict(Structure.objects.values_list("pk", "name"))
    cards: dict[int, Scorecard] = defaultdict(lambda: Scorecard(name=""))
    waiting = CaseTask.objects.open().filter(node="answer").values("structure").order_by("structure")
    for row in waiting.annotate(count=Count("pk"), oldest=Min("created")):
        cards[row["structure"]].waiting, cards[row["structure"]].oldest = row["count"], row["oldest"]
    answers = JournalEntry.objects.filter(
        kind__in=["step.accepted", "step.declined", "step.unanswered"], happened_at__date__gte=since
    )
    for row in answers.values("structure", "kind", "data__reason").order_by("structure").annotate(count=Count("pk")):
        card = cards[row["structure"]]
        if row["kind"] == "step.accepted":
            card.accepted += row["count"]
        elif row["kind"] == "step.unanswered":
            card.unanswered += row["count"]
        else:
            label = reasons.get(row["data__reason"], "autre motif")
            card.declined[label] = card.declined.get(label, 0) + row["count"]
    for pk, card in cards.items():
        card.name = names.get(pk, "")
    return sorted(cards.values(), key=lambda card: card.name)


def desk_counts(structure_ids: frozenset[int]) -> dict[str, int]:
    """How many cases wait at the pilot’s own desk, by step."""
    rows = CaseTask.objects.open().filter(structure__in=structure_ids).values("node").annotate(count=Count("pk"))
    return {row["node"]: row["count"] for row in rows}
