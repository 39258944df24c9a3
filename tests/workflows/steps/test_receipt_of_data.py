"""The person is informed within a month of the day on which the structure received her data (GDPR, article 14, 3)."""

from datetime import date, timedelta

import pytest

from cases.actions.corrected_editions import open_corrected_draft
from cases.actions.editions import DEADLINES
from cases.models import Deadline, DeadlineRule
from tests import factories
from tests.cases.actions.test_editions import first, publish
from tests.factories import NOON
from tests.workflows.walk import Walk
from workflows.actions.information_delays import start_lost_delays
from workflows.models import CaseTask

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


def publish_receipt_of_data(day: date) -> None:
    """The first edition is of an older release, which counted from the acceptance; the pilot publishes its correction."""
    rule = DeadlineRule.objects.filter(edition=first(), code="P-INFORM-14")
    rule.update(code="P-INFORM", start="accepted")
    pilot = factories.member("caf-91-pilotage", "pilot")
    found = open_corrected_draft(catalogue=DEADLINES, source=first(), by=pilot, at=NOON)
    assert ([row["code"] for row in found.taken], found.dropped) == (["P-INFORM-14"], ("P-INFORM",))
    publish(DEADLINES.editions_of("grigny").get(state="draft"), pilot, day=day)


@pytest.mark.parametrize(
    ("days", "rule", "started_on", "legal_date"),
    [
        (0, "P-INFORM", date(2026, 11, 24), date(2026, 12, 24)),
        (1, "P-INFORM", date(2026, 11, 25), date(2026, 12, 25)),
        (2, "P-INFORM-14", date(2026, 11, 24), date(2026, 12, 24)),
        (3, "P-INFORM-14", date(2026, 11, 24), date(2026, 12, 24)),
    ],
)
def test_an_answer_pending_when_the_rule_changes_is_counted_once_by_the_edition_of_its_day(
    days, rule, started_on, legal_date
):
    """Received on 24 November 2026, by an edition that counts from the acceptance; from the 26th on, from receipt."""
    walk = Walk(factories.reported(**factories.FAMILY, followed_by="mds-grigny"))
    publish_receipt_of_data(date(2026, 11, 26))
    worker = factories.member("mds-grigny", "manager")
    walk.at = NOON + timedelta(days=days)
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    (told,) = Deadline.objects.filter(case=walk.case, rule__start__in=["accepted", "data_received"])
    assert (told.rule.code, told.started_on, told.legal_date) == (rule, started_on, legal_date)


def test_a_delay_that_a_change_of_edition_lost_runs_again_from_its_true_day():
    """Received on 24 November 2026, accepted on the 27th: until 24 December. Found by a check of each day, once."""
    walk = Walk(factories.reported(**factories.FAMILY, followed_by="mds-grigny"))
    worker, later = factories.member("mds-grigny", "manager"), NOON + timedelta(days=3)
    walk.at = later
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    assert start_lost_delays(at=later) == 0
    told = Deadline.objects.get(case=walk.case, rule__start="data_received")
    CaseTask.deadlines.through.objects.filter(deadline=told).delete()
    told.delete()
    assert start_lost_delays(at=later + timedelta(days=5)) == 1
    assert start_lost_delays(at=later + timedelta(days=5)) == 0
    found = Deadline.objects.get(case=walk.case, rule__start="data_received")
    assert (found.structure.code, found.started_on, found.legal_date) == (
        "mds-grigny",
        date(2026, 11, 24),
        date(2026, 12, 24),
    )
    others = Deadline.objects.filter(case=walk.case).exclude(pk=found.pk).values_list("rule__code", flat=True)
    assert len(set(others)) == len(others), "nothing else was started again"


def lost(walk: Walk, *, days: int) -> None:
    """Accepted so many days after 24 November, and its delay to inform disappeared."""
    worker = factories.member("mds-grigny", "manager")
    walk.at = NOON + timedelta(days=days)
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    told = Deadline.objects.filter(case=walk.case, rule__start__in=["accepted", "data_received"])
    CaseTask.deadlines.through.objects.filter(deadline__in=told).delete()
    told.delete()


def test_what_was_accepted_before_an_edition_counted_it_so_is_not_started_at_once():
    before, after = (Walk(factories.reported(**factories.FAMILY, followed_by="mds-grigny")) for _ in range(2))
    publish_receipt_of_data(date(2026, 11, 26))
    lost(before, days=1)
    lost(after, days=2)
    assert start_lost_delays(at=NOON + timedelta(days=60)) == 1
    assert [each.case for each in Deadline.objects.filter(rule__start="data_received")] == [after.case]


def test_every_lost_delay_is_started_whatever_their_number(monkeypatch):
    monkeypatch.setattr("workflows.actions.information_delays.PAGE", 1)
    for _ in range(3):
        lost(Walk(factories.reported(**factories.FAMILY, followed_by="mds-grigny")), days=0)
    assert start_lost_delays(at=NOON + timedelta(days=1)) == 3


def test_a_delay_that_the_pilot_withdrew_is_not_started_again():
    walk = Walk(factories.reported(**factories.FAMILY, followed_by="mds-grigny"))
    worker = factories.member("mds-grigny", "manager")
    DeadlineRule.objects.filter(edition=first(), code="P-INFORM-14").update(start="contacted")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    assert start_lost_delays(at=NOON) == 0
