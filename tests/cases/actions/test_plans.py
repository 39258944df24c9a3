"""Repayment plans: to the cent, one at a time, answered, checked, ended."""

from datetime import date
from decimal import Decimal

import pytest

from cases.actions import plans
from cases.models import RepaymentPlan
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return factories.reported(balance="1000.00")


@pytest.fixture
def worker():
    return factories.member("mds-grigny")


def propose(case, worker, *, amount="1000.00", monthly="333.33"):
    return plans.propose_plan(
        case=case,
        debt=case.tenancy.debt,
        amount=Decimal(amount),
        monthly=Decimal(monthly),
        first_due_on=date(2027, 1, 31),
        structure=factories.structure("mds-grigny"),
        by=worker,
        at=NOON,
    )


def check(plan, worker, result):
    return plans.check_plan(
        plan=plan, result=result, rent_paid=True, structure=factories.structure("mds-grigny"), by=worker, at=NOON
    )


def test_instalments_sum_to_the_debt_and_the_last_absorbs_the_cents(case, worker):
    plan = propose(case, worker)
    rows = [(row.due_on, row.amount) for row in plan.instalments.all()]
    assert rows == [
        (date(2027, 1, 31), Decimal("333.33")),
        (date(2027, 2, 28), Decimal("333.33")),
        (date(2027, 3, 31), Decimal("333.33")),
        (date(2027, 4, 30), Decimal("0.01")),
    ]


@pytest.mark.parametrize(
    ("amount", "monthly"), [("0", "10.00"), ("-5.00", "10.00"), ("1000.00", "0"), ("1000.00", "16.66")]
)
def test_a_plan_that_cannot_be_is_refused_and_leaves_the_current_one(case, worker, amount, monthly):
    current = propose(case, worker)
    with pytest.raises(plans.CannotPlan):
        propose(case, worker, amount=amount, monthly=monthly)
    current.refresh_from_db()
    assert current.state == "proposed"


def test_a_new_plan_replaces_the_current_one(case, worker):
    first = propose(case, worker)
    propose(case, worker, monthly="500.00")
    first.refresh_from_db()
    assert (first.state, RepaymentPlan.objects.filter(state="proposed").count()) == ("replaced", 1)


def test_a_monthly_sum_larger_than_the_debt_pays_it_at_once(case, worker):
    plan = propose(case, worker, monthly="5000.00")
    assert [row.amount for row in plan.instalments.all()] == [Decimal("1000.00")]


def test_a_missed_instalment_does_not_end_the_plan_but_a_broken_one_does(case, worker):
    plan = propose(case, worker)
    check(plan, worker, "incident")
    assert [row.state for row in plan.instalments.all()] == ["missed", "expected", "expected", "expected"]
    check(plan, worker, "broken")
    plan.refresh_from_db()
    assert (plan.state, plan.ended_on) == ("broken", date(2026, 11, 24))


def test_a_plan_checked_to_the_end_is_kept_and_is_not_checked_again(case, worker):
    plan = propose(case, worker, monthly="500.00")
    check(plan, worker, "kept")
    check(plan, worker, "kept")
    plan.refresh_from_db()
    assert plan.state == "kept"
    with pytest.raises(plans.CannotPlan, match="déjà vérifiées"):
        check(plan, worker, "kept")


@pytest.mark.parametrize(
    ("answer", "state"), [("accepted", "running"), ("refused", "refused"), ("countered", "countered")]
)
def test_the_landlords_answer_decides_the_state(case, worker, answer, state):
    plan = propose(case, worker)
    plans.answer_plan(
        plan=plan,
        answer=answer,
        counter_monthly=Decimal("250.00"),
        structure=factories.structure("bailleur-a"),
        by=worker,
        at=NOON,
    )
    plan.refresh_from_db()
    assert plan.state == state
    assert (plan.counter_monthly is None) == (answer != "countered")
