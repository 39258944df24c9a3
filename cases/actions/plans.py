"""Repayment plans are proposed, answered by the landlord, amended, settled by what is received, and end."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from cases import journal
from cases.actions.rules_in_force import find_edition
from cases.models import (
    Case,
    Debt,
    DebtStatement,
    Edition,
    Instalment,
    JournalEntry,
    LedgerEntry,
    Measure,
    RepaymentPlan,
    Structure,
    User,
)
from cases.queries import expected_balance
from cases.refusals import Refusal
from cases.rules.counting import add_months
from cases.rules.french import money
from cases.rules.instalments import CannotSplit, PlannedInstalment, allocate_payments
from cases.rules.plans import PlanLimits, PlanTerms, read_limits, relief_beyond, schedule_instalments

WAITING = (RepaymentPlan.State.PROPOSED, RepaymentPlan.State.COUNTERED)
CURRENT = (*WAITING, RepaymentPlan.State.RUNNING)
NOTHING = Decimal(0)


class CannotPlan(Refusal):
    """A plan is not made or changed so."""


def current_plan(case: Case) -> RepaymentPlan | None:
    """The plan or amendment that waits for the landlord, else the plan that runs: of the debt, since a plan outlives the
    case in which it was made."""
    return _current_plans(case).first()


def _current_plans(case: Case) -> QuerySet[RepaymentPlan]:
    """An amendment first, then what it amends. A case without a lease has none."""
    of_debt = RepaymentPlan.objects.filter(debt__tenancy=case.tenancy_id, debt__tenancy__isnull=False)
    return of_debt.filter(state__in=CURRENT).order_by("-pk")


def waiting_plan(case: Case) -> RepaymentPlan | None:
    """What waits for the landlord’s answer, or for what follows his counter-proposal."""
    return RepaymentPlan.objects.filter(case=case, state__in=WAITING).first()


def running_plan(debt: Debt) -> RepaymentPlan | None:
    """The plan that is being carried out; an amendment may wait for the landlord’s answer meanwhile."""
    plan = RepaymentPlan.objects.filter(debt=debt, state=RepaymentPlan.State.RUNNING).first()
    if plan:
        plan.debt = debt
    return plan


def is_deducted_from(plan: RepaymentPlan, entry: LedgerEntry) -> bool:
    """Did the movement shorten the plan before it began, by what it amends, by what was owed, or by what a statement
    said? Corrected, it leaves the plan as it is: what is owed again is asked for by another amendment."""
    if entry.plan_id:
        return entry.plan_id != plan.pk
    return is_in_statement(plan, entry.on) or localdate(entry.recorded_at) <= plan.made_on


def is_in_statement(plan: RepaymentPlan, on: date) -> bool:
    """Is what was paid on that day in the statement to which the amendment was lowered?"""
    return plan.counts_after is not None and on <= plan.counts_after


def limits_in_force(*, on: date, territory: str) -> PlanLimits:
    """How long plans may last, as the edition of the day has it."""
    edition = find_edition(Edition.Catalogue.PLANS, on=on, territory=territory)
    return read_limits(edition.parameters)


def instalments_of(terms: PlanTerms, *, case: Case, on: date) -> tuple[PlannedInstalment, ...]:
    """What a plan of these terms would be. Refuses (`CannotPlan`) what no plan of its author can be."""
    try:
        return schedule_instalments(terms, limits_in_force(on=on, territory=case.territory))
    except CannotSplit as error:
        raise CannotPlan(str(error)) from error


@transaction.atomic
def propose_plan(
    *,
    case: Case,
    debt: Debt,
    terms: PlanTerms,
    structure: Structure,
    by: User,
    at: datetime,
    cause: JournalEntry | None = None,
) -> RepaymentPlan:
    """Propose a plan to the landlord, in place of any that was current. Instalments make its amount, to the cent.

    Refuses (`CannotPlan`) more than what is owed, a length beyond the limit of its author, and a default plan while
    the debt is disputed or the dwelling found not decent.
    """
    today = localdate(at)
    _refuse_more_than_owed(debt, terms, on=today)
    _refuse_imposed_on_a_dispute(case, terms)
    instalments = instalments_of(terms, case=case, on=today)
    RepaymentPlan.objects.filter(debt=debt, state__in=CURRENT).update(
        state=RepaymentPlan.State.REPLACED, ended_on=today
    )
    plan = _create(case, debt, terms, instalments, made_on=today)
    journal.record("plan.proposed", at=at, case=case, by=by, structure=structure, cause=cause, plan=plan.pk)
    return plan


@transaction.atomic
def amend_plan(
    *,
    plan: RepaymentPlan,
    monthly: Decimal | None,
    months: int | None,
    first_due_on: date,
    structure: Structure,
    by: User,
    at: datetime,
) -> JournalEntry:
    """Propose to the landlord another monthly sum, or another length, for what remains. The plan goes on meanwhile.

    Refuses (`CannotPlan`) a plan that is over, or that has nothing left, a first instalment by the day of the
    statement to which it is lowered, and a default plan on a dispute.
    """
    if plan.state != RepaymentPlan.State.RUNNING:
        raise CannotPlan("Seul un plan en cours se modifie par un avenant.")
    left = remaining_terms(plan, on=localdate(at))
    if left.amount <= NOTHING:
        raise CannotPlan("La dette connue ne laisse rien à apurer par ce plan : relever d’abord le solde du bailleur.")
    terms = replace(left, monthly=monthly, months=months, first_due_on=first_due_on)
    _refuse_due_by_its_statement(terms)
    _refuse_imposed_on_a_dispute(plan.case, terms)
    instalments = instalments_of(terms, case=plan.case, on=localdate(at))
    RepaymentPlan.objects.filter(debt=plan.debt, state__in=WAITING).update(
        state=RepaymentPlan.State.REPLACED, ended_on=localdate(at)
    )
    amendment = _create(plan.case, plan.debt, terms, instalments, made_on=localdate(at), amends=plan)
    return journal.record(
        "plan.proposed", at=at, case=plan.case, by=by, structure=structure, plan=amendment.pk, amends=plan.pk
    )


def remaining_terms(plan: RepaymentPlan, *, on: date) -> PlanTerms:
    """What is left of a plan: its unpaid instalments, and what others were to pay and have not; no more than what is owed, which
    may be less (a payment that came before the plan ran, a statement of the landlord). It is then the statement that
    says what was paid until its day."""
    sums = _sums_by_kind(plan)
    fsl = max(plan.fsl_share - sums.get(LedgerEntry.Kind.FSL, NOTHING), NOTHING)
    aid = max(plan.aid_share - sums.get(LedgerEntry.Kind.AID, NOTHING), NOTHING)
    left = sum((each.remaining for each in plan.instalments.all()), NOTHING)
    known = expected_balance(plan.debt, on=on)
    is_lowered = known is not None and known < left + fsl + aid
    return PlanTerms(
        owed=known if known is not None and is_lowered else left + fsl + aid,
        counts_after=_last_statement_day(plan.debt, on=on) if is_lowered else plan.counts_after,
        fsl_share=fsl,
        aid_share=aid,
        monthly=plan.monthly,
        first_due_on=plan.first_due_on,
        author=plan.author,
        under_protocol=plan.under_protocol,
        rent_commitment=plan.rent_commitment,
    )


def _last_statement_day(debt: Debt, *, on: date) -> date:
    found: DebtStatement = debt.statements.filter(as_of__lte=on).latest("as_of")
    return found.as_of


@transaction.atomic
def answer_plan(
    *,
    plan: RepaymentPlan,
    answer: str,
    counter_monthly: Decimal | None,
    refusal: str = "",
    structure: Structure,
    by: User,
    at: datetime,
) -> JournalEntry:
    """The landlord accepts, refuses or counter-proposes (`accepted`, `refused`, `countered`); `refusal`: why.

    An amendment that he accepts takes the place of the plan that it amends, for what remains of it on that day; one
    that he refuses leaves it running. What was received while a first plan waited for him is of that plan.
    """
    today = localdate(at)
    if answer == "accepted" and plan.amends:
        _give_way(plan, today=today)
    plan.state = {
        "accepted": RepaymentPlan.State.RUNNING,
        "refused": RepaymentPlan.State.REFUSED,
        "countered": RepaymentPlan.State.COUNTERED,
    }[answer]
    if answer == "accepted":
        plan.agreed_on = today
    if answer == "refused":
        plan.ended_on = today
    plan.counter_monthly = counter_monthly if answer == "countered" else None
    plan.refusal = refusal if answer == "refused" else ""
    plan.save()
    entry = journal.record(
        "plan.answered",
        at=at,
        case=plan.case,
        by=by,
        structure=structure,
        plan=plan.pk,
        answer=answer,
        reason=plan.refusal,
    )
    if answer == "accepted" and plan.amends is None and _take_up_received(plan):
        settle_instalments(plan=plan, structure=structure, by=by, at=at, cause=entry)
    return entry


def _take_up_received(plan: RepaymentPlan) -> int:
    """The movements that were recorded since the plan was proposed, of its day or later; those before it counted already. How many
    there are."""
    proposed = JournalEntry.objects.filter(case=plan.case, kind="plan.proposed", data__plan=plan.pk).latest("pk")
    since = plan.debt.ledger.filter(plan=None, on__gte=plan.made_on, recorded_at__gt=proposed.happened_at)
    return since.filter(corrected_by=None).exclude(kind=LedgerEntry.Kind.CORRECTION).update(plan=plan)


def _give_way(amendment: RepaymentPlan, *, today: date) -> None:
    """The plan that is amended ends. What was received on it since the amendment was proposed shortens the amendment, which does
    not ask again for a month that was paid, nor for one that the statement to which it is lowered has."""
    former = amendment.amends
    if former is None or former.state != RepaymentPlan.State.RUNNING:
        raise CannotPlan("Le plan que cet avenant modifie n’est plus en cours : il n’y a plus rien à répondre.")
    left = remaining_terms(former, on=today)
    if left.amount <= NOTHING:
        raise CannotPlan(
            "La dette connue ne laisse plus rien à apurer : refuser cet avenant, le plan en cours reste. Si une somme est encore due,"
            " donner d’abord le nouveau solde."
        )
    amendment.counts_after = left.counts_after
    if left.amount != amendment.amount or is_in_statement(amendment, amendment.first_due_on):
        first = _first_due_after_paid(former, amendment.first_due_on, counts_after=left.counts_after)
        terms = replace(left, monthly=amendment.monthly, months=None, first_due_on=first)
        instalments = _as_agreed(terms, amendment, on=today)
        amendment.amount, amendment.first_due_on = terms.amount, first
        amendment.monthly = instalments[0].amount
        amendment.instalments.all().delete()
        _create_instalments(amendment, instalments)
    amendment.owed, amendment.fsl_share, amendment.aid_share = left.owed, left.fsl_share, left.aid_share
    former.state, former.ended_on = RepaymentPlan.State.AMENDED, today
    former.save(update_fields=["state", "ended_on"])


def _first_due_after_paid(former: RepaymentPlan, first_due_on: date, *, counts_after: date | None) -> date:
    """The day agreed, or the same of the first month that follows what was wholly received of the plan, month after
    month, and the statement to which the amendment is lowered: what the FSL or a waiver takes off its end puts nothing
    off."""
    last = counts_after or date.min
    for each in former.instalments.order_by("number"):
        if each.state != Instalment.State.PAID:
            break
        last = max(last, each.due_on)
    months = 0
    while add_months(first_due_on, months) <= last:
        months += 1
    return add_months(first_due_on, months)


def _as_agreed(terms: PlanTerms, amendment: RepaymentPlan, *, on: date) -> tuple[PlannedInstalment, ...]:
    """The sums agreed; for another amount, at the monthly sum agreed, and where a cent left over would need a month too
    many, in as many months as agreed."""
    if terms.amount == amendment.amount:
        return tuple(
            PlannedInstalment(
                number=each.number, due_on=add_months(terms.first_due_on, each.number - 1), amount=each.amount
            )
            for each in amendment.instalments.order_by("number")
        )
    try:
        return instalments_of(terms, case=amendment.case, on=on)
    except CannotPlan:
        months = amendment.instalments.count()
        return instalments_of(replace(terms, monthly=None, months=months), case=amendment.case, on=on)


def give_up_current(
    *, case: Case, structure: Structure, by: User | None, at: datetime, cause: JournalEntry | None = None
) -> None:
    """The new plan of actions has no repayment: one that still waits or runs is no longer followed."""
    for plan in _current_plans(case):
        end_plan(plan=plan, state=RepaymentPlan.State.REPLACED, structure=structure, by=by, at=at, cause=cause)


def withdraw_waiting(*, case: Case, by: User | None, at: datetime, cause: JournalEntry) -> None:
    """The case closes: the landlord is no longer asked. A plan that runs goes on between him and the household."""
    for plan in RepaymentPlan.objects.filter(case=case, state__in=WAITING):
        end_plan(
            plan=plan,
            state=RepaymentPlan.State.WITHDRAWN,
            structure=case.responsible_structure,
            by=by,
            at=at,
            cause=cause,
        )


@transaction.atomic
def end_plan(
    *,
    plan: RepaymentPlan,
    state: str,
    structure: Structure,
    by: User | None,
    at: datetime,
    reason: str = "",
    cause: JournalEntry | None = None,
) -> JournalEntry:
    """End a plan, and with it the amendment that waits for the landlord: there is nothing left to amend."""
    plan.state, plan.ended_on, plan.break_reason = state, localdate(at), reason
    plan.save(update_fields=["state", "ended_on", "break_reason"])
    entry = journal.record(
        "plan.ended",
        at=at,
        case=plan.case,
        by=by,
        structure=structure,
        cause=cause,
        plan=plan.pk,
        state=state,
        reason=reason,
    )
    for amendment in RepaymentPlan.objects.filter(amends=plan, state__in=WAITING):
        given_up = RepaymentPlan.State.REPLACED
        end_plan(plan=amendment, state=given_up, structure=structure, by=by, at=at, cause=entry)
    return entry


def settle_instalments(
    *, plan: RepaymentPlan, structure: Structure, by: User, at: datetime, cause: JournalEntry
) -> None:
    """Spread over the instalments what was received for them, in the transaction of the movement. A plan wholly
    received is kept; one that a correction shows not to be runs again."""
    instalments = list(plan.instalments.order_by("number"))
    paid, relieved = sums_received(plan)
    shares = allocate_payments([each.amount for each in instalments], paid=paid, relieved=relieved)
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


def sums_received(plan: RepaymentPlan) -> tuple[Decimal, Decimal]:
    """What the household paid for the instalments, and what others took charge of beyond the share that the plan
    already left to them."""
    sums = _sums_by_kind(plan)
    since = _sums_by_kind(plan, after=plan.counts_after) if plan.counts_after else sums
    relieved = sums.get(LedgerEntry.Kind.WAIVER, NOTHING)
    for kind, share in [(LedgerEntry.Kind.FSL, plan.fsl_share), (LedgerEntry.Kind.AID, plan.aid_share)]:
        relieved += relief_beyond(share, received=sums.get(kind, NOTHING), since=since.get(kind, NOTHING))
    return sums.get(LedgerEntry.Kind.PAYMENT, NOTHING), relieved


def _sums_by_kind(plan: RepaymentPlan, *, after: date = date.min) -> dict[str, Decimal]:
    """By kind; a correction counts against the kind of what it corrects. `after`: of movements of a later day only."""
    kinds = LedgerEntry.objects.filter(plan=plan, on__gt=after).annotate(of_kind=Coalesce("corrects__kind", "kind"))
    return dict(kinds.order_by().values_list("of_kind").annotate(sum=Sum("amount")))


def _refuse_more_than_owed(debt: Debt, terms: PlanTerms, *, on: date) -> None:
    owed = expected_balance(debt, on=on)
    if owed is not None and terms.owed > owed:
        raise CannotPlan(
            f"La dette connue est de {money(max(owed, NOTHING))} : un plan ne peut pas en apurer {money(terms.owed)}."
            " Corriger le montant ; si la dette a grandi, relever d’abord le nouveau solde."
        )


def _refuse_due_by_its_statement(terms: PlanTerms) -> None:
    if terms.counts_after and terms.first_due_on <= terms.counts_after:
        raise CannotPlan(
            f"Le relevé du {terms.counts_after:%d/%m/%Y} compte déjà ce qui a été versé jusqu’à ce jour : choisir"
            " une première échéance qui le suit.",
            field="first_due_on",
        )


def _refuse_imposed_on_a_dispute(case: Case, terms: PlanTerms) -> None:
    disputes = case.measures.running().filter(kind=Measure.Kind.DISPUTE)
    if terms.author == RepaymentPlan.Author.CAF and disputes.exists():
        raise CannotPlan(
            "Dette contestée ou logement non décent : aucun plan par défaut n’est imposé au ménage. Choisir un plan"
            " convenu avec lui, ou clore d’abord la contestation."
        )


def _create(
    case: Case,
    debt: Debt,
    terms: PlanTerms,
    instalments: tuple[PlannedInstalment, ...],
    *,
    made_on: date,
    amends: RepaymentPlan | None = None,
) -> RepaymentPlan:
    plan = RepaymentPlan.objects.create(
        case=case,
        debt=debt,
        author=terms.author,
        owed=terms.owed,
        fsl_share=terms.fsl_share,
        aid_share=terms.aid_share,
        amount=terms.amount,
        monthly=instalments[0].amount,
        first_due_on=terms.first_due_on,
        under_protocol=terms.under_protocol,
        rent_commitment=terms.rent_commitment,
        made_on=made_on,
        amends=amends,
        counts_after=terms.counts_after,
    )
    _create_instalments(plan, instalments)
    return plan


def _create_instalments(plan: RepaymentPlan, instalments: tuple[PlannedInstalment, ...]) -> None:
    Instalment.objects.bulk_create(
        Instalment(plan=plan, number=each.number, due_on=each.due_on, amount=each.amount) for each in instalments
    )
