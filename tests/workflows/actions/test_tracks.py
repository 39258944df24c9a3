"""What follows when the eviction procedure moves: the case comes first, people are told, others may have to act."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cases.actions import case as cases
from cases.actions.milestones import save_milestone as keep_milestone
from cases.models import Deadline, Milestone, Participation
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests.factories import FAMILY, NOON, know, member, reported, structure, tenancy
from tests.workflows.walk import Walk
from workflows.actions import milestones
from workflows.actions.report import report_arrears
from workflows.models import CaseTask, RoutingDecision
from workflows.steps.answer import is_imposed
from workflows.steps.send_dsf import SendDsfForm
from workflows.sweep import sweep_deadlines

pytestmark = pytest.mark.django_db

REACHED = {"result": "reached", "channel": "phone", "made_on": NOON.date(), "informed_by": "phone"}
ORDER, SUMMONS, HEARING = "order_to_pay_served", "summons_served", "hearing"
A_HEARING = date(2027, 2, 2)


def routed(**lease):
    """Asked of the CAF: a family of the private stock with ALF."""
    return Walk(reported(tenancy(**{"housing": "private", "aid_kind": "ALF"} | lease), **FAMILY))


def followed(worker, *, until="diagnose", **lease):
    walk = routed(**lease)
    steps = [
        ("answer", {"accept": True, "professional": worker}),
        ("contact", REACHED),
        ("diagnose", {"completeness": "partial"}),
        ("plan", {"kinds": ["fsl"]}),
    ]
    for step, data in steps:
        if until in walk.waiting_for:
            break
        walk.take(step, by=worker, **data)
    return walk


@pytest.fixture
def worker():
    return member("caf-91")


@pytest.fixture
def pilot():
    return member("caf-91-pilotage", "pilot")


@pytest.fixture
def manager():
    return member("caf-91", "manager")


@pytest.fixture
def walk(worker):
    """Accepted and reached: the diagnosis is next."""
    return followed(worker)


def record(walk, by, kind, day, known="proved", at=NOON, **more):
    found = milestones.record(case=walk.case, kind=kind, happened_on=day, known=known, by=by, at=at, **more)
    walk.case.refresh_from_db()
    return found


def withdraw(walk, by, kind):
    milestones.withdraw(case=walk.case, kind=kind, by=by, at=NOON)


def told(kind):
    drain_outbox(at=NOON)
    return set(Notice.objects.filter(entry__kind=kind).values_list("user", flat=True))


def states(walk, start):
    """Rule → state of its last deadline, of those that count from a fact."""
    found = Deadline.objects.filter(case=walk.case, rule__start=start).order_by("pk")
    return {deadline.rule.title: deadline.state for deadline in found.select_related("rule")}


def test_an_order_to_pay_puts_the_case_first_and_is_told_to_its_professional_and_his_manager():
    manager, worker = member("caf-91", "manager"), member("caf-91")
    member("caf-91")
    walk = followed(worker)
    drain_outbox(at=NOON)
    record(walk, manager, ORDER, date(2026, 11, 3))
    assert walk.task("diagnose").comes_first
    [moved] = walk.case.journal.filter(kind="track.moved", cause__kind="milestone.recorded")
    assert (moved.data["before"], moved.data["after"]) == ("", "order_to_pay")
    assert told("track.moved") == {worker.pk}
    record(walk, worker, SUMMONS, date(2026, 11, 20))
    assert told("track.moved") == {worker.pk, manager.pk}


def test_a_step_that_opens_later_comes_first_too(worker, walk):
    assert not walk.task("diagnose").comes_first
    record(walk, worker, ORDER, date(2026, 11, 3))
    walk.take("diagnose", by=worker, completeness="partial")
    assert walk.task("plan").comes_first


@pytest.mark.parametrize(("kind", "urgent"), [(ORDER, False), (SUMMONS, False), ("order_to_leave_served", True)])
def test_only_an_eviction_makes_the_case_urgent_and_who_accepted_it_keeps_it(kind, urgent, worker, walk):
    record(walk, worker, kind, date(2026, 11, 20))
    assert walk.case.is_urgent is urgent
    assert walk.waiting_for == {"diagnose": "caf-91"}


def test_the_debt_paid_puts_the_case_back_among_the_others_and_once_taken_back_what_it_had_met_runs_again(
    worker, walk
):
    record(walk, worker, ORDER, date(2026, 11, 3))
    record(walk, worker, "debt_cleared", date(2026, 11, 20))
    assert not walk.task("diagnose").comes_first
    assert walk.case.journal.filter(kind="track.moved").first().data["after"] == ""
    assert states(walk, ORDER) == {"Effet de la clause résolutoire après le commandement de payer": "met"}
    withdraw(walk, worker, "debt_cleared")
    assert walk.task("diagnose").comes_first
    assert states(walk, ORDER) == {"Effet de la clause résolutoire après le commandement de payer": "running"}
    withdraw(walk, worker, ORDER)
    assert not walk.task("diagnose").comes_first
    assert not Deadline.objects.running().filter(case=walk.case, rule__start=ORDER).exists()
    assert not Milestone.objects.filter(case=walk.case).exists()
    assert Milestone.everything.filter(case=walk.case).count() == 2


def test_a_summons_on_a_household_that_nobody_knows_asks_the_adil_instead():
    """Row R8, of the private stock. The CAF had been asked: it is told, and sees the case no more."""
    pilot, agent = member("caf-91-pilotage", "pilot"), member("caf-91", "manager")
    lease = tenancy(housing="private", aid_kind="ALF")
    walk = Walk(reported(lease, **FAMILY, followed_by="none"))
    assert walk.waiting_for == {"answer": "caf-91"}
    record(walk, pilot, SUMMONS, date(2026, 11, 20))
    assert walk.waiting_for == {"answer": "adil-91"}
    asked = Participation.objects.active(NOON.date()).filter(case=walk.case, part="asked")
    assert [part.structure.code for part in asked] == ["adil-91"]
    decisions = RoutingDecision.objects.filter(case=walk.case)
    assert list(decisions.values_list("rule_code", "structure__code")) == [("R8", "adil-91"), ("R3", "caf-91")]
    assert walk.case.journal.filter(kind="routing.reviewed", cause__kind="track.moved").count() == 1
    assert told("routing.reviewed") == {agent.pk}


def test_an_order_to_leave_asks_the_mds_at_once_for_tomorrow_and_taken_back_asks_the_first_structure_again(pilot):
    walk = routed()
    record(walk, pilot, "order_to_leave_served", date(2026, 11, 20))
    assert walk.waiting_for == {"answer": "mds-grigny"}
    assert walk.task("answer").due_on == date(2026, 11, 25)
    withdraw(walk, pilot, "order_to_leave_served")
    assert walk.waiting_for == {"answer": "caf-91"}
    walk.case.refresh_from_db()
    assert not walk.case.is_urgent


def test_a_case_at_the_qualification_desk_is_routed_when_what_is_missing_no_longer_matters(pilot):
    walk = Walk(reported(tenancy(housing="private")))
    assert walk.waiting_for == {"qualify": "caf-91-pilotage"}
    record(walk, pilot, "order_to_leave_served", date(2026, 11, 20))
    assert walk.waiting_for == {"answer": "mds-grigny"}


def test_an_order_to_pay_that_changes_no_row_leaves_the_answer_and_its_delay_alone(pilot):
    walk = routed()
    before = walk.task("answer")
    record(walk, pilot, ORDER, date(2026, 11, 3))
    after = walk.task("answer")
    assert (after.pk, after.due_on) == (before.pk, before.due_on)
    assert after.comes_first
    assert RoutingDecision.objects.filter(case=walk.case).count() == 1


def test_a_new_stage_names_a_structure_to_who_waits_for_arbitration_and_leaves_what_the_pilot_attributed(
    pilot, manager
):
    waits, attributed = routed(), routed()
    for walk in (waits, attributed):
        walk.take("answer", by=manager, accept=False, reason="no_capacity")
        assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
    attributed.take("arbitrate", by=pilot, structure=structure("ccas-grigny"))
    for walk in (waits, attributed):
        record(walk, pilot, "order_to_leave_served", date(2026, 11, 20))
    assert (waits.waiting_for, attributed.waiting_for) == ({"answer": "mds-grigny"}, {"answer": "ccas-grigny"})


def test_what_the_pilot_attributed_to_a_structure_that_let_its_delay_pass_is_attributed_no_more(pilot, manager):
    """Another that is asked after it may decline, and a new stage may ask another."""
    walk = routed()
    walk.take("answer", by=manager, accept=False, reason="no_capacity")
    walk.take("arbitrate", by=pilot, structure=structure("ccas-grigny"))
    assert is_imposed(walk.task("answer"))
    sweep_deadlines(at=NOON + timedelta(days=30))
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
    process = walk.task("arbitrate").process
    # As where the pilot was asked because no row names anybody.
    process.data["declined"] = process.data["declined"][-1:]
    process.save(update_fields=["data"])
    record(walk, pilot, "order_to_leave_served", date(2026, 11, 20), at=NOON + timedelta(days=30))
    assert walk.waiting_for == {"answer": "mds-grigny"}
    assert not is_imposed(walk.task("answer"))


def test_a_case_that_was_reported_urgent_stays_so_when_a_fact_is_taken_back(worker, walk):
    cases.make_urgent(case=walk.case, structure=structure("caf-91"), at=NOON)
    record(walk, worker, "order_to_leave_served", date(2026, 11, 20))
    withdraw(walk, worker, "order_to_leave_served")
    walk.case.refresh_from_db()
    assert walk.case.is_urgent


@pytest.mark.parametrize("step", ["contact", "diagnose", "plan", "monitor"])
def test_a_hearing_asks_for_the_diagnosis_to_be_sent_wherever_the_case_is(step, worker):
    walk = followed(worker, until=step)
    record(walk, worker, SUMMONS, date(2026, 11, 20))
    record(walk, worker, HEARING, A_HEARING)
    assert walk.waiting_for == {step: "caf-91", "send_dsf": "caf-91"}
    sending = walk.task("send_dsf")
    assert (sending.owner, sending.due_on, sending.comes_first) == (worker, date(2027, 1, 21), True)


def test_a_hearing_fixed_after_the_diagnosis_starts_no_delay_that_nothing_meets(worker):
    walk = followed(worker, until="monitor")
    record(walk, worker, HEARING, A_HEARING)
    assert states(walk, HEARING) == {
        "Notifier l’assignation au préfet avant l’audience": "running",
        "Établir le diagnostic avant l’audience": "met",
        "Demander l’aide juridictionnelle avant l’audience": "running",
        "Transmettre le diagnostic social et financier avant l’audience": "running",
    }
    walk.take("send_dsf", by=worker, result="dsf_sent", sent_on=date(2026, 11, 24))
    assert walk.waiting_for == {"monitor": "caf-91"}
    assert states(walk, HEARING)["Transmettre le diagnostic social et financier avant l’audience"] == "met"
    assert Milestone.objects.get(case=walk.case, kind="dsf_sent").happened_on == date(2026, 11, 24)


def test_a_hearing_known_before_the_case_is_accepted_waits_for_who_accepts_it(worker, pilot):
    walk = routed()
    record(walk, pilot, HEARING, A_HEARING)
    assert walk.waiting_for == {"answer": "caf-91"}
    walk.take("answer", by=worker, accept=True, professional=worker)
    assert walk.waiting_for == {"contact": "caf-91", "send_dsf": "caf-91"}


def test_a_hearing_that_took_place_asks_for_nothing_and_one_put_off_moves_the_date_of_its_step(worker, walk):
    record(walk, worker, HEARING, date(2026, 11, 20))
    assert walk.waiting_for == {"diagnose": "caf-91"}
    record(walk, worker, HEARING, A_HEARING)
    record(walk, worker, HEARING, date(2027, 3, 2))
    [sending] = CaseTask.objects.open().filter(case=walk.case, node="send_dsf")
    assert sending.due_on == date(2027, 2, 18)
    early = SendDsfForm({"result": "dsf_not_made", "sent_on": "2025-11-24"}, task=sending, user=worker)
    assert early.errors["sent_on"] == [
        "Cette date précède le dossier, ouvert le 24/11/2026 : la vérifier. Un envoi plus ancien s’enregistre comme fait daté."
    ]
    walk.take("send_dsf", by=worker, result="dsf_not_made", sent_on=date(2026, 11, 24))
    record(walk, worker, HEARING, date(2027, 4, 6))
    assert "send_dsf" not in walk.waiting_for


def test_a_hearing_taken_back_or_a_procedure_dropped_leaves_nothing_to_send(worker):
    for kind, day in [(HEARING, None), ("procedure_dropped", date(2026, 11, 23))]:
        walk = followed(worker)
        record(walk, worker, HEARING, A_HEARING)
        if day:
            record(walk, worker, kind, day)
        else:
            withdraw(walk, worker, kind)
        assert walk.waiting_for == {"diagnose": "caf-91"}
        assert not Milestone.objects.filter(case=walk.case, kind=HEARING).exists()
        assert not Deadline.objects.running().filter(case=walk.case, rule__start=HEARING).exists()


@pytest.mark.parametrize("judgment", ["payment_delays_granted", "lease_terminated", "order_to_leave_served"])
def test_a_hearing_after_the_judgment_is_of_another_judge_and_asks_for_no_diagnosis(judgment, worker, walk):
    record(walk, worker, judgment, date(2026, 11, 20))
    record(walk, worker, HEARING, A_HEARING)
    assert walk.waiting_for == {"diagnose": "caf-91"}
    assert states(walk, HEARING) == {}


def test_a_judgment_learnt_after_the_hearing_of_another_judge_closes_its_step_and_ends_its_delays(worker, walk):
    record(walk, worker, HEARING, A_HEARING)
    assert "send_dsf" in walk.waiting_for
    record(walk, worker, "lease_terminated", date(2026, 11, 20))
    assert walk.waiting_for == {"diagnose": "caf-91"}
    assert not Deadline.objects.running().filter(case=walk.case, rule__start=HEARING).exists()
    withdraw(walk, worker, "lease_terminated")
    assert "send_dsf" in walk.waiting_for
    assert Deadline.objects.running().filter(case=walk.case, rule__start=HEARING).count() == 4


def test_facts_told_in_any_order_meet_the_same_delays(worker):
    told_first, told_last = followed(worker), followed(worker)
    record(told_first, worker, "prefect_notified", date(2026, 11, 23))
    record(told_first, worker, HEARING, A_HEARING)
    record(told_last, worker, HEARING, A_HEARING)
    record(told_last, worker, "prefect_notified", date(2026, 11, 23))
    title = "Notifier l’assignation au préfet avant l’audience"
    assert [states(walk, HEARING)[title] for walk in (told_first, told_last)] == ["met", "met"]


def test_what_was_sent_for_an_earlier_procedure_does_not_serve_the_next(worker, walk):
    keep_milestone(case=walk.case, kind="dsf_sent", happened_on=date(2026, 9, 1), at=NOON)
    record(walk, worker, "procedure_dropped", date(2026, 9, 20))
    record(walk, worker, HEARING, A_HEARING)
    assert "send_dsf" in walk.waiting_for


def test_closing_the_case_closes_its_side_steps(worker):
    walk = followed(worker, until="monitor")
    record(walk, worker, HEARING, A_HEARING)
    walk.take("monitor", by=worker, result="close")
    walk.take("close", by=worker, outcome="left", note="")
    assert walk.waiting_for == {}
    assert not Deadline.objects.running().filter(case=walk.case).exists()


def test_the_guarantor_is_notified_only_when_there_is_one(worker):
    title = "Signifier le commandement à la caution"
    walk = followed(worker)
    record(walk, worker, ORDER, date(2026, 11, 20))
    assert title not in states(walk, ORDER)
    record(walk, worker, ORDER, date(2026, 11, 20), guarantor=True)
    assert states(walk, ORDER)[title] == "running"
    record(walk, worker, ORDER, date(2026, 11, 20), guarantor=False)
    assert states(walk, ORDER)[title] == "cancelled"
    assert walk.case.tenancy.guarantor is False


def report_again(walk, at=NOON, **facts):
    """The landlord’s next file, of the same lease."""
    report_arrears(
        tenancy=walk.case.tenancy,
        structure=structure("bailleur-a"),
        channel="file",
        balance=walk.case.reports.get().balance,
        as_of=at.date(),
        at=at,
        milestones=facts,
    )


def test_an_order_to_pay_told_by_a_file_has_the_same_effects_as_typed(worker):
    walk = followed(worker, lease_date=date(2024, 3, 1))
    drain_outbox(at=NOON)
    report_again(walk, at=NOON + timedelta(days=1), order_to_pay_served=date(2026, 11, 3))
    assert walk.task("diagnose").comes_first
    assert Deadline.objects.running().get(case=walk.case, rule__start=ORDER).legal_date == date(2026, 12, 15)
    assert told("track.moved") == {worker.pk}


def test_a_case_that_opens_with_an_order_to_pay_starts_its_delay_and_tells_it_once():
    manager = member("caf-91", "manager")
    lease = tenancy(housing="private", aid_kind="ALF", lease_date=date(2024, 3, 1))
    know(lease.household, **FAMILY)
    done = report_arrears(
        tenancy=lease, structure=structure("bailleur-a"), channel="file", balance=Decimal(1060), as_of=NOON.date(), at=NOON,
        milestones={ORDER: date(2026, 11, 3)},
    )  # fmt: skip
    walk = Walk(done.case)
    assert walk.task("answer").comes_first
    assert Deadline.objects.running().get(case=walk.case, rule__start=ORDER).legal_date == date(2026, 12, 15)
    drain_outbox(at=NOON)
    assert [notice.entry.kind for notice in Notice.objects.filter(user=manager)] == ["step.routed"]
