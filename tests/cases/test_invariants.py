"""Each invariant is broken once by raw SQL, beside the acts, and must be the one that is reported."""
# ruff: noqa: S608 - the names of our own tables and columns

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection

from cases.actions import case as cases, labels, ledger, plans
from cases.actions.case import close_case
from cases.actions.closings import restate_closings
from cases.actions.debts import rent_debt
from cases.actions.merging.merge import merge_people
from cases.invariants import INVARIANTS
from cases.locks import lock_case
from cases.models import Case, CaseLabel, LedgerEntry, Membership, RepaymentPlan, Tenancy, User
from cases.rules.plans import PlanTerms
from tests.factories import FAMILY, NOON, member, reported, structure, tenancy
from tests.holding import held_by_another
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
        terms=PlanTerms(owed=Decimal("300.00"), monthly=Decimal("100.00"), first_due_on=date(2026, 12, 5)),
        structure=structure("mds-grigny"),
        by=professional,
        at=NOON,
    )
    case.refresh_from_db()
    return case


def lease_of(case: Case) -> Tenancy:
    assert case.tenancy
    return case.tenancy


def test_nothing_is_broken_by_the_acts(case: Case):
    assert broken() == {}


OF_THE_MDS = "until IS NULL AND structure_id = (SELECT id FROM cases_structure WHERE code = 'mds-grigny')"
ADD_PART = (
    "INSERT INTO cases_participation (case_id, structure_id, part, level, basis, since, is_open, next_due_on)"
    " SELECT case_id, (SELECT id FROM cases_structure WHERE code = '{}'), '{}', level, basis, since, is_open, next_due_on"
    " FROM cases_participation WHERE " + OF_THE_MDS
)
BROKEN = {
    "an open case whose structure takes no part": (
        "responsible_takes_part", "case",
        "UPDATE cases_assignment SET until = '2026-11-24'; UPDATE cases_participation SET until = '2026-11-24'",
    ),
    "a lead that does not answer for the case": (
        "lead_is_responsible", "part of ccas-grigny",
        f"UPDATE cases_participation SET part = 'support' WHERE {OF_THE_MDS};"
        + ADD_PART.format("ccas-grigny", "lead"),
    ),
    "a landlord that takes part": (
        "no_claimant_takes_part", "part of bailleur-a", ADD_PART.format("bailleur-a", "support"),
    ),
    "a participation in an open case that says it is closed": (
        "access_columns", "part of mds-grigny",
        f"UPDATE cases_participation SET is_open = false WHERE {OF_THE_MDS}",
    ),
    "a participation that says another day": (
        "access_columns", "part of mds-grigny",
        f"UPDATE cases_participation SET next_due_on = '2026-12-24' WHERE {OF_THE_MDS}",
    ),
    "a participation that says no day": (
        "access_columns", "part of mds-grigny",
        f"UPDATE cases_participation SET next_due_on = NULL WHERE {OF_THE_MDS}",
    ),
    "an assignment to an open case that says it is closed": (
        "assignments_say_if_open", "assignment", "UPDATE cases_assignment SET is_open = false",
    ),
    "an assignment that the journal does not tell": (
        "assignment_is_told", "assignment",
        "UPDATE cases_assignment SET user_id = (SELECT id FROM cases_user WHERE email = 'autre@example.org')",
    ),
    "an open case that somebody closed": (
        "case_says_who_closed_it", "case", "UPDATE cases_case SET closed_by_id = (SELECT user_id FROM cases_assignment)",
    ),
    "a case without a report": ("case_has_a_report", "case", "DELETE FROM cases_report"),
    "instalments that do not make the amount": (
        "plan_adds_up", "plan", "UPDATE cases_instalment SET amount = 99.99 WHERE number = 2",
    ),
    "a plan without instalments": ("plan_adds_up", "plan", "DELETE FROM cases_instalment"),
    "instalments of which a number is missing": (
        "instalments_in_order", "plan", "UPDATE cases_instalment SET number = 7 WHERE number = 3",
    ),
    "instalments of which a day is wrong": (
        "instalments_in_order", "plan", "UPDATE cases_instalment SET due_on = '2026-12-06' WHERE number = 1",
    ),
    "a member who lost his group": (
        "groups_follow_memberships", "professional",
        "DELETE FROM cases_user_groups WHERE user_id = (SELECT user_id FROM cases_assignment)",
    ),
    "a group kept after the membership": (
        "groups_follow_memberships", "professional",
        "UPDATE cases_membership SET until = '2026-11-23' WHERE user_id = (SELECT user_id FROM cases_assignment)",
    ),
    "a right given to a person": (
        "no_right_of_its_own", "professional",
        ("INSERT INTO guardian_userobjectpermission (user_id, permission_id, content_type_id, object_pk)"
        " SELECT user_id, permission_id, content_type_id, object_pk"
        " FROM guardian_groupobjectpermission, cases_assignment LIMIT 1"),
    ),
}  # fmt: skip
"""What is broken → the invariant that says it, of which row, and the statements that break it."""


