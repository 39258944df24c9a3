"""What a line waited for when it was settled by mistake is waited for again, whatever was done meanwhile."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from cases.models import Case, LedgerEntry, User
from tests.factories import member
from tests.workflows.actions.test_overpayment import APL, AT, line, steps, take
from tests.workflows.views.overpayment.test_line_letters import ready
from workflows.actions import milestones
from workflows.actions.lines import correct_movement, record_movement
from workflows.models import CaseProcess, CaseTask
from workflows.steps.await_answer import AwaitAnswerForm, await_again, leave_awaited

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SENT = {"sent_on": date(2026, 11, 2), "proof": "online", "received_on": None}


@pytest.fixture
def worker() -> Iterator[User]:
    with time_machine.travel(AT, tick=False):
        yield member("ccas-grigny")


def asked(worker: User, *ways: str) -> Case:
    """Of 412 €, and answered by nobody yet; a penalty was pronounced beside them."""
    case = ready(worker, lines=[APL], informed_by="interview")
    take(case, "apl", "choose_way", worker, ways=list(ways), confirmed=True)
    take(case, "apl", "prepare", worker, signed="signed")
    take(case, "apl", "send", worker, **SENT)
    milestones.record(
        case=case, debt=line(case, "apl").debt, kind="penalty_decided", happened_on=date(2026, 10, 30),
        known="declared", by=worker, at=AT,
    )  # fmt: skip
    return case


def settle(case: Case, worker: User) -> None:
    record_movement(
        case=case, line=line(case, "apl"), kind="payment", amount=Decimal(412), on=AT.date(), by=worker, at=AT
    )
    assert steps(case, "apl") == ["choose_way"]


def correct(case: Case, worker: User) -> None:
    wrong = LedgerEntry.objects.get(debt=line(case, "apl").debt)
    correct_movement(case=case, line=line(case, "apl"), entry=wrong, reason="wrong", by=worker, at=AT)


def awaited(case: Case, worker: User) -> list[tuple[str, str]]:
    """As its step offers them."""
    task = CaseTask.objects.open().get(process__debt=line(case, "apl").debt, node="await_answer")
    offered: Any = AwaitAnswerForm(task=task, user=worker).fields["way"]
    return list(offered.choices)


def test_it_is_named_although_another_way_was_chosen_meanwhile(worker):
    case = asked(worker, "waiver")
    settle(case, worker)
    take(case, "apl", "choose_way", worker, ways=["contest_penalty"])
    take(case, "apl", "prepare", worker, signed="withdrawn")
    correct(case, worker)
    assert awaited(case, worker) == [("waiver", "Demander une remise de dette")]


def test_it_is_awaited_although_another_demand_left_meanwhile(worker):
    case = asked(worker, "waiver")
    settle(case, worker)
    take(case, "apl", "choose_way", worker, ways=["contest_penalty"])
    take(case, "apl", "prepare", worker, signed="signed")
    take(case, "apl", "send", worker, **SENT)
    assert steps(case, "apl") == ["choose_way"]
    correct(case, worker)
    assert awaited(case, worker) == [("waiver", "Demander une remise de dette")]


def test_it_is_awaited_although_another_letter_is_being_prepared(worker):
    case = asked(worker, "waiver")
    settle(case, worker)
    take(case, "apl", "choose_way", worker, ways=["contest_penalty"])
    correct(case, worker)
    assert steps(case, "apl") == ["await_answer"]
    assert awaited(case, worker) == [("waiver", "Demander une remise de dette")]


def test_what_an_agreement_to_another_demand_settled_is_awaited_again_once_that_sum_is_corrected(worker):
    case = asked(worker, "recourse", "waiver")
    assert [way for way, _ in awaited(case, worker)] == ["recourse", "waiver"]
    take(case, "apl", "await_answer", worker, way="recourse", answer="granted", received_on=AT.date())
    assert steps(case, "apl") == ["close_line"]
    correct(case, worker)
    assert awaited(case, worker) == [("waiver", "Demander une remise de dette")]


def test_what_is_refused_then_leads_to_another_choice_although_an_agreement_was_noted_by_mistake(worker):
    case = asked(worker, "recourse", "waiver")
    take(case, "apl", "await_answer", worker, way="recourse", answer="granted", received_on=AT.date())
    correct(case, worker)
    take(case, "apl", "await_answer", worker, way="waiver", answer="refused", received_on=AT.date())
    assert steps(case, "apl") == ["decide_next"]


def test_a_line_that_an_older_version_settled_awaits_again_too(worker):
    case = asked(worker, "waiver")
    record_movement(
        case=case, line=line(case, "apl"), kind="payment", amount=Decimal(412), on=AT.date(), by=worker, at=AT
    )
    process = CaseTask.objects.open().get(process__debt=line(case, "apl").debt).process
    process.data |= {"awaits": list(process.data.pop("left_awaiting"))}
    process.save(update_fields=["data"])
    correct(case, worker)
    assert awaited(case, worker) == [("waiver", "Demander une remise de dette")]


def test_what_was_left_first_is_awaited_again_beside_what_was_left_afterwards():
    process = CaseProcess(data={"awaits": ["waiver"], "titles": {"waiver": "Demander une remise de dette"}})
    leave_awaited(process)
    process.data |= {"awaits": ["recourse"], "titles": {"recourse": "Former un recours"}}
    leave_awaited(process)
    leave_awaited(process)
    assert await_again(process)
    assert process.data["awaits"] == ["waiver", "recourse"]
    assert process.data["titles"] == {"recourse": "Former un recours", "waiver": "Demander une remise de dette"}


def test_of_what_an_older_version_settled_a_refusal_leads_to_another_choice_too(worker):
    case = asked(worker, "recourse", "waiver")
    take(case, "apl", "await_answer", worker, way="recourse", answer="granted", received_on=AT.date())
    process = CaseTask.objects.open().get(process__debt=line(case, "apl").debt).process
    process.data |= {"awaits": list(process.data.pop("left_awaiting"))}
    process.save(update_fields=["data"])
    correct(case, worker)
    take(case, "apl", "await_answer", worker, way="waiver", answer="refused", received_on=AT.date())
    assert steps(case, "apl") == ["decide_next"]


def test_a_line_that_waited_for_nothing_chooses_a_way_again(worker):
    case = ready(worker, lines=[APL], informed_by="interview")
    record_movement(
        case=case, line=line(case, "apl"), kind="payment", amount=Decimal(412), on=AT.date(), by=worker, at=AT
    )
    assert steps(case, "apl") == ["close_line"]
    correct(case, worker)
    assert steps(case, "apl") == ["choose_way"]
