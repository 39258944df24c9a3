"""An opposition of a person to what is shared of her: who sees by that ground sees no more, and what was shown is destroyed."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from cases import journal
from cases.actions import case as cases, questions, sharing
from cases.actions.given_up_places import leave_opposed_place
from cases.actions.purges import destroy_what_was_shown, find_beginning
from cases.actions.sharing import MANAGED
from cases.locks import lock_case, lock_household
from cases.models import (
    CaseKind,
    Household,
    JournalEntry,
    Participation,
    SharingObjection,
    SubjectRequest,
    User,
)


def opposable_parts(household: Household) -> QuerySet[Participation]:
    """Accesses that an opposition ends: those that a person gave. The others belong to a procedure, which an opposition does
    not stop by itself, whatever ground they were opened on."""
    return Participation.objects.filter(part__in=MANAGED, case__household=household, until=None)


def oppose(
    *,
    household: Household,
    basis: str,
    request: SubjectRequest | None,
    by: User | None,
    on: date,
    at: datetime,
) -> list[Participation]:
    """Inside an act, which has locked the household with its cases and asked whether it may be opposed. One that somebody
    opened meanwhile is locked here. Returns the accesses that it ended."""
    found = opposable_parts(household).filter(basis=basis).select_related("case", "structure").order_by("case", "pk")
    parts = list(found)
    for part in parts:
        lock_case(part.case_id)
        end_opposed_access(part, by=by, at=at)
    SharingObjection.objects.create(household=household, basis=basis, request=request, objected_on=on)
    return parts


@transaction.atomic
def oppose_again(*, household: Household, basis: str, on: date, at: datetime) -> bool:
    """After the restoration of an older backup, which knows nothing of it or not all. Twice, it is the same. Returns whether
    anything was to be done."""
    home = lock_household(household.pk)
    while home.merged_into_id:
        home = lock_household(home.merged_into_id)
    if home.anonymised_on or SharingObjection.objects.filter(household=home, basis=basis).exists():
        return False
    oppose(household=home, basis=basis, request=None, by=None, on=on, at=at)
    return True


def end_opposed_access(
    part: Participation, *, by: User | None, at: datetime, cause: JournalEntry | None = None, is_kept: bool = False
) -> None:
    """With the place of the structure, where it follows her in a coordination; and with what it was asked there, which nobody
    could answer any more. What was shown is destroyed; where it `is_kept`, as soon as nothing keeps it any more."""
    case, structure = part.case, part.structure
    ended = sharing.end_sharing(case=case, structure=structure, at=at, by=by, cause=cause)
    questions.withdraw_those_of(case=case, structure=structure, by=by, at=at, cause=ended)
    if case.kind == CaseKind.COORDINATION:
        leave_opposed_place(case=case, structure=structure, by=by, at=at, cause=ended)
    cases.release_all(case=case, structure=structure, by=by, at=at, cause=None)
    said: dict[str, Any] = {"at": at, "case": case, "by": by, "structure": structure, "basis": part.basis}
    if is_kept:
        journal.record("sharing.objected_kept", since=find_beginning(part).isoformat(), **said)
        return
    destroyed = destroy_what_was_shown(part=part, by=by, at=at)
    journal.record("sharing.objected", destroyed=destroyed, **said)
