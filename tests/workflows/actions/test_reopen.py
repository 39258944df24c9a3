"""A closed case comes back to who followed it last."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases.actions.case import CannotOpen
from cases.models import LOOK_AT_ONCE, Deadline, Milestone
from cases.refusals import NotAllowed
from tests.factories import FAMILY, NOON, PARIS, member, reported, structure, tenancy
from tests.workflows.walk import Walk
from workflows.actions import milestones
from workflows.actions.reopen import reopen_case
from workflows.actions.tasks import close_now
from workflows.models import CaseProcess
from workflows.sweep import sweep_deadlines

pytestmark = pytest.mark.django_db


def closed_by(worker):
    walk = Walk(reported(tenancy(housing="private", aid_kind="ALF"), **FAMILY))
    walk.take("answer", by=worker, accept=True, professional=worker)
    close_now(case=walk.case, by=worker, at=NOON, data={"outcome": "cleared"})
    walk.case.refresh_from_db()
    return walk


def test_the_same_case_starts_again_with_the_structure_that_followed_it():
    worker = member("caf-91")
    walk = closed_by(worker)
    assert walk.waiting_for == {}
    reopen_case(case=walk.case, by=worker, at=NOON)
    walk.case.refresh_from_db()
    assert walk.case.is_open
    assert walk.waiting_for == {"answer": "caf-91"}
    assert walk.case.routing_decisions.first().rule_code == "R2"
    assert CaseProcess.objects.filter(case=walk.case).count() == 2


def test_an_open_case_is_not_reopened():
    worker = member("caf-91")
    walk = closed_by(worker)
    reopen_case(case=walk.case, by=worker, at=NOON)
    with pytest.raises(CannotOpen, match="Ce dossier est déjà ouvert"):
        reopen_case(case=walk.case, by=worker, at=NOON)


def test_a_case_whose_dwelling_has_another_open_case_stays_closed():
    worker = member("caf-91")
    walk = closed_by(worker)
    reported(walk.case.tenancy, balance="2120.00")
    with pytest.raises(CannotOpen, match="Un autre dossier est déjà ouvert"):
        reopen_case(case=walk.case, by=worker, at=NOON)


def test_another_structure_does_not_reopen_it():
    walk = closed_by(member("caf-91"))
    with pytest.raises(NotAllowed):
        reopen_case(case=walk.case, by=member("mds-grigny", "manager"), at=NOON)


def delays(case):
    """Of the order to pay, and of the contact that had begun; each with its last day."""
    found = Deadline.objects.filter(case=case, rule__code__in=["C01", "P-CONTACT-10"]).order_by("rule__code")
    return list(found.values_list("rule__code", "state", "legal_date"))


def test_the_delays_of_the_law_run_again_and_those_of_the_former_steps_do_not():
    """Six weeks from an order to pay served on 3 November 2026: 15 December."""
    worker = member("caf-91")
    walk = Walk(reported(tenancy(housing="private", aid_kind="ALF"), **FAMILY))
    walk.take("answer", by=worker, accept=True, professional=worker)
    served: dict[str, Any] = {"kind": "order_to_pay_served", "happened_on": date(2026, 11, 3), "known": "proved"}
    milestones.record(case=walk.case, by=worker, at=NOON, **served)
    assert delays(walk.case) == [
        ("C01", "running", date(2026, 12, 15)),
        ("P-CONTACT-10", "running", date(2026, 12, 8)),
    ]
    close_now(case=walk.case, by=worker, at=NOON, data={"outcome": "cleared"})
    walk.case.refresh_from_db()
    reopen_case(case=walk.case, by=worker, at=NOON + timedelta(days=1))
    assert delays(walk.case) == [
        ("C01", "running", date(2026, 12, 15)),
        ("P-CONTACT-10", "cancelled", date(2026, 12, 8)),
    ]
    assert Deadline.objects.get(case=walk.case, rule__code="C01").remind_on == LOOK_AT_ONCE


def test_what_was_paused_when_it_closed_stands_still_again():
    worker = member("caf-91")
    walk = Walk(reported(tenancy(housing="private", aid_kind="ALF"), **FAMILY))
    walk.take("answer", by=worker, accept=True, professional=worker)
    milestones.record(
        case=walk.case, kind="order_to_pay_served", happened_on=date(2026, 11, 3), known="proved", by=worker, at=NOON
    )
    Deadline.objects.filter(case=walk.case, rule__code="C01").update(state="paused", paused_on=date(2026, 11, 20))
    close_now(case=walk.case, by=worker, at=NOON, data={"outcome": "cleared"})
    walk.case.refresh_from_db()
    reopen_case(case=walk.case, by=worker, at=NOON)
    assert Deadline.objects.get(case=walk.case, rule__code="C01").state == "paused"


def test_what_a_former_structure_had_kept_runs_again_for_whoever_answers_for_the_case():
    """Until 0.3 the last days of dated facts stayed with whoever had recorded them."""
    worker = member("caf-91")
    walk = Walk(reported(tenancy(housing="private", aid_kind="ALF"), **FAMILY))
    walk.take("answer", by=worker, accept=True, professional=worker)
    milestones.record(
        case=walk.case, kind="order_to_pay_served", happened_on=date(2026, 11, 3), known="proved", by=worker, at=NOON
    )
    Deadline.objects.filter(case=walk.case, rule__code="C01").update(structure=structure("mds-grigny"))
    close_now(case=walk.case, by=worker, at=NOON, data={"outcome": "cleared"})
    walk.case.refresh_from_db()
    reopen_case(case=walk.case, by=worker, at=NOON + timedelta(days=1))
    ran = Deadline.objects.get(case=walk.case, rule__code="C01")
    assert (ran.structure.code, ran.state, ran.legal_date) == ("caf-91", "running", date(2026, 12, 15))


def test_a_delay_that_ended_while_the_case_was_closed_stays_without_object():
    """Six weeks from 3 November end on 15 December: reopened on the last day, then on the next."""
    worker = member("caf-91")
    walk = Walk(reported(tenancy(housing="private", aid_kind="ALF"), **FAMILY))
    walk.take("answer", by=worker, accept=True, professional=worker)
    milestones.record(
        case=walk.case, kind="order_to_pay_served", happened_on=date(2026, 11, 3), known="proved", by=worker, at=NOON
    )
    for again, state in (
        (datetime(2026, 12, 15, 18, 0, tzinfo=PARIS), "running"),
        (datetime(2026, 12, 16, 9, 0, tzinfo=PARIS), "cancelled"),
    ):
        close_now(case=walk.case, by=worker, at=NOON, data={"outcome": "cleared"})
        walk.case.refresh_from_db()
        reopen_case(case=walk.case, by=worker, at=again)
        walk.case.refresh_from_db()
        assert Deadline.objects.get(case=walk.case, rule__code="C01").state == state


def test_a_silence_that_fell_while_the_case_was_closed_is_a_decision_of_its_own_day():
    """Asked of the prefect on 10 November 2026: two months, until 10 January 2027. Closed by mistake, reopened on the 20th."""
    worker = member("caf-91")
    walk = Walk(reported(tenancy(housing="private", aid_kind="ALF"), **FAMILY))
    walk.take("answer", by=worker, accept=True, professional=worker)
    milestones.record(
        case=walk.case, kind="police_requested", happened_on=date(2026, 11, 10), known="proved", by=worker, at=NOON
    )
    close_now(case=walk.case, by=worker, at=NOON, data={"outcome": "cleared"})
    walk.case.refresh_from_db()
    again = datetime(2027, 1, 20, 9, 0, tzinfo=PARIS)
    sweep_deadlines(at=again)
    reopen_case(case=walk.case, by=worker, at=again)
    assert not Milestone.objects.filter(case=walk.case, kind="police_refused_silently").exists()
    sweep_deadlines(at=again + timedelta(minutes=5))
    refused = Milestone.objects.get(case=walk.case, kind="police_refused_silently")
    assert (refused.happened_on, refused.known) == (date(2027, 1, 10), "implied")
    assert Deadline.objects.get(case=walk.case, rule__code="C11").state == "missed"
