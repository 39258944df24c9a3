"""The person is informed within a month of the day on which the structure received her data (GDPR, article 14, 3)."""

from datetime import date, timedelta

import pytest

from cases.models import Deadline
from tests import factories
from tests.factories import NOON
from tests.workflows.walk import Walk

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("days", "accepted_on"), [(0, "24 November"), (4, "28 November"), (20, "14 December"), (30, "24 December")]
)
def test_the_month_runs_from_receipt_whatever_the_day_of_the_acceptance(days, accepted_on):
    """Received on 24 November 2026: until 24 December, a Thursday."""
    walk = Walk(factories.reported(**factories.FAMILY, followed_by="mds-grigny"))
    assert walk.waiting_for == {"answer": "mds-grigny"}
    worker = factories.member("mds-grigny", "manager")
    walk.at = NOON + timedelta(days=days)
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    told = Deadline.objects.get(case=walk.case, rule__start="data_received")
    assert (told.rule.code, told.started_on, told.legal_date) == (
        "P-INFORM-14",
        date(2026, 11, 24),
        date(2026, 12, 24),
    )
    assert not Deadline.objects.filter(case=walk.case, rule__start="accepted").exists()
