"""Requests to share between services, and what persons did not wish: support, or that their case be shared."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce, TruncDate

from cases.models import Case, CaseOutcome, ContactAttempt, Deadline, Participation, SharingRequest, Structure
from workflows.views.traces.access_counts import median

State = SharingRequest.State
PAGE_SIZE = 50


class Way(StrEnum):
    """Who asks whom. In addresses."""

    MADE = "faites"
    RECEIVED = "recues"


@dataclass(kw_only=True)
class SharingRequestCounts:
    """What a service asked of others, or what others asked of it."""

    structure: Structure
    way: Way
    states: Counter[str] = field(default_factory=Counter)
    delays: Counter[int] = field(default_factory=Counter)
    late: int = 0

    @property
    def waiting(self) -> int:
        return self.states[State.ASKED]

    @property
    def accepted(self) -> int:
        return self.states[State.ACCEPTED]

    @property
    def declined(self) -> int:
        return self.states[State.DECLINED]

    @property
    def withdrawn(self) -> int:
        return self.states[State.WITHDRAWN]

    @property
    def median(self) -> int | None:
        return median(self.delays)


def visible_requests(mine: Collection[int]) -> QuerySet[Any]:
    """Those that a service made or received. `asked_of`: the service that had to answer when it was asked."""
    asked_of = Coalesce("deadline__structure", "case__responsible_structure")
    found = SharingRequest.objects.annotate(asked_of=asked_of)
    return found.filter(Q(structure__in=mine) | Q(asked_of__in=mine))


def count_requests(mine: Mapping[int, Structure]) -> list[SharingRequestCounts]:
    """One query."""
    delay = ExpressionWrapper(TruncDate("answered_at") - TruncDate("asked_at"), output_field=DurationField())
    by = ("structure", "asked_of", "state", "delay", "deadline__state")
    rows = visible_requests(mine).annotate(delay=delay).order_by().values(*by).annotate(count=Count("pk"))
    found: dict[tuple[Way, int], SharingRequestCounts] = {}
    for row in rows:
        for way, structure in ((Way.MADE, row["structure"]), (Way.RECEIVED, row["asked_of"])):
            if structure in mine:
                each = found.setdefault((way, structure), SharingRequestCounts(structure=mine[structure], way=way))
                _add(each, row)
    return sorted(found.values(), key=lambda each: (each.structure.name, each.way))


def _add(asked: SharingRequestCounts, row: Mapping[str, Any]) -> None:
    asked.states[row["state"]] += row["count"]
    asked.late += row["count"] if row["deadline__state"] == Deadline.State.MISSED else 0
    if row["delay"] is not None and row["state"] in (State.ACCEPTED, State.DECLINED):
        asked.delays[row["delay"].days] += row["count"]


def find_requests(
    mine: Collection[int], *, structure: Structure | None, way: Way | None, state: str
) -> QuerySet[SharingRequest]:
    """The newest first. `is_known`: the number of the case may be told, since a service of ours sees it, saw it, or
    was asked about it."""
    of = [structure.pk] if structure else list(mine)
    sides = {Way.MADE: Q(structure__in=of), Way.RECEIVED: Q(asked_of__in=of)}
    found = visible_requests(mine).filter(sides[way] if way else sides[Way.MADE] | sides[Way.RECEIVED])
    if state:
        found = found.filter(state=state)
    seen = Exists(Participation.objects.filter(case=OuterRef("case"), structure__in=mine))
    related = ("structure", "case__responsible_structure", "deadline__structure")
    return found.annotate(is_known=Q(asked_of__in=mine) | Q(seen)).select_related(*related).order_by("-pk")


# What persons did not wish


class RefusedWish(StrEnum):
    """The values are in addresses."""

    CONTACT = "contact"
    CLOSED = "cloture"
    SHARING = "partage"


WISHES = {
    RefusedWish.CONTACT: "Ne souhaite pas être accompagné, dit lors d’un contact",
    RefusedWish.CLOSED: "Dossier clos : ne souhaite pas être accompagné",
    RefusedWish.SHARING: "Partage décliné : la personne ne le souhaite pas",
}


IN_SHORT = {
    RefusedWish.CONTACT: "Accompagnement : dit lors d’un contact",
    RefusedWish.CLOSED: "dossier clos",
    RefusedWish.SHARING: "Partage décliné",
}


@dataclass(kw_only=True)
class Wishes:
    structure: Structure
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def cells(self) -> list[tuple[RefusedWish, str, int]]:
        return [(wish, words, self.counts[wish]) for wish, words in IN_SHORT.items()]


def count_wishes(mine: Mapping[int, Structure]) -> list[Wishes]:
    """One query: cases by service and by what was not wished."""
    parts = [
        _rows_of_wish(mine, wish)
        .annotate(place=F(column), wish=Value(str(wish), CharField()))
        .values("place", "wish")
        .annotate(count=Count(case, distinct=True))
        .values_list("place", "wish", "count")
        for wish, (column, case) in COLUMNS.items()
    ]
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for structure, wish, count in parts[0].union(*parts[1:], all=True):
        found[structure][wish] = count
    made = [Wishes(structure=mine[structure], counts=counts) for structure, counts in found.items()]
    return sorted(made, key=lambda each: each.structure.name)


COLUMNS = {
    RefusedWish.CONTACT: ("structure", "case"),
    RefusedWish.CLOSED: ("responsible_structure", "pk"),
    RefusedWish.SHARING: ("asked_of", "case"),
}
"""Where the service and the case of each are read."""


def _rows_of_wish(mine: Collection[int], wish: RefusedWish) -> QuerySet[Any]:
    if wish is RefusedWish.CONTACT:
        declined = ContactAttempt.Result.DECLINED
        return ContactAttempt.objects.filter(structure__in=mine, result=declined).order_by()
    if wish is RefusedWish.CLOSED:
        return Case.objects.filter(responsible_structure__in=mine, outcome=CaseOutcome.DECLINED_SUPPORT).order_by()
    objection = SharingRequest.DeclineReason.OBJECTION
    return visible_requests(mine).filter(asked_of__in=mine, decline_reason=objection).order_by()


def find_cases_of_wish(mine: Collection[int], wish: RefusedWish, *, structure: Structure | None) -> QuerySet[Case]:
    """The cases behind a number, the newest first."""
    _, case = COLUMNS[wish]
    rows = _rows_of_wish([structure.pk] if structure else mine, wish)
    return Case.objects.filter(pk__in=rows.values(case)).select_related("responsible_structure").order_by("-pk")
