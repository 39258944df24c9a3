"""The monthly check of a repayment plan: what was received, what is late, whether it goes on."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions import plans
from cases.actions.ledger import write_movement
from cases.actions.plans import CannotPlan
from cases.models import Instalment, JournalEntry, LedgerEntry, PlanCheck, RepaymentPlan, Structure, User
from cases.rules.french import money

NOTHING = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class InstalmentDue:
    """What a check is about on a day."""

    instalment: Instalment
    """The oldest that is not wholly received; of a plan that is, the last one."""
    amount: Decimal
    """All that is due by then; before the first due date, the next instalment."""
    late: Decimal
    """What is due by then, only."""


def due_of(plan: RepaymentPlan, *, on: date) -> InstalmentDue:
    instalments = list(plan.instalments.order_by("number"))
    unsettled = [each for each in instalments if each.remaining]
    late = sum((each.remaining for each in unsettled if each.due_on <= on), NOTHING)
    asked = unsettled[0] if unsettled else instalments[-1]
    return InstalmentDue(instalment=asked, amount=late or asked.remaining, late=late)


@transaction.atomic
def check_plan(
    *,
    plan: RepaymentPlan,
    result: str,
    structure: Structure,
    by: User,
    at: datetime,
    paid: Decimal | None = None,
    paid_on: date | None = None,
    reason: str = "",
    **told: Any,
) -> JournalEntry:
    """Record what became of the plan this month: `paid` (of that sum, or of all that is due), `kept` (nothing was
    left to pay), `incident` (unpaid, it goes on), `broken` for a reason.

    Refuses (`CannotPlan`) a plan kept while something is due or broken for no reason, a payment that the statement to
    which the plan was lowered has, and as `write_movement`, to which `told` goes (`statement`, `is_another`).
    """
    today = localdate(at)
    due = due_of(plan, on=today)
    _refuse_untrue(due, result, reason)
    day = paid_on or min(due.instalment.due_on, today)
    if result == "paid":
        _refuse_in_statement(plan, day)
    sum_paid = (paid if paid is not None else due.amount) if result == "paid" else NOTHING
    found = _result(result, covers=sum_paid >= due.late)  # a part of what is not due yet is no incident
    PlanCheck.objects.create(plan=plan, instalment=due.instalment, result=found, by=by, checked_on=today)
    entry = journal.record(
        "plan.checked",
        at=at,
        case=plan.case,
        by=by,
        structure=structure,
        plan=plan.pk,
        instalment=due.instalment.pk,
        result=found,
    )
    if result == "paid":
        write_movement(
            case=plan.case,
            debt=plan.debt,
            plan=plan,
            kind=LedgerEntry.Kind.PAYMENT,
            amount=sum_paid,
            on=day,
            structure=structure,
            by=by,
            at=at,
            cause=entry,
            **told,
        )
    _mark_missed(plan, due, found, on=today)
    if found == PlanCheck.Result.BROKEN:
        state = RepaymentPlan.State.BROKEN
        plans.end_plan(plan=plan, state=state, reason=reason, structure=structure, by=by, at=at, cause=entry)
    return entry


def take_back_check(*, plan: int, instalment: int, on: date, result: str) -> None:
    """It was noted by mistake: what it alone said to be missed is expected again, if it said so. What it recorded of a payment is
    corrected apart (`ledger.correct_movement`)."""
    made = PlanCheck.objects.filter(plan=plan).order_by("pk")
    check = made.filter(instalment=instalment, checked_on=on, result=result).last()
    if check is None:
        return
    last = check.pk
    check.delete()
    if result == PlanCheck.Result.KEPT:
        return
    before = made.filter(pk__lt=last).exclude(result=PlanCheck.Result.KEPT).last()
    missed = Instalment.objects.filter(plan=plan, state=Instalment.State.MISSED)
    if before:
        missed = missed.filter(due_on__gt=max(before.checked_on, before.instalment.due_on))
    missed.update(state=Instalment.State.EXPECTED)


def _refuse_untrue(due: InstalmentDue, result: str, reason: str) -> None:
    if result == PlanCheck.Result.KEPT and due.late:
        raise CannotPlan(
            f"{money(due.late)} restent dus depuis le {due.instalment.due_on:%d/%m/%Y} : enregistrer le règlement reçu,"
            " ou signaler un incident."
        )
    if result == PlanCheck.Result.BROKEN and not reason:
        raise CannotPlan("Indiquer pourquoi le plan est rompu.")


def _refuse_in_statement(plan: RepaymentPlan, on: date) -> None:
    """It would pay no instalment, and the check would be asked for again."""
    if plans.is_in_statement(plan, on):
        raise CannotPlan(
            f"Le relevé du {plan.counts_after:%d/%m/%Y}, dont part cet avenant, compte déjà ce qui a été versé"
            " jusqu’à ce jour : rien de plus à enregistrer. Si la somme est venue après, corriger sa date.",
            field="paid_on",
        )


def _result(result: str, *, covers: bool) -> str:
    if result == "paid":
        return PlanCheck.Result.KEPT if covers else PlanCheck.Result.INCIDENT
    return result


def _mark_missed(plan: RepaymentPlan, due: InstalmentDue, found: str, *, on: date) -> None:
    """What was due and isn’t received: the next check is about the instalment after."""
    if found == PlanCheck.Result.KEPT:
        return
    unpaid = plan.instalments.filter(state=Instalment.State.EXPECTED)
    last = max(on, due.instalment.due_on)
    unpaid.filter(due_on__lte=last).update(state=Instalment.State.MISSED)