@pytest.mark.parametrize(("code", "row", "statement"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_said_alone(case: Case, professional: User, code: str, row: str, statement: str):
    member("mds-grigny", email="autre@example.org")
    sql(statement)
    rows = {
        "case": case,
        "assignment": case.assignments.get(),
        "plan": RepaymentPlan.objects.get(),
        "professional": professional,
    } | {f"part of {each.structure.code}": each for each in case.participations.filter(until=None)}
    assert broken() == {code: [rows[row].pk]}


def test_a_closed_case_that_names_another_than_its_journal(case: Case, professional: User):
    close_case(case=case, outcome="cleared", at=NOON, by=professional)
    assert broken() == {}
    sql("UPDATE cases_case SET closed_by_id = NULL WHERE id = %s", case.pk)
    assert broken() == {"case_says_who_closed_it": [case.pk]}


def test_what_the_version_before_closed_and_reopened_is_said_again_in_the_night(case: Case, professional: User):
    """It knows neither column."""
    reopened = reported(tenancy())
    cases.assign_professional(
        case=reopened, user=professional, structure=reopened.responsible_structure, at=NOON, by=professional
    )
    for each in (case, reopened):
        close_case(case=each, outcome="cleared", at=NOON, by=professional)
    sql("UPDATE cases_assignment SET is_open = true WHERE case_id = %s", case.pk)
    sql("UPDATE cases_case SET closed_by_id = NULL WHERE id = %s", case.pk)
    sql("UPDATE cases_case SET closed_on = NULL, outcome = '' WHERE id = %s", reopened.pk)
    sql("UPDATE cases_participation SET is_open = true WHERE case_id = %s", reopened.pk)
    assert set(broken()) == {"assignments_say_if_open", "case_says_who_closed_it"}
    assert restate_closings() == 4
    assert broken() == {}
    assert restate_closings() == 0


@pytest.mark.django_db(transaction=True)
def test_what_somebody_acts_on_in_that_night_is_said_again_in_the_next(case: Case, professional: User):
    """Its rows are touched once it is locked, as in acts: neither waits for what the other holds."""
    other = reported(tenancy())
    cases.assign_professional(
        case=other, user=professional, structure=other.responsible_structure, at=NOON, by=professional
    )
    sql("UPDATE cases_assignment SET is_open = false WHERE case_id IN (%s, %s)", case.pk, other.pk)
    with held_by_another(lambda: lock_case(case.pk)):
        assert restate_closings() == 1
        assert broken() == {"assignments_say_if_open": [case.assignments.get().pk]}
    assert restate_closings() == 1
    assert broken() == {}


def test_a_deadline_that_runs_on_a_closed_case(case: Case):
    sql("UPDATE cases_case SET closed_on = '2026-11-24', outcome = 'cleared' WHERE id = %s", case.pk)
    sql("UPDATE cases_participation SET is_open = false WHERE case_id = %s", case.pk)
    sql("UPDATE cases_assignment SET is_open = false WHERE case_id = %s", case.pk)
    running = sorted(case.deadlines.filter(state="running").values_list("pk", flat=True))
    assert broken() == {"closed_case_has_no_deadline": running}


def test_a_professional_assigned_in_a_structure_without_part(case: Case):
    sql("UPDATE cases_participation SET until = '2026-11-24' WHERE case_id = %s", case.pk)
    found = broken()
    assert found["assigned_structure_takes_part"] == [case.assignments.get().pk]


@pytest.mark.parametrize(
    "change",
    ["retired_at = now()", "structure_id = (SELECT id FROM cases_structure WHERE code = 'ccas-grigny')"],
)
def test_a_label_that_is_retired_or_of_a_structure_that_takes_no_part(case: Case, professional: User, change: str):
    label = labels.create(structure=structure("mds-grigny"), words="à voir", by=professional, at=NOON)
    labels.put(case=case, label=label, by=professional, at=NOON)
    assert broken() == {}
    sql(f"UPDATE cases_label SET {change}")
    assert broken() == {"label_of_who_takes_part": [CaseLabel.objects.get().pk]}


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
    assert broken() == {}
    return case


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
    with pytest.raises(IntegrityError, match="a_movement_is_within_the_debt"):
        sql("UPDATE cases_ledgerentry SET owed_before = 149.99 WHERE amount = 150")


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


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM guardian_groupobjectpermission WHERE id = (SELECT min(id) FROM guardian_groupobjectpermission)",
        (
            "INSERT INTO guardian_groupobjectpermission (group_id, permission_id, content_type_id, object_pk)"
            " SELECT group_id, permission_id, content_type_id, (SELECT id FROM cases_structure WHERE code = 'caf-91')::text"
            " FROM guardian_groupobjectpermission LIMIT 1"
        ),
    ],
    ids=["a right that is missing", "a right on another structure"],
)
def test_a_group_that_has_other_rights_than_its_role(professional: User, statement: str):
    sql(statement)
    assert broken() == {"groups_follow_policy": [Membership.objects.get(user=professional).group_id]}


