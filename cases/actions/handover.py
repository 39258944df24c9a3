"""A portfolio goes to colleagues: tried first, divided by load, one act, undone within a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, Count, F, QuerySet, Value
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import appointments, coordination, referents
from cases.actions.places import end_overlap, record_in_journal, take_place, why_not_referent
from cases.actions.referents import CannotFollow
from cases.locks import lock_case, lock_undoing
from cases.models import Assignment, Coordination, JournalEntry, Referent, Structure, User
from cases.rules.referents import ReferentLoad, split_among_colleagues

DAY = timedelta(days=1)
CHANGED = "Le portefeuille a changé entre-temps : refaire l’essai."


@dataclass(frozen=True, kw_only=True)
class Move:
    """One person of a portfolio, and who would follow her."""

    referent: Referent
    to: User


def loads_by_professional(structure: Structure, *, on: date) -> dict[int, ReferentLoad]:
    """Professional → what he carries in the structure. One query."""
    people = Referent.objects.current().filter(structure=structure).order_by()
    coordinated = Coordination.objects.current().filter(referent__structure=structure).order_by()
    named = Assignment.objects.active(on).filter(structure=structure, kind="responsible", case__closed_on=None)
    others = named.exclude(case__kind="coordination").order_by()
    counted = _count_by_professional(people, "people", user="user").union(
        _count_by_professional(coordinated, "coordinations", user="referent__user"),
        _count_by_professional(others, "cases", user="user"),
        all=True,
    )
    found: dict[int, dict[str, int]] = {}
    for user, what, number in counted:
        found.setdefault(user, {})[what] = number
    return {user: ReferentLoad(**counts) for user, counts in found.items()}


def _count_by_professional(rows: QuerySet[Any], what: str, *, user: str) -> Any:
    """(professional, what, how many), in the same columns for all."""
    named: Any = rows.annotate(professional=F(user), what=Value(what, CharField()))
    return (
        named.values("professional", "what").annotate(number=Count("pk")).values_list("professional", "what", "number")
    )


def plan(
    *,
    portfolio: Sequence[Referent],
    colleagues: Sequence[User],
    exceptions: Mapping[int, User] | None = None,
    structure: Structure,
    by: User,
    on: date,
) -> list[Move]:
    """Who would follow whom, with nothing written: by load, households together, save what was chosen by hand.

    Refuses (`CannotFollow`) an empty portfolio, no colleague, one who could not follow anybody, or oneself as successor.
    """
    if not portfolio:
        raise CannotFollow("Choisir au moins une personne à transférer.")
    chosen = exceptions or {}
    everybody = {each.pk: each for each in [*colleagues, *chosen.values()]}
    if not everybody:
        raise CannotFollow("Choisir au moins un collègue à qui transférer.")
    for colleague in everybody.values():
        if refused := why_not_referent(colleague, structure, by=by, on=on):
            raise CannotFollow(refused)
    if any(each.user_id in everybody for each in portfolio):
        raise CannotFollow("Une personne ne se transfère pas à son propre référent : choisir un autre collègue.")
    carried = loads_by_professional(structure, on=on)
    given = split_among_colleagues(
        [each.pk for each in portfolio],
        loads={pk: carried.get(pk, ReferentLoad()).people for pk in sorted(each.pk for each in colleagues)},
        together={each.pk: each.case.household_id for each in portfolio},
        exceptions={pk: user.pk for pk, user in chosen.items()},
    )
    return [Move(referent=each, to=everybody[given[each.pk]]) for each in portfolio]


@transaction.atomic
def begin_transfer(*, moves: Sequence[Move], structure: Structure, by: User, at: datetime) -> JournalEntry:
    """Tell that the people of a portfolio are given to colleagues, as planned: one act, and its line, from which the moves
    follow (`move_person`).

    The places are the colleagues’ at once: their manager decides, they are told, and each informs the person. Refuses
    (`CannotFollow`) who does not manage the structure, and what changed since it was planned.
    """
    today = localdate(at)
    if not permissions.has_right(by, "view_backlog", structure.pk, at=today):
        raise CannotFollow("Un responsable de la structure transfère un portefeuille.")
    if not moves:
        raise CannotFollow("Choisir au moins une personne à transférer.")
    for colleague in {move.to for move in moves}:
        if refused := why_not_referent(colleague, structure, by=by, on=today):
            raise CannotFollow(refused)
    if len(still_to_move(moves, structure)) != len(moves):
        raise CannotFollow(CHANGED)
    to = sorted({move.to.pk for move in moves})
    return journal.record("referents.handed_over", at=at, by=by, structure=structure, count=len(moves), to=to)


def still_to_move(moves: Sequence[Move], structure: Structure) -> list[Move]:
    """Those whose person has not changed hands since they were planned. One query."""
    held = Referent.objects.current().filter(structure=structure, pk__in=[move.referent.pk for move in moves])
    now = dict(held.order_by().values_list("pk", "user"))
    return [move for move in moves if now.get(move.referent.pk) == move.referent.user_id != move.to.pk]


@transaction.atomic
def begin_undo(*, entry: JournalEntry, by: User, at: datetime) -> tuple[list[Move], JournalEntry]:
    """Tell that a transfer is undone, within a day. Returns those whom the caller gives back (`give_back`), and to whom:
    whoever may still be a référent there, unless the place has changed hands since.

    Nothing is erased: the periods in between are closed, and others begin, which go on as the former ones stood.
    """
    lock_undoing(entry)
    structure = refuse_undo(entry, by=by, at=at)
    able = {user.pk: user for user in permissions.colleagues_with_right(structure, "be_referent", at=localdate(at))}
    before = dict(Referent.objects.filter(successor__in=moved_by(entry)).order_by().values_list("successor", "user"))
    given = [each for each in moved_by(entry).order_by("case") if before.get(each.pk) in able]
    back = [Move(referent=each, to=able[before[each.pk]]) for each in given]
    if not back:
        raise CannotFollow(
            "Personne ne peut être rendu : les anciens référents ne le sont plus ici, ou les places ont changé de main."
        )
    to = sorted({each.to.pk for each in back})
    undone = journal.record("referents.taken_back", at=at, by=by, structure=structure, transfer=entry.pk, to=to)
    return back, undone


def refuse_undo(entry: JournalEntry, *, by: User, at: datetime) -> Structure:
    """Refuses (`CannotFollow`) what is no transfer of one’s own structure, of the last day, that still stands."""
    structure = entry.structure
    if entry.kind != "referents.handed_over" or structure is None:
        raise CannotFollow("Cet acte n’est pas un transfert.")
    if not permissions.has_right(by, "view_backlog", structure.pk, at=localdate(at)):
        raise CannotFollow("Un responsable de la structure défait un transfert.")
    if at - entry.happened_at > DAY:
        raise CannotFollow("Un transfert se défait dans la journée qui suit : passer le relais de nouveau.")
    if is_undone(entry):
        raise CannotFollow("Ce transfert est déjà défait.")
    return structure


def moved_by(entry: JournalEntry) -> QuerySet[Referent]:
    """Those whom a transfer put in place, and who still are."""
    told = JournalEntry.objects.filter(cause=entry, kind="referent.proposed").values_list("data__referent", flat=True)
    return (
        Referent.objects.current().filter(pk__in=list(told)).select_related("case", "user", "structure", "beneficiary")
    )


def is_undone(entry: JournalEntry) -> bool:
    return JournalEntry.objects.filter(kind="referents.taken_back", data__transfer=entry.pk).exists()


def move_person(each: Move, structure: Structure, *, by: User, at: datetime, cause: JournalEntry) -> Referent:
    """One person of a portfolio, as part of a transfer that is told already."""
    held, case = each.referent, lock_case(each.referent.case_id)
    held.refresh_from_db()
    if not held.has_place or held.structure_id != structure.pk or held.user_id == each.to.pk:
        raise CannotFollow(CHANGED)
    for waiting in Referent.objects.proposed().filter(case=case, structure=structure):
        referents.withdraw(referent=waiting, by=by, at=at, cause=cause)
    following = Referent.objects.create(
        case=case, beneficiary=held.beneficiary, structure=structure, user=each.to, proposed_by=by, proposed_at=at
    )
    entry = record_in_journal("referent.proposed", following, by=by, at=at, cause=cause)
    take_place(referent=following, by=by, at=at, cause=entry)
    return following


def give_back(given: Referent, *, by: User, at: datetime, cause: JournalEntry) -> Referent:
    """She comes back to whoever followed her. She who was not told of the colleague meanwhile need not be told again; what
    he coordinated, he coordinates again."""
    before = given.predecessors.select_related("user", "structure")[0]
    untold = given.informed_on is None
    back = move_person(Move(referent=given, to=before.user), before.structure, by=by, at=at, cause=cause)
    if untold and before.informed_on:
        back.state, back.reviewed_on = Referent.State.ACTIVE, before.reviewed_on
        back.informed_on, back.informed_by = before.informed_on, before.informed_by
        back.save(update_fields=["state", "reviewed_on", "informed_on", "informed_by"])
    if untold:
        # He followed her by mistake, and she knows nothing of him: there is nothing to hand over.
        end_overlap(given.case, before.structure, user=given.user, on=localdate(at))
        appointments.hand_back(case=given.case, structure=before.structure, by=by, at=at, cause=cause)
    for ended in _coordinations_ended_by(given):
        coordination.resume(ended=ended, referent=back, by=by, at=at, cause=cause)
    return back


def _coordinations_ended_by(given: Referent) -> list[Coordination]:
    """What the act that put him in place has ended: the journal tells it."""
    told = JournalEntry.objects.filter(
        kind="coordinator.ended", cause__kind="referent.accepted", cause__data__referent=given.pk
    )
    ended = Coordination.objects.filter(pk__in=list(told.values_list("data__coordination", flat=True)))
    return list(ended.select_related("proposed_by").order_by("pk"))
