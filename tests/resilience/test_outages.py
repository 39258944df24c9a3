"""The queue or the mail server is away: pages work, and all is told once it is back."""

import json
from typing import Any

import pytest

from tests.resilience.mail_sink import MailSink
from tests.resilience.system import Manager, System, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def prepared(system: System, cases: int) -> tuple[Manager, dict[str, Any]]:
    work = json.loads(system.run("-m", "tests.resilience.work", "prepare", str(cases)))
    return Manager(system.web_port, session=work["session"], worker=work["worker"]), work


def test_without_its_queue_a_person_works_on_and_all_is_told_afterwards(system: System, sink: MailSink):
    manager, work = prepared(system, 3)
    system.settle()
    before = len(sink.received)
    system.kill("queue")
    for path in work["pages"]:
        manager.accept(path)
    told = json.loads(system.run("-m", "tests.resilience.work", "told"))
    assert len(told["accepted"]) == 3
    assert told["lines not told"] > 0
    system.start("queue")
    system.settle()
    assert len(sink.received) == before + 3


def test_a_slow_mail_server_that_refuses_one_address_keeps_the_others(system: System, sink: MailSink):
    sink.seconds_to_answer = 0.3
    sink.refused = {"pro1@example.org"}  # the manager’s
    manager, work = prepared(system, 4)
    for path in work["pages"]:
        manager.accept(path)

    def is_done() -> bool:
        with system.database() as database:
            row = database.execute("SELECT count(*) FROM notifications_delivery WHERE attempts = 0").fetchone()
            told = database.execute("SELECT count(*) FROM cases_outbox").fetchone()
        return (row, told) == ((0,), (0,))

    until(is_done, "the mails were not tried", seconds=120)
    assert {str(message["To"]) for message in sink.received} == {"pro2@example.org"}
    with system.database() as database:
        refused = database.execute(
            "SELECT DISTINCT email, state FROM notifications_delivery delivery"
            " JOIN cases_user person ON person.id = delivery.user_id WHERE delivery.state <> 'sent'"
        ).fetchall()
    assert refused == [("pro1@example.org", "waiting")]


def test_while_the_mail_server_is_away_mails_wait(system: System, sink: MailSink):
    sink.is_away = True
    prepared(system, 2)

    def is_tried() -> bool:
        with system.database() as database:
            row = database.execute(
                "SELECT count(*) > 0 AND bool_and(attempts > 0) FROM notifications_delivery"
            ).fetchone()
        return row == (True,)

    until(is_tried, "the mails were not tried", seconds=120)
    assert sink.received == []
    sink.is_away = False
    system.settle()
    assert max(sink.times.values()) == 1
