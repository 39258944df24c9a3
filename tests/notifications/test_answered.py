"""A reminder is read by itself once the act that it asked for is done, and not before."""

from datetime import date, datetime

import pytest

from cases.models import Outbox
from notifications.fanout import drain_outbox
from notifications.models import Notice
from notifications.told import TOLD
from tests import factories
from tests.factories import PARIS
from tests.journeys.scene import REACHED, case_at
from tests.notifications.test_reminders import reminded
from workflows.actions.tasks import close_now

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 12, 2, 9, tzinfo=PARIS)


def unread_reminders() -> int:
    drain_outbox(at=DAY)
    return Notice.objects.filter(entry__kind="reminder.due", read_at=None).count()


def test_a_reminder_of_a_contact_is_read_once_the_contact_is_made():
    nadia = factories.member("caf-91", first_name="Nadia")
    walk = case_at("contact", worker=nadia)
    other = case_at("contact", worker=nadia)
    assert reminded(date(2026, 12, 1)) == {"R-CONTACT": {"Nadia"}}
    assert unread_reminders() == 2
    walk.at = DAY
    walk.take("contact", by=nadia, result="again", channel="phone", made_on=date(2026, 12, 2))
    assert unread_reminders() == 2
    walk.take("contact", by=nadia, **REACHED | {"made_on": date(2026, 12, 2)})
    assert unread_reminders() == 1
    left = Notice.objects.get(entry__kind="reminder.due", read_at=None)
    assert left.case == other.case


def test_a_reminder_is_read_once_its_case_closes_of_which_nobody_is_told():
    nadia = factories.member("caf-91", first_name="Nadia")
    walk = case_at("contact", worker=nadia)
    assert reminded(date(2026, 12, 1)) == {"R-CONTACT": {"Nadia"}}
    assert unread_reminders() == 1
    close_now(case=walk.case, by=nadia, at=DAY, data={"outcome": "settled", "turn": None})
    assert not set(Outbox.objects.values_list("entry__kind", flat=True)) & TOLD.keys()
    assert unread_reminders() == 0
