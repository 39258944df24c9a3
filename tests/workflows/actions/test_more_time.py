"""A structure asks for time, once: whoever answers for the case is told, and no date of law moves."""

from datetime import date, datetime

import pytest

from cases.models import Closure, Deadline, JournalEntry, User
from cases.refusals import NotAllowed
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys.scene import reported, to_arbitrate
from tests.workflows.walk import Walk
from workflows import engine
from workflows.actions import more_time
from workflows.actions.more_time import MoreTime, TooLate
from workflows.sweep import sweep_deadlines

pytestmark = pytest.mark.django_db


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 0, tzinfo=PARIS)


@pytest.fixture
def nadia() -> User:
    return factories.member("caf-91", first_name="Nadia")


@pytest.fixture
def walk(nadia: User) -> Walk:
    """Asked of the CAF on Tuesday 24 November: by 1 December, by 8 December at the latest."""
    return Walk(reported())


def legal_dates() -> list[tuple[str, date]]:
    return list(Deadline.objects.running().order_by("pk").values_list("rule__code", "legal_date"))


def test_three_or_five_working_days_may_be_asked_for(walk: Walk):
    assert more_time.may_be_asked(walk.task("answer"), on=date(2026, 11, 24)) == [
        MoreTime(3, date(2026, 11, 27)),
        MoreTime(5, date(2026, 12, 1)),
    ]


def test_days_on_which_the_structure_is_closed_do_not_count(walk: Walk):
    Closure.objects.create(
        structure=factories.structure("caf-91"),
        first_day=date(2026, 11, 26),
        last_day=date(2026, 11, 27),
        label="pont",
    )
    assert more_time.may_be_asked(walk.task("answer"), on=date(2026, 11, 24)) == [
        MoreTime(3, date(2026, 12, 1)),
        MoreTime(5, date(2026, 12, 3)),
    ]


def test_it_is_said_in_one_line_and_no_date_of_law_moves(walk: Walk, nadia: User):
    before, lines = legal_dates(), JournalEntry.objects.count()
    due_on = walk.task("answer").due_on
    entry = more_time.ask(task=walk.task("answer"), days=3, by=nadia, at=NOON)
    assert JournalEntry.objects.count() == lines + 1
    assert (entry.kind, entry.actor, entry.structure) == ("step.time_asked", nadia, factories.structure("caf-91"))
    assert (entry.data["days"], entry.data["on"]) == (3, "2026-11-27")
    assert legal_dates() == before
    assert walk.task("answer").due_on == due_on
    assert walk.waiting_for == {"answer": "caf-91"}
    assert walk.task("answer").expected_on == date(2026, 11, 27)


def test_whoever_answers_for_the_case_meanwhile_is_told(nadia: User):
    """Reported by a rent manager: the desk of the pilot has it until somebody accepts."""
    pilot = factories.member("caf-91-pilotage", "pilot")
    walk = Walk(reported())
    more_time.ask(task=walk.task("answer"), days=3, by=nadia, at=NOON)
    drain_outbox(at=NOON)
    assert [notice.user for notice in Notice.objects.filter(entry__kind="step.time_asked")] == [pilot]


def test_the_professional_who_opened_the_case_is_told(nadia: User):
    opener = factories.member("mds-grigny")
    case = factories.reported(factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF"),
                              code="mds-grigny", by=opener, channel="professional", **factories.FAMILY)  # fmt: skip
    more_time.ask(task=Walk(case).task("answer"), days=3, by=nadia, at=NOON)
    drain_outbox(at=NOON)
    assert [notice.user for notice in Notice.objects.filter(entry__kind="step.time_asked")] == [opener]


def test_it_is_asked_once(walk: Walk, nadia: User):
    more_time.ask(task=walk.task("answer"), days=3, by=nadia, at=NOON)
    assert more_time.may_be_asked(walk.task("answer"), on=date(2026, 11, 25)) == []
    with pytest.raises(TooLate, match="la réponse est attendue le 27/11/2026"):
        more_time.ask(task=walk.task("answer"), days=5, by=nadia, at=NOON)
    assert JournalEntry.objects.filter(kind="step.time_asked").count() == 1


def test_only_what_ends_within_the_last_delay_is_offered_and_nothing_once_it_is_over(walk: Walk, nadia: User):
    task = walk.task("answer")
    assert more_time.may_be_asked(task, on=date(2026, 12, 3)) == [MoreTime(3, date(2026, 12, 8))]
    assert more_time.may_be_asked(task, on=date(2026, 12, 4)) == []
    assert more_time.may_be_asked(task, on=date(2026, 12, 9)) == []
    with pytest.raises(TooLate):
        more_time.ask(task=task, days=5, by=nadia, at=on(date(2026, 12, 3)))


def test_another_number_of_days_is_refused(walk: Walk, nadia: User):
    with pytest.raises(TooLate):
        more_time.ask(task=walk.task("answer"), days=30, by=nadia, at=NOON)


def test_whoever_may_not_answer_asks_for_nothing(walk: Walk):
    with pytest.raises(NotAllowed):
        more_time.ask(task=walk.task("answer"), days=3, by=factories.member("mds-grigny"), at=NOON)


def test_what_is_answered_meanwhile_asks_for_no_time(walk: Walk, nadia: User):
    task = walk.task("answer")
    walk.take("answer", by=nadia, accept=True, professional=nadia)
    with pytest.raises(engine.AlreadyDone):
        more_time.ask(task=task, days=3, by=nadia, at=NOON)


def test_what_the_pilot_attributed_asks_for_no_time():
    manager, pilot = factories.member("caf-91", "manager"), factories.member("caf-91-pilotage", "pilot")
    walk = to_arbitrate(by=manager)
    walk.take("arbitrate", by=pilot, structure=factories.structure("mds-grigny"), out_of_scope=False)
    assert walk.waiting_for == {"answer": "mds-grigny"}
    assert more_time.may_be_asked(walk.task("answer"), on=date(2026, 11, 24)) == []


def test_the_last_delay_ends_as_if_nothing_had_been_asked(walk: Walk, nadia: User):
    more_time.ask(task=walk.task("answer"), days=5, by=nadia, at=NOON)
    sweep_deadlines(at=on(date(2026, 12, 2)))
    assert JournalEntry.objects.filter(kind="task.escalated").count() == 1
    sweep_deadlines(at=on(date(2026, 12, 9)))
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
