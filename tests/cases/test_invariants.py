"""Each invariant is broken once by raw SQL, beside the acts, and must be the one that is reported."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection

from cases.actions import ledger, plans
from cases.actions.debts import rent_debt
from cases.invariants import INVARIANTS
from cases.models import Case, LedgerEntry, Membership, Participation, RepaymentPlan, Tenancy, User
from tests.factories import FAMILY, NOON, member, reported, structure, tenancy
from tests.workflows.walk import Walk

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def broken() -> dict[str, list[int]]:
    return {each.code: found for each in INVARIANTS if (found := list(each.broken(TODAY)))}


def sql(statement: str, *values: int | str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def professional() -> User:
    return member("mds-grigny", "manager")


@pytest.fixture
def case(professional: User) -> Case:
    """Followed by the MDS, with a plan that waits for the landlord."""
    case = reported(tenancy(aid_kind="APL"), **FAMILY)
    Walk(case).take("answer", by=professional, accept=True, professional=professional)
    plans.propose_plan(
        case=case,
        debt=rent_debt(lease_of(case)),
        amount=Decimal("300.00"),
        monthly=Decimal("100.00"),
        first_due_on=date(2026, 12, 5),
        structure=structure("mds-grigny"),
        by=professional,
        at=NOON,
    )
    case.refresh_from_db()
    return case


def lease_of(case: Case) -> Tenancy:
    assert case.tenancy
    return case.tenancy


def part(case: Case) -> Participation:
    return Participation.objects.get(case=case, structure__code="mds-grigny", until=None)


def test_nothing_is_broken_by_the_acts(case: Case):
    assert broken() == {}


def test_an_open_case_whose_structure_takes_no_part(case: Case):
    sql("UPDATE cases_assignment SET until = '2026-11-24' WHERE case_id = %s", case.pk)
    sql("UPDATE cases_participation SET until = '2026-11-24' WHERE case_id = %s", case.pk)
    assert broken() == {"responsible_takes_part": [case.pk]}


def test_a_lead_that_does_not_answer_for_the_case(case: Case):
    lead = part(case)
    sql("UPDATE cases_participation SET part = 'support' WHERE id = %s", lead.pk)
    sql(
        "INSERT INTO cases_participation (case_id, structure_id, part, level, basis, since, is_open, next_due_on)"
        " SELECT case_id, %s, 'lead', level, basis, since, is_open, next_due_on FROM cases_participation WHERE id = %s",
        structure("ccas-grigny").pk,
        lead.pk,
    )
    wrong = Participation.objects.get(case=case, structure__code="ccas-grigny")
    assert broken() == {"lead_is_responsible": [wrong.pk]}


def test_a_landlord_that_takes_part(case: Case):
    sql(
        "INSERT INTO cases_participation (case_id, structure_id, part, level, basis, since, is_open, next_due_on)"
        " SELECT case_id, %s, 'support', level, basis, since, is_open, next_due_on"
        " FROM cases_participation WHERE id = %s",
        structure("bailleur-a").pk,
        part(case).pk,
    )
    wrong = Participation.objects.get(case=case, structure__code="bailleur-a")
    assert broken() == {"no_claimant_takes_part": [wrong.pk]}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_participation SET is_open = false WHERE id = %s",
        "UPDATE cases_participation SET next_due_on = '2026-12-24' WHERE id = %s",
        "UPDATE cases_participation SET next_due_on = NULL WHERE id = %s",
    ],
)
def test_a_participation_that_no_longer_says_what_its_case_says(case: Case, statement: str):
    sql(statement, part(case).pk)
    assert broken() == {"access_columns": [part(case).pk]}


def test_a_deadline_that_runs_on_a_closed_case(case: Case):
    sql("UPDATE cases_case SET closed_on = '2026-11-24', outcome = 'cleared' WHERE id = %s", case.pk)
    sql("UPDATE cases_participation SET is_open = false WHERE case_id = %s", case.pk)
    running = sorted(case.deadlines.filter(state="running").values_list("pk", flat=True))
    assert broken() == {"closed_case_has_no_deadline": running}


def test_an_assignment_that_the_journal_does_not_tell(case: Case, professional: User):
    other = member("mds-grigny")
    sql("UPDATE cases_assignment SET user_id = %s WHERE case_id = %s", other.pk, case.pk)
    assert broken() == {"assignment_is_told": [case.assignments.get().pk]}


def test_a_professional_assigned_in_a_structure_without_part(case: Case):
    sql("UPDATE cases_participation SET until = '2026-11-24' WHERE case_id = %s", case.pk)
    found = broken()
    assert found["assigned_structure_takes_part"] == [case.assignments.get().pk]


def test_a_case_without_a_report(case: Case):
    sql("DELETE FROM cases_report WHERE case_id = %s", case.pk)
    assert broken() == {"case_has_a_report": [case.pk]}


def test_instalments_that_do_not_make_the_amount(case: Case):
    sql("UPDATE cases_instalment SET amount = 99.99 WHERE number = 2")
    assert broken() == {"plan_adds_up": [RepaymentPlan.objects.get().pk]}


def test_a_plan_without_instalments(case: Case):
    sql("DELETE FROM cases_instalment")
    plan = RepaymentPlan.objects.get().pk
    assert broken() == {"plan_adds_up": [plan]}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_instalment SET number = 7 WHERE number = 3",
        "UPDATE cases_instalment SET due_on = '2026-12-06' WHERE number = 1",
    ],
)
def test_instalments_out_of_order(case: Case, statement: str):
    sql(statement)
    assert broken() == {"instalments_in_order": [RepaymentPlan.objects.get().pk]}


@pytest.fixture
def paid(case: Case, professional: User) -> Case:
    """Its plan accepted, a payment that was rejected, and another one of an instalment and a half."""
    plan = RepaymentPlan.objects.get()
    common: dict[str, Any] = {
        "structure": structure("mds-grigny"),
        "by": professional,
        "at": NOON + timedelta(days=30),
    }
    plans.answer_plan(plan=plan, answer="accepted", counter_monthly=None, **common)
    record = partial(ledger.record_movement, case=case, debt=plan.debt, kind="payment", **common)
    rejected = record(amount=Decimal("80.00"), on=date(2026, 12, 5))
    ledger.correct_movement(case=case, entry=rejected, reason="rejected", **common)
    record(amount=Decimal("150.00"), on=date(2026, 12, 7))
    return case


def test_nothing_is_broken_by_payments_and_their_correction(paid: Case):
    assert broken() == {}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_ledgerentry SET amount = -79.99 WHERE kind = 'correction'",
        """UPDATE cases_ledgerentry SET "on" = '2026-12-06' WHERE kind = 'correction'""",
        "UPDATE cases_ledgerentry SET plan_id = NULL WHERE kind = 'correction'",
    ],
)
def test_a_correction_that_does_not_cancel(paid: Case, statement: str):
    sql(statement)
    assert broken()["corrections_cancel"] == [LedgerEntry.objects.get(kind="correction").pk]


def test_a_payment_beyond_what_was_owed(paid: Case):
    sql("UPDATE cases_ledgerentry SET owed_before = 149.99 WHERE amount = 150")
    assert broken() == {"no_payment_beyond_debt": [LedgerEntry.objects.get(amount=150).pk]}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_instalment SET paid = 0 WHERE number = 2",
        "UPDATE cases_instalment SET relieved = 10 WHERE number = 3",
        "UPDATE cases_ledgerentry SET plan_id = NULL WHERE amount = 150",
    ],
)
def test_instalments_that_do_not_say_what_the_ledger_says(paid: Case, statement: str):
    sql(statement)
    assert broken() == {"instalments_follow_ledger": [RepaymentPlan.objects.get().pk]}


def test_a_rent_debt_of_another_household(case: Case):
    other = tenancy()
    sql("UPDATE cases_debt SET household_id = %s", other.household_id)
    assert broken() == {"debt_of_the_household": [rent_debt(lease_of(case)).statements.get().pk]}


def test_a_member_who_lost_his_group(case: Case, professional: User):
    sql("DELETE FROM cases_user_groups WHERE user_id = %s", professional.pk)
    assert broken() == {"groups_follow_memberships": [professional.pk]}


def test_a_group_kept_after_the_membership(case: Case, professional: User):
    sql("UPDATE cases_membership SET until = '2026-11-23' WHERE user_id = %s", professional.pk)
    assert broken() == {"groups_follow_memberships": [professional.pk]}


def test_a_group_that_lacks_a_right_of_its_role(professional: User):
    group = Membership.objects.get(user=professional).group_id
    sql("DELETE FROM guardian_groupobjectpermission WHERE id = (SELECT min(id) FROM guardian_groupobjectpermission)")
    assert broken() == {"groups_follow_policy": [group]}


def test_a_group_with_a_right_on_another_structure(professional: User):
    group = Membership.objects.get(user=professional).group_id
    sql(
        "INSERT INTO guardian_groupobjectpermission (group_id, permission_id, content_type_id, object_pk)"
        " SELECT group_id, permission_id, content_type_id, %s FROM guardian_groupobjectpermission LIMIT 1",
        str(structure("caf-91").pk),
    )
    assert broken() == {"groups_follow_policy": [group]}


def test_a_right_given_to_a_person(professional: User):
    sql(
        "INSERT INTO guardian_userobjectpermission (user_id, permission_id, content_type_id, object_pk)"
        " SELECT %s, permission_id, content_type_id, object_pk FROM guardian_groupobjectpermission LIMIT 1",
        professional.pk,
    )
    assert broken() == {"no_right_of_its_own": [professional.pk]}
