"""Movements of a debt: to the cent, oldest instalment first, never beyond what is owed, corrected by their opposite."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cases.actions import ledger, plans
from cases.actions.case import close_case
from cases.actions.debts import record_statement
from cases.actions.ledger import AlreadyRecorded, CannotRecordMovement
from cases.models import JournalEntry, LedgerEntry, RepaymentPlan
from cases.queries import expected_balance
from cases.rules.plans import PlanTerms
from tests import factories
from tests.factories import NOON, structure

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)
LATER = NOON + 6 * MONTH


@pytest.fixture
def case():
    return factories.reported(balance="1000.00")


@pytest.fixture
def worker():
    return factories.member("mds-grigny", first_name="Inès", last_name="Morel")


@pytest.fixture
def plan(case, worker):
    """Ten instalments of 80 € and a last one of 40 €, accepted."""
    plan = plans.propose_plan(
        case=case,
        debt=case.tenancy.debt,
        terms=PlanTerms(owed=Decimal("840.00"), monthly=Decimal("80.00"), first_due_on=date(2026, 12, 5)),
        structure=structure("mds-grigny"),
        by=worker,
        at=NOON,
    )
    plans.answer_plan(
        plan=plan, answer="accepted", counter_monthly=None, structure=structure("bailleur-a"), by=worker, at=NOON
    )
    return plan


def record(case, worker, amount="80.00", *, on=date(2026, 12, 5), kind="payment", at=LATER, **more):
    return ledger.record_movement(
        case=case,
        debt=case.tenancy.debt,
        kind=kind,
        amount=Decimal(amount),
        on=on,
        structure=structure("mds-grigny"),
        by=worker,
        at=at,
        **more,
    )


def correct(case, worker, entry, reason="rejected"):
    return ledger.correct_movement(
        case=case, entry=entry, reason=reason, structure=structure("mds-grigny"), by=worker, at=LATER
    )


def received(plan):
    return [(row.number, row.paid, row.relieved, row.state) for row in plan.instalments.all() if row.received]


def owed(case):
    return expected_balance(case.tenancy.debt, on=LATER.date())


def test_a_payment_lowers_what_is_owed_and_says_who_recorded_it(case, worker):
    entry = record(case, worker, "80.50")
    assert owed(case) == Decimal("919.50")
    assert (entry.owed_before, entry.source, entry.by) == (Decimal("1000.00"), "typed", worker)
    line = JournalEntry.objects.get(kind="movement.recorded")
    assert line.data == {"movement": entry.pk, "code": "payment", "source": "typed", "statement": None}


def test_a_payment_read_in_a_statement_keeps_which_one(case, worker):
    told, _ = record_statement(
        tenancy=case.tenancy,
        source=structure("bailleur-a"),
        as_of=date(2026, 12, 24),
        balance=Decimal("920.00"),
        at=NOON + MONTH,
    )
    entry = record(case, worker, statement=told)
    assert (entry.source, entry.statement) == ("import", told)
    assert JournalEntry.objects.get(kind="movement.recorded").data["statement"] == told.pk


def test_payments_pay_the_oldest_instalments_first_in_part_if_need_be(case, worker, plan):
    record(case, worker, "100.00")
    assert received(plan) == [(1, Decimal(80), 0, "paid"), (2, Decimal(20), 0, "expected")]
    record(case, worker, "60.00", on=date(2026, 12, 28))
    assert received(plan) == [(1, Decimal(80), 0, "paid"), (2, Decimal(80), 0, "paid")]


def test_what_is_waived_or_paid_by_the_fsl_takes_off_the_last_instalments(case, worker, plan):
    record(case, worker, "50.00", kind="waiver")
    record(case, worker, "70.00", kind="fsl", on=date(2026, 12, 10))
    assert received(plan) == [(10, 0, Decimal(80), "paid"), (11, 0, Decimal(40), "paid")]
    assert owed(case) == Decimal("880.00")


def test_a_plan_wholly_received_is_kept(case, worker, plan):
    record(case, worker, "800.00")
    plan.refresh_from_db()
    assert plan.state == "running"
    record(case, worker, "40.00", kind="aid", on=date(2027, 1, 5))
    plan = RepaymentPlan.objects.get()
    assert (plan.state, plan.ended_on) == ("kept", LATER.date())
    assert JournalEntry.objects.filter(kind="plan.ended", cause__kind="movement.recorded").count() == 1


def test_a_payment_made_before_the_plan_pays_none_of_its_instalments(case, worker, plan):
    entry = record(case, worker, on=date(2026, 11, 23))
    assert (entry.plan, entry.owed_before) == (None, None)
    assert received(plan) == []


@pytest.mark.parametrize(
    ("amount", "on", "words"),
    [
        ("0", date(2026, 12, 5), "supérieur à zéro"),
        ("-5", date(2026, 12, 5), "supérieur à zéro"),
        ("80", LATER.date() + timedelta(days=1), "à venir"),
        ("80", date(2016, 5, 1), "plus de dix ans"),
        ("1000.01", date(2026, 12, 5), r"La dette connue à cette date est de 1.000,00.€ \(relevé du 24/11/2026"),
    ],
)
def test_an_impossible_movement_is_refused_and_leaves_nothing(case, worker, amount, on, words):
    with pytest.raises(CannotRecordMovement, match=words):
        record(case, worker, amount, on=on)
    assert not LedgerEntry.objects.exists()


def test_several_payments_together_never_exceed_the_debt(case, worker):
    record(case, worker, "700.00")
    with pytest.raises(CannotRecordMovement, match="300,00"):
        record(case, worker, "300.01", on=date(2026, 12, 20))
    record(case, worker, "300.00", on=date(2026, 12, 20))
    assert owed(case) == 0


def test_the_same_sum_of_the_same_day_is_asked_about_then_recorded(case, worker):
    record(case, worker)
    with pytest.raises(AlreadyRecorded, match=r"80,00.€ est déjà enregistré au 05/12/2026 .*par Inès Morel"):
        record(case, worker)
    record(case, worker, is_another=True)
    assert owed(case) == Decimal("840.00")


def test_a_corrected_movement_is_cancelled_by_its_opposite_and_nothing_is_erased(case, worker, plan):
    entry = record(case, worker, "160.00")
    correction = correct(case, worker, entry)
    assert (correction.amount, correction.on, correction.reason) == (Decimal("-160.00"), entry.on, "rejected")
    assert owed(case) == Decimal("1000.00")
    assert received(plan) == []
    assert [row.amount for row in LedgerEntry.objects.order_by("pk")] == [Decimal(160), Decimal(-160)]
    record(case, worker, "160.00")  # the right one, without a question


def test_a_movement_is_corrected_once_and_a_correction_never(case, worker):
    entry = record(case, worker)
    correction = correct(case, worker, entry)
    for wrong in (entry, correction):
        with pytest.raises(CannotRecordMovement, match="déjà corrigé"):
            correct(case, worker, wrong)


def test_a_plan_whose_last_payment_is_rejected_runs_again(case, worker, plan):
    record(case, worker, "800.00")
    last = record(case, worker, "40.00", on=date(2027, 1, 5))
    correct(case, worker, last)
    plan.refresh_from_db()
    assert (plan.state, plan.ended_on) == ("running", None)
    assert JournalEntry.objects.filter(kind="plan.resumed", cause__kind="movement.corrected").count() == 1


def test_a_kept_plan_stays_over_once_another_case_has_a_plan_for_the_same_debt(case, worker, plan):
    record(case, worker, "800.00")
    last = record(case, worker, "40.00", on=date(2027, 1, 5))
    close_case(case=case, outcome="plan_kept", at=NOON, by=worker)
    again = factories.reported(case.tenancy, balance="600.00", at=LATER)
    terms = PlanTerms(owed=Decimal("600.00"), monthly=Decimal("100.00"), first_due_on=date(2027, 7, 5))
    mds = structure("mds-grigny")
    other = plans.propose_plan(case=again, debt=plan.debt, terms=terms, structure=mds, by=worker, at=LATER)
    plans.answer_plan(plan=other, answer="accepted", counter_monthly=None, structure=mds, by=worker, at=LATER)
    correct(case, worker, last)
    assert dict(RepaymentPlan.objects.values_list("pk", "state")) == {plan.pk: "kept", other.pk: "running"}


def test_a_corrected_waiver_gives_the_last_instalments_back(case, worker, plan):
    waived = record(case, worker, "60.00", kind="waiver")
    correct(case, worker, waived, "wrong")
    assert received(plan) == []