# Merges


Pair = tuple[int, int]


def merged_away(case: Case, by: User) -> tuple[Pair, Pair, Case]:
    """Another case, of another household, made one with this case’s: ids of its people and households, the kept first."""
    other = reported(tenancy(), **FAMILY)
    homes = (case.household, other.household)
    people = (homes[0].memberships.get().beneficiary, homes[1].memberships.get().beneficiary)
    merge_people(
        kept=people[0],
        absorbed=people[1],
        choices={},
        households=homes,
        at=NOON,
        by=by,
        structure=structure("mds-grigny"),
    )
    assert broken() == {}
    return (people[0].pk, people[1].pk), (homes[0].pk, homes[1].pk), other


@pytest.mark.parametrize(
    ("statement", "code", "absorbed"),
    [
        ("UPDATE cases_householdmember SET beneficiary_id = {person}", "merged_person_is_alone", "person"),
        ("UPDATE cases_case SET household_id = {home} WHERE id = {case}", "merged_household_is_alone", "home"),
        ("UPDATE cases_beneficiary SET merged_into_id = NULL", "merged_person_as_told", "person"),
    ],
)
def test_what_points_to_an_absorbed_row_or_a_merge_that_is_not_told(
    case: Case, professional: User, statement: str, code: str, absorbed: str
):
    (_, person), (_, home), other = merged_away(case, professional)
    rows = {"person": person, "home": home, "case": other.pk}
    sql(statement.format(**rows))
    assert broken() == {code: [rows[absorbed]]}


def test_people_and_households_merged_in_a_circle(case: Case, professional: User):
    people, homes, _ = merged_away(case, professional)
    sql("UPDATE cases_beneficiary SET merged_into_id = %s WHERE id = %s", people[1], people[0])
    assert broken()["merged_people_end_somewhere"] == sorted(people)
    sql("UPDATE cases_beneficiary SET merged_into_id = NULL WHERE id = %s", people[0])
    sql("UPDATE cases_household SET merged_into_id = %s WHERE id = %s", homes[1], homes[0])
    assert broken()["merged_households_end_somewhere"] == sorted(homes)


def test_a_person_and_a_household_still_absorbed_by_a_merge_that_was_undone(case: Case, professional: User):
    people, homes, _ = merged_away(case, professional)
    sql("UPDATE cases_merge SET undone_at = at, undone_by_id = by_id")
    assert broken() == {"merged_person_as_told": [people[1]], "merged_household_as_told": [homes[1]]}


def test_a_duplicate_may_be_without_its_report(case: Case):
    sql("UPDATE cases_case SET closed_on = '2026-11-24', outcome = 'duplicate' WHERE id = %s", case.pk)
    sql("DELETE FROM cases_report WHERE case_id = %s", case.pk)
    assert "case_has_a_report" not in broken()
