"""The queue or the mail server is away: pages work, and all is told once it is back. The database is: pages say so."""

import json
from contextlib import closing
from http.client import HTTPConnection
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


def test_while_the_database_is_away_pages_say_so_in_french_and_nothing_is_lost(system: System, sink: Sink):
    manager, work = prepared(system, 2)
    manager.accept(work["pages"][0])
    system.kill("database")
    for method in ("GET", "POST"):
        with closing(HTTPConnection("127.0.0.1", system.web_port, timeout=60)) as connection:
            cookies = "; ".join(f"{name}={value}" for name, value in manager.cookies.items())
            connection.request(method, work["pages"][1], "accept=yes", {"Cookie": cookies})
            answer = connection.getresponse()
            assert (answer.status, answer.headers["Retry-After"]) == (503, "20")
            assert "Relais revient dans un instant" in answer.read().decode()
    system.start("database")
    manager.accept(work["pages"][1])
    system.settle()
    told = json.loads(system.run("-m", "tests.resilience.work", "told"))
    assert (len(told["accepted"]), told["told of it"]) == (2, [work["worker"]] * 2)
    assert sink.times.keys() == set(told["mails"])
    assert max(sink.times.values()) == 1
