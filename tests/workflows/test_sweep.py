"""What expired delays entail, on the real database; every date is typed from a calendar."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from cases.locks import lock_case
from cases.models import Closure, Deadline, DeadlineRule, JournalEntry
from tests import factories
from tests.factories import NOON, PARIS
from tests.workflows.walk import Walk
from workflows import engine
from workflows.models import RoutingDecision
from workflows.sweep import sweep_deadlines

pytestmark = pytest.mark.django_db


def at(month: int, day: int, hour: int = 0, minute: int = 5, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


def asked(*, when: datetime = NOON, **facts: Any) -> Walk:
    """A family that the table sends to the CAF, on Tuesday 24 November unless said otherwise."""
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    return Walk(factories.reported(lease, code="gestionnaire-b", at=when, **factories.FAMILY, **facts))


def lines(walk: Walk, *kinds: str) -> list[str]:
    found = JournalEntry.objects.filter(case=walk.case, kind__in=kinds).order_by("pk")
    return list(found.values_list("kind", flat=True))


# An answer that doesn't come


def test_after_five_working_days_without_an_answer_the_manager_is_alerted():
    walk = asked()
    assert sweep_deadlines(at=at(12, 1, 23, 59)) == Counter()
    assert sweep_deadlines(at=at(12, 2)) == Counter(alert_manager=1)
    assert lines(walk, "deadline.missed", "task.escalated") == ["deadline.missed", "task.escalated"]
    escalated = JournalEntry.objects.get(kind="task.escalated")
    assert escalated.structure == factories.structure("caf-91")
    assert escalated.data == {"task": walk.task("answer").pk, "node": "answer"}
    assert walk.waiting_for == {"answer": "caf-91"}


def test_after_ten_working_days_without_an_answer_the_pilot_arbitrates():
    walk = asked()
    sweep_deadlines(at=at(12, 2))
    assert sweep_deadlines(at=at(12, 8, 23, 59)) == Counter()
    assert sweep_deadlines(at=at(12, 9)) == Counter(send_to_arbitration=1)
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
    decision = RoutingDecision.objects.filter(case=walk.case).latest("pk")
    assert decision.structure is None
    assert decision.explanation["reason"].endswith("n’a pas répondu dans le délai : le pilote arbitre.")
    pilot = factories.member("caf-91-pilotage", "pilot")
    assert engine.may_act(pilot, walk.task("arbitrate"), at=at(12, 9))


def test_both_delays_of_a_sweep_that_was_late_are_told_in_order():
    walk = asked()
    assert sweep_deadlines(at=at(12, 20)) == Counter(alert_manager=1, send_to_arbitration=1)
    assert lines(walk, "task.escalated", "step.unanswered") == ["task.escalated", "step.unanswered"]


def test_an_urgent_case_is_escalated_after_one_day_and_arbitrated_after_two():
    walk = asked(urgent=True)
    assert walk.waiting_for == {"answer": "mds-grigny"}
    assert sweep_deadlines(at=at(11, 25, 23)) == Counter()
    assert sweep_deadlines(at=at(11, 26)) == Counter(alert_manager=1)
    assert sweep_deadlines(at=at(11, 27)) == Counter(send_to_arbitration=1)
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}


@pytest.mark.parametrize(
    ("start", "alerted", "arbitrated"),
    [
        # Wednesday 11 November isn't worked: last days 17 and 24 November.
        (at(11, 9, 10), at(11, 18), at(11, 25)),
        # Nor are 25 December and 1 January: last days 29 December and 6 January.
        (at(12, 21, 10), at(12, 30), at(1, 7, year=2027)),
    ],
)
def test_public_holidays_do_not_count(start: datetime, alerted: datetime, arbitrated: datetime):
    asked(when=start)
    assert sweep_deadlines(at=before(alerted)) == Counter()
    assert sweep_deadlines(at=alerted) == Counter(alert_manager=1)
    assert sweep_deadlines(at=before(arbitrated)) == Counter()
    assert sweep_deadlines(at=arbitrated) == Counter(send_to_arbitration=1)


def before(midnight_and_five: datetime) -> datetime:
    """Ten minutes earlier: the evening of the last day."""
    return datetime.fromtimestamp(midnight_and_five.timestamp() - 600, tz=PARIS)


def test_days_on_which_the_structure_is_closed_do_not_count():
    Closure.objects.create(
        structure=factories.structure("caf-91"),
        first_day=date(2026, 11, 25),
        last_day=date(2026, 11, 26),
        label="inventaire",
    )
    asked()
    assert sweep_deadlines(at=at(12, 3, 23)) == Counter()
    assert sweep_deadlines(at=at(12, 4)) == Counter(alert_manager=1)


def test_an_answer_in_time_leaves_nothing_to_sweep():
    walk = asked()
    walk.take("answer", by=factories.member("caf-91", "manager"), accept=False, reason="no_capacity")
    assert sweep_deadlines(at=at(12, 1)) == Counter()
    assert lines(walk, "task.escalated", "step.unanswered") == []


# A qualification that doesn't come


def test_after_five_working_days_the_desk_is_passed_by_and_the_case_routed_with_what_is_known():
    walk = Walk(factories.reported(rsa=True))
    assert walk.waiting_for == {"qualify": "caf-91-pilotage"}
    assert sweep_deadlines(at=at(11, 27)) == Counter(missed=1)
    assert walk.waiting_for == {"qualify": "caf-91-pilotage"}
    assert sweep_deadlines(at=at(12, 1, 23)) == Counter()
    assert sweep_deadlines(at=at(12, 2)) == Counter(route_with_known=1)
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
    qualified = JournalEntry.objects.get(case=walk.case, kind="step.qualified")
    assert (qualified.actor, qualified.data) == (None, {"result": "complete", "expired": True})


# A contact that is late


def test_a_missed_contact_is_told_and_the_step_goes_on():
    walk = asked()
    worker = factories.member("caf-91")
    walk.take("answer", by=factories.member("caf-91", "manager"), accept=True, professional=worker, reason="")
    assert sweep_deadlines(at=at(12, 8, 23)) == Counter()
    assert sweep_deadlines(at=at(12, 9)) == Counter(missed=1)
    assert walk.waiting_for == {"contact": "caf-91"}
    missed = JournalEntry.objects.get(case=walk.case, kind="deadline.missed")
    assert missed.data["rule"] == "P-CONTACT-10"
    walk.at = at(12, 9, 10)
    walk.take("contact", by=worker, result="reached", channel="phone", made_on=date(2026, 12, 9), informed_by="phone")
    assert walk.waiting_for == {"diagnose": "caf-91"}


def test_the_arbitrated_case_has_a_delay_to_be_contacted():
    walk = asked()
    sweep_deadlines(at=at(12, 9))
    walk.at = at(12, 9, 10)
    pilot, manager = factories.member("caf-91-pilotage", "pilot"), factories.member("mds-grigny", "manager")
    walk.take("arbitrate", by=pilot, structure=factories.structure("mds-grigny"))
    walk.take("answer", by=manager, accept=True, professional=manager, reason="")
    contact = walk.task("contact").deadlines.get()
    assert contact.legal_date == date(2026, 12, 23)


# Twice, at once, later


def test_a_second_sweep_finds_nothing():
    asked()
    assert sweep_deadlines(at=at(12, 2)) == Counter(alert_manager=1)
    assert sweep_deadlines(at=at(12, 2)) == Counter()
    assert JournalEntry.objects.filter(kind="task.escalated").count() == 1


def test_a_sweep_takes_the_oldest_first_and_leaves_the_rest_to_the_next_one():
    late, later = asked(when=at(11, 9, 10)), asked()
    assert sweep_deadlines(at=at(12, 2), limit=1) == Counter(alert_manager=1)
    assert (lines(late, "task.escalated"), lines(later, "task.escalated")) == (["task.escalated"], [])
    assert sweep_deadlines(at=at(12, 2)) == Counter(alert_manager=1, send_to_arbitration=1)


def test_one_case_that_fails_does_not_stop_the_others(caplog: pytest.LogCaptureFixture):
    broken, sound = asked(when=at(11, 20, 10)), asked()
    break_rule_of(broken)
    assert sweep_deadlines(at=at(12, 2)) == Counter(failed=1, alert_manager=1)
    assert lines(broken, "deadline.missed") == []
    assert lines(sound, "task.escalated") == ["task.escalated"]
    (record,) = caplog.records
    assert "Martin" not in record.getMessage()


def test_those_that_fail_do_not_take_the_place_of_those_that_follow():
    broken, sound = asked(when=at(11, 20, 10)), asked()
    break_rule_of(broken)
    assert sweep_deadlines(at=at(12, 2), limit=1) == Counter(failed=1, alert_manager=1)
    assert lines(sound, "task.escalated") == ["task.escalated"]


def break_rule_of(walk: Walk) -> None:
    """Its answer is counted by a rule that asks for an act that nobody knows."""
    rule = DeadlineRule.objects.get(code="P-ANSWER")
    rule.pk, rule.code, rule.act = None, "P-BROKEN", "paint_it_blue"
    rule.save()
    Deadline.objects.filter(case=walk.case, rule__code="P-ANSWER").update(rule=rule)


def test_an_expiry_takes_few_queries(django_assert_max_num_queries: Any):
    asked()
    with django_assert_max_num_queries(12):
        sweep_deadlines(at=at(12, 2))
    with django_assert_max_num_queries(60):
        sweep_deadlines(at=at(12, 9))


def in_threads(*jobs: Callable[[], Any]) -> list[Any]:
    results: list[Any] = [None] * len(jobs)

    def run(position: int) -> None:
        try:
            results[position] = jobs[position]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[position]) for position in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_do_everything_once():
    walks = [asked() for _ in range(6)]
    together = threading.Barrier(2)

    def one() -> Counter[str]:
        together.wait(timeout=60)
        return sweep_deadlines(at=at(12, 2))

    first, second = in_threads(one, one)
    assert first + second == Counter(alert_manager=6)
    assert [lines(walk, "task.escalated") for walk in walks] == [["task.escalated"]] * 6


@pytest.mark.django_db(transaction=True)
def test_a_case_on_which_someone_works_is_left_to_the_next_sweep():
    busy, free = asked(), asked()
    locked, swept = threading.Event(), threading.Event()

    def work() -> None:
        with transaction.atomic():
            lock_case(busy.case.pk)
            locked.set()
            swept.wait(timeout=60)

    def pass_by() -> Counter[str]:
        locked.wait(timeout=60)
        try:
            return sweep_deadlines(at=at(12, 2))
        finally:
            swept.set()

    assert in_threads(work, pass_by)[1] == Counter(alert_manager=1)
    assert (lines(busy, "task.escalated"), lines(free, "task.escalated")) == ([], ["task.escalated"])
    assert sweep_deadlines(at=at(12, 2)) == Counter(alert_manager=1)
    assert lines(busy, "task.escalated") == ["task.escalated"]
