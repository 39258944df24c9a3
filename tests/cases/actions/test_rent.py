"""The current rent month by month: the last answer stands, and one line of the journal tells those that changed."""

from datetime import date

import pytest

from cases.actions.rent import CannotSayRent, record_rent
from cases.models import JournalEntry, RentMonth
from tests import factories
from tests.factories import NOON, structure

pytestmark = pytest.mark.django_db


@pytest.fixture
def lease():
    return factories.tenancy()


def say(lease, months, *, source="professional", by=None):
    return record_rent(tenancy=lease, months=months, source=source, structure=structure("mds-grigny"), by=by, at=NOON)


def known(lease):
    return [(each.month, each.paid, each.source) for each in RentMonth.objects.filter(tenancy=lease)]


def test_each_month_keeps_the_last_answer_and_who_gave_it(lease):
    worker = factories.member("mds-grigny")
    say(lease, {date(2026, 10, 1): "no", date(2026, 11, 15): "unknown"}, source="file")
    say(lease, {date(2026, 11, 30): "yes"}, by=worker)
    assert known(lease) == [(date(2026, 10, 1), "no", "file"), (date(2026, 11, 1), "yes", "professional")]
    assert RentMonth.objects.get(paid="yes").by == worker


def test_one_line_tells_the_months_that_changed_and_none_when_nothing_did(lease):
    say(lease, {date(2026, 10, 1): "no"})
    say(lease, {date(2026, 11, 1): "yes", date(2026, 10, 1): "no", date(2026, 9, 1): "partly"})
    assert say(lease, {date(2026, 10, 1): "no"}) is None
    line = JournalEntry.objects.filter(kind="rent.recorded").order_by("pk").last()
    assert line
    assert line.data == {"source": "professional", "months": {"2026-09": "partly", "2026-11": "yes"}}


def test_a_month_to_come_is_refused(lease):
    with pytest.raises(CannotSayRent, match="à venir"):
        say(lease, {date(2026, 12, 1): "yes"})
    assert known(lease) == []
