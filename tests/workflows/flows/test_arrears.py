"""The arrears procedure, branch by branch, through the engine."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases import permissions
from cases.actions.plans import CannotPlan
from cases.models import Assignment, Case, Deadline, JournalEntry, LedgerEntry, Measure, Participation, RepaymentPlan
from cases.refusals import NotAllowed
from tests import factories
from tests.factories import NOON
from tests.workflows.walk import Walk
from workflows import engine
from workflows.actions.ledger import correct_movement, record_movement
from workflows.actions.measures import follow_measure
from workflows.actions.tasks import close_now
from workflows.steps.refusal import StepRefused

pytestmark = pytest.mark.django_db

PRIVATE: dict[str, Any] = {"landlord": "gestionnaire-b", "housing": "private", "aid_kind": "ALF"}
CALLED: dict[str, Any] = {"channel": "phone", "made_on": date(2026, 11, 24)}
REACHED: dict[str, Any] = {**CALLED, "result": "reached", "informed_by": "phone"}
REPAY: dict[str, Any] = {
    "kinds": ["repayment"],
    "amount": Decimal("1060.00"),
    "monthly": Decimal("353.33"),
    "first_due_on": date(2026, 12, 5),
}


def caf_case(**facts: Any) -> Case:
    """A family with family benefits, private housing and ALF: row R3, to the CAF’s social work."""
    return factories.reported(factories.tenancy(**PRIVATE), code="gestionnaire-b", **{**factories.FAMILY, **facts})


class Followed(Walk):
    """A case that the CAF accepted, with its worker."""

    def __init__(self) -> None:
        super().__init__(caf_case())
        self.worker = factories.member("caf-91")
        self.take("answer", by=self.worker, accept=True, professional=self.worker, reason="")

    def until_plan(self) -> "Followed":
        self.take("contact", by=self.worker, **REACHED)
        self.take("diagnose", by=self.worker, completeness="default")
        return self

    def until_monitor(self) -> "Followed":
        self.until_plan()
        self.take("plan", by=self.worker, **REPAY)
        self.take("agree", by=factories.member("gestionnaire-b", "correspondent"), answer="accepted")
        return self


# Report and qualification


def test_a_case_whose_facts_are_known_goes_straight_to_the_structure_of_its_row():
    assert Walk(caf_case()).waiting_for == {"answer": "caf-91"}


def test_a_case_whose_facts_are_missing_waits_at_the_qualification_desk():
    assert Walk(factories.reported()).waiting_for == {"qualify": "caf-91-pilotage"}


def test_the_desk_completes_the_facts_and_the_table_routes():
    walk = Walk(factories.reported())
    pilot = factories.member("caf-91-pilotage", "pilot")
    walk.take("qualify", by=pilot, result="complete", facts={"dependent_children": 2, "family_benefits": True})
    assert walk.waiting_for == {"answer": "mds-grigny"}


def test_the_desk_takes_out_of_the_scheme_what_does_not_belong_to_it():
    walk = Walk(factories.reported())
    walk.take("qualify", by=factories.member("caf-91-pilotage", "pilot"), result="out_of_scope", facts={})
    assert walk.waiting_for == {}
    assert walk.case.outcome == "out_of_scope"


def test_a_reported_case_is_answered_for_by_the_desk_until_a_structure_accepts():
    walk = Walk(caf_case())
    assert walk.case.responsible_structure.code == "caf-91-pilotage"
    worker = factories.member("caf-91")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    assert walk.case.responsible_structure.code == "caf-91"
    assert not permissions.can_view(factories.member("caf-91-pilotage", "pilot"), walk.case, at=NOON.date())


def test_the_professional_who_reports_stays_responsible_until_another_accepts():
    opener = factories.member("ccas-grigny")
    walk = Walk(
        factories.reported(
            factories.tenancy(**PRIVATE), by=opener, code="ccas-grigny", channel="professional", **factories.FAMILY
        )
    )
    assert walk.case.responsible_structure.code == "ccas-grigny"
    assert permissions.can_view(opener, walk.case, at=NOON.date())
    worker = factories.member("caf-91")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    assert not permissions.can_view(opener, walk.case, at=NOON.date())


# Answer, decline, arbitrate


def test_accepting_names_the_professional_and_opens_the_card():
    walk = Followed()
    assert walk.waiting_for == {"contact": "caf-91"}
    assert walk.task("contact").owner == walk.worker
    assert Assignment.objects.get(case=walk.case, until=None).user == walk.worker
    assert permissions.access_level(walk.worker, walk.case, at=NOON.date()) == "card"


def test_a_declined_case_goes_to_the_next_row_and_the_first_structure_sees_it_no_longer():
    walk = Walk(caf_case(rsa=True, followed_by="mds-grigny"))
    assert walk.waiting_for == {"answer": "mds-grigny"}
    mds = factories.member("mds-grigny", "manager")
    walk.take("answer", by=mds, accept=False, reason="unknown_here")
    assert walk.waiting_for == {"answer": "caf-91"}
    assert not permissions.can_view(mds, walk.case, at=NOON.date())


def test_a_second_decline_goes_to_the_pilot():
    walk = Walk(caf_case(followed_by="mds-grigny"))
    walk.take("answer", by=factories.member("mds-grigny", "manager"), accept=False, reason="unknown_here")
    walk.take("answer", by=factories.member("caf-91", "manager"), accept=False, reason="no_capacity")
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}


def arbitrated(**answer: Any) -> Walk:
    walk = Walk(caf_case(followed_by="mds-grigny"))
    walk.take("answer", by=factories.member("mds-grigny", "manager"), accept=False, reason="unknown_here")
    walk.take("answer", by=factories.member("caf-91", "manager"), accept=False, reason="no_capacity")
    walk.take("arbitrate", by=factories.member("caf-91-pilotage", "pilot"), **answer)
    return walk


def test_the_pilot_attributes_and_the_structure_names_its_professional():
    walk = arbitrated(structure=factories.structure("ccas-grigny"), out_of_scope=False)
    assert walk.waiting_for == {"answer": "ccas-grigny"}
    worker = factories.member("ccas-grigny")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    assert walk.waiting_for == {"contact": "ccas-grigny"}


def test_an_attributed_case_still_has_a_delay_for_the_first_contact():
    walk = arbitrated(structure=factories.structure("ccas-grigny"), out_of_scope=False)
    worker = factories.member("ccas-grigny")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    assert walk.task("contact").due_on is not None


def test_an_attributed_case_cannot_be_declined():
    walk = arbitrated(structure=factories.structure("ccas-grigny"), out_of_scope=False)
    with pytest.raises(StepRefused, match="attribuée par le pilote"):
        walk.take("answer", by=factories.member("ccas-grigny"), accept=False, reason="no_capacity")


def test_the_pilot_may_find_that_no_structure_can_act():
    walk = arbitrated(structure=None, out_of_scope=True)
    assert walk.waiting_for == {}
    assert walk.case.outcome == "out_of_scope"


# Contact


def test_an_attempt_without_answer_keeps_the_step_and_its_delay():
    walk = Followed()
    due = walk.task("contact").due_on
    walk.take("contact", by=walk.worker, result="again", **CALLED)
    assert walk.waiting_for == {"contact": "caf-91"}
    assert walk.task("contact").due_on == due
    assert walk.case.contact_attempts.count() == 1


def test_reaching_and_informing_the_household_opens_the_whole_case_to_the_structure():
    walk = Followed()
    walk.take("contact", by=walk.worker, **REACHED)
    assert walk.waiting_for == {"diagnose": "caf-91"}
    assert permissions.access_level(walk.worker, walk.case, at=NOON.date()) == "full"


def test_a_household_that_declines_support_leads_to_closing():
    walk = Followed()
    walk.take("contact", by=walk.worker, result="declined", **CALLED)
    assert walk.waiting_for == {"close": "caf-91"}


def test_contact_is_not_given_up_before_three_attempts():
    walk = Followed()
    with pytest.raises(StepRefused, match="3 tentatives"):
        walk.take("contact", by=walk.worker, result="not_reached", **CALLED)
    assert walk.case.contact_attempts.count() == 0, "a refused act leaves nothing behind"
    walk.take("contact", by=walk.worker, result="again", **CALLED)
    walk.take("contact", by=walk.worker, result="again", **CALLED)
    walk.take("contact", by=walk.worker, result="not_reached", **CALLED)
    assert walk.waiting_for == {"close": "caf-91"}


# Plan, landlord, follow-up


def test_a_plan_waits_for_the_landlord_and_its_instalments_sum_to_the_debt():
    walk = Followed().until_plan()
    walk.take("plan", by=walk.worker, **REPAY)
    assert walk.waiting_for == {"agree": "gestionnaire-b"}
    plan = RepaymentPlan.objects.get(case=walk.case)
    amounts = [instalment.amount for instalment in plan.instalments.all()]
    assert amounts == [Decimal("353.33"), Decimal("353.33"), Decimal("353.33"), Decimal("0.01")]


def test_measures_without_a_repayment_plan_are_followed_at_once():
    walk = Followed().until_plan()
    walk.take("plan", by=walk.worker, kinds=["fsl", "rehousing"])
    assert walk.waiting_for == {"monitor": "caf-91"}
    assert set(Measure.objects.filter(case=walk.case).values_list("kind", flat=True)) == {"fsl", "rehousing"}


def test_a_plan_longer_than_thirty_six_months_is_refused_with_the_smallest_possible_sum():
    walk = Followed().until_plan()
    with pytest.raises(CannotPlan, match="29,45"):
        walk.take("plan", by=walk.worker, **{**REPAY, "monthly": Decimal("10.00")})


@pytest.mark.parametrize("answer", ["refused", "countered"])
def test_without_the_landlords_agreement_the_plan_is_built_again(answer):
    walk = Followed().until_plan()
    walk.take("plan", by=walk.worker, **REPAY)
    landlord = factories.member("gestionnaire-b", "correspondent")
    walk.take("agree", by=landlord, answer=answer, counter_monthly=Decimal("200.00"))
    assert walk.waiting_for == {"plan": "caf-91"}
    walk.take("plan", by=walk.worker, **REPAY)
    assert walk.waiting_for == {"agree": "gestionnaire-b"}


def test_the_professional_records_what_the_landlord_answered_by_phone():
    walk = Followed().until_plan()
    walk.take("plan", by=walk.worker, **REPAY)
    walk.take("agree", by=walk.worker, answer="accepted")
    assert walk.waiting_for == {"monitor": "caf-91"}


def test_a_month_paid_waits_for_the_next_instalment():
    walk = Followed().until_monitor()
    assert walk.task("monitor").due_on == date(2026, 12, 8), "three days after 5 December"
    walk.take("monitor", by=walk.worker, result="paid")
    assert walk.waiting_for == {"monitor": "caf-91"}
    assert walk.task("monitor").due_on == date(2027, 1, 8)


def test_an_incident_does_not_end_the_plan():
    walk = Followed().until_monitor()
    walk.take("monitor", by=walk.worker, result="incident")
    assert walk.waiting_for == {"monitor": "caf-91"}
    assert walk.task("monitor").due_on == date(2027, 1, 8)


def test_a_broken_plan_goes_back_to_the_plan_of_actions():
    walk = Followed().until_monitor()
    walk.take("monitor", by=walk.worker, result="broken", reason="rent_unpaid")
    assert walk.waiting_for == {"plan": "caf-91"}
    plan = RepaymentPlan.objects.get(case=walk.case)
    assert (plan.state, plan.break_reason) == ("broken", "rent_unpaid")


def test_a_plan_is_not_broken_without_a_reason():
    walk = Followed().until_monitor()
    with pytest.raises(CannotPlan, match="Indiquer pourquoi"):
        walk.take("monitor", by=walk.worker, result="broken")
    assert walk.waiting_for == {"monitor": "caf-91"}


def test_a_plan_paid_to_the_end_leads_to_closing():
    walk = Followed().until_monitor()
    for month in range(1, 5):
        walk.at = NOON + timedelta(days=31 * month)
        assert walk.waiting_for == {"monitor": "caf-91"}
        walk.take("monitor", by=walk.worker, result="paid", rents={walk.at.date(): "yes"})
    assert walk.waiting_for == {"close": "caf-91"}
    assert RepaymentPlan.objects.get(case=walk.case).state == "kept"


# Amendments


AMEND: dict[str, Any] = {"result": "amend", "monthly": Decimal("120.00"), "first_due_on": date(2027, 1, 5)}


def amended(walk: Followed, answer: str, **more: Any) -> list[str]:
    """The states of the plan and of its amendment, once the landlord answered."""
    walk.take("monitor", by=walk.worker, result="paid")
    walk.take("monitor", by=walk.worker, **AMEND)
    assert walk.waiting_for == {"agree": "gestionnaire-b"}
    walk.take("agree", by=factories.member("gestionnaire-b", "correspondent"), answer=answer, **more)
    return list(RepaymentPlan.objects.filter(case=walk.case).order_by("pk").values_list("state", flat=True))


def test_an_amendment_that_the_landlord_accepts_takes_the_place_of_the_plan():
    walk = Followed().until_monitor()
    assert amended(walk, "accepted") == ["amended", "running"]
    assert walk.waiting_for == {"monitor": "caf-91"}
    assert walk.task("monitor").due_on == date(2027, 1, 8)


@pytest.mark.parametrize(("answer", "state"), [("refused", "refused"), ("countered", "countered")])
def test_an_amendment_without_agreement_leaves_the_plan_running_and_followed(answer: str, state: str):
    walk = Followed().until_monitor()
    assert amended(walk, answer, counter_monthly=Decimal(150)) == ["running", state]
    assert walk.waiting_for == {"monitor": "caf-91"}
    walk.take("monitor", by=walk.worker, **AMEND)
    assert walk.waiting_for == {"agree": "gestionnaire-b"}


def test_a_first_plan_refused_after_an_amendment_was_is_built_again():
    walk = Followed().until_monitor()
    amended(walk, "refused")
    walk.take("monitor", by=walk.worker, result="broken", reason="other")
    walk.take("plan", by=walk.worker, **REPAY | {"amount": Decimal("700.00")})
    walk.take("agree", by=walk.worker, answer="refused")
    assert walk.waiting_for == {"plan": "caf-91"}


def test_a_plan_paid_off_while_its_amendment_waits_is_kept_and_the_landlord_is_no_longer_asked():
    walk = Followed().until_monitor()
    walk.take("monitor", by=walk.worker, **AMEND)
    record_movement(
        case=walk.case, kind="payment", amount=Decimal("1060.00"), on=date(2026, 12, 1), by=walk.worker,
        at=NOON + timedelta(days=10),
    )  # fmt: skip
    assert walk.waiting_for == {"monitor": "caf-91"}
    states = RepaymentPlan.objects.filter(case=walk.case).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["kept", "replaced"]


def test_a_plan_paid_off_by_the_fsl_while_its_amendment_waits_asks_the_landlord_no_longer():
    walk = Followed().until_monitor()
    walk.take("monitor", by=walk.worker, **AMEND)
    walk.at = NOON + timedelta(days=10)
    on = walk.at.date()
    measure = Measure.objects.create(case=walk.case, kind="fsl", state="granted", decided_on=on, updated_on=on)
    follow_measure(
        case=walk.case,
        measure=measure,
        to="paid",
        on=on,
        details={},
        by=walk.worker,
        at=walk.at,
        paid=Decimal("1060.00"),
    )
    assert walk.waiting_for == {"monitor": "caf-91"}
    states = RepaymentPlan.objects.filter(case=walk.case).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["kept", "replaced"]


def test_a_last_payment_rejected_brings_a_case_about_to_close_back_to_its_plan():
    walk = Followed().until_monitor()
    walk.at = NOON + timedelta(days=10)
    walk.take("monitor", by=walk.worker, result="paid", paid=Decimal("1060.00"), paid_on=date(2026, 12, 1))
    assert walk.waiting_for == {"close": "caf-91"}
    correct_movement(case=walk.case, entry=LedgerEntry.objects.get(), reason="rejected", by=walk.worker, at=walk.at)
    assert walk.waiting_for == {"monitor": "caf-91"}


def test_a_plan_built_again_without_repayment_gives_up_the_one_that_was_proposed():
    walk = Followed().until_plan()
    walk.take("plan", by=walk.worker, **REPAY)
    walk.take("agree", by=walk.worker, answer="countered", counter_monthly=Decimal("200.00"))
    walk.take("plan", by=walk.worker, kinds=["fsl"])
    assert walk.waiting_for == {"monitor": "caf-91"}
    assert RepaymentPlan.objects.get(case=walk.case).state == "replaced"
    walk.take("monitor", by=walk.worker, result="kept")
    assert walk.waiting_for == {"monitor": "caf-91"}


# Closing


def test_closing_ends_every_task_and_every_delay():
    walk = Followed().until_monitor()
    walk.take("monitor", by=walk.worker, result="close")
    walk.take("close", by=walk.worker, outcome="plan_kept", note="")
    assert walk.waiting_for == {}
    assert (walk.case.closed_on, walk.case.outcome) == (date(2026, 11, 24), "plan_kept")
    assert not Deadline.objects.running().filter(case=walk.case).exists()
    assert not Participation.objects.filter(case=walk.case, is_open=True).exists()


def test_a_case_may_be_closed_from_any_step():
    walk = Followed()
    close_now(case=walk.case, by=walk.worker, at=NOON, data={"outcome": "cleared", "note": ""})
    walk.case.refresh_from_db()
    assert walk.waiting_for == {}
    assert walk.case.outcome == "cleared"


def test_only_the_structure_that_follows_the_case_closes_it():
    walk = Followed()
    with pytest.raises(NotAllowed):
        close_now(
            case=walk.case,
            by=factories.member("mds-grigny", "manager"),
            at=NOON,
            data={"outcome": "cleared", "note": ""},
        )
    assert walk.waiting_for == {"contact": "caf-91"}


# Every step leaves a line


def test_each_act_of_the_path_writes_its_line():
    walk = Followed().until_monitor()
    walk.take("monitor", by=walk.worker, result="close")
    walk.take("close", by=walk.worker, outcome="plan_kept", note="")
    told = JournalEntry.objects.filter(case=walk.case, cause=None).order_by("pk").values_list("kind", flat=True)
    assert list(told) == [
        "case.opened",
        "sharing.started",
        "statement.recorded",
        "report.made",
        "step.accepted",
        "contact.attempted",
        "diagnosis.made",
        "step.planned",
        "plan.answered",
        "step.monitored",
        "case.closed",
    ]


def test_a_step_already_taken_says_who_took_it_and_when():
    walk = Walk(caf_case())
    worker = factories.member("caf-91", first_name="Nadia", last_name="Roux")
    task = walk.task("answer")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    with pytest.raises(engine.AlreadyDone, match=r"Nadia Roux le 24/11/2026 à 12:00"):
        engine.complete(task, by=worker, at=NOON + timedelta(minutes=1), data={"accept": False, "reason": "moved"})
