"""Whom a person follows, who follows a person, and what a structure’s référents carry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Least

from cases import permissions
from cases.acting import Away, away_in
from cases.actions import coordination, handover, place_delays
from cases.models import (
    Case,
    ContactAttempt,
    Coordination,
    Deadline,
    HouseholdMember,
    JournalEntry,
    LegalReferent,
    Participation,
    Referent,
    Structure,
    User,
    Vacancy,
    Wish,
)
from cases.rules.referents import ReferentLoad

REVIEWED = ("person_told_of_referent", "referent_reviewed")
"""The facts from which the next review counts."""
ASKED_OR_HELD = (Coordination.State.PROPOSED, *Coordination.HOLDING)
A_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class FollowedPerson:
    """One line of Mes bénéficiaires."""

    referent: Referent
    coordinates: bool
    last_contact: date | None
    next_date: date | None
    alerts: list[str]


def find_followed_people(user: User, *, on: date) -> list[FollowedPerson]:
    """The people whom somebody follows, those with an alert first, then by name. Two queries."""
    found = _with_dates(permissions.followed_by(user, at=on)).select_related("beneficiary", "structure", "case")
    rows = list(found.order_by("beneficiary__name_key", "pk"))
    tried = _last_attempts(rows)
    lines = [_build_followed_person(row, tried.get((row.case.household_id, row.structure_id))) for row in rows]
    return sorted(lines, key=lambda line: not line.alerts)


def _with_dates(rows: QuerySet[Referent]) -> QuerySet[Referent]:
    """With each: the next date of his structure with the home, and whether he coordinates."""
    same = {"case__household": OuterRef("case__household"), "structure": OuterRef("structure")}
    parts = Participation.objects.filter(**same, until=None, is_open=True).order_by().values("structure")
    wishes = Wish.objects.filter(case=OuterRef("case"), structure=OuterRef("structure"), lifted_on=None)
    return rows.annotate(
        next_date=Subquery(parts.annotate(next=Min("next_due_on")).values("next")),
        coordinates=Exists(Coordination.objects.current().filter(referent=OuterRef("pk"))),
        asks_change=Exists(wishes.filter(kind=Wish.Kind.CHANGE, said_on__gte=OuterRef("since"))),
        acts=_last_delay(place_delays.ACT, since=OuterRef("since")),
        # Whoever has her again (an undone transfer, a merge) goes on from the day when she was told.
        reviews=_last_delay(*REVIEWED, since=Least(OuterRef("since"), OuterRef("informed_on"))),
    )


def _last_delay(*facts: str, since: OuterRef | Least) -> Subquery:
    """The state of the last delay of his that counts from one of these facts."""
    own = {"case": OuterRef("case"), "structure": OuterRef("structure"), "started_on__gte": since}
    return Subquery(Deadline.objects.filter(**own, rule__start__in=facts).order_by("-pk").values("state")[:1])


def _last_attempts(rows: Iterable[Referent]) -> dict[tuple[int, int], date]:
    """Home and structure → the last contact of that structure there: also in a case where it takes no part, as those that
    its counter opens for another."""
    of_homes = ContactAttempt.objects.filter(
        case__household__in={row.case.household_id for row in rows}, structure__in={row.structure_id for row in rows}
    )
    last = of_homes.order_by().values("case__household", "structure").annotate(last=Max("made_on"))
    with permissions.reading_past_barrier():
        return {
            (home, structure): day for home, structure, day in last.values_list("case__household", "structure", "last")
        }


def _build_followed_person(row: Any, tried_on: date | None) -> FollowedPerson:
    days = [day for day in (tried_on, row.informed_on, row.reviewed_on) if day]
    missed = Deadline.State.MISSED
    alerts = [
        words
        for words, holds in {
            "à informer": row.state == Referent.State.ACCEPTED,
            "demande un autre référent": row.asks_change,
            "point à faire": row.reviews == missed,
            "aucun acte récent": row.acts == missed,
        }.items()
        if holds
    ]
    return FollowedPerson(
        referent=row,
        coordinates=row.coordinates,
        last_contact=max(days, default=None),
        next_date=row.next_date,
        alerts=alerts,
    )


@dataclass(frozen=True, kw_only=True)
class ReferentPeriod:
    """One line of who followed a person, or coordinated, and until when."""

    what: str
    user: User
    structure: Structure
    since: date
    until: date | None
    why: str
    """Why it ended, in French; empty while it lasts."""


@dataclass(frozen=True, kw_only=True)
class ReferentPlace:
    """What a structure is for a person: who follows her there, who is asked to, since when nobody does."""

    structure: Structure
    held: Referent | None
    proposed: Referent | None
    vacancy: Vacancy | None
    away: Away | None


class Coordinated:
    """A person and all who follow her, as one who sees her coordination may know it."""

    def __init__(self, case: Case, *, on: date) -> None:
        self.case = case
        self.on = on

    @cached_property
    def referents(self) -> list[Referent]:
        found = Referent.objects.filter(case=self.case).select_related("user", "structure", "successor__user")
        return list(found.order_by("structure__name", "-pk"))

    @cached_property
    def vacancies(self) -> list[Vacancy]:
        return list(Vacancy.objects.open().filter(case=self.case).select_related("structure"))

    @cached_property
    def places(self) -> list[ReferentPlace]:
        parts = Participation.objects.filter(case=self.case, until=None, part__in=coordination.PLACES)
        return [self._place(part.structure) for part in parts.select_related("structure").order_by("pk")]

    def _place(self, structure: Structure) -> ReferentPlace:
        own = [row for row in self.referents if row.structure_id == structure.pk]
        held = next((row for row in own if row.has_place), None)
        return ReferentPlace(
            structure=structure,
            held=held,
            proposed=next((row for row in own if row.state == Referent.State.PROPOSED), None),
            vacancy=next((each for each in self.vacancies if each.structure_id == structure.pk), None),
            away=away_in(structure, on=self.on).get(held.user_id) if held else None,
        )

    @cached_property
    def periods(self) -> list[ReferentPeriod]:
        """Who followed her in each structure and who coordinated, the last one first."""
        held = [
            ReferentPeriod(
                what="Référent",
                user=row.user,
                structure=row.structure,
                since=row.since,
                until=row.until,
                why=_why_ended(row),
            )
            for row in self.referents
            if row.since
        ]
        coordinated = [
            ReferentPeriod(
                what="Coordinateur",
                user=each.referent.user,
                structure=each.referent.structure,
                since=each.since,
                until=each.until,
                why=each.get_end_reason_display(),
            )
            for each in self.coordinations
            if each.since
        ]
        return sorted([*held, *coordinated], key=lambda period: period.since, reverse=True)

    @cached_property
    def coordinations(self) -> list[Coordination]:
        found = Coordination.objects.filter(case=self.case)
        return list(found.select_related("referent__user", "referent__structure", "proposed_by"))

    @cached_property
    def legal_referent(self) -> LegalReferent | None:
        return coordination.legal_referent(self.case)

    @cached_property
    def coordinator(self) -> Coordination | None:
        current = [each for each in self.coordinations if each.state in ASKED_OR_HELD]
        return current[0] if current else None

    @property
    def coordination_vacancy(self) -> Vacancy | None:
        return next((each for each in self.vacancies if each.structure_id is None), None)

    @cached_property
    def wishes(self) -> list[Wish]:
        return list(Wish.objects.filter(case=self.case).select_related("structure"))

    @property
    def objection(self) -> Wish | None:
        return next((each for each in self.wishes if each.kind == "objection" and each.lifted_on is None), None)

    @cached_property
    def other_cases(self) -> list[Case]:
        """The other open cases of her home; each page still asks its own door."""
        found = Case.objects.filter(household=self.case.household, closed_on=None).exclude(pk=self.case.pk)
        with permissions.reading_past_barrier():
            return list(found.select_related("responsible_structure", "beneficiary"))

    def household_members(self, *, adults_only: bool) -> list[HouseholdMember]:
        """With whom she lives today; of a card, the adults."""
        living = self.case.household.memberships.filter(until=None).exclude(beneficiary=self.case.beneficiary)
        if adults_only:
            living = living.exclude(position=HouseholdMember.Position.CHILD)
        return list(living.select_related("beneficiary"))


def _why_ended(row: Referent) -> str:
    if row.without_successor:
        return f"{row.get_end_reason_display()}, sans successeur : {row.without_successor}"
    return row.get_end_reason_display() + (f" : {row.successor.user}" if row.successor else "")


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """One line of the page of a structure’s référents."""

    user: User
    load: ReferentLoad
    is_heavy: bool
    away: Away | None


class StructureReferents:
    """What the manager of a structure reads: loads, places to fill, proposals without answer, transfers of the day."""

    def __init__(self, structure: Structure, *, on: date) -> None:
        self.structure = structure
        self.on = on

    @cached_property
    def carriers(self) -> list[Carrier]:
        loads = handover.loads_by_professional(self.structure, on=self.on)
        away = away_in(self.structure, on=self.on)
        people = permissions.colleagues_with_right(self.structure, "be_referent", at=self.on)
        limits = {
            "many_followed": self.structure.many_followed,
            "many_coordinated": self.structure.many_coordinated,
        }
        return [
            Carrier(user=user, load=load, is_heavy=load.is_heavy(**limits), away=away.get(user.pk))
            for user in people.order_by("last_name", "first_name", "pk")
            for load in [loads.get(user.pk, ReferentLoad())]
        ]

    @property
    def vacant_places(self) -> list[Vacancy]:
        """Its own places that nobody holds."""
        return [each for each in self._vacancies if each.structure_id]

    @property
    def missing_coordinations(self) -> list[Vacancy]:
        """Of the people whom it follows, those who should have a coordinator, and have none."""
        return [each for each in self._vacancies if each.structure_id is None]

    @cached_property
    def _vacancies(self) -> list[Vacancy]:
        own = Vacancy.objects.open().filter(structure=self.structure)
        held = Referent.objects.current().filter(structure=self.structure, case=OuterRef("case"))
        coordinated = Vacancy.objects.open().filter(Exists(held), structure=None)
        return list((own | coordinated).select_related("case__beneficiary").order_by("since", "pk"))

    @cached_property
    def proposals(self) -> list[Referent]:
        found = Referent.objects.proposed().filter(structure=self.structure)
        return list(found.select_related("user", "beneficiary", "case").order_by("proposed_at"))

    @cached_property
    def transfers(self) -> list[JournalEntry]:
        """Those that may still be undone, the last one first."""
        since = self.on - A_DAY
        found = JournalEntry.objects.filter(
            kind="referents.handed_over", structure=self.structure, happened_at__date__gte=since
        )
        return list(found.select_related("actor").order_by("-pk"))
