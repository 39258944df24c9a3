"""A movement of the debt is recorded or corrected by who follows the case; the step that waits follows."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import ledger
from cases.models import Case, Debt, LedgerEntry, User
from workflows import engine


@transaction.atomic
def record_movement(
    *, case: Case, kind: str, amount: Decimal, on: date, by: User, at: datetime, is_another: bool = False
) -> LedgerEntry:
    """Refuses (`NotAllowed`) who does not follow the case, and as `ledger.record_movement` does."""
    debt = _debt_followed(case, by=by, at=at)
    return ledger.record_movement(
        case=case,
        debt=debt,
        kind=kind,
        amount=amount,
        on=on,
        structure=case.responsible_structure,
        by=by,
        at=at,
        is_another=is_another,
    )


@transaction.atomic
def correct_movement(*, case: Case, entry: LedgerEntry, reason: str, by: User, at: datetime) -> LedgerEntry:
    _debt_followed(case, by=by, at=at)
    return ledger.correct_movement(
        case=case, entry=entry, reason=reason, structure=case.responsible_structure, by=by, at=at
    )


def may_follow(user: User, case: Case, *, at: datetime) -> bool:
    """Professionals of the structure that answers for the case, once it sees the whole of it."""
    on = localdate(at)
    follows = permissions.has_right(user, "handle_case", case.responsible_structure_id, at=on)
    return case.is_open and follows and permissions.level(user, case, at=on) == "full"


def _debt_followed(case: Case, *, by: User, at: datetime) -> Debt:
    engine.lock(case)
    case.refresh_from_db(fields=["closed_on", "responsible_structure"])
    if not may_follow(by, case, at=at) or case.tenancy is None:
        raise engine.NotAllowed
    return case.tenancy.debt
