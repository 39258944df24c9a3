"""How a structure answers: what it accepts and declines, and how long the household waits. Of the service, never of a person."""

from dataclasses import dataclass
from datetime import date
from statistics import median

from django.db.models import Count, DateField, F, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncDate

from cases.calendar import DateRange, working_days_between
from cases.models import ContactAttempt, JournalEntry, Structure
from cases.models.appointments import midnight
from cases.models.journal import ANSWERS
from workflows.queries.queues import tasks_of
from workflows.queries.steering import COUNTS_FOR_NOTHING, Scorecard

READ = 2000
"""The last acceptances from which the delays are read: beyond, a median moves no more."""


@dataclass(frozen=True, kw_only=True)
class Delay:
    """Half of the households waited so many days at most. None when nothing was measured."""

    label: str
    days: float | None
    number: int

    @property
    def words(self) -> str:
        if self.days is None:
            return ""
        return f"{self.days:.1f}".replace(".", ",").removesuffix(",0")


class Answers:
    """Of one structure, since a day. Three queries."""

    def __init__(self, structure: Structure, *, since: date, on: date, closures: list[DateRange]) -> None:
        self.structure, self.since, self.on, self.closures = structure, since, on, closures

    def scorecard(self, reasons: dict[str, str]) -> Scorecard:
        """`reasons`: words of each code. Two queries."""
        waiting = tasks_of(self.structure).filter(node="answer").aggregate(count=Count("pk"), oldest=Min("created"))
        card = Scorecard(name=self.structure.name, waiting=waiting["count"], oldest=waiting["oldest"])
        by = ("kind", "data__reason")
        for row in self._entries().values(*by).order_by(*by).annotate(count=Count("pk")):
            card.add(row["kind"], row["data__reason"], row["count"], reasons=reasons)
        return card

    def delays(self) -> list[Delay]:
        """In working days of the structure, from the report to the acceptance, and from there to the first contact. One query."""
        reached = ContactAttempt.objects.filter(
            case=OuterRef("case"), structure=self.structure, made_on__gte=OuterRef("accepted_on")
        ).order_by("made_on")
        accepted = self._entries().filter(kind="step.accepted", case__is_initial_stock=False)
        rows = (
            accepted.annotate(accepted_on=TruncDate("happened_at", output_field=DateField()))
            .annotate(contacted_on=Subquery(reached.values("made_on")[:1]), opened_on=F("case__opened_on"))
            .order_by("-happened_at")
            .values_list("opened_on", "accepted_on", "contacted_on")[:READ]
        )
        found = list(rows)
        return [
            self._median_delay(
                "Du signalement à l’acceptation", [(opened, accepted) for opened, accepted, _ in found]
            ),
            self._median_delay(
                "De l’acceptation au premier contact tenté",
                [(accepted, contacted) for _, accepted, contacted in found if contacted],
            ),
        ]

    def _median_delay(self, label: str, periods: list[tuple[date, date]]) -> Delay:
        days = [working_days_between(first, last, closures=self.closures) for first, last in periods]
        return Delay(label=label, days=float(median(days)) if days else None, number=len(days))

    def _entries(self) -> QuerySet[JournalEntry]:
        since = midnight(self.since)
        told = JournalEntry.objects.filter(kind__in=ANSWERS, structure=self.structure, happened_at__gte=since)
        return told.exclude(COUNTS_FOR_NOTHING)
