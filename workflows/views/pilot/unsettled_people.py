"""What waits for the pilot of the référents: people without a coordinator, places that nobody holds, proposals without answer.

Each line has a number, and a name only while its reader has the card of the person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import TruncDate

from cases import permissions
from cases.acting import full_name
from cases.actions.vacancies import COORDINATION_VACANT, VACANT
from cases.models import Case, Coordination, Deadline, Participation, Referent, Structure, User, Vacancy
from cases.queries import name_of, of_person
from workflows.actions.coordination import CHOOSE
from workflows.models import CaseTask

PAGE = 50


class UnsettledList(StrEnum):
    """The values are in addresses."""

    ALONE = "sans-coordinateur"
    PLACES = "places"
    REFERENTS = "propositions"
    COORDINATORS = "coordinateurs-proposes"


LABELS: Mapping[UnsettledList, str] = {
    UnsettledList.ALONE: "Sans coordinateur",
    UnsettledList.PLACES: "Places à pourvoir",
    UnsettledList.REFERENTS: "Référents proposés",
    UnsettledList.COORDINATORS: "Coordinateurs proposés",
}


@dataclass(frozen=True, kw_only=True)
class UnsettledPerson:
    """One line of a list."""

    pk: int
    case: Case
    person: str
    """Empty for who has not her card."""
    sees_until: date | None
    """The last day of the card that its reader opened; none when it lasts as long as the step."""
    since: date
    days: int
    due_on: date | None
    """The last day of the delay, whether it is over or not."""
    structures: list[str]
    """Whose référent follows her."""
    structure: str
    """Of the place, or of the proposal."""
    asked: str
    """Who is asked, where a name may be said: he works, and is not helped."""
    to_choose: Any
    """The step at which the reader chooses."""
    why: str
    """What keeps a coordinator from being chosen."""


def find_people(
    which: UnsettledList, *, user: User, desks: list[Structure], structure: Structure | None, on: date, after: int
) -> list[UnsettledPerson]:
    """The oldest first, one more than a page. One query, besides the rights."""
    rows = _rows(which, territories=[each.territory for each in desks], structure=structure).filter(pk__gt=after)
    held = permissions.rights(user, at=on)
    this_case = {"case": OuterRef("case")}
    lent = Participation.objects.active(on).filter(**this_case, structure__in=desks, part=Participation.Part.ARBITER)
    choosing = CaseTask.objects.open().filter(**this_case, node=CHOOSE, structure__in=desks)
    placed = Referent.objects.current().filter(**this_case)
    found: Any = rows.annotate(
        is_seen=Q(permissions.sees_case(user, "case", at=on, held=held)),
        lent_until=Subquery(lent.exclude(until=None).order_by("-until").values("until")[:1]),
        to_choose=Subquery(choosing.order_by("pk").values("public_id")[:1]),
        followers=ArraySubquery(placed.order_by("structure__name").values("structure__name")),
        is_told=Exists(placed.filter(state=Referent.State.ACTIVE)),
        due_on=_last_day(which),
        **of_person("case__"),
    ).select_related("case")
    return [_build_person(row, on=on) for row in found.order_by("pk")[: PAGE + 1]]


def count_people(*, desks: list[Structure], structure: Structure | None) -> dict[UnsettledList, int]:
    """Of each list. One query for each."""
    territories = [each.territory for each in desks]
    return {which: _rows(which, territories=territories, structure=structure).count() for which in UnsettledList}


def _rows(which: UnsettledList, *, territories: list[str], structure: Structure | None) -> QuerySet[Any]:
    """With what a line says of each: since when, of which structure, who is asked."""
    found = ROWS[which](structure)
    return found.filter(case__territory__in=territories)


def _alone(structure: Structure | None) -> QuerySet[Vacancy]:
    found = Vacancy.objects.open().filter(structure=None)
    if structure:
        held = Referent.objects.current().filter(structure=structure, case=OuterRef("case"))
        found = found.filter(Exists(held))
    return found.annotate(begun=F("since"), of=Value(""), asked=Value(""))


def _places(structure: Structure | None) -> QuerySet[Vacancy]:
    found = Vacancy.objects.open().exclude(structure=None)
    found = found.filter(structure=structure) if structure else found
    return found.annotate(begun=F("since"), of=F("structure__name"), asked=Value(""))


def _referents(structure: Structure | None) -> QuerySet[Referent]:
    found = Referent.objects.proposed()
    found = found.filter(structure=structure) if structure else found
    return found.annotate(begun=TruncDate("proposed_at"), of=F("structure__name"), asked=full_name("user__"))


def _coordinators(structure: Structure | None) -> QuerySet[Coordination]:
    found = Coordination.objects.proposed()
    found = found.filter(referent__structure=structure) if structure else found
    asked = {"of": F("referent__structure__name"), "asked": full_name("referent__user__")}
    return found.annotate(begun=TruncDate("proposed_at"), **asked)


ROWS: Mapping[UnsettledList, Callable[[Structure | None], QuerySet[Any]]] = {
    UnsettledList.ALONE: _alone,
    UnsettledList.PLACES: _places,
    UnsettledList.REFERENTS: _referents,
    UnsettledList.COORDINATORS: _coordinators,
}
STARTS: Mapping[UnsettledList, str] = {
    UnsettledList.ALONE: COORDINATION_VACANT,
    UnsettledList.PLACES: VACANT,
    UnsettledList.REFERENTS: "referent_proposed",
    UnsettledList.COORDINATORS: "coordinator_proposed",
}
"""The fact from which the delay of a line counts."""


def _last_day(which: UnsettledList) -> Subquery:
    """Of the last delay that such a fact began in the case; for a place, in its structure."""
    begun = Deadline.objects.filter(case=OuterRef("case"), rule__start=STARTS[which])
    if which in (UnsettledList.PLACES, UnsettledList.REFERENTS):
        begun = begun.filter(structure=OuterRef("structure"))
    return Subquery(begun.exclude(state=Deadline.State.CANCELLED).order_by("-pk").values("legal_date")[:1])


def _build_person(row: Any, *, on: date) -> UnsettledPerson:
    return UnsettledPerson(
        pk=row.pk,
        case=row.case,
        person=name_of(row) if row.is_seen else "",
        sees_until=row.lent_until,
        since=row.begun,
        days=(on - row.begun).days,
        due_on=row.due_on,
        structures=row.followers,
        structure=row.of,
        asked=row.asked,
        to_choose=row.to_choose if row.is_seen else None,
        why="" if row.is_told else "Aucun référent n’a encore informé la personne",
    )
