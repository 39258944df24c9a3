"""The engine: turns of a case follow one another, happen once, and happen whole."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, connections, transaction

from cases.locks import LOCK_TIMEOUT, lock_case
from cases.models import Assignment, Case, JournalEntry, Participation
from cases.refusals import Busy, NotAllowed
from tests import factories
from tests.factories import NOON
from tests.holding import held_by_another
from tests.workflows.walk import Walk
from workflows import engine
from workflows.models import CaseTask
from workflows.nodes import YesNoGateway


def caf_case() -> Case:
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    return factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts in threads that start together, each on its own connection; returns results or exceptions."""
    results: list[Any] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    def run(index: int, act: Callable[[], Any]) -> None:
        ready.wait(timeout=60)
        try:
            results[index] = act()
        except Exception as error:  # noqa: BLE001 - it is the result
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_accept_at_once_one_wins_and_the_other_is_told_who_and_when():
    case = caf_case()
    people = [factories.member("caf-91", last_name=name) for name in ("Un", "Deux")]
    task = Walk(case).task("answer")

    def accept(person: Any) -> Callable[[], Any]:
        data = {"accept": True, "professional": person, "reason": ""}
        return lambda: engine.complete(CaseTask.objects.get(pk=task.pk), by=person, at=NOON, data=data)

    results = at_once(*(accept(person) for person in people))
    refusals = [result for result in results if isinstance(result, Exception)]
    assert len(refusals) == 1
    assert isinstance(refusals[0], engine.AlreadyDone)
    winner = Assignment.objects.get(case=case, until=None).user
    assert f"{winner}" in str(refusals[0])
    assert "24/11/2026 à 12:00" in str(refusals[0])
    assert JournalEntry.objects.filter(case=case, kind="step.accepted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_case_that_someone_holds_too_long_is_busy_and_nothing_is_written():
    case = caf_case()
    worker = factories.member("caf-91")
    task = Walk(case).task("answer")
    with held_by_another(lambda: lock_case(case.pk)), pytest.raises(Busy, match="réessayer"):
        engine.complete(task, by=worker, at=NOON, data={"accept": True, "professional": worker})
    assert Walk(case).waiting_for == {"answer": "caf-91"}


@pytest.mark.django_db
def test_a_refused_turn_leaves_nothing_behind():
    case = caf_case()
    lines = JournalEntry.objects.count()
    with pytest.raises(NotAllowed):
        Walk(case).take("answer", by=factories.member("mds-grigny", "manager"), accept=True)
    assert JournalEntry.objects.exclude(kind="membership.started").count() == lines
    assert not Assignment.objects.filter(case=case).exists()


@pytest.mark.django_db
def test_a_removed_member_takes_no_step_at_his_next_request():
    walk = Walk(caf_case())
    worker = factories.member("caf-91")
    membership = factories.membership_of(worker)
    from cases.actions import members

    members.end_membership(membership=membership, on=NOON.date(), at=NOON)
    with pytest.raises(NotAllowed):
        walk.take("answer", by=worker, accept=True, professional=worker, reason="")


@pytest.mark.django_db
def test_a_colleague_does_not_take_the_step_of_another_but_a_manager_does():
    walk = Walk(caf_case())
    worker, colleague = factories.member("caf-91"), factories.member("caf-91")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    declined = {"result": "declined", "channel": "phone", "made_on": date(2026, 11, 24)}
    with pytest.raises(NotAllowed):
        walk.take("contact", by=colleague, **declined)
    walk.take("contact", by=factories.member("caf-91", "manager"), **declined)
    assert walk.waiting_for == {"close": "caf-91"}


@pytest.mark.django_db
def test_a_step_costs_no_more_than_sixty_queries(django_assert_max_num_queries):
    walk = Walk(caf_case())
    worker = factories.member("caf-91")
    task = walk.task("answer")
    with django_assert_max_num_queries(60):
        engine.complete(task, by=worker, at=NOON, data={"accept": True, "professional": worker, "reason": ""})


@pytest.mark.django_db
def test_a_step_that_does_not_expire_is_not_taken_in_nobodys_name():
    walk = Walk(caf_case())
    worker = factories.member("caf-91")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    with pytest.raises(NotAllowed):
        engine.expire(walk.task("contact"), at=NOON, data={})


@pytest.mark.django_db
def test_times_are_those_of_the_turn_and_not_of_the_clock():
    case = caf_case()
    assert {task.created for task in case.tasks.all()} == {NOON}
    assert set(case.tasks.filter(is_human=False).values_list("finished", flat=True)) == {NOON}


@pytest.mark.django_db
def test_a_question_answered_by_neither_yes_nor_no_stops_the_flow():
    decision = YesNoGateway(lambda activation: "yes")
    decision.name = "strange"

    class FakeTask:
        process = type("Process", (), {"coerced": None})()
        flow_task = decision
        status = "NEW"

    with pytest.raises(TypeError, match="strange answered str"):
        decision.activation_class(FakeTask()).activate()


@pytest.mark.django_db
def test_the_lock_waits_no_longer_than_it_says():
    case = caf_case()
    with transaction.atomic():
        lock_case(case.pk)
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == (LOCK_TIMEOUT,)


@pytest.mark.django_db
def test_a_structure_asked_sees_the_case_as_long_as_it_is_asked():
    case = caf_case()
    asked = Participation.objects.get(case=case, structure__code="caf-91")
    assert (asked.part, asked.level, asked.basis, asked.until) == ("asked", "card", "SH-8", None)


@pytest.mark.django_db
def test_an_attempt_sent_twice_counts_once():
    walk = Walk(caf_case())
    worker = factories.member("caf-91")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    attempt = {"result": "again", "channel": "phone", "made_on": date(2026, 11, 24), "turn": 0}
    walk.take("contact", by=worker, **attempt)
    with pytest.raises(engine.AlreadySent):
        walk.take("contact", by=worker, **attempt)
    walk.take("contact", by=worker, **attempt | {"turn": 1})
    assert walk.case.contact_attempts.count() == 2
