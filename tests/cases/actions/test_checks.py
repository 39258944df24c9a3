"""The monthly check: what it records, what it refuses, and what the next one is about."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cases.actions import checks, ledger, plans
from cases.actions.debts import record_statement
from cases.actions.plans import CannotPlan
from cases.models import JournalEntry, LedgerEntry, PlanCheck, RepaymentPlan
from cases.rules.plans import PlanTerms
from tests import factories
from tests.factories import NOON, structure

pytestmark = pytest.mark.django_db
DECEMBER = NOON + timedelta(days=14)
"""8 December: three days after the first instalment."""
JANUARY = NOON + timedelta(days=45)
"""8 January."""


@pytest.fixture
def worker():
    return factories.member("mds-grigny")


@pytest.fixture
def plan(worker):
    """Three times 100 € from 5 December, accepted."""
    case = factories.reported(balance="1000.00")
    assert case.tenancy
    plan = plans.propose_plan(
        case=case,
        debt=case.tenancy.debt,
        terms=PlanTerms(owed=Decimal("300.00"), monthly=Decimal("100.00"), first_due_on=date(2026, 12, 5)),
        structure=structure("mds-grigny"),
        by=worker,
        at=NOON,
    )
    plans.answer_plan(
        plan=plan, answer="accepted", counter_monthly=None, structure=structure("bailleur-a"), by=worker, at=NOON
    )
    return plan


def check(plan, worker, result, *, at=DECEMBER, **told):
    return checks.check_plan(plan=plan, result=result, structure=structure("mds-grigny"), by=worker, at=at, **told)


def states(plan):
    return [row.state for row in plan.instalments.all()]


def test_a_payment_of_what_is_due_is_recorded_on_the_due_date(plan, worker):
    check(plan, worker, "paid")
    paid = LedgerEntry.objects.get()
    assert (paid.amount, paid.on, paid.plan) == (Decimal(100), date(2026, 12, 5), plan)
    assert states(plan) == ["paid", "expected", "expected"]
    told = JournalEntry.objects.get(kind="movement.recorded")
    assert (told.cause and told.cause.kind, PlanCheck.objects.get().result) == ("plan.checked", "kept")


def test_a_payment_in_part_is_an_incident_and_the_next_check_is_about_the_next_instalment(plan, worker):
    check(plan, worker, "paid", paid=Decimal(40), paid_on=date(2026, 12, 7))
    assert PlanCheck.objects.get().result == "incident"
    assert states(plan) == ["missed", "expected", "expected"]
    due = checks.due_of(plan, on=JANUARY.date())
    assert (due.amount, due.late, due.instalment.number) == (Decimal(160), Decimal(160), 1)


def test_a_part_received_before_anything_is_due_is_no_incident_and_the_rest_is_awaited_on_its_day(plan, worker):
    check(plan, worker, "paid", at=NOON + timedelta(days=2), paid=Decimal(40), paid_on=date(2026, 11, 26))
    assert PlanCheck.objects.get().result == "kept"
    assert states(plan) == ["expected", "expected", "expected"]
    due = checks.due_of(plan, on=DECEMBER.date())
    assert (due.amount, due.late, due.instalment.number) == (Decimal(60), Decimal(60), 1)


def test_what_was_missed_is_paid_first_then_the_month(plan, worker):
    check(plan, worker, "incident")
    check(plan, worker, "paid", at=JANUARY, paid=Decimal(200), paid_on=date(2027, 1, 6))
    assert states(plan) == ["paid", "paid", "expected"]
    assert list(PlanCheck.objects.order_by("pk").values_list("result", flat=True)) == ["incident", "kept"]


def test_a_plan_is_up_to_date_only_when_nothing_is_due(plan, worker):
    with pytest.raises(CannotPlan, match=r"100,00.€ restent dus depuis le 05/12/2026"):
        check(plan, worker, "kept")
    ledger.record_movement(
        case=plan.case, debt=plan.debt, kind="payment", amount=Decimal(100), on=date(2026, 12, 6),
        structure=structure("mds-grigny"), by=worker, at=DECEMBER,
    )  # fmt: skip
    check(plan, worker, "kept")
    assert states(plan) == ["paid", "expected", "expected"]


def test_a_plan_is_kept_once_all_is_received_and_not_before(plan, worker):
    check(plan, worker, "incident")
    check(plan, worker, "incident", at=JANUARY)
    check(plan, worker, "incident", at=JANUARY + timedelta(days=31))
    plan.refresh_from_db()
    assert (plan.state, states(plan)) == ("running", ["missed"] * 3)
    check(plan, worker, "paid", at=JANUARY + timedelta(days=62))
    plan.refresh_from_db()
    assert (plan.state, states(plan)) == ("kept", ["paid"] * 3)


def test_a_broken_plan_says_why(plan, worker):
    with pytest.raises(CannotPlan, match="pourquoi"):
        check(plan, worker, "broken")
    check(plan, worker, "broken", reason="left")
    plan.refresh_from_db()
    assert (plan.state, plan.break_reason, plan.ended_on) == ("broken", "left", DECEMBER.date())
    assert JournalEntry.objects.get(kind="plan.ended").data["reason"] == "left"


def test_a_refused_payment_leaves_no_check(plan, worker):
    with pytest.raises(ledger.CannotRecordMovement):
        check(plan, worker, "paid", paid=Decimal(2000), paid_on=date(2026, 12, 6))
    assert not PlanCheck.objects.exists()


def test_a_payment_that_the_statement_of_an_amendment_has_is_not_received_and_moves_no_step(plan, worker):
    """200 € are owed on 8 December, and two times 100 € agreed from 5 January: what came on the 8th is in it, on the
    9th is not."""
    told = {"tenancy": plan.case.tenancy, "source": structure("bailleur-a"), "at": DECEMBER}
    record_statement(**told, as_of=date(2026, 12, 8), balance=Decimal("200.00"))
    common = {"structure": structure("mds-grigny"), "by": worker, "at": DECEMBER}
    plans.amend_plan(plan=plan, monthly=Decimal(100), months=None, first_due_on=date(2027, 1, 5), **common)
    amendment = RepaymentPlan.objects.get(amends=plan)
    plans.answer_plan(plan=amendment, answer="accepted", counter_monthly=None, **common)
    with pytest.raises(CannotPlan, match="Le relevé du 08/12/2026, dont part cet avenant, compte déjà") as refused:
        check(amendment, worker, "paid")
    assert (refused.value.field, LedgerEntry.objects.count(), PlanCheck.objects.count()) == ("paid_on", 0, 0)
    with pytest.raises(CannotPlan):
        check(amendment, worker, "paid", at=JANUARY, paid_on=date(2026, 12, 8))
    check(amendment, worker, "paid", at=JANUARY, paid_on=date(2026, 12, 9))
    assert states(amendment) == ["paid", "expected"]
