"""A dated fact starts the delays that the law counts from it; another date corrects it."""

from datetime import date, datetime

import pytest

from cases.models import Deadline, Milestone
from cases.refusals import NotAllowed, Refusal
from tests.factories import FAMILY, NOON, PARIS, member, reported, tenancy
from tests.workflows.walk import Walk
from workflows.actions import milestones
from workflows.actions.fact_groups import group_facts
from workflows.sweep import sweep_deadlines

pytestmark = pytest.mark.django_db


def followed_by_the_caf(worker, **lease):
    lease = {"housing": "private", "aid_kind": "ALF", **lease}
    walk = Walk(reported(tenancy(**lease), **FAMILY))
    walk.take("answer", by=worker, accept=True, professional=worker)
    return walk


def record(walk, worker, kind, day, known="proved"):
    return milestones.record(case=walk.case, kind=kind, happened_on=day, known=known, by=worker, at=NOON)


def running(case, start):
    """The last days of what counts from a fact."""
    found = Deadline.objects.running().filter(case=case, rule__start=start).order_by("legal_date")
    return sorted({deadline.legal_date for deadline in found})


def counted(case, start):
    """What counts from a fact: row, rule, last day, state."""
    found = Deadline.objects.filter(case=case, rule__start=start).order_by("pk")
    return list(found.values_list("pk", "rule__code", "legal_date", "state"))


def test_a_lease_renewed_in_2024_gives_six_weeks_to_pay():
    worker = member("caf-91")
    walk = followed_by_the_caf(worker, lease_date=date(2024, 3, 1))
    record(walk, worker, "order_to_pay_served", date(2026, 11, 3))
    assert date(2026, 12, 15) in running(walk.case, "order_to_pay_served")


def test_a_lease_of_2018_gives_two_months_to_pay():
    worker = member("caf-91")
    walk = followed_by_the_caf(worker, lease_date=date(2018, 6, 1))
    record(walk, worker, "order_to_pay_served", date(2026, 11, 3))
    assert date(2027, 1, 3) in running(walk.case, "order_to_pay_served")
    assert date(2026, 12, 15) not in running(walk.case, "order_to_pay_served")


def test_the_day_that_is_written_on_the_order_counts_beside_that_of_the_law():
    """Served on 3 November with two months written on it: six weeks by the law, 3 January by the act."""
    worker = member("caf-91")
    walk = followed_by_the_caf(worker, lease_date=date(2024, 3, 1))
    record(walk, worker, "order_to_pay_served", date(2026, 11, 3))
    record(walk, worker, "order_to_pay_term", date(2027, 1, 3))
    assert running(walk.case, "order_to_pay_term") == [date(2027, 1, 3)]
    assert date(2026, 12, 15) in running(walk.case, "order_to_pay_served")
    record(walk, worker, "debt_cleared", date(2026, 11, 20))
    assert running(walk.case, "order_to_pay_term") == []


def test_a_written_day_before_the_order_is_refused():
    worker = member("caf-91")
    walk = followed_by_the_caf(worker, lease_date=date(2024, 3, 1))
    record(walk, worker, "order_to_pay_served", date(2026, 11, 3))
    with pytest.raises(Refusal, match="ne peut pas précéder"):
        record(walk, worker, "order_to_pay_term", date(2026, 11, 2))


@pytest.mark.parametrize("kind", ["siao_informed", "ccapex_informed"])
def test_who_follows_an_urgent_household_notes_that_the_siao_and_the_ccapex_were_informed(kind):
    worker = member("caf-91")
    walk = followed_by_the_caf(worker)
    offered = milestones.recordable_kinds(walk.case, on=NOON.date())
    assert kind in dict(offered["Commandement de quitter, expulsion"])
    record(walk, worker, kind, date(2026, 11, 23))
    assert Milestone.objects.get(case=walk.case, kind=kind).happened_on == date(2026, 11, 23)


def test_an_order_to_leave_gives_two_working_days_to_inform_the_siao_and_the_ccapex():
    """Served on Monday 23 November: the 25th, until each is noted as informed."""
    worker = member("caf-91")
    walk = followed_by_the_caf(worker)
    record(walk, worker, "order_to_leave_served", date(2026, 11, 23))
    waiting = Deadline.objects.running().filter(case=walk.case, rule__code__in=("P-SIAO", "P-CCAPEX"))
    assert {each.legal_date for each in waiting} == {date(2026, 11, 25)}
    record(walk, worker, "siao_informed", date(2026, 11, 24))
    assert [each.rule.code for each in waiting.select_related("rule").all()] == ["P-CCAPEX"]


def test_facts_are_looked_for_by_the_stage_of_the_procedure_and_none_is_beside():
    offered = milestones.recordable_kinds(followed_by_the_caf(member("caf-91")).case, on=NOON.date())
    assert list(offered) == [
        "Commandement de payer",
        "Assignation, audience, jugement",
        "Commandement de quitter, expulsion",
        "Dette, plan, bail, surendettement",
        "Aide au logement, CAF ou MSA",
        "FSL",
        "Aide juridictionnelle",
    ]
    assert max(map(len, offered.values())) == 16
    assert offered["FSL"][0] == ("fsl_referred", "FSL saisi en même temps que la CAF")


