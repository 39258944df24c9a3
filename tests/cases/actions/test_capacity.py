"""A structure suspends its new cases until a day, and takes them again."""

from datetime import date, timedelta

import pytest

from cases.actions.capacity import CannotSuspend, change_last_day, resume, suspend
from cases.models import JournalEntry, Suspension, User
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


@pytest.fixture
def manager() -> User:
    return factories.member("mds-grigny", "manager")


def suspended(by: User, *, since: date = TODAY, last_day: date = date(2026, 12, 31), code: str = "mds-grigny"):
    return suspend(
        structure=factories.structure(code), since=since, last_day=last_day, reason="vacancy", by=by, at=NOON
    )


def current(day: date) -> list[str]:
    return list(Suspension.objects.current(day).values_list("structure__code", flat=True))


def test_it_holds_on_these_days_and_ends_by_itself(manager):
    suspended(manager, since=date(2026, 11, 26))
    assert [current(day) for day in (TODAY, date(2026, 11, 26), date(2026, 12, 31), date(2027, 1, 1))] == [
        [], ["mds-grigny"], ["mds-grigny"], [],
    ]  # fmt: skip
    (line,) = JournalEntry.objects.filter(kind="capacity.suspended")
    assert line.data["last_day"] == "2026-12-31"
    assert line.data["reason"] == "vacancy"


def test_it_is_made_longer_then_ended_at_once_and_the_same_day_writes_nothing(manager):
    suspension = suspended(manager)
    assert change_last_day(suspension=suspension, last_day=date(2026, 12, 31), by=manager, at=NOON) is None
    change_last_day(suspension=suspension, last_day=date(2027, 1, 15), by=manager, at=NOON)
    assert current(date(2027, 1, 15)) == ["mds-grigny"]
    resume(suspension=suspension, by=manager, at=NOON + timedelta(days=2))
    assert current(date(2026, 11, 26)) == []
    assert current(date(2026, 11, 25)) == ["mds-grigny"]
    kinds = list(JournalEntry.objects.filter(kind__startswith="capacity.").values_list("kind", flat=True))
    assert sorted(kinds) == ["capacity.changed", "capacity.resumed", "capacity.suspended"]
    with pytest.raises(CannotSuspend, match="Cette suspension est terminée"):
        resume(suspension=suspension, by=manager, at=NOON + timedelta(days=2))


def test_cancelled_before_its_first_day_it_is_no_more_to_come(manager):
    suspension = suspended(manager, since=date(2026, 12, 7))
    resume(suspension=suspension, by=manager, at=NOON)
    assert list(Suspension.objects.not_over(TODAY)) == []
    with pytest.raises(CannotSuspend, match="Cette suspension est terminée"):
        resume(suspension=suspension, by=manager, at=NOON)
    suspended(manager, since=date(2026, 12, 8))


@pytest.mark.parametrize(
    ("since", "last_day", "said"),
    [
        (date(2026, 11, 23), date(2026, 12, 1), "Le premier jour est passé"),
        (date(2026, 12, 2), date(2026, 12, 1), "Le dernier jour précède le premier"),
        (TODAY, date(2027, 11, 24), "dure plus de six mois"),
    ],
)
def test_days_that_make_no_sense_are_refused(manager, since, last_day, said):
    with pytest.raises(CannotSuspend, match=said):
        suspended(manager, since=since, last_day=last_day)
    assert not Suspension.objects.exists()


def test_it_is_suspended_once_at_a_time(manager):
    suspended(manager)
    with pytest.raises(CannotSuspend, match="déjà suspendue du 24/11/2026 au 31/12/2026"):
        suspended(manager, since=date(2026, 12, 31), last_day=date(2027, 1, 8))
    suspended(manager, since=date(2027, 1, 1), last_day=date(2027, 1, 8))


@pytest.mark.parametrize(("code", "role"), [("mds-grigny", "agent"), ("ccas-grigny", "manager")])
def test_only_a_manager_of_the_structure_suspends_it(code, role):
    with pytest.raises(CannotSuspend, match="Seul un responsable"):
        suspended(factories.member(code, role))


def test_what_is_never_given_a_case_has_nothing_to_suspend():
    with pytest.raises(CannotSuspend, match="ne reçoit pas d’orientation"):
        suspended(factories.member("caf-91-pilotage", "manager"), code="caf-91-pilotage")
