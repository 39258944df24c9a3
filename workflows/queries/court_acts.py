"""What a landlord plans or had served for one of his dwellings, as he told it. Never what others recorded of the case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.dateparse import parse_date

from cases.models import JournalEntry, Milestone, Report, Structure

ORDER_PLANNED = "order_to_pay_planned"
SERVED = {"order_to_pay_served": "Commandement délivré", "summons_served": "Assignation délivrée"}
"""What he may say that he had served, in the order of the law."""
TELLING = ("order.announced", "order.called_off", "court_act.declared")
"""The acts of `workflows.actions.court_acts`."""


@dataclass(frozen=True, kw_only=True)
class Served:
    words: str
    on: date
    is_proved: bool


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What someone of his structure said, and when."""

    words: str
    who: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CourtActs:
    planned_on: date | None
    served: Sequence[Served]
    history: Sequence[Telling]

    @property
    def is_known(self) -> bool:
        return bool(self.planned_on or self.served or self.history)

    @property
    def may_be_announced(self) -> bool:
        """Nothing goes further yet, that he knows of."""
        return not self.served


def court_acts(report: Report, *, mine: Iterable[Structure]) -> CourtActs:
    """Two queries. `mine`: his structures, whose words alone are shown to him."""
    known = Milestone.objects.filter(case=report.case_id, kind__in=[ORDER_PLANNED, *SERVED], replaced_by=None)
    dated = {milestone.kind: milestone for milestone in known.order_by("pk")}
    told = JournalEntry.objects.filter(case=report.case_id, kind__in=TELLING, structure__in=list(mine))
    return CourtActs(
        planned_on=dated[ORDER_PLANNED].happened_on if ORDER_PLANNED in dated else None,
        served=[
            Served(
                words=words,
                on=dated[kind].happened_on,
                is_proved=dated[kind].known == Milestone.Known.PROVED,
            )
            for kind, words in SERVED.items()
            if kind in dated
        ],
        history=[
            Telling(words=_describe_telling(entry), who=str(entry.actor or entry.structure), at=entry.happened_at)
            for entry in told.select_related("actor", "structure")
        ],
    )


def _describe_telling(entry: JournalEntry) -> str:
    day = f"{parse_date(entry.data['on']):%d/%m/%Y}"
    if entry.kind == "order.called_off":
        return f"Annonce retirée : commandement envisagé le {day}"
    if entry.kind == "court_act.declared":
        return f"{SERVED[entry.data['code']]} le {day}"
    before = entry.data.get("before")
    instead = f", au lieu du {parse_date(before):%d/%m/%Y}" if before else ""
    return f"Commandement envisagé le {day}{instead}"
