"""Two records of one person, each followed: who goes on following her, and who coordinates. People say it; nobody is lost.

The coordination of the kept record goes on. Before the records become one, what stands beside it ends, “fusion de deux
fiches”, and the other coordination closes (`unite_coordinations`); then whoever followed the other record goes on here (`carry_on`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate

from cases import journal
from cases.actions import case as cases, coordination, place_delays, sharing
from cases.actions.coordination import PLACES
from cases.actions.merging.merge import CannotMerge, refuse_opposed_followers
from cases.actions.places import close_referent, open_case_of, record_in_journal
from cases.actions.vacancies import close_vacancy
from cases.locks import lock_case
from cases.models import (
    Beneficiary,
    Case,
    CaseOutcome,
    Coordination,
    JournalEntry,
    Participation,
    Referent,
    Structure,
    User,
    Vacancy,
    Wish,
)
from cases.rules.merging import Side

COORDINATOR = "coordinator"
End, State = Referent.End, Referent.State


@dataclass(frozen=True, kw_only=True)
class Doubled:
    """A place that somebody holds on each record: of a structure, or the coordinator’s (no structure)."""

    structure: Structure | None
    kept: Referent
    kept_since: date
    absorbed: Referent
    absorbed_since: date

    @property
    def code(self) -> str:
        """What the answer is filed under."""
        return self.structure.code if self.structure else COORDINATOR


@dataclass(kw_only=True)
class United:
    """What goes on once the records are one: `case` is the coordination that does, `other` the one that closed."""

    case: Case
    other: Case
    entry: JournalEntry
    carried: list[Referent] = field(default_factory=list)
    """Of the other one: whose places are taken over, each as it stood before it was ended."""
    coordination: Coordination | None = None
    """Of the other one, when it is the one that stays."""


def find_doubled_places(kept: Beneficiary, absorbed: Beneficiary) -> list[Doubled]:
    """The places for which somebody has to say who stays. None where the same professional holds it on both records."""
    ours, theirs = open_case_of(kept), open_case_of(absorbed)
    if ours is None or theirs is None:
        return []
    here = {row.structure_id: row for row in _referents_in_place(ours)}
    places = [
        Doubled(
            structure=row.structure, kept=own, kept_since=_first_day(own), absorbed=row, absorbed_since=_first_day(row)
        )
        for row in _referents_in_place(theirs)
        if (own := here.get(row.structure_id)) and own.user_id != row.user_id
    ]
    one, other = coordination.current_coordination(ours), coordination.current_coordination(theirs)
    if one and other and not _has_objection(ours, theirs) and not _are_of_one(one.referent, other.referent):
        places.append(
            Doubled(
                structure=None,
                kept=one.referent,
                kept_since=_first_day(one),
                absorbed=other.referent,
                absorbed_since=_first_day(other),
            )
        )
    return places


def unite_coordinations(
    *, kept: Beneficiary, absorbed: Beneficiary, choices: Mapping[str, Side], by: User, at: datetime
) -> United | None:
    """End what stands beside what goes on, and close the other coordination. None when they are not both followed.

    Refuses (`CannotMerge`) a question unanswered, a coordinator who would follow her no more, a place of the other
    record that is vacant and not held here: it is filled, or given up, before; and who would follow her on a ground that she opposed.
    """
    ours, theirs = open_case_of(kept), open_case_of(absorbed)
    if ours is None or theirs is None:
        return None
    for case in sorted((ours, theirs), key=lambda each: each.pk):
        lock_case(case.pk)
    _refuse_unanswered(find_doubled_places(kept, absorbed), choices)
    _refuse_vacant(ours, theirs)
    refuse_opposed_followers(kept, absorbed)
    entry = journal.record(
        "coordination.united", at=at, case=ours, by=by, structure=ours.responsible_structure, other=theirs.pk
    )
    united = United(case=ours, other=theirs, entry=entry)
    _end_coordinations(united, choices, by=by, at=at)
    _end_places(united, choices, by=by, at=at)
    for vacancy in Vacancy.objects.open().filter(case=theirs).select_related("structure"):
        gone = Vacancy.Outcome.NOT_NEEDED
        close_vacancy(theirs, vacancy.structure, outcome=gone, by=by, at=at, cause=entry)
    cases.close_case(case=theirs, outcome=CaseOutcome.DUPLICATE, at=at, by=by, cause=entry)
    return united


def carry_on(united: United, *, person: Beneficiary, by: User, at: datetime) -> None:
    """The records are one: whoever followed the absorbed one, and stays, follows her here from today, as he stood."""
    case, other, entry = united.case, united.other, united.entry
    for before in united.carried:
        _carry_referent(before, united, person, by=by, at=at)
    told = (
        Wish.objects.filter(case=other, kind=Wish.Kind.OBJECTION, lifted_on=None).select_related("structure").first()
    )
    if told and not coordination.is_objected(case):
        coordination.object_to(case=case, structure=told.structure, on=told.said_on, by=by, at=at, cause=entry)
    legal = coordination.legal_referent(other)
    if legal and legal.structure.is_active and coordination.legal_referent(case) is None:
        own: dict[str, Any] = {"structure": case.responsible_structure, "by": by, "at": at}
        coordination.record_legal(case=case, legal=legal.structure, on=legal.known_on, **own)
    if united.coordination:
        held = Referent.objects.current().filter(case=case, structure=united.coordination.referent.structure)
        stays = held.select_related("case", "structure", "user", "beneficiary").get()
        coordination.resume(ended=united.coordination, referent=stays, by=by, at=at, cause=entry)
    coordination.update_coordination(case, by=by, at=at, cause=entry)


def _referents_in_place(case: Case) -> list[Referent]:
    held = Referent.objects.current().filter(case=case).select_related("user", "structure", "case")
    return list(held.order_by("structure__name", "pk"))


def _first_day(row: Referent | Coordination) -> date:
    """Whoever holds a place holds it since a day: the database sees to it."""
    if row.since is None:
        raise ValueError("a place held has its first day")
    return row.since


def _has_objection(*both: Case) -> bool:
    return any(coordination.is_objected(case) for case in both)


def _are_of_one(one: Referent, other: Referent) -> bool:
    return (one.user_id, one.structure_id) == (other.user_id, other.structure_id)


def _refuse_unanswered(places: list[Doubled], choices: Mapping[str, Side]) -> None:
    """Never a silent choice; and who coordinates is one of those who stay."""
    said = {place.code: choices.get(place.code) for place in places}
    for place in places:
        if said[place.code] is None:
            what = f"référent ({place.structure})" if place.structure else "coordinateur"
            raise CannotMerge(
                f"Ces deux fiches ont chacune un {what}, {place.kept.user} et {place.absorbed.user} : dire qui reste."
            )
    for place in places:
        if place.structure is not None:
            continue
        side = said[COORDINATOR]
        stays = place.kept if side == "kept" else place.absorbed
        if said.get(stays.structure.code, side) != side:
            raise CannotMerge(
                f"{stays.user} ne peut coordonner sans rester référent : choisir le même dans sa structure."
            )


def _refuse_vacant(ours: Case, theirs: Case) -> None:
    here = Referent.objects.filter(case=ours, state__in=(State.PROPOSED, *Referent.HOLDING)).values("structure")
    empty = Vacancy.objects.open().filter(case=theirs).exclude(structure=None).exclude(structure__in=here)
    if found := empty.select_related("structure").first():
        raise CannotMerge(
            f"La place de référent de {found.structure} est vacante sur l’une des fiches : la pourvoir, ou y renoncer, d’abord."
        )


def _end_coordinations(united: United, choices: Mapping[str, Side], *, by: User, at: datetime) -> None:
    """One of those that stand stays. What was only proposed for the other record is proposed no more: the rule looks again."""
    ours, theirs = coordination.current_coordination(united.case), coordination.current_coordination(united.other)
    told: dict[str, Any] = {"reason": Coordination.End.MERGED, "by": by, "at": at, "cause": united.entry}
    stays: str | None = choices.get(COORDINATOR) if ours and theirs else None
    if theirs and (ours is None or stays == "absorbed"):
        united.coordination = theirs
        for each in (ours, coordination.proposed_coordination(united.case)):
            if each:
                coordination.close_coordination(coordination=each, **told)
    for each in (theirs, coordination.proposed_coordination(united.other)):
        if each:
            coordination.close_coordination(coordination=each, **told)


def _end_places(united: United, choices: Mapping[str, Side], *, by: User, at: datetime) -> None:
    told: dict[str, Any] = {"by": by, "at": at, "cause": united.entry}
    here = {row.structure_id: row for row in _referents_in_place(united.case)}
    for row in _referents_in_place(united.other):
        own = here.get(row.structure_id)
        if own is None or (own.user_id != row.user_id and choices.get(row.structure.code) == "absorbed"):
            united.carried.append(Referent.objects.get(pk=row.pk))
            if own:
                close_referent(own, End.MERGED, **told)
                cases.release_professional(case=united.case, structure=own.structure, user=own.user, **told)
            close_referent(row, End.MERGED, **told)
        else:
            close_referent(row, End.MERGED, **told)
            row.successor = own
            row.save(update_fields=["successor"])
    asked = Referent.objects.filter(case=united.case, state__in=(State.PROPOSED, *Referent.HOLDING))
    for row in Referent.objects.proposed().filter(case=united.other).select_related("structure", "case"):
        if not asked.filter(structure=row.structure).exists():
            united.carried.append(Referent.objects.get(pk=row.pk))
        row.state, row.answered_at = State.WITHDRAWN, at
        row.save(update_fields=["state", "answered_at"])
        record_in_journal("referent.withdrawn", row, **told)


def _carry_referent(before: Referent, united: United, person: Beneficiary, *, by: User, at: datetime) -> None:
    """A row of his own in the coordination that goes on: the same state, told of on the same day."""
    case, entry, structure = united.case, united.entry, before.structure
    held = before.state in Referent.HOLDING
    after = Referent.objects.create(
        case=case,
        beneficiary=person,
        structure=structure,
        user=before.user,
        state=before.state,
        proposed_by=before.proposed_by,
        proposed_at=before.proposed_at,
        answered_at=before.answered_at,
        since=localdate(at) if held else None,
        informed_on=before.informed_on,
        informed_by=before.informed_by,
        reviewed_on=before.reviewed_on,
    )
    told = record_in_journal("referent.carried_over", after, by=by, at=at, cause=entry)
    part = Participation.objects.filter(case=united.other, structure=structure, until=None).first()
    if not Participation.objects.filter(case=case, structure=structure, until=None, part__in=PLACES).exists():
        sharing.take_part(
            case=case,
            structure=structure,
            part=Participation.Part.SUPPORT,
            level=part.level if part else Participation.Level.CARD,
            at=at,
            by=by,
            cause=told,
        )
    elif part and part.level == Participation.Level.FULL:
        sharing.open_fully(case=case, structure=structure, at=at, by=by, cause=told)
    if held:
        cases.assign_professional(case=case, user=before.user, structure=structure, at=at, by=by, cause=told)
        filled = Vacancy.Outcome.FILLED
        close_vacancy(case, structure, outcome=filled, by=by, at=at, cause=told)
        place_delays.restart_acts_delay(after, on=localdate(at), at=at)
        ended = Referent.objects.filter(beneficiary=person, structure=structure, end_reason=End.MERGED, successor=None)
        ended.update(successor=after)