def test_a_fact_that_an_edition_adds_is_not_lost():
    assert group_facts({"hearing": "Audience", "of_tomorrow": "Fait nouveau"}) == {
        "Assignation, audience, jugement": [("hearing", "Audience")],
        "Autres faits": [("of_tomorrow", "Fait nouveau")],
    }


def test_the_same_fact_twice_changes_nothing():
    worker = member("caf-91")
    walk = followed_by_the_caf(worker, lease_date=date(2024, 3, 1))
    for _ in range(2):
        record(walk, worker, "order_to_pay_served", date(2026, 11, 3))
    assert Milestone.objects.filter(case=walk.case).count() == 1
    assert walk.case.journal.filter(kind="milestone.recorded").count() == 1
    twice = Deadline.objects.filter(case=walk.case, rule__start="order_to_pay_served")
    assert twice.count() == twice.values("rule").distinct().count()


def test_another_date_corrects_the_fact_and_what_counts_from_it():
    worker = member("caf-91")
    walk = followed_by_the_caf(worker, lease_date=date(2024, 3, 1))
    record(walk, worker, "order_to_pay_served", date(2026, 11, 3))
    record(walk, worker, "order_to_pay_served", date(2026, 11, 10))
    assert date(2026, 12, 22) in running(walk.case, "order_to_pay_served")
    assert date(2026, 12, 15) not in running(walk.case, "order_to_pay_served")
    [current] = Milestone.objects.filter(case=walk.case, replaced_by=None)
    assert current.happened_on == date(2026, 11, 10)


def test_a_hearing_that_was_declared_and_is_proved_keeps_its_delays_and_what_was_said_of_them():
    """The prefect was to be told by 20 December: that was missed, and said once."""
    worker = member("caf-91")
    walk = followed_by_the_caf(worker)
    record(walk, worker, "hearing", date(2027, 2, 2), known="declared")
    sweep_deadlines(at=datetime(2026, 12, 22, 8, tzinfo=PARIS))
    record(walk, worker, "dsf_sent", date(2026, 11, 24))
    before = counted(walk.case, "hearing")
    record(walk, worker, "hearing", date(2027, 2, 2), known="proved")
    assert counted(walk.case, "hearing") == before
    assert {state for *_, state in before} == {"running", "met", "missed"}
    sweep_deadlines(at=datetime(2026, 12, 22, 9, tzinfo=PARIS))
    assert walk.case.journal.filter(kind="deadline.missed", data__rule="C04").count() == 1


def test_what_is_known_before_anybody_accepts_follows_the_case_without_being_missed_again():
    """The desk had the delays of the hearing; once the CAF follows the household, they are the CAF’s."""
    desk, worker = member("caf-91-pilotage", "pilot"), member("caf-91")
    case = reported(tenancy(housing="private", aid_kind="ALF"), **FAMILY)
    milestones.keep_milestone(
        case=case, kind="hearing", happened_on=date(2027, 2, 2), structure=case.responsible_structure, by=desk, at=NOON
    )
    walk = Walk(case)
    walk.take("answer", by=worker, accept=True, professional=worker)
    sweep_deadlines(at=datetime(2026, 12, 22, 8, tzinfo=PARIS))
    before = counted(case, "hearing")
    record(walk, worker, "hearing", date(2027, 2, 2))
    assert counted(case, "hearing") == before
    assert set(case.deadlines.running().filter(rule__start="hearing").values_list("structure__code", flat=True)) == {
        "caf-91"
    }
    sweep_deadlines(at=datetime(2026, 12, 22, 9, tzinfo=PARIS))
    assert case.journal.filter(kind="deadline.missed", data__rule="C04").count() == 1


def test_what_a_step_awaits_and_was_missed_is_not_missed_again_when_its_fact_is_proved():
    """The diagnosis was to be sent by 1 February, and its step waits."""
    worker = member("caf-91")
    walk = followed_by_the_caf(worker)
    record(walk, worker, "hearing", date(2027, 2, 2), known="declared")
    sweep_deadlines(at=datetime(2027, 2, 3, 8, tzinfo=PARIS))
    record(walk, worker, "hearing", date(2027, 2, 2))
    sweep_deadlines(at=datetime(2027, 2, 3, 9, tzinfo=PARIS))
    assert walk.case.journal.filter(kind="deadline.missed", data__rule="C05").count() == 1


def test_what_was_sent_before_a_hearing_keeps_the_day_on_which_it_was_met():
    worker = member("caf-91")
    walk = followed_by_the_caf(worker)
    record(walk, worker, "hearing", date(2027, 2, 2), known="declared")
    record(walk, worker, "dsf_sent", date(2026, 11, 24))
    met = Deadline.objects.get(case=walk.case, rule__code="C05")
    later = datetime(2026, 12, 1, 9, tzinfo=PARIS)
    for kind, day in (("hearing", date(2027, 2, 2)), ("dsf_sent", date(2026, 11, 24))):
        milestones.record(case=walk.case, kind=kind, happened_on=day, known="proved", by=worker, at=later)
    again = Deadline.objects.get(case=walk.case, rule__code="C05")
    assert (again.pk, again.state, again.ended_at) == (met.pk, "met", NOON)


