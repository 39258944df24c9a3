"""A movement of the debt is recorded or corrected by who follows the case; the step that waits follows."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import debts, ledger, plans
from cases.locks import lock_case
from cases.models import Case, Debt, DebtStatement, LedgerEntry, User
from cases.refusals import NotAllowed
from workflows import engine
from workflows.models import CaseTask


@transaction.atomic
def record_movement(
    *,
    case: Case,
    kind: str,
    amount: Decimal,
    on: date,
    by: User,
    at: datetime,
    is_another: bool = False,
    seen: int | None = None,
) -> LedgerEntry:
    """Refuses (`NotAllowed`) who does not follow the case, and as `ledger.record_movement` does."""
    debt = _debt_followed(case, by=by, at=at)
    entry = ledger.record_movement(
        case=case,
        debt=debt,
        kind=kind,
        amount=amount,
        on=on,
        structure=case.responsible_structure,
        by=by,
        at=at,
        is_another=is_another,
        seen=seen,
    )
    go_on_without_amendment(case, by=by, at=at)
    return entry


@transaction.atomic
def correct_movement(*, case: Case, entry: LedgerEntry, reason: str, by: User, at: datetime) -> LedgerEntry:
    debt = _debt_followed(case, by=by, at=at)
    was_over = plans.running_plan(debt) is None
    correction = ledger.correct_movement(
        case=case, entry=entry, reason=reason, structure=case.responsible_structure, by=by, at=at
    )
    if was_over and plans.running_plan(debt):
        _go_to_monitor(case, since="close", by=by, at=at)
    return correction


@transaction.atomic
def record_balance(*, case: Case, balance: Decimal, as_of: date, by: User, at: datetime) -> DebtStatement:
    """Keep the balance that the landlord or the household gave, as a statement of the structure that heard it.

    Refuses (`NotAllowed`) who does not follow the case, and (`CannotRecordMovement`) a day to come.
    """
    tenancy = _debt_followed(case, by=by, at=at).tenancy
    if tenancy is None:
        raise NotAllowed
    if as_of > localdate(at):
        raise ledger.CannotRecordMovement("Cette date est à venir : saisir le jour auquel le solde est arrêté.")
    statement, _ = debts.record_statement(
        tenancy=tenancy,
        source=case.responsible_structure,
        as_of=as_of,
        balance=balance,
        case=case,
        by=by,
        at=at,
    )
    return statement


def go_on_without_amendment(case: Case, *, by: User, at: datetime) -> None:
    """The plan may have been paid to its end by a movement: its amendment is then no longer asked for."""
    if plans.waiting_plan(case) is None:
        _go_to_monitor(case, since="agree", by=by, at=at)


def may_follow(user: User, case: Case, *, at: datetime) -> bool:
    """Professionals of the structure that answers for the case, once it sees the whole of it."""
    on = localdate(at)
    follows = permissions.has_right(user, "handle_case", case.responsible_structure_id, at=on)
    return case.is_open and follows and permissions.access_level(user, case, at=on) == "full"


def refuse_unless_followed(case: Case, *, by: User, at: datetime) -> None:
    """Lock the case, and refuse (`NotAllowed`) who does not follow it."""
    lock_case(case.pk)
    case.refresh_from_db(fields=["closed_on", "responsible_structure"])
    if not may_follow(by, case, at=at):
        raise NotAllowed


def _debt_followed(case: Case, *, by: User, at: datetime) -> Debt:
    refuse_unless_followed(case, by=by, at=at)
    if case.tenancy is None:
        raise NotAllowed
    return case.tenancy.debt


def _go_to_monitor(case: Case, *, since: str, by: User, at: datetime) -> None:
    for task in CaseTask.objects.open().of_case(case).filter(node=since):
        engine.redirect(engine.reload_open_task(task), to="monitor", by=by, at=at)
