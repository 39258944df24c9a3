"""Each invariant is broken once by raw SQL, beside the acts, and must be the one that is reported."""

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
from cases.models import Case, CaseLabel, LedgerEntry, Membership, Participation, RepaymentPlan, Tenancy, User
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


def test_an_assignment_that_no_longer_says_what_its_case_says(case: Case, professional: User):
    sql("UPDATE cases_assignment SET is_open = false WHERE case_id = %s", case.pk)
    assert broken() == {"assignments_say_if_open": [case.assignments.get().pk]}


def test_an_open_case_that_somebody_closed(case: Case, professional: User):
    sql("UPDATE cases_case SET closed_by_id = %s WHERE id = %s", professional.pk, case.pk)
    assert broken() == {"case_says_who_closed_it": [case.pk]}


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


def test_an_assignment_that_the_journal_does_not_tell(case: Case, professional: User):
    other = member("mds-grigny")
    sql("UPDATE cases_assignment SET user_id = %s WHERE case_id = %s", other.pk, case.pk)
    assert broken() == {"assignment_is_told": [case.assignments.get().pk]}


def test_a_professional_assigned_in_a_structure_without_part(case: Case):
    sql("UPDATE cases_participation SET until = '2026-11-24' WHERE case_id = %s", case.pk)
    found = broken()
    assert found["assigned_structure_takes_part"] == [case.assignments.get().pk]


def labelled(case: Case, professional: User) -> CaseLabel:
    label = labels.create(structure=structure("mds-grigny"), words="à voir", by=professional, at=NOON)
    labels.put(case=case, label=label, by=professional, at=NOON)
    assert broken() == {}
    return CaseLabel.objects.get()


def test_a_label_that_is_retired_and_still_there(case: Case, professional: User):
    row = labelled(case, professional)
    sql("UPDATE cases_label SET retired_at = now() WHERE id = %s", row.label_id)
    assert broken() == {"label_of_who_takes_part": [row.pk]}


def test_a_label_of_a_structure_that_takes_no_part(case: Case, professional: User):
    row = labelled(case, professional)
    sql("UPDATE cases_label SET structure_id = %s WHERE id = %s", structure("ccas-grigny").pk, row.label_id)
    assert broken() == {"label_of_who_takes_part": [row.pk]}


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


def test_a_row_that_points_to_an_absorbed_person(case: Case, professional: User):
    (_, absorbed), _, _ = merged_away(case, professional)
    sql("UPDATE cases_householdmember SET beneficiary_id = %s", absorbed)
    assert broken() == {"merged_person_is_alone": [absorbed]}


def test_a_row_that_points_to_an_absorbed_household(case: Case, professional: User):
    _, (_, absorbed), other = merged_away(case, professional)
    sql("UPDATE cases_case SET household_id = %s WHERE id = %s", absorbed, other.pk)
    assert broken() == {"merged_household_is_alone": [absorbed]}


def test_people_and_households_merged_in_a_circle(case: Case, professional: User):
    people, homes, _ = merged_away(case, professional)
    sql("UPDATE cases_beneficiary SET merged_into_id = %s WHERE id = %s", people[1], people[0])
    assert broken()["merged_people_end_somewhere"] == sorted(people)
    sql("UPDATE cases_beneficiary SET merged_into_id = NULL WHERE id = %s", people[0])
    sql("UPDATE cases_household SET merged_into_id = %s WHERE id = %s", homes[1], homes[0])
    assert broken()["merged_households_end_somewhere"] == sorted(homes)


def test_a_merge_of_which_a_person_says_nothing(case: Case, professional: User):
    (_, absorbed), _, _ = merged_away(case, professional)
    sql("UPDATE cases_beneficiary SET merged_into_id = NULL")
    assert broken() == {"merged_person_as_told": [absorbed]}


def test_a_person_and_a_household_still_absorbed_by_a_merge_that_was_undone(case: Case, professional: User):
    people, homes, _ = merged_away(case, professional)
    sql("UPDATE cases_merge SET undone_at = at, undone_by_id = by_id")
    assert broken() == {"merged_person_as_told": [people[1]], "merged_household_as_told": [homes[1]]}


def test_a_duplicate_may_be_without_its_report(case: Case):
    sql("UPDATE cases_case SET closed_on = '2026-11-24', outcome = 'duplicate' WHERE id = %s", case.pk)
    sql("DELETE FROM cases_report WHERE case_id = %s", case.pk)
    assert "case_has_a_report" not in broken()
