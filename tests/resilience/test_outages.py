"""The queue or the mail server is away: pages work, and all is told once it is back."""

import json
from typing import Any

import pytest

from tests.resilience.system import Manager, System, until
from tests.sink import Sink

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def prepared(system: System, cases: int) -> tuple[Manager, dict[str, Any]]:
    work = json.loads(system.run("-m", "tests.resilience.work", "prepare", str(cases)))
    return Manager(system.web_port, session=work["session"], worker=work["worker"]), work


def test_without_its_queue_a_person_works_on_and_all_is_told_afterwards(system: System, sink: Sink):
    manager, work = prepared(system, 3)
    system.settle()
    system.kill("queue")
    for path in work["pages"]:
        manager.accept(path)
    told = json.loads(system.run("-m", "tests.resilience.work", "told"))
    assert len(told["accepted"]) == 3
    assert told["lines not told"] > 0
    system.start("queue")
    system.settle()
    told = json.loads(system.run("-m", "tests.resilience.work", "told"))
    assert told["told of it"] == [work["worker"]] * 3
    assert sink.times.keys() == set(told["mails"])


def test_a_slow_mail_server_that_refuses_one_address_keeps_the_others(system: System, sink: Sink):
    sink.seconds_to_answer = 0.3
    sink.refused = {"pro1@example.org": "550 inconnu"}  # the manager’s
    manager, work = prepared(system, 4)
    # Before he answers: of a case that is taken, nobody is told any more that it waits.
    until(lambda: system.waiting() > 0 and sink.conversations > 0, "nothing was tried", seconds=120)
    for path in work["pages"]:
        manager.accept(path)

    until(lambda: system.waiting(email="pro2@%") == 0, "the others wait", seconds=120)
    assert set(sink.people) == {"pro2@example.org"}
    assert json.loads(system.run("-m", "tests.resilience.work", "told"))["addresses that fail"] == ["pro1@example.org"]


def test_while_the_mail_server_is_away_mails_wait(system: System, sink: Sink):
    sink.is_away = True
    prepared(system, 2)

    until(lambda: system.waiting() > 0 and sink.conversations > 0, "nothing was tried", seconds=120)
    assert sink.got == []
    sink.is_away = False
    system.settle()
    assert max(sink.times.values()) == 1
