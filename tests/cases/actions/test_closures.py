"""Closures of a structure: its running delays are counted anew, to the day, and no legal one moves."""

from datetime import date

import pytest

from cases.actions.closures import CannotChangeClosure
from cases.locks import lock_case
from cases.models import LOOK_AT_ONCE, Case, Closure, Deadline, JournalEntry, User
from cases.refusals import Busy
from tests import factories
from tests.factories import NOON
from tests.holding import held_by_another
from tests.journeys.scene import case_at
from workflows.actions import closures
from workflows.models import CaseTask

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
"""A Tuesday."""


@pytest.fixture
def manager() -> User:
    return factories.member("caf-91", "manager")


def close(by: User, first: date, last: date, code: str = "caf-91") -> int:
    return closures.add(
        structure=factories.structure(code), first_day=first, last_day=last, label="fermeture", by=by, at=NOON
    )


def dates(case: Case, rule: str) -> tuple[date, date]:
    deadline = case.deadlines.get(rule__code=rule)
    return deadline.legal_date, deadline.safe_date


def test_what_is_counted_in_working_days_is_lengthened_and_says_why(manager):
    """Contact within ten working days of 24 November: 8 December, safe two days before. Closed on 30 November and
    1 December, which are worked otherwise: 10 December."""
    walk = case_at("contact", worker=factories.member("caf-91"))
    assert dates(walk.case, "P-CONTACT-10") == (date(2026, 12, 8), date(2026, 12, 4))
    assert close(manager, date(2026, 11, 30), date(2026, 12, 1)) == 1
    assert dates(walk.case, "P-CONTACT-10") == (date(2026, 12, 10), date(2026, 12, 8))
    assert "fermeture du 30/11/2026 au 01/12/2026" in " ".join(
        walk.case.deadlines.get(rule__code="P-CONTACT-10").steps
    )
    assert walk.task("contact").due_on == date(2026, 12, 8)
    participation = walk.case.participations.get(structure__code="caf-91")
    assert participation.next_due_on == date(2026, 12, 8)
    (line,) = JournalEntry.objects.filter(kind="closure.added")
    assert line.data["moved"] == 1


def test_the_last_day_of_a_delay_in_calendar_days_stands_and_its_safe_day_comes_before_the_closure(manager):
    """The diagnosis within thirty days: 24 December, five working days before it 17 December. Closed from 21 to 31
    December, the last worked day is Friday 18 December, five working days before it 11 December."""
    walk = case_at("diagnose", worker=factories.member("caf-91"))
    assert dates(walk.case, "P-DIAGNOSE") == (date(2026, 12, 24), date(2026, 12, 17))
    close(manager, date(2026, 12, 21), date(2026, 12, 31))
    assert dates(walk.case, "P-DIAGNOSE") == (date(2026, 12, 24), date(2026, 12, 11))
    assert walk.task("diagnose").due_on == date(2026, 12, 11)


def test_another_structure_s_delays_and_what_is_met_or_missed_stand(manager):
    walk = case_at("contact", worker=factories.member("caf-91"))
    close(factories.member("mds-grigny", "manager"), date(2026, 11, 30), date(2026, 12, 1), code="mds-grigny")
    assert dates(walk.case, "P-CONTACT-10") == (date(2026, 12, 8), date(2026, 12, 4))
    walk.case.deadlines.filter(rule__code="P-CONTACT-10").update(state=Deadline.State.MET, ended_at=NOON)
    close(manager, date(2026, 11, 30), date(2026, 12, 1))
    assert dates(walk.case, "P-CONTACT-10") == (date(2026, 12, 8), date(2026, 12, 4))


