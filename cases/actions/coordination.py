"""The single référent of a person among those of her structures: proposed, accepted by him, agreed by her.

None is needed below two structures, nor against her will. Where one is needed and none is there, the place is vacant,
and said so: `update_coordination` sees to it after each act that changes who follows her.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, Q, QuerySet
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.acting import why_not
from cases.actions import sharing
from cases.actions.vacancies import close_vacancy, open_vacancy
from cases.locks import lock_case, refuse_ended
from cases.models import (
    Case,
    Coordination,
    JournalEntry,
    LegalReferent,
    Participation,
    Referent,
    Structure,
    User,
    Vacancy,
    Wish,
)
from cases.models.structures import StructureKind
from cases.refusals import Refusal
from cases.rules.referents import FROM_TWO, CoordinatorCandidate, needs_coordinator

End, State = Coordination.End, Coordination.State
PLACES = (Participation.Part.LEAD, Participation.Part.SUPPORT)
"""The parts that a structure which follows the person has in her coordination case."""
LEGAL_KINDS = (StructureKind.FRANCE_TRAVAIL, StructureKind.DEPARTMENT, StructureKind.MDS, StructureKind.CCAS)
"""Those in which the law may name a référent unique: France Travail, the Département, and whom it delegates to."""


class CannotCoordinate(Refusal):
    """A coordinator is not named so."""


@transaction.atomic
def propose(
    *,
    referent: Referent,
    by: User | None,
    at: datetime,
    basis: str = Coordination.Basis.CHOSEN,
    cause: JournalEntry | None = None,
) -> tuple[Coordination, JournalEntry]:
    """Propose a référent of the person as her coordinator; nobody does (`by`) when the rule designates him.

    Refuses (`CannotCoordinate`) who neither manages nor is a référent of hers nor pilots the action, a référent whom
    she was not told of, a single structure, an objection, and a coordinator or a proposal that is there already.
    """
    case = lock_case(referent.case_id)
    referent.refresh_from_db()
    if by and not may_propose(by, referent.case, on=localdate(at)):
        raise CannotCoordinate("Un responsable, un référent de la personne ou le pilote propose le coordinateur.")
    if referent.state != Referent.State.ACTIVE:
        raise CannotCoordinate("Choisir un référent en place, dont la personne est informée.")
    if is_objected(case):
        raise CannotCoordinate("La personne s’oppose à la coordination : son accompagnement continue sans.")
    if not needs_coordinator(structures=structures_in_place(case), objects=False):
        raise CannotCoordinate("Une seule structure suit la personne : il n’y a rien à coordonner.")
    if current := current_coordination(case):
        raise CannotCoordinate(f"{current.referent.user} coordonne déjà : mettre fin à cette coordination d’abord.")
    if waiting := proposed_coordination(case):
        raise CannotCoordinate(f"{waiting.referent.user} n’a pas encore répondu : attendre sa réponse.")
    coordination = Coordination.objects.create(
        case=case, beneficiary=referent.beneficiary, referent=referent, basis=basis, proposed_by=by, proposed_at=at
    )
    entry = _record_in_journal("coordinator.proposed", coordination, by=by, at=at, cause=cause, basis=basis)
    sharing.end_lent_cards(case, by=by, at=at, cause=entry, is_decided=True)
    return coordination, entry


@transaction.atomic
def accept(*, coordination: Coordination, by: User, at: datetime) -> JournalEntry:
    """The référent accepts: the person’s agreement remains to be asked for."""
    _lock_proposed_coordination(coordination)
    if coordination.referent.user_id != by.pk:
        raise CannotCoordinate("Seul le coordinateur proposé accepte ; un responsable peut décliner à sa place.")
    if coordination.referent.state != Referent.State.ACTIVE or is_objected(coordination.case):
        raise CannotCoordinate("Cette proposition n’a plus lieu d’être : recharger la page.")
    coordination.state, coordination.since = State.ACCEPTED, localdate(at)
    coordination.save(update_fields=["state", "since"])
    entry = _record_in_journal("coordinator.accepted", coordination, by=by, at=at)
    close_vacancy(coordination.case, None, outcome=Vacancy.Outcome.FILLED, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def decline(*, coordination: Coordination, reason: str, by: User, at: datetime) -> JournalEntry:
    """He declines, for a reason; a manager of his structure may say so for him, when he does not answer."""
    _lock_proposed_coordination(coordination)
    if not acts_for(by, coordination.referent, on=localdate(at)):
        raise CannotCoordinate("Le coordinateur proposé répond, ou un responsable de sa structure.")
    if reason not in Coordination.Decline.values:
        raise CannotCoordinate("Indiquer pourquoi décliner.")
    coordination.state, coordination.decline_reason = State.DECLINED, reason
    coordination.save(update_fields=["state", "decline_reason"])
    entry = _record_in_journal("coordinator.declined", coordination, by=by, at=at, reason=reason)
    update_coordination(coordination.case, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def record_agreement(*, coordination: Coordination, agrees: bool, on: date, by: User, at: datetime) -> JournalEntry:
    """What the person says of being coordinated. Her refusal is an objection: it ends the coordination, and nothing else."""
    lock_case(coordination.case_id)
    coordination.refresh_from_db()
    if coordination.state != State.ACCEPTED:
        raise CannotCoordinate("L’accord de la personne n’est plus attendu : recharger la page.")
    if not acts_for(by, coordination.referent, on=localdate(at)):
        raise CannotCoordinate("Le coordinateur recueille l’accord, ou son remplaçant, ou un responsable.")
    if on > localdate(at) or on < accepted_on(coordination):
        raise CannotCoordinate("L’accord se recueille entre l’acceptation et aujourd’hui : corriger la date.")
    if not agrees:
        return object_to(case=coordination.case, structure=coordination.referent.structure, on=on, by=by, at=at)
    coordination.state, coordination.agreed_on = State.AGREED, on
    coordination.save(update_fields=["state", "agreed_on"])
    return _record_in_journal("coordinator.agreed", coordination, by=by, at=at)


@transaction.atomic
def end(
    *, coordination: Coordination, reason: str, by: User | None, at: datetime, cause: JournalEntry | None = None
) -> JournalEntry:
    """It ends, or is no longer proposed. Whether the place is then vacant, `update_coordination` says."""
    entry = close_coordination(coordination=coordination, reason=reason, by=by, at=at, cause=cause)
    update_coordination(coordination.case, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def close_coordination(
    *, coordination: Coordination, reason: str, by: User | None, at: datetime, cause: JournalEntry | None = None
) -> JournalEntry:
    """It ends, and its place is the caller’s: another coordination goes on in its stead."""
    lock_case(coordination.case_id)
    coordination.refresh_from_db()
    if coordination.state == State.PROPOSED:
        coordination.state = State.WITHDRAWN
    elif coordination.state in Coordination.HOLDING:
        coordination.state, coordination.until = State.ENDED, localdate(at)
    else:
        raise CannotCoordinate("Cette coordination est déjà terminée.")
    coordination.end_reason = reason
    coordination.save(update_fields=["state", "until", "end_reason"])
    return _record_in_journal("coordinator.ended", coordination, by=by, at=at, cause=cause, reason=reason)


@transaction.atomic
def resume(
    *, ended: Coordination, referent: Referent, by: User | None, at: datetime, cause: JournalEntry
) -> Coordination | None:
    """What an act had ended goes on once that act is undone: as it stood, with the same professional, from today.

    Its first period is not reopened: another one `resumes` it, accepted and agreed on the same days. A proposal made
    meanwhile gives way. None where somebody else coordinates since, or it may be no more.
    """
    case = lock_case(referent.case_id)
    if is_objected(case) or not needs_coordinator(structures=structures_in_place(case), objects=False):
        return None
    if current_coordination(case):
        return None
    if waiting := proposed_coordination(case):
        end(coordination=waiting, reason=End.RESUMED, by=by, at=at, cause=cause)
    held = ended.state == State.ENDED
    found = Coordination.objects.create(
        case=case,
        beneficiary=referent.beneficiary,
        referent=referent,
        state=(State.AGREED if ended.agreed_on else State.ACCEPTED) if held else State.PROPOSED,
        basis=ended.basis,
        proposed_by=ended.proposed_by,
        proposed_at=ended.proposed_at,
        since=localdate(at) if held else None,
        agreed_on=ended.agreed_on,
        resumes=ended,
    )
    entry = _record_in_journal("coordinator.resumed", found, by=by, at=at, cause=cause)
    if held:
        close_vacancy(case, None, outcome=Vacancy.Outcome.FILLED, by=by, at=at, cause=entry)
    return found


def accepted_on(coordination: Coordination) -> date:
    """The day on which he accepted, however often it was resumed since."""
    first = coordination
    while first.resumes is not None:
        first = first.resumes
    return first.since or localdate(first.proposed_at)


@transaction.atomic
def object_to(
    *, case: Case, structure: Structure, on: date, by: User, at: datetime, cause: JournalEntry | None = None
) -> JournalEntry:
    """The person objects to being coordinated: it stops at once. Who follows her in each structure does not change."""
    lock_case(case.pk)
    if is_objected(case):
        raise CannotCoordinate("L’opposition de cette personne est déjà notée.")
    Wish.objects.create(case=case, kind=Wish.Kind.OBJECTION, structure=structure, by=by, said_on=on)
    entry = journal.record("coordination.objected", at=at, case=case, by=by, structure=structure, cause=cause)
    for coordination in [each for each in (current_coordination(case), proposed_coordination(case)) if each]:
        end(coordination=coordination, reason=End.OBJECTION, by=by, at=at, cause=entry)
    update_coordination(case, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def lift_objection(*, case: Case, structure: Structure, by: User, at: datetime) -> JournalEntry:
    """The person changes her mind: coordination is possible again."""
    lock_case(case.pk)
    found = Wish.objects.filter(case=case, kind=Wish.Kind.OBJECTION, lifted_on=None).first()
    if found is None:
        raise CannotCoordinate("Aucune opposition n’est notée pour cette personne.")
    found.lifted_on = max(localdate(at), found.said_on)
    found.save(update_fields=["lifted_on"])
    entry = journal.record("coordination.allowed", at=at, case=case, by=by, structure=structure)
    update_coordination(case, by=by, at=at, cause=entry)
    return entry


def update_coordination(case: Case, *, by: User | None, at: datetime, cause: JournalEntry | None) -> None:
    """After who follows a person has changed: end a coordination that has lost its reason, say a vacancy or its end."""
    placed = list(Referent.objects.current().filter(case=case).values_list(Exists(_objections(case))))
    needed = case.is_open and needs_coordinator(structures=len(placed), objects=any(said for (said,) in placed))
    held = {each.state: each for each in _coordinations(case, *Coordination.HOLDING, State.PROPOSED)}
    proposed = held.pop(State.PROPOSED, None)
    current = next(iter(held.values()), None)
    for coordination in [each for each in (current, proposed) if each]:
        if not needed or not coordination.referent.has_place:
            reason = End.NOT_NEEDED if coordination.referent.has_place else End.NOT_REFERENT
            end(coordination=coordination, reason=reason, by=by, at=at, cause=cause)  # which looks again
            return
    if not needed:
        close_vacancy(case, None, outcome=Vacancy.Outcome.NOT_NEEDED, by=by, at=at, cause=cause)
    elif current is None:
        open_vacancy(case, None, by=by, at=at, cause=cause)


def current_coordination(case: Case) -> Coordination | None:
    return _coordinations(case, *Coordination.HOLDING).first()


def proposed_coordination(case: Case) -> Coordination | None:
    return _coordinations(case, State.PROPOSED).first()


def _coordinations(case: Case, *states: str) -> QuerySet[Coordination]:
    return Coordination.objects.filter(case=case, state__in=states).select_related(*READ)


READ = ("referent__user", "referent__structure", "case")


def structures_in_place(case: Case) -> int:
    """How many structures have a référent in place for the person of the case."""
    return Referent.objects.current().filter(case=case).count()


def is_objected(case: Case) -> bool:
    return _objections(case).exists()


def _objections(case: Case) -> QuerySet[Wish]:
    return Wish.objects.filter(case=case, kind=Wish.Kind.OBJECTION, lifted_on=None)


def is_to_propose(case: Case) -> bool:
    """Is her coordinator to be looked for? Once she was told of two référents at least, so that one may be proposed."""
    vacant = Vacancy.objects.open().filter(case=case, structure=None).exists()
    return vacant and Referent.objects.filter(case=case, state=Referent.State.ACTIVE).count() >= FROM_TWO


def coordinator_candidates(case: Case, *, on: date) -> list[CoordinatorCandidate]:
    """Those whom the rule may designate: in place, told of, there that day, who have not declined since it is vacant."""
    vacancy = Vacancy.objects.open().filter(case=case, structure=None).first()
    since = vacancy.since if vacancy else on
    declined = Coordination.objects.filter(case=case, state=State.DECLINED, proposed_at__date__gte=since)
    placed = Referent.objects.filter(case=case, state=Referent.State.ACTIVE).select_related("user", "structure")
    placed = placed.exclude(pk__in=declined.values("referent"))
    legal = legal_referent(case)
    open_cases = Case.objects.filter(household=case.household_id, closed_on=None).exclude(pk=case.pk)
    answering = set(open_cases.exclude(kind=case.kind).values_list("responsible_structure", flat=True))
    # Whoever answers for the case on behalf of the landlord coordinates nobody by the rule: the pilot may still choose him.
    claimants = Structure.objects.filter(
        Q(tenancies__cases__in=open_cases) | Q(managed_tenancies__cases__in=open_cases)
    )
    answering -= set(Structure.objects.of_bodies_of(claimants).values_list("pk", flat=True))
    return [
        CoordinatorCandidate(
            referent=row.pk,
            is_legal=bool(legal and legal.structure_id == row.structure_id),
            has_case=row.structure_id in answering,
        )
        for row in placed.order_by("pk")
        if not why_not(row.user, row.structure, by=None, on=on)
    ]


def legal_referent(case: Case) -> LegalReferent | None:
    found: LegalReferent | None = (
        LegalReferent.objects.filter(case=case, ended_on=None).select_related("structure").first()
    )
    return found


@transaction.atomic
def record_legal(
    *, case: Case, legal: Structure | None, on: date, structure: Structure, by: User, at: datetime
) -> JournalEntry:
    """Note in which structure the law gave her a référent unique, or that she has none any more. Nothing is decided here.

    Refuses (`CannotCoordinate`) a day to come, a structure in which the law names none, and what is noted already; and
    (`OutOfService`) a structure that ends meanwhile.
    """
    lock_case(case.pk)
    if on > localdate(at):
        raise CannotCoordinate("Ce jour est à venir : corriger la date.")
    if legal and legal.kind not in LEGAL_KINDS:
        raise CannotCoordinate("Le référent unique est à France Travail, au Département ou chez un délégataire.")
    before = legal_referent(case)
    if (before.structure if before else None) == legal:
        raise CannotCoordinate("C’est déjà ce qui est noté.")
    if before:
        before.ended_on = max(on, before.known_on)
        before.save(update_fields=["ended_on"])
    if legal:
        refuse_ended(legal)
        LegalReferent.objects.create(case=case, structure=legal, recorded_by=by, known_on=on)
    return journal.record(
        "legal_referent.recorded", at=at, case=case, by=by, structure=structure, legal=legal.pk if legal else None
    )


def may_propose(user: User, case: Case, *, on: date) -> bool:
    """A référent of the person, a manager of one of her structures, or whoever pilots there."""
    parts = (*PLACES, Participation.Part.ARBITER)
    taking_part = Participation.objects.active(on).filter(case=case, part__in=parts)
    places = set(taking_part.values_list("structure", flat=True))
    held = permissions.rights(user, at=on)
    managed = held.get("view_backlog", frozenset()) | held.get("pilot_action", frozenset())
    return bool(managed & places) or Referent.objects.current().filter(case=case, user=user).exists()


def acts_for(user: User, referent: Referent, *, on: date) -> bool:
    """He, who replaces him that day, or a manager of his structure."""
    structure = referent.structure_id
    if user.pk == referent.user_id or permissions.has_right(user, "view_backlog", structure, at=on):
        return True
    return permissions.is_replacing(user, referent.user_id, case=referent.case_id, structure=structure, at=on)


def _lock_proposed_coordination(coordination: Coordination) -> None:
    lock_case(coordination.case_id)
    coordination.refresh_from_db()
    if coordination.state != State.PROPOSED:
        raise CannotCoordinate("Cette proposition n’attend plus de réponse : recharger la page.")


def _record_in_journal(
    kind: str,
    coordination: Coordination,
    *,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
    **data: str,
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
        **data,
    )
