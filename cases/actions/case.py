"""A case is opened, given to a structure and a professional, closed and reopened."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases import journal
from cases.actions import absences, appointments, deadlines, plans, questions, sharing
from cases.actions.withdrawals import withdraw_what_waits
from cases.locks import busy_when_locked
from cases.models import (
    Appointment,
    Assignment,
    Beneficiary,
    Case,
    CaseKind,
    CaseOutcome,
    Deadline,
    Household,
    JournalEntry,
    Participation,
    Structure,
    Tenancy,
    User,
)
from cases.queries import which_exist
from cases.refusals import Refusal


class CannotOpen(Refusal):
    """A case is not opened or opened again."""


class CannotCloseCase(Refusal):
    """A case stays open."""


@transaction.atomic(savepoint=False)
def open_case(
    *,
    kind: str,
    household: Household,
    structure: Structure,
    at: datetime,
    by: User | None = None,
    responsible: Structure | None = None,
    tenancy: Tenancy | None = None,
    beneficiary: Beneficiary | None = None,
    is_urgent: bool = False,
    is_initial_stock: bool = False,
    cause: JournalEntry | None = None,
) -> Case:
    """Open a case of a household: `structure` opens it, `responsible` (itself, unless another is given) answers for it
    until another accepts.

    `tenancy`: the dwelling that it is about. `beneficiary`: whom a coordination follows. Refuses (`CannotOpen`) a second
    open case of arrears for one dwelling, and a household that was archived meanwhile.
    """
    _refuse_archived(household.pk)
    if kind == CaseKind.ARREARS and Case.objects.filter(tenancy=tenancy, kind=kind, closed_on=None).exists():
        raise CannotOpen("Un dossier d’impayé est déjà ouvert pour ce logement : le compléter plutôt.")
    answers = responsible or structure
    if {household.territory, structure.territory, answers.territory} != {household.territory}:
        raise CannotOpen("Ce ménage est connu dans un autre territoire : l’enregistrer dans celui-ci.")
    case = Case.objects.create(
        kind=kind,
        household=household,
        tenancy=tenancy,
        beneficiary=beneficiary,
        responsible_structure=answers,
        opened_by_structure=structure,
        opened_on=localdate(at),
        is_urgent=is_urgent,
        is_initial_stock=is_initial_stock,
        territory=answers.territory,
    )
    journal.record("case.opened", at=at, case=case, by=by, structure=structure, cause=cause, code=kind)
    return case


def _refuse_archived(household: int) -> None:
    """Whoever archives or erases it at the same moment waits, and then finds a case that is open."""
    with busy_when_locked():
        home = Household.objects.select_for_update(no_key=True).only("archived_on").get(pk=household)
    if home.archived_on:
        raise CannotOpen(
            "Les données de ce ménage sont archivées ou effacées : chercher de nouveau la personne, puis l’enregistrer."
        )


@transaction.atomic
def make_urgent(
    *, case: Case, structure: Structure, at: datetime, by: User | None = None, cause: JournalEntry | None = None
) -> None:
    """Say that an open case has become urgent; it stays so unless what said it was a mistake."""
    if case.is_urgent:
        return
    case.is_urgent = True
    case.save(update_fields=["is_urgent"])
    journal.record("case.made_urgent", at=at, case=case, by=by, structure=structure, cause=cause)


@transaction.atomic
def make_ordinary(
    *, case: Case, structure: Structure, at: datetime, by: User | None = None, cause: JournalEntry | None = None
) -> None:
    """What made the case urgent is gone, or was a mistake."""
    case.is_urgent = False
    case.save(update_fields=["is_urgent"])
    journal.record("case.made_ordinary", at=at, case=case, by=by, structure=structure, cause=cause)


@transaction.atomic(savepoint=False)
def make_responsible(
    *, case: Case, structure: Structure, at: datetime, by: User | None, cause: JournalEntry | None = None
) -> None:
    """The structure answers for the case from now on, and keeps the last days of its dated facts; whoever answered for it
    before no longer takes part."""
    before = case.responsible_structure
    parts = sharing.current_parts(case, before, structure)
    if before != structure:
        is_dated, *leaves = which_exist(
            deadlines.held_by(before, case),
            *_of_professionals(case, before, at=at),
            *sharing.beside_a_part(case, before, at=at),
        )
        if is_dated:
            deadlines.hand_over(case, before=before, to=structure)
        if any(leaves):
            release_all(case=case, structure=before, at=at, by=by, cause=cause)
        if part := parts.get(before.pk):
            end = sharing.end_part if any(leaves) else sharing.end_bare_part
            end(case=case, structure=before, current=part, at=at, by=by, cause=cause)
    case.responsible_structure = structure
    case.save(update_fields=["responsible_structure"])
    take = sharing.change_or_begin(parts.get(structure.pk))
    take(case=case, structure=structure, part="lead", level="card", at=at, by=by, cause=cause)


@transaction.atomic(savepoint=False)
def assign_professional(
    *,
    case: Case,
    user: User,
    structure: Structure,
    at: datetime,
    by: User | None,
    cause: JournalEntry | None = None,
) -> Assignment:
    """Name the professional responsible for a case in a structure, in place of whoever was; the appointments to come
    are his."""
    today = localdate(at)
    current = Assignment.objects.filter(case=case, structure=structure, kind="responsible", until=None).first()
    if current and current.user_id == user.pk:
        return current
    if current:
        current.until = today
        current.save(update_fields=["until"])
    before = current.user_id if current else None
    assignment, entry = _name_professional(case, user, structure, before=before, at=at, by=by, cause=cause)
    is_met, is_replaced, is_away = which_exist(
        appointments.to_come(case, structure, at=at),
        absences.substitutes_on(case, structure, on=today),
        absences.declared_by(user, structure, on=today),
    )
    if is_met:
        appointments.follow_the_case(case=case, structure=structure, to=user, at=at, by=by, cause=entry)
    if is_replaced or is_away:
        absences.update_substitutes(case=case, structure=structure, user=user, by=by, at=at, cause=entry)
    return assignment


def assign_first_professional(
    *, case: Case, user: User, structure: Structure, at: datetime, by: User | None, cause: JournalEntry | None = None
) -> None:
    """The same, of a case that this act has opened: nobody was named before, and no appointment is to come."""
    _, entry = _name_professional(case, user, structure, before=None, at=at, by=by, cause=cause)
    absences.follow_step(case=case, structure=structure, user=user, by=by, at=at, cause=entry)


def _name_professional(
    case: Case,
    user: User,
    structure: Structure,
    *,
    before: int | None,
    at: datetime,
    by: User | None,
    cause: JournalEntry | None,
) -> tuple[Assignment, JournalEntry]:
    assignment = Assignment.objects.create(
        case=case,
        user=user,
        structure=structure,
        kind=Assignment.Kind.RESPONSIBLE,
        since=localdate(at),
        is_open=case.is_open,
    )
    entry = journal.record(
        "professional.assigned",
        at=at,
        case=case,
        by=by,
        structure=structure,
        cause=cause,
        user=user.pk,
        before=before,
    )
    return assignment, entry


@transaction.atomic(savepoint=False)
def release_professional(
    *, case: Case, structure: Structure, user: User, at: datetime, by: User | None, cause: JournalEntry | None = None
) -> None:
    """End what a professional is in a case, for a structure."""
    for assignment in Assignment.objects.filter(case=case, structure=structure, user=user, until=None):
        _end_assignment(assignment, at=at, by=by, cause=cause)


@transaction.atomic(savepoint=False)
def resume_assignment(
    *,
    case: Case,
    structure: Structure,
    ended: Assignment,
    at: datetime,
    by: User | None,
    cause: JournalEntry | None = None,
) -> None:
    """What had ended it was a mistake: the professional goes on, since the day on which he began."""
    ended.until = None
    ended.save(update_fields=["until"])
    journal.record(
        "professional.assigned",
        at=at,
        case=case,
        by=by,
        structure=structure,
        cause=cause,
        user=ended.user_id,
        before=None,
    )


@transaction.atomic(savepoint=False)
def release_all(
    *, case: Case, structure: Structure, at: datetime, by: User | None, cause: JournalEntry | None = None
) -> None:
    """End the assignments of a structure’s professionals on a case, and the appointments that they still had: first, so that each
    is told of his own, a substitute too."""
    appointments.cancel_those_to_come(case=case, structure=structure, at=at, by=by, cause=cause)
    for assignment in Assignment.objects.filter(case=case, structure=structure, until=None):
        _end_assignment(assignment, at=at, by=by, cause=cause)


def _of_professionals(
    case: Case, structure: Structure, *, at: datetime
) -> tuple[QuerySet[Assignment], QuerySet[Appointment]]:
    """What the professionals of a structure hold of a case: assignments, and appointments to come."""
    held = Assignment.objects.filter(case=case, structure=structure, until=None)
    return held, appointments.to_come(case, structure, at=at)


def _end_assignment(assignment: Assignment, *, at: datetime, by: User | None, cause: JournalEntry | None) -> None:
    assignment.until = localdate(at)
    assignment.save(update_fields=["until"])
    entry = journal.record(
        "professional.released",
        at=at,
        case=assignment.case,
        by=by,
        structure=assignment.structure,
        cause=cause,
        user=assignment.user_id,
    )
    absences.stop_replacing(
        case=assignment.case, structure=assignment.structure, user=assignment.user, by=by, at=at, cause=entry
    )


@transaction.atomic
def close_case(
    *,
    case: Case,
    outcome: str,
    structure: Structure | None = None,
    at: datetime,
    by: User | None,
    cause: JournalEntry | None = None,
) -> JournalEntry:
    """Close a case with a coded outcome, in the name of a `structure`: the one that answers for it, unless another is
    given. Refuses (`CannotCloseCase`) a case already closed."""
    if not case.is_open:
        raise CannotCloseCase("Ce dossier est déjà clos.")
    case.closed_on, case.closed_by, case.outcome = localdate(at), by, outcome
    case.save(update_fields=["closed_on", "closed_by", "outcome"])
    case.assignments.update(is_open=False)
    deadlines.cancel(Deadline.objects.waiting().filter(case=case), at=at)
    sharing.refresh_access_columns(case)
    entry = journal.record(
        "case.closed",
        at=at,
        case=case,
        by=by,
        structure=structure or case.responsible_structure,
        cause=cause,
        outcome=outcome,
    )
    appointments.cancel_those_to_come(case=case, at=at, by=by, cause=entry)
    plans.withdraw_waiting(case=case, by=by, at=at, cause=entry)
    questions.withdraw_those_of(case=case, by=by, at=at, cause=entry)
    withdraw_what_waits(case=case, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def void_case(*, case: Case, at: datetime, by: User | None, cause: JournalEntry) -> JournalEntry:
    """What opened the case was a mistake: it closes, and nobody takes part in it any more."""
    entry = close_case(case=case, outcome=CaseOutcome.VOIDED, at=at, by=by, cause=cause)
    for part in Participation.objects.filter(case=case, until=None).select_related("structure"):
        release_all(case=case, structure=part.structure, at=at, by=by, cause=entry)
        sharing.end_sharing(case=case, structure=part.structure, at=at, by=by, cause=entry)
    return entry


def last_closing(case: Case) -> JournalEntry | None:
    return case.journal.filter(kind="case.closed").select_related("structure").order_by("pk").last()


@transaction.atomic
def reopen_case(*, case: Case, at: datetime, by: User | None) -> JournalEntry:
    """Reopen the same case (less than 12 months after it closed, it counts as a re-entry): what its dated facts had begun
    runs again."""
    if case.is_open:
        raise CannotOpen("Ce dossier est déjà ouvert.")
    _refuse_archived(case.household_id)
    if case.outcome == CaseOutcome.VOIDED:
        raise CannotOpen("Ce dossier vient d’un import annulé : il ne se rouvre pas. Signaler l’impayé de nouveau.")
    if case.closed_by_merges.filter(undone_at=None).exists():
        # Its reports and appointments went to the other one.
        raise CannotOpen("Ce dossier a été clos comme doublon : défaire d’abord la réunion des fiches.")
    others = Case.objects.filter(tenancy=case.tenancy, kind=case.kind, closed_on=None)
    if case.tenancy and others.exists():
        raise CannotOpen("Un autre dossier est déjà ouvert pour ce logement.")
    case.closed_on, case.closed_by, case.outcome = None, None, ""
    case.save(update_fields=["closed_on", "closed_by", "outcome"])
    case.assignments.update(is_open=True)
    if closing := last_closing(case):
        deadlines.take_up_again(case, closed_at=closing.happened_at, on=localdate(at))
    sharing.refresh_access_columns(case)
    return journal.record("case.reopened", at=at, case=case, by=by, structure=case.responsible_structure)
