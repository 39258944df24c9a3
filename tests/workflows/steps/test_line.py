"""What the steps of a line keep of it meets and starts its legal dates, by the day of each fact; every date is typed by hand.

The notification of an AAH was received on 22 October 2026: the commission may be asked until 22 December.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest
import time_machine

from cases import invariants as of_cases
from cases.models import Case, Deadline, LedgerEntry, Milestone, User
from cases.rules.notices import TypedLine
from tests.factories import PARIS, member
from tests.workflows.actions.test_overpayment import APL, AT, RSA, line, take
from tests.workflows.views.overpayment.test_line_letters import ready
from workflows import invariants as of_workflows
from workflows.actions import milestones
from workflows.actions.lines import correct_movement
from workflows.sweep import sweep_deadlines

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AAH = TypedLine(benefit="aah", amount=Decimal(640), since=date(2026, 6, 1), until=date(2026, 9, 1))


@pytest.fixture
def worker() -> Iterator[User]:
    with time_machine.travel(AT, tick=False):
        yield member("ccas-grigny")


def to_send(worker: User, of: TypedLine = AAH) -> Case:
    """Its recourse is signed, and not said to have left."""
    case = ready(worker, lines=[of], informed_by="interview")
    take(case, of.benefit, "choose_way", worker, ways=["recourse"], confirmed=True)
    take(case, of.benefit, "prepare", worker, signed="signed")
    return case


def send(
    case: Case, worker: User, sent_on: date, *, at: datetime, received_on: date | None = None, benefit: str = "aah"
) -> None:
    take(case, benefit, "send", worker, at=at, sent_on=sent_on, proof="registered", received_on=received_on)


def record(case: Case, worker: User, kind: str, on: date, *, at: datetime = AT) -> None:
    milestones.record(
        case=case, debt=line(case, "aah").debt, kind=kind, happened_on=on, known="proved", by=worker, at=at
    )


def states(case: Case, *rules: str) -> dict[str, tuple[str, date]]:
    found = Deadline.objects.filter(case=case, rule__code__in=rules).exclude(state="cancelled").order_by("pk")
    return {code: (state, last) for code, state, last in found.values_list("rule__code", "state", "legal_date")}


def test_a_recourse_that_left_before_a_formal_notice_does_not_contest_it(worker: User):
    case = to_send(worker)
    record(case, worker, "formal_notice_received", date(2026, 10, 30))
    send(case, worker, date(2026, 10, 26), at=AT)
    assert states(case, "IND-05", "IND-11b") == {
        "IND-05": ("met", date(2026, 12, 22)),
        "IND-11b": ("running", date(2026, 12, 30)),
    }


def test_it_does_not_either_when_it_is_received_after_that_notice(worker: User):
    case = to_send(worker)
    record(case, worker, "formal_notice_received", date(2026, 10, 30))
    send(case, worker, date(2026, 10, 26), at=AT, received_on=date(2026, 10, 31))
    assert states(case, "IND-06", "IND-11b") == {
        "IND-06": ("running", date(2026, 12, 31)),
        "IND-11b": ("running", date(2026, 12, 30)),
    }


def test_it_does_not_either_once_an_agreement_that_was_noted_by_mistake_is_taken_back(worker: User):
    case = to_send(worker)
    record(case, worker, "formal_notice_received", date(2026, 10, 30))
    send(case, worker, date(2026, 10, 26), at=AT, received_on=date(2026, 10, 31))
    take(case, "aah", "await_answer", worker, way="recourse", answer="granted", received_on=AT.date())
    assert states(case, "IND-11b") == {"IND-11b": ("met", date(2026, 12, 30))}
    wrong = LedgerEntry.objects.get(debt=line(case, "aah").debt)
    correct_movement(case=case, line=line(case, "aah"), entry=wrong, reason="wrong", by=worker, at=AT)
    assert states(case, "IND-11b") == {"IND-11b": ("running", date(2026, 12, 30))}


def test_it_does_not_either_once_something_else_is_noted(worker: User):
    case = to_send(worker)
    record(case, worker, "formal_notice_received", date(2026, 10, 30))
    send(case, worker, date(2026, 10, 26), at=AT, received_on=date(2026, 10, 31))
    record(case, worker, "withholding_stopped", date(2026, 11, 2))
    record(case, worker, "formal_notice_received", date(2026, 10, 29))
    assert states(case, "IND-05", "IND-11b") == {
        "IND-05": ("met", date(2026, 12, 22)),
        "IND-11b": ("running", date(2026, 12, 29)),
    }
    record(case, worker, "recourse_sent", date(2026, 10, 30))
    assert states(case, "IND-11b") == {"IND-11b": ("met", date(2026, 12, 29))}


def test_a_recourse_that_left_before_its_letter_was_received_contests_it(worker: User):
    case = to_send(worker)
    send(case, worker, date(2026, 10, 20), at=AT)
    assert states(case, "IND-05") == {"IND-05": ("met", date(2026, 12, 22))}


def test_it_contests_it_still_once_an_agreement_that_was_noted_by_mistake_is_taken_back(worker: User):
    case = to_send(worker)
    send(case, worker, date(2026, 10, 20), at=AT)
    take(case, "aah", "await_answer", worker, way="recourse", answer="granted", received_on=AT.date())
    wrong = LedgerEntry.objects.get(debt=line(case, "aah").debt)
    correct_movement(case=case, line=line(case, "aah"), entry=wrong, reason="wrong", by=worker, at=AT)
    assert states(case, "IND-05") == {"IND-05": ("met", date(2026, 12, 22))}


def test_a_recourse_that_left_in_time_keeps_the_delay_that_was_missed_before_it_was_noted(worker: User):
    case = to_send(worker)
    later = datetime(2026, 12, 28, 10, 0, tzinfo=PARIS)
    with time_machine.travel(later, tick=False):
        sweep_deadlines(at=later)
        assert states(case, "IND-05") == {"IND-05": ("missed", date(2026, 12, 22))}
        send(case, worker, date(2026, 12, 21), at=later)
    assert states(case, "IND-05", "IND-06") == {
        "IND-05": ("met", date(2026, 12, 22)),
        "IND-06": ("running", date(2027, 2, 21)),
    }


def test_it_keeps_it_too_when_it_is_noted_beside_the_step(worker: User):
    case = to_send(worker)
    later = datetime(2026, 12, 28, 10, 0, tzinfo=PARIS)
    with time_machine.travel(later, tick=False):
        sweep_deadlines(at=later)
        record(case, worker, "recourse_sent", date(2026, 12, 21), at=later)
    assert states(case, "IND-05") == {"IND-05": ("met", date(2026, 12, 22))}


def test_a_recourse_that_left_too_late_does_not(worker: User):
    case = to_send(worker)
    later = datetime(2026, 12, 28, 10, 0, tzinfo=PARIS)
    with time_machine.travel(later, tick=False):
        sweep_deadlines(at=later)
        send(case, worker, date(2026, 12, 23), at=later)
    assert states(case, "IND-05") == {"IND-05": ("missed", date(2026, 12, 22))}


def test_what_settles_the_line_leaves_nothing_to_do_whenever_it_began(worker: User):
    case = to_send(worker)
    send(case, worker, date(2026, 10, 26), at=AT)
    record(case, worker, "formal_notice_received", date(2026, 10, 30))
    take(case, "aah", "await_answer", worker, way="recourse", answer="granted", received_on=date(2026, 10, 29))
    assert states(case, "IND-06", "IND-11", "IND-11b") == {
        "IND-06": ("met", date(2026, 12, 26)),
        "IND-11": ("met", date(2026, 11, 30)),
        "IND-11b": ("met", date(2026, 12, 30)),
    }


def test_an_answer_that_came_before_the_opinion_was_deemed_given_takes_it_back(worker: User):
    """Of the RSA: one month for the opinion, from 26 October; then one to decide."""
    case = to_send(worker, RSA)
    send(case, worker, date(2026, 10, 26), at=AT, benefit="rsa")
    deemed, later = datetime(2026, 11, 27, 8, 0, tzinfo=PARIS), datetime(2026, 11, 30, 10, 0, tzinfo=PARIS)
    sweep_deadlines(at=deemed)
    assert states(case, "IND-07", "IND-07b") == {
        "IND-07": ("missed", date(2026, 11, 26)),
        "IND-07b": ("running", date(2026, 12, 26)),
    }
    with time_machine.travel(later, tick=False):
        take(
            case, "rsa", "await_answer", worker,
            at=later, way="recourse", answer="refused", received_on=date(2026, 11, 25),
        )  # fmt: skip
    assert states(case, "IND-06b", "IND-07", "IND-07b") == {
        "IND-06b": ("met", date(2026, 12, 26)),
        "IND-07": ("met", date(2026, 11, 26)),
    }
    assert not Milestone.objects.filter(case=case, kind="commission_opinion").exists()


def test_a_silence_is_taken_back_when_the_recourse_was_received_later_than_it_was_noted(worker: User):
    """Received on 26 October, two months; on 29 October, until 29 December."""
    case = to_send(worker)
    send(case, worker, date(2026, 10, 26), at=AT)
    later = datetime(2026, 12, 28, 10, 0, tzinfo=PARIS)
    with time_machine.travel(later, tick=False):
        sweep_deadlines(at=later)
        assert states(case, "IND-06", "IND-08b") == {
            "IND-06": ("missed", date(2026, 12, 26)),
            "IND-08b": ("running", date(2027, 2, 26)),
        }
        record(case, worker, "recourse_received", date(2026, 10, 29), at=later)
    assert states(case, "IND-06", "IND-08b") == {"IND-06": ("running", date(2026, 12, 29))}
    assert not Milestone.objects.filter(case=case, kind="recourse_rejected_silently").exists()


def test_a_silence_that_is_typed_is_undone_as_one_that_the_sweep_found(worker: User):
    """A recourse about a housing aid, received on 26 October 2026: silence on 26 December. Papers asked on 10 November, until 3
    December, had stopped it for 23 days: 18 January 2027."""
    case = to_send(worker, APL)
    send(case, worker, date(2026, 10, 26), at=AT, received_on=date(2026, 10, 26), benefit="apl")
    later = datetime(2026, 12, 28, 10, 0, tzinfo=PARIS)
    with time_machine.travel(later, tick=False):
        take(case, "apl", "await_answer", worker, at=later, way="recourse", answer="silent")
        silence = Milestone.objects.get(case=case, kind="recourse_rejected_silently")
        assert (silence.happened_on, silence.known) == (date(2026, 12, 26), "implied")
        assert states(case, "IND-06b", "IND-09b") == {
            "IND-06b": ("missed", date(2026, 12, 26)),
            "IND-09b": ("running", date(2027, 3, 1)),
        }
        every = (*of_workflows.INVARIANTS, *of_cases.INVARIANTS)
        assert not [each.code for each in every if list(each.broken(later.date()))]
        milestones.record(
            case=case, debt=line(case, "apl").debt, kind="completion_asked", happened_on=date(2026, 11, 10),
            term=date(2026, 12, 3), known="proved", by=worker, at=later,
        )  # fmt: skip
    assert states(case, "IND-06b", "IND-09b") == {"IND-06b": ("running", date(2027, 1, 18))}
    assert not Milestone.objects.filter(case=case, kind="recourse_rejected_silently").exists()


def test_a_silence_counts_from_the_last_delay_that_stands(worker: User):
    """Received on 26 October, not on the 29th as was noted: silence on 26 December, a day that is over on the 28th."""
    case = to_send(worker, APL)
    send(case, worker, date(2026, 10, 26), at=AT, received_on=date(2026, 10, 29), benefit="apl")
    milestones.record(
        case=case, debt=line(case, "apl").debt, kind="recourse_received", happened_on=date(2026, 10, 26),
        known="proved", by=worker, at=AT,
    )  # fmt: skip
    later = datetime(2026, 12, 28, 10, 0, tzinfo=PARIS)
    with time_machine.travel(later, tick=False):
        take(case, "apl", "await_answer", worker, at=later, way="recourse", answer="silent")
    assert states(case, "IND-06b") == {"IND-06b": ("missed", date(2026, 12, 26))}
