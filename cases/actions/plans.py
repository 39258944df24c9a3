"""Repayment plans are proposed, answered by the landlord, checked month after month, and end."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from cases import journal
from cases.models import (
    Case,
    Debt,
    Instalment,
    JournalEntry,
    LedgerEntry,
    PlanCheck,
    RepaymentPlan,
    Structure,
    User,
)
from cases.rules.instalments import CannotSplit, allocate, split_by

CURRENT = (RepaymentPlan.State.PROPOSED, RepaymentPlan.State.COUNTERED, RepaymentPlan.State.RUNNING)
LONGEST_PLAN = 60
"""Months: 36 by default before the CAF, up to 60 under a cohesion protocol (domain/arrears.md §3.3)."""


class CannotPlan(Exception):
    """Refusal, in French, to be shown as it is."""


def current_plan(case: Case) -> RepaymentPlan | None:
    return RepaymentPlan.objects.filter(case=case, state__in=CURRENT).order_by("-pk").first()


def running_plan(debt: Debt) -> RepaymentPlan | None:
    """The plan that is being carried out; another may wait for the landlord’s answer meanwhile."""
    return RepaymentPlan.objects.filter(debt=debt, state=RepaymentPlan.State.RUNNING).first()


@transaction.atomic
def propose_plan(
    *,
    case: Case,
    debt: Debt,
    amount: Decimal,
    monthly: Decimal,
    first_due_on: date,
    structure: Structure,
    by: User,
    at: datetime,
    cause: JournalEntry | None = None,
) -> RepaymentPlan:
    """Propose a plan to the landlord, in place of the one that was current. Instalments sum to `amount`, to the cent.

    Refuses (`CannotPlan`) an amount, a monthly sum or a length that no plan can have.
    """
    try:
        instalments = split_by(amount, monthly=monthly, first_due_on=first_due_on, limit=LONGEST_PLAN)
    except CannotSplit as error:
        raise CannotPlan(str(error)) from error
    RepaymentPlan.objects.filter(debt=debt, state__in=CURRENT).update(
        state=RepaymentPlan.State.REPLACED, ended_on=localdate(at)
    )
    plan = RepaymentPlan.objects.create(
        case=case,
        debt=debt,
        amount=amount,
        monthly=min(monthly, amount),
        first_due_on=first_due_on,
        made_on=localdate(at),
    )
    Instalment.objects.bulk_create(
        Instalment(plan=plan, number=each.number, due_on=each.due_on, amount=each.amount) for each in instalments
    )
    journal.record("plan.proposed", at=at, case=case, by=by, structure=structure, cause=cause, plan=plan.pk)
    return plan


@transaction.atomic
def answer_plan(
    *,
    plan: RepaymentPlan,
    answer: str,
    counter_monthly: Decimal | None,
    structure: Structure,
    by: User,
    at: datetime,
) -> JournalEntry:
    """The landlord accepts, refuses or counter-proposes (`accepted`, `refused`, `countered`)."""
    plan.state = {
        "accepted": RepaymentPlan.State.RUNNING,
        "refused": RepaymentPlan.State.REFUSED,
        "countered": RepaymentPlan.State.COUNTERED,
    }[answer]
    if answer == "accepted":
        plan.agreed_on = localdate(at)
    if answer == "refused":
        plan.ended_on = localdate(at)
    plan.counter_monthly = counter_monthly if answer == "countered" else None
    plan.save(update_fields=["state", "agreed_on", "ended_on", "counter_monthly"])
    return journal.record(
        "plan.answered", at=at, case=plan.case, by=by, structure=structure, plan=plan.pk, answer=answer
    )


@transaction.atomic
def check_plan(
    *, plan: RepaymentPlan, result: str, rent_paid: bool | None, structure: Structure, by: User, at: datetime
) -> JournalEntry:
    """Record what became of the next instalment: kept, missed (the plan goes on), or missed for good (broken)."""
    instalment = plan.instalments.filter(state=Instalment.State.EXPECTED).first()
    if instalment is None:
        raise CannotPlan("Toutes les mensualités de ce plan sont déjà vérifiées.")
    instalment.state = Instalment.State.PAID if result == PlanCheck.Result.KEPT else Instalment.State.MISSED
    instalment.save(update_fields=["state"])
    PlanCheck.objects.create(
        plan=plan, instalment=instalment, result=result, rent_paid=rent_paid, by=by, checked_on=localdate(at)
    )
    entry = journal.record(
        "plan.checked",
        at=at,
        case=plan.case,
        by=by,
        structure=structure,
        plan=plan.pk,
        instalment=instalment.pk,
        result=result,
    )
    if result == PlanCheck.Result.BROKEN:
        end_plan(plan=plan, state=RepaymentPlan.State.BROKEN, structure=structure, by=by, at=at, cause=entry)
    elif not plan.instalments.filter(state=Instalment.State.EXPECTED).exists():
        end_plan(plan=plan, state=RepaymentPlan.State.KEPT, structure=structure, by=by, at=at, cause=entry)
    return entry


def give_up_current(
    *, case: Case, structure: Structure, by: User | None, at: datetime, cause: JournalEntry | None = None
) -> None:
    """The new plan of actions has no repayment: one that still waits or runs is no longer followed."""
    plan = current_plan(case)
    if plan:
        end_plan(plan=plan, state=RepaymentPlan.State.REPLACED, structure=structure, by=by, at=at, cause=cause)


@transaction.atomic
def end_plan(
    *,
    plan: RepaymentPlan,
    state: str,
    structure: Structure,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
) -> None:
    plan.state, plan.ended_on = state, localdate(at)
    plan.save(update_fields=["state", "ended_on"])
    journal.record(
        "plan.ended", at=at, case=plan.case, by=by, structure=structure, cause=cause, plan=plan.pk, state=state
    )


@transaction.atomic
def settle(*, plan: RepaymentPlan, structure: Structure, by: User, at: datetime, cause: JournalEntry) -> None:
    """Spread over the instalments what was received for them. A plan wholly received is kept; one that a correction
    shows not to be runs again."""
    instalments = list(plan.instalments.order_by("number"))
    received = _received(plan)
    shares = allocate([each.amount for each in instalments], **received)
    for instalment, share in zip(instalments, shares, strict=True):
        instalment.paid, instalment.relieved = share.paid, share.relieved
        if not instalment.remaining:
            instalment.state = Instalment.State.PAID
        elif instalment.state == Instalment.State.PAID:
            instalment.state = Instalment.State.EXPECTED
    Instalment.objects.bulk_update(instalments, ["paid", "relieved", "state"])
    is_settled = not any(each.remaining for each in instalments)
    if is_settled and plan.state == RepaymentPlan.State.RUNNING:
        end_plan(plan=plan, state=RepaymentPlan.State.KEPT, structure=structure, by=by, at=at, cause=cause)
    elif not is_settled and plan.state == RepaymentPlan.State.KEPT and current_plan(plan.case) is None:
        plan.state, plan.ended_on = RepaymentPlan.State.RUNNING, None
        plan.save(update_fields=["state", "ended_on"])
        journal.record("plan.resumed", at=at, case=plan.case, by=by, structure=structure, cause=cause, plan=plan.pk)


def _received(plan: RepaymentPlan) -> dict[str, Decimal]:
    """What the household paid for the plan, and what others took charge of; a correction counts against its kind."""
    kinds = LedgerEntry.objects.filter(plan=plan).annotate(of_kind=Coalesce("corrects__kind", "kind"))
    sums = dict(kinds.order_by().values_list("of_kind").annotate(sum=Sum("amount")))
    paid = sums.pop(LedgerEntry.Kind.PAYMENT, Decimal(0))
    return {"paid": paid, "relieved": sum(sums.values(), Decimal(0))}
