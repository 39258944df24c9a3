"""Participations of structures in a case: each has a cause and ends in the transaction in which its cause ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import absences, labels
from cases.locks import refuse_ended
from cases.models import (
    Assignment,
    Case,
    CaseKind,
    CaseLabel,
    Deadline,
    JournalEntry,
    LegalBasis,
    Participation,
    SharingObjection,
    Structure,
    User,
)
from cases.models.structures import CLAIMANT_KINDS
from cases.queries import which_exist
from cases.refusals import Refusal
from cases.rules.procedures import PROCEDURES


class CannotShare(Refusal):
    """A case is not shared so."""


Part = Participation.Part
MANAGED = (Part.SUPPORT, Part.REPORTER)
"""Parts that a person gives and takes back. The others begin and end with the steps of the procedure."""
OF_THE_STEPS = (Part.QUALIFYING, Part.ASKED, Part.LEAD, Part.ARBITER)
OF_ONE_PERSON = (LegalBasis.ON_REQUEST, LegalBasis.POSSIBLE_RIGHTS, LegalBasis.CARE, LegalBasis.MANDATE)
"""Grounds that one person gives, for herself: never of all that a structure sends."""
OPPOSED = (
    "La personne s’est opposée aux partages qui reposent sur ce fondement : le délégué à la protection des données l’a"
    " enregistré. Choisir un autre fondement s’il y en a un, ou son mandat."
)


def is_opposed(case: Case, basis: str) -> bool:
    """Did the person oppose what is shared of her on that ground?"""
    return SharingObjection.objects.filter(household=case.household_id, basis=basis).exists()


@transaction.atomic(savepoint=False)
def take_part(
    *,
    case: Case,
    structure: Structure,
    part: str,
    level: str,
    basis: str = "",
    at: datetime,
    by: User | None = None,
    cause: JournalEntry | None = None,
) -> Participation:
    """Open or change a structure’s right on a case. Without a `basis`, the one it has, or that of the procedure: it
    is that of the procedure, too, once a structure that one person let in is asked by a step (`OF_ONE_PERSON`).

    Refuses (`CannotShare`) a landlord or rent manager: they see their reports, never a case; and (`OutOfService`) a
    structure that ends meanwhile.
    """
    take = change_or_begin(current_part(case, structure))
    return take(case=case, structure=structure, part=part, level=level, basis=basis, at=at, by=by, cause=cause)


def current_part(case: Case | int, structure: Structure) -> Participation | None:
    """What a structure is in a case now."""
    return Participation.objects.filter(case=case, structure=structure, until=None).first()


def current_parts(case: Case, *structures: Structure) -> dict[int, Participation]:
    """The same of several structures. One query."""
    found = Participation.objects.filter(case=case, structure__in=structures, until=None)
    return {part.structure_id: part for part in found}


def change_or_begin(current: Participation | None) -> Callable[..., Participation]:
    """How a structure takes part whose `current` part, or that it has none, was just read."""
    return begin_part if current is None else partial(change_part, current=current)


def change_part(
    *,
    case: Case,
    structure: Structure,
    current: Participation,
    part: str,
    level: str,
    basis: str = "",
    at: datetime,
    by: User | None = None,
    cause: JournalEntry | None = None,
) -> Participation:
    """The same, of a structure whose `current` part was just read."""
    _refuse_claimant(structure)
    basis = basis or _find_basis(case, current, part)
    if (current.part, current.level, current.basis) == (part, level, basis):
        return current
    current.part, current.level, current.basis = part, level, basis
    current.save(update_fields=["part", "level", "basis"])
    _record_in_journal("sharing.changed", current, case, structure, at=at, by=by, cause=cause)
    return current


def begin_part(
    *,
    case: Case,
    structure: Structure,
    part: str,
    level: str,
    basis: str = "",
    until: date | None = None,
    at: datetime,
    by: User | None = None,
    cause: JournalEntry | None = None,
) -> Participation:
    """The same, of a structure that is known to have no part yet, for ever or `until` a day. Its next date is in the database,
    not in what is returned."""
    _refuse_claimant(structure)
    refuse_ended(structure)
    participation = Participation.objects.create(
        case=case,
        structure=structure,
        part=part,
        level=level,
        basis=basis or PROCEDURES[case.kind].legal_basis,
        since=localdate(at),
        until=until,
        is_open=case.is_open,
    )
    refresh_access_columns(case)
    _record_in_journal("sharing.started", participation, case, structure, at=at, by=by, cause=cause)
    return participation


def resume_part(
    *,
    case: Case,
    structure: Structure,
    ended: Participation,
    at: datetime,
    by: User | None,
    cause: JournalEntry | None,
) -> Participation:
    """What had ended this part was a mistake: it goes on, since the day on which it began."""
    refuse_ended(structure)
    ended.until, ended.is_open = None, case.is_open
    ended.save(update_fields=["until", "is_open"])
    _record_in_journal("sharing.started", ended, case, structure, at=at, by=by, cause=cause)
    return ended


def _refuse_claimant(structure: Structure) -> None:
    if structure.kind in CLAIMANT_KINDS:
        raise CannotShare("Un bailleur ne participe pas à un dossier : il suit ses propres signalements.")


def _record_in_journal(
    kind: str,
    participation: Participation,
    case: Case,
    structure: Structure,
    *,
    at: datetime,
    by: User | None,
    cause: JournalEntry | None,
) -> None:
    journal.record(
        kind,
        at=at,
        case=case,
        by=by,
        structure=structure,
        cause=cause,
        part=participation.part,
        level=participation.level,
        basis=participation.basis,
    )


def _find_basis(case: Case, current: Participation, part: str) -> str:
    """What one person gave may be opposed; what the procedure asks does not rest on it. What a professional chose stays."""
    is_taken_up = case.kind != CaseKind.COORDINATION and current.part in MANAGED and part in OF_THE_STEPS
    rests_on_her = is_taken_up and current.basis in OF_ONE_PERSON
    return PROCEDURES[case.kind].legal_basis if rests_on_her else current.basis


@transaction.atomic(savepoint=False)
def end_sharing(
    *, case: Case, structure: Structure, at: datetime, by: User | None = None, cause: JournalEntry | None = None
) -> JournalEntry | None:
    """Withdraw a structure’s right on a case, at once. None when it had none."""
    current = current_part(case, structure)
    if current is None:
        return None
    return end_part(case=case, structure=structure, current=current, at=at, by=by, cause=cause)


def end_part(
    *,
    case: Case,
    structure: Structure,
    current: Participation,
    at: datetime,
    by: User | None,
    cause: JournalEntry | None,
) -> JournalEntry:
    """The same, of a structure whose `current` part was just read."""
    entry = end_bare_part(case=case, structure=structure, current=current, at=at, by=by, cause=cause)
    is_replaced, is_labelled = which_exist(*beside_a_part(case, structure, at=at))
    if is_replaced:
        absences.leave_case(case=case, structure=structure, by=by, at=at, cause=entry)
    if is_labelled:
        labels.leave_case(case=case, structure=structure)
    return entry


def end_lent_cards(
    case: Case, *, by: User | None, at: datetime, cause: JournalEntry | None, is_decided: bool = False
) -> None:
    """The cards that a pilot opened for a few days end with what they were opened for: he `is_decided`, or nothing waits.
    Nothing is beside them: labels and substitutes there are of the structure’s own part, which goes on."""
    lent = Participation.objects.filter(case=case, part=Part.ARBITER, until__gt=localdate(at))
    for card in lent.select_related("structure"):
        if is_decided or not permissions.unsettled_cases().filter(pk=case.pk).exists():
            end_bare_part(case=case, structure=card.structure, current=card, at=at, by=by, cause=cause)


def end_bare_part(
    *,
    case: Case,
    structure: Structure,
    current: Participation,
    at: datetime,
    by: User | None,
    cause: JournalEntry | None,
) -> JournalEntry:
    """The same, where nothing is `beside_a_part`."""
    current.until = localdate(at)
    current.save(update_fields=["until"])
    return journal.record(
        "sharing.ended", at=at, case=case, by=by, structure=structure, cause=cause, part=current.part
    )


def beside_a_part(
    case: Case, structure: Structure, *, at: datetime
) -> tuple[QuerySet[Assignment], QuerySet[CaseLabel]]:
    """What ends with the part of a structure in a case: who replaces somebody there, and its labels."""
    return absences.substitutes_on(case, structure, on=localdate(at)), labels.put_by(structure, case)


def open_fully(*, case: Case, structure: Structure, at: datetime, by: User | None, cause: JournalEntry) -> None:
    """The person has been informed: the structure that follows her sees the whole case from now on."""
    current = Participation.objects.get(case=case, structure=structure, until=None)
    change_part(
        case=case,
        structure=structure,
        current=current,
        part=current.part,
        level=Participation.Level.FULL,
        basis=current.basis,
        at=at,
        by=by,
        cause=cause,
    )


def _safe_dates(case: Case | OuterRef) -> QuerySet[Deadline, date]:
    """The dates to aim at on a case, the nearest first."""
    return Deadline.objects.running().filter(case=case).order_by("safe_date").values_list("safe_date", flat=True)


_refreshed_later: ContextVar[set[int] | None] = ContextVar(
    "cases whose access columns are written later", default=None
)


@contextmanager
def access_columns_written_once() -> Iterator[None]:
    """Within it `refresh_access_columns` waits for the end: an act that starts and meets several delays writes once what
    lists alone read. Inside another one, that one writes."""
    if _refreshed_later.get() is not None:
        yield
        return
    concerned: set[int] = set()
    token = _refreshed_later.set(concerned)
    try:
        yield
    finally:
        _refreshed_later.reset(token)
    if concerned:
        refresh_access_columns(*concerned)


def refresh_access_columns(*cases: Case | int) -> None:
    """Write again, on the access table, what lists read there: is the case open, and its next date. One query, or none
    yet (`access_columns_written_once`)."""
    later = _refreshed_later.get()
    if later is not None:
        later.update(each.pk if isinstance(each, Case) else each for each in cases)
        return
    case = OuterRef("case")
    Participation.objects.filter(case__in=cases).update(
        is_open=Exists(Case.objects.filter(pk=case, closed_on=None)), next_due_on=Subquery(_safe_dates(case)[:1])
    )
