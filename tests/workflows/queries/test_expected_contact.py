"""By when somebody calls: the delays of the partnership one after the other, typed by hand from a calendar."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from cases.models import Milestone
from tests import factories
from tests.factories import NOON
from tests.workflows.walk import Walk
from workflows.queries.expected_contact import contact_expected_by

pytestmark = pytest.mark.django_db

TODAY = NOON.date()
PRIVATE: dict[str, Any] = {"landlord": "gestionnaire-b", "housing": "private", "aid_kind": "ALF"}


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def reported(**facts: Any) -> Walk:
    return Walk(factories.reported(factories.tenancy(**PRIVATE), code="gestionnaire-b", **facts))


def expected(walk: Walk, *, on: date = TODAY) -> date | None:
    walk.case.refresh_from_db()
    found = contact_expected_by(walk.case, on=on)
    return found.legal_date if found else None


def test_a_case_to_qualify_has_all_its_way_before_it():
    """Two working days, then five, then the longest of the delays to call: ten. From Tuesday 24 November."""
    walk = reported()
    assert walk.waiting_for == {"qualify": "caf-91-pilotage"}
    assert expected(walk) == date(2026, 12, 17)


def test_a_structure_that_is_asked_has_five_working_days_and_ten_to_call():
    assert expected(reported(**factories.FAMILY)) == date(2026, 12, 15)


def test_a_household_followed_already_is_called_in_five():
    """Five to answer (1 December), five to call (8 December)."""
    assert expected(reported(**factories.FAMILY, followed_by="mds-grigny")) == date(2026, 12, 8)


def test_a_case_to_arbitrate_has_the_delay_of_the_pilot_too():
    """Five to arbitrate (1 December), five to answer (8 December), ten to call (22 December)."""
    walk, manager = reported(**factories.FAMILY), factories.member("caf-91", "manager")
    walk.take("answer", by=manager, accept=False, reason="no_capacity")
    assert "arbitrate" in walk.waiting_for
    assert expected(walk) == date(2026, 12, 22)


def test_a_professional_who_accepted_has_ten_working_days():
    walk, worker = reported(**factories.FAMILY), factories.member("caf-91")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    assert expected(walk) == date(2026, 12, 8)


@pytest.mark.parametrize(
    ("hearing", "call"),
    [
        (date(2027, 1, 12), date(2026, 12, 15)),
        (date(2026, 12, 15), date(2026, 12, 14)),
        (date(2026, 12, 7), date(2026, 12, 4)),
        (date(2026, 11, 25), None),
    ],
    ids=["after the call", "on the last day", "on a Monday", "tomorrow"],
)
def test_nobody_is_called_after_her_hearing(hearing: date, call: date | None):
    walk = reported(**factories.FAMILY)
    Milestone.objects.create(case=walk.case, kind="hearing", happened_on=hearing, recorded_at=NOON)
    assert expected(walk) == call


def test_no_day_is_promised_once_it_is_over_or_the_household_was_reached():
    walk, worker = reported(**factories.FAMILY), factories.member("caf-91")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    assert expected(walk, on=TODAY + timedelta(days=30)) is None
    walk.take("contact", by=worker, result="reached", channel="phone", made_on=TODAY, informed_by="phone")
    assert expected(walk) is None