def test_taken_back_everything_is_as_before(manager):
    walk = case_at("contact", worker=factories.member("caf-91"))
    before = list(walk.case.deadlines.order_by("pk").values("legal_date", "safe_date", "steps"))
    close(manager, date(2026, 11, 30), date(2026, 12, 1))
    assert closures.remove(closure=Closure.objects.get(), by=manager, at=NOON) == 1
    assert list(walk.case.deadlines.order_by("pk").values("legal_date", "safe_date", "steps")) == before
    assert walk.task("contact").due_on == date(2026, 12, 4)
    assert not Closure.objects.exists()


def test_two_closures_add_up(manager):
    walk = case_at("contact", worker=factories.member("caf-91"))
    close(manager, date(2026, 11, 30), date(2026, 12, 1))
    close(manager, date(2026, 12, 9), date(2026, 12, 9))
    assert dates(walk.case, "P-CONTACT-10") == (date(2026, 12, 11), date(2026, 12, 8))


def test_what_begins_later_counts_with_it(manager):
    close(manager, date(2026, 11, 30), date(2026, 12, 1))
    walk = case_at("contact", worker=factories.member("caf-91"))
    assert dates(walk.case, "P-CONTACT-10") == (date(2026, 12, 10), date(2026, 12, 8))


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 12, 2), date(2026, 12, 1), "Le dernier jour précède le premier"),
        (date(2026, 11, 20), date(2026, 11, 23), "Ces jours sont passés"),
        (date(2026, 12, 21), date(2027, 12, 31), "dure plus de trois mois"),
    ],
)
def test_days_that_make_no_sense_are_refused(manager, first, last, said):
    with pytest.raises(CannotChangeClosure, match=said):
        close(manager, first, last)
    assert not Closure.objects.exists()


def test_the_same_day_is_closed_once_by_who_manages_the_structure(manager):
    with pytest.raises(CannotChangeClosure, match="Seul un responsable"):
        close(factories.member("caf-91"), date(2026, 12, 21), date(2026, 12, 31))
    close(manager, date(2026, 12, 21), date(2026, 12, 31))
    with pytest.raises(CannotChangeClosure, match="déjà fermée du 21/12/2026 au 31/12/2026"):
        close(manager, date(2026, 12, 31), date(2027, 1, 2))


def test_one_that_has_begun_is_not_taken_back(manager):
    close(manager, TODAY, date(2026, 11, 27))
    with pytest.raises(CannotChangeClosure, match="Cette fermeture a commencé"):
        closures.remove(closure=Closure.objects.get(), by=manager, at=NOON)


def test_reminders_that_are_counted_in_days_when_somebody_is_there_are_looked_at_again(manager):
    """Of delays and of steps that the closure does not move, too; and again when it is taken back."""
    walk = case_at("contact", worker=factories.member("caf-91"))
    later = date(2026, 12, 31)

    def looked_at() -> list[date | None]:
        own = walk.case.deadlines.filter(state="running", structure__code="caf-91")
        found = [own.get(rule__code="P-CONTACT-10").remind_on, walk.task("contact").remind_on]
        own.update(remind_on=later)
        CaseTask.objects.filter(pk=walk.task("contact").pk).update(remind_on=later)
        return found

    looked_at()
    assert close(manager, date(2027, 2, 1), date(2027, 2, 5)) == 0
    assert looked_at() == [LOOK_AT_ONCE, LOOK_AT_ONCE]
    assert closures.remove(closure=Closure.objects.get(), by=manager, at=NOON) == 0
    assert looked_at() == [LOOK_AT_ONCE, LOOK_AT_ONCE]


@pytest.mark.django_db(transaction=True)
def test_a_closure_waits_for_nobody_s_act_for_more_than_three_seconds(manager):
    """It locks the cases before their delays, as an act does: neither waits for what the other holds."""
    case = case_at("contact", worker=factories.member("caf-91")).case
    with held_by_another(lambda: lock_case(case.pk)), pytest.raises(Busy):
        close(manager, date(2026, 11, 30), date(2026, 12, 1))
    assert not Closure.objects.exists()
    assert close(manager, date(2026, 11, 30), date(2026, 12, 1)) == 1