def test_a_diagnosis_that_was_not_sent_is_to_be_sent_when_its_hearing_is_fixed_again():
    worker = member("caf-91")
    walk = followed_by_the_caf(worker)
    record(walk, worker, "hearing", date(2027, 2, 2))
    record(walk, worker, "dsf_sent", date(2026, 11, 24))
    for kind in ("hearing", "dsf_sent"):
        milestones.withdraw(case=walk.case, kind=kind, by=worker, at=NOON)
    record(walk, worker, "hearing", date(2027, 2, 2))
    assert [(code, state) for _, code, _, state in counted(walk.case, "hearing") if code == "C05"] == [
        ("C05", "running")
    ]


def test_a_missed_day_of_a_fact_that_is_corrected_is_missed_no_more():
    worker = member("caf-91")
    walk = followed_by_the_caf(worker)
    record(walk, worker, "hearing", date(2027, 2, 2))
    sweep_deadlines(at=datetime(2026, 12, 22, 8, tzinfo=PARIS))
    record(walk, worker, "hearing", date(2027, 3, 2))
    found = walk.case.deadlines.filter(rule__code="C04").order_by("pk").values_list("state", "legal_date")
    assert list(found) == [("cancelled", date(2026, 12, 20)), ("running", date(2027, 1, 17))]


def test_what_silence_refused_is_not_refused_again_when_its_request_is_proved():
    """Asked on 3 November, nothing by 3 January: the refusal was told once, and stands."""
    worker = member("caf-91")
    walk = followed_by_the_caf(worker)
    record(walk, worker, "police_requested", date(2026, 11, 3), known="declared")
    sweep_deadlines(at=datetime(2027, 1, 5, 8, tzinfo=PARIS))
    refused = Milestone.objects.get(case=walk.case, kind="police_refused_silently")
    assert refused.happened_on == date(2027, 1, 3)
    record(walk, worker, "police_requested", date(2026, 11, 3), known="proved")
    sweep_deadlines(at=datetime(2027, 1, 5, 9, tzinfo=PARIS))
    assert Milestone.objects.get(case=walk.case, kind="police_refused_silently", replaced_by=None) == refused
    missed = Deadline.objects.filter(case=walk.case, rule__start="police_requested", state="missed")
    told = walk.case.journal.filter(kind="deadline.unanswered", data__rule="C11")
    assert missed.count() == told.count() == 1


def reach(walk, worker):
    walk.take("contact", by=worker, result="reached", channel="phone", made_on=NOON.date(), informed_by="phone")


def test_a_hearing_brings_the_diagnosis_forward_whichever_comes_first():
    worker = member("caf-91")
    before, after = followed_by_the_caf(worker), followed_by_the_caf(worker)
    reach(after, worker)
    assert after.task("diagnose").due_on == date(2026, 12, 17)
    for walk in (before, after):
        record(walk, worker, "hearing", date(2026, 12, 14))
    reach(before, worker)
    assert [walk.task("diagnose").due_on for walk in (before, after)] == [date(2026, 11, 27), date(2026, 11, 27)]
    for walk in (before, after):
        walk.take("diagnose", by=worker, completeness="partial")
        states = Deadline.objects.filter(case=walk.case, rule__start="hearing", rule__condition__until=["diagnosed"])
        assert {deadline.state for deadline in states} == {"met"}


def test_the_stage_of_the_procedure_follows():
    pilot = member("caf-91-pilotage", "pilot")
    walk = Walk(reported(tenancy(housing="private")))
    assert walk.waiting_for == {"qualify": "caf-91-pilotage"}
    record(walk, pilot, "summons_served", date(2026, 11, 3))
    walk.take("qualify", by=pilot, result="complete", facts={"followed_by": "none"})
    assert walk.waiting_for == {"answer": "adil-91"}


def test_only_who_answers_for_the_case_records_its_facts():
    worker = member("caf-91")
    walk = followed_by_the_caf(worker)
    for other in (member("mds-grigny", "manager"), member("caf-91-pilotage", "pilot"), member("bailleur-a", "agent")):
        with pytest.raises(NotAllowed):
            record(walk, other, "order_to_pay_served", date(2026, 11, 3))
    assert not Milestone.objects.filter(case=walk.case).exists()


def test_the_facts_of_another_procedure_are_not_proposed():
    walk = Walk(reported(tenancy(), **FAMILY))
    proposed = {
        code for group in milestones.recordable_kinds(walk.case, on=date(2026, 11, 24)).values() for code, _ in group
    }
    assert {"order_to_pay_served", "hearing", "fsl_referred"} <= proposed
    assert not proposed & {"notice_received", "constraint_served", "referent_accepted", "debt_settled"}
