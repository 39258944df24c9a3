"""The single référent of a person among those of her structures: proposed, accepted by him, agreed by her.

None is needed below two structures, nor against her will. Where one is needed and none is there, the place is vacant,
and said so: `look` sees to it after each act that changes who follows her.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import deadlines, place_delays
from cases.models import (
    Case,
    Coordination,
    Deadline,
    JournalEntry,
    Participation,
    Referent,
    Structure,
    User,
    Vacancy,
    Wish,
)
from cases.rules.referents import needs_coordinator

STARTS = ("coordinator_proposed", "coordinator_accepted")
"""The facts from which the delays of a coordination count."""
PLACES = (Participation.Part.LEAD, Participation.Part.SUPPORT)
"""The parts that a structure which follows the person has in her coordination case."""


class CannotCoordinate(Exception):
    """Refusal, in French, to be shown as it is."""


@transaction.atomic
def propose(
    *, referent: Referent, by: User, at: datetime, cause: JournalEntry | None = None
) -> tuple[Coordination, JournalEntry]:
    """Propose a référent of the person as her coordinator.

    Refuses (`CannotCoordinate`) who neither manages nor is a référent of hers nor pilots the action, a référent whom
    she was not told of, a single structure, an objection, and a coordinator or a proposal that is there already.
    """
    case = lock(referent.case)
    referent.refresh_from_db()
    if not may_propose(by, referent.case, on=localdate(at)):
        raise CannotCoordinate("Un responsable, un référent de la personne ou le pilote propose le coordinateur.")
    if referent.state != Referent.State.ACTIVE:
        raise CannotCoordinate("Choisir un référent en place, dont la personne est informée.")
    if is_objected(case):
        raise CannotCoordinate("La personne s’oppose à la coordination : son accompagnement continue sans.")
    if not needs_coordinator(structures=structures_in_place(case), objects=False):
        raise CannotCoordinate("Une seule structure suit la personne : il n’y a rien à coordonner.")
    if current := standing(case):
        raise CannotCoordinate(f"{current.referent.user} coordonne déjà : mettre fin à cette coordination d’abord.")
    if waiting := proposed(case):
        raise CannotCoordinate(f"{waiting.referent.user} n’a pas encore répondu : retirer cette proposition d’abord.")
    coordination = Coordination.objects.create(
        case=case, beneficiary=referent.beneficiary, referent=referent, proposed_by=by, proposed_at=at
    )
    entry = _tell("coordinator.proposed", coordination, by=by, at=at, cause=cause)
    _count(coordination, "coordinator_proposed", at=at)
    return coordination, entry


@transaction.atomic
def accept(*, coordination: Coordination, by: User, at: datetime) -> JournalEntry:
    """The référent accepts: the person’s agreement remains to be asked for."""
    _waiting(coordination, by)
    if coordination.referent.state != Referent.State.ACTIVE or is_objected(coordination.case):
        raise CannotCoordinate("Cette proposition n’a plus lieu d’être : recharger la page.")
    coordination.state, coordination.since = Coordination.State.ACCEPTED, localdate(at)
    coordination.save(update_fields=["state", "since"])
    entry = _tell("coordinator.accepted", coordination, by=by, at=at)
    _count(coordination, "coordinator_answered", at=at)
    _count(coordination, "coordinator_accepted", at=at)
    close_vacancy(coordination.case, None, outcome=Vacancy.Outcome.FILLED, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def decline(*, coordination: Coordination, by: User, at: datetime) -> JournalEntry:
    _waiting(coordination, by)
    coordination.state = Coordination.State.DECLINED
    coordination.save(update_fields=["state"])
    entry = _tell("coordinator.declined", coordination, by=by, at=at)
    _count(coordination, "coordinator_answered", at=at)
    look(coordination.case, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def agree(*, coordination: Coordination, agrees: bool, on: date, by: User, at: datetime) -> JournalEntry:
    """What the person says of being coordinated. Her refusal is an objection: it ends the coordination, and nothing else."""
    lock(coordination.case)
    coordination.refresh_from_db()
    if coordination.state != Coordination.State.ACCEPTED:
        raise CannotCoordinate("L’accord de la personne n’est plus attendu : recharger la page.")
    _refuse_other(coordination, by)
    if on > localdate(at) or (coordination.since and on < coordination.since):
        raise CannotCoordinate("L’accord se recueille entre l’acceptation et aujourd’hui : corriger la date.")
    if not agrees:
        return object_to(case=coordination.case, structure=coordination.referent.structure, on=on, by=by, at=at)
    coordination.state, coordination.agreed_on = Coordination.State.AGREED, on
    coordination.save(update_fields=["state", "agreed_on"])
    _count(coordination, "coordination_agreed", at=at)
    return _tell("coordinator.agreed", coordination, by=by, at=at)


@transaction.atomic
def end(
    *, coordination: Coordination, by: User | None, at: datetime, cause: JournalEntry | None = None
) -> JournalEntry:
    """It ends, or is no longer proposed. Whether the place is then vacant, `look` says."""
    lock(coordination.case)
    coordination.refresh_from_db()
    if coordination.state == Coordination.State.PROPOSED:
        coordination.state = Coordination.State.WITHDRAWN
    elif coordination.state in Coordination.HOLDING:
        coordination.state, coordination.until = Coordination.State.ENDED, localdate(at)
    else:
        raise CannotCoordinate("Cette coordination est déjà terminée.")
    coordination.save(update_fields=["state", "until"])
    entry = _tell("coordinator.ended", coordination, by=by, at=at, cause=cause)
    waiting = Deadline.objects.waiting().filter(case=coordination.case, rule__start__in=STARTS)
    deadlines.cancel(waiting, at=at)
    look(coordination.case, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def object_to(
    *, case: Case, structure: Structure, on: date, by: User, at: datetime, cause: JournalEntry | None = None
) -> JournalEntry:
    """The person objects to being coordinated: it stops at once. Who follows her in each structure does not change."""
    lock(case)
    if is_objected(case):
        raise CannotCoordinate("L’opposition de cette personne est déjà notée.")
    Wish.objects.create(case=case, kind=Wish.Kind.OBJECTION, structure=structure, by=by, said_on=on)
    entry = journal.record("coordination.objected", at=at, case=case, by=by, structure=structure, cause=cause)
    for coordination in [each for each in (standing(case), proposed(case)) if each]:
        end(coordination=coordination, by=by, at=at, cause=entry)
    look(case, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def lift_objection(*, case: Case, structure: Structure, by: User, at: datetime) -> JournalEntry:
    """The person changes her mind: coordination is possible again."""
    lock(case)
    found = Wish.objects.filter(case=case, kind=Wish.Kind.OBJECTION, lifted_on=None).first()
    if found is None:
        raise CannotCoordinate("Aucune opposition n’est notée pour cette personne.")
    found.lifted_on = max(localdate(at), found.said_on)
    found.save(update_fields=["lifted_on"])
    entry = journal.record("coordination.allowed", at=at, case=case, by=by, structure=structure)
    look(case, by=by, at=at, cause=entry)
    return entry


def look(case: Case, *, by: User | None, at: datetime, cause: JournalEntry | None) -> None:
    """After who follows a person has changed: end a coordination that has lost its reason, say a vacancy or its end."""
    needed = case.is_open and needs_coordinator(structures=structures_in_place(case), objects=is_objected(case))
    for coordination in [each for each in (standing(case), proposed(case)) if each]:
        if not needed or coordination.referent.state not in Referent.HOLDING:
            end(coordination=coordination, by=by, at=at, cause=cause)  # which looks again
            return
    if not needed:
        close_vacancy(case, None, outcome=Vacancy.Outcome.NOT_NEEDED, by=by, at=at, cause=cause)
    elif standing(case) is None:
        open_vacancy(case, None, by=by, at=at, cause=cause)


def open_vacancy(
    case: Case, structure: Structure | None, *, by: User | None, at: datetime, cause: JournalEntry | None
) -> Vacancy:
    """Say that nobody holds a place: of a structure, or the coordinator’s. Once; its delay runs from then on."""
    found: Vacancy | None = Vacancy.objects.open().filter(case=case, structure=structure).select_related(*DESK).first()
    if found:
        place_delays.vacancy_goes_on(found)
        return found
    vacancy = Vacancy.objects.create(case=case, structure=structure, since=localdate(at))
    place_delays.vacancy_began(vacancy)
    journal.record("place.vacant", at=at, case=case, by=by, structure=structure, cause=cause, vacancy=vacancy.pk)
    return vacancy


def close_vacancy(
    case: Case,
    structure: Structure | None,
    *,
    outcome: str,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None,
) -> None:
    for vacancy in Vacancy.objects.open().filter(case=case, structure=structure):
        vacancy.closed_on, vacancy.outcome = localdate(at), outcome
        vacancy.save(update_fields=["closed_on", "outcome"])
        place_delays.vacancy_ended(vacancy, at=at)
        journal.record(
            "place.filled",
            at=at,
            case=case,
            by=by,
            structure=structure,
            cause=cause,
            vacancy=vacancy.pk,
            outcome=outcome,
        )


def standing(case: Case) -> Coordination | None:
    found: Coordination | None = Coordination.objects.current().filter(case=case).select_related(*READ).first()
    return found


def proposed(case: Case) -> Coordination | None:
    found: Coordination | None = Coordination.objects.proposed().filter(case=case).select_related(*READ).first()
    return found


READ = ("referent__user", "referent__structure", "case")
DESK = ("structure", "case__responsible_structure")


def structures_in_place(case: Case) -> int:
    """Structures whose référent accepted."""
    return Referent.objects.current().filter(case=case).count()


def is_objected(case: Case) -> bool:
    return Wish.objects.filter(case=case, kind=Wish.Kind.OBJECTION, lifted_on=None).exists()


def may_propose(user: User, case: Case, *, on: date) -> bool:
    """A référent of the person, a manager of one of her structures, or whoever pilots there."""
    places = set(
        Participation.objects.filter(case=case, until=None, part__in=PLACES).values_list("structure", flat=True)
    )
    held = permissions.rights(user, at=on)
    managed = held.get("view_backlog", frozenset()) | held.get("pilot_action", frozenset())
    return bool(managed & places) or Referent.objects.current().filter(case=case, user=user).exists()


def lock(case: Case) -> Case:
    """The row of a case, so that what is done for one person follows in turn."""
    return Case.objects.select_for_update(of=("self",)).get(pk=case.pk)


def _count(coordination: Coordination, fact: str, *, at: datetime) -> None:
    """A dated fact of the coordination: it meets the delays that waited for it, and starts its own."""
    deadlines.happened(
        case=coordination.case,
        fact=fact,
        on=localdate(at),
        structure=coordination.referent.structure,
        context={},
        at=at,
    )


def _waiting(coordination: Coordination, by: User) -> None:
    lock(coordination.case)
    coordination.refresh_from_db()
    if coordination.state != Coordination.State.PROPOSED:
        raise CannotCoordinate("Cette proposition n’attend plus de réponse : recharger la page.")
    _refuse_other(coordination, by)


def _refuse_other(coordination: Coordination, by: User) -> None:
    if coordination.referent.user_id != by.pk:
        raise CannotCoordinate("Seul le coordinateur proposé répond.")


def _tell(
    kind: str, coordination: Coordination, *, by: User | None, at: datetime, cause: JournalEntry | None = None
) -> JournalEntry:
    return journal.record(
        kind,
        at=at,
        case=coordination.case,
        by=by,
        structure=coordination.referent.structure,
        cause=cause,
        coordination=coordination.pk,
        user=coordination.referent.user_id,
    )
