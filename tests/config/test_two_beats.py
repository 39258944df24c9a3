"""Two beats ask for the same work at the same moment, as two machines that each hold one: nothing is done twice.

The first has done all of it and committed nothing when the second begins; it commits once the second waits, or is done.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core import mail

from cases.models import Case, JournalEntry
from config import celery_app
from notifications.models import Delivery, Notice
from tests import factories
from tests.cases.actions.test_administrators_at_once import second_of
from tests.workflows.actions.test_retention import closed
from tests.workflows.flows.test_referent import taken_in_charge_without_anybody
from workflows.actions import retention
from workflows.models import IndicatorFigures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LONG_AGO = date(2026, 5, 26)
MORNING = datetime(2026, 12, 2, 7, tzinfo=UTC)
DOES = {
    "tick": "task.escalated",
    "places": "place.vacant",
    "law": "law.amount_due",
    "clearing": "members.to_review",
    "figures": "",
    "seals": "",
}
"""Of each thing that beat asks for, a line that it writes in the scene below; the two others write none."""


@pytest.fixture
def _much_is_due() -> Iterator[None]:
    with time_machine.travel(factories.NOON, tick=False):
        factories.member("caf-91", "manager", since=LONG_AGO)
        lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
        factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)
        taken_in_charge_without_anybody()
    with time_machine.travel(MORNING, tick=False):
        yield


def test_all_that_beat_asks_for_is_tried_here():
    assert settings.CELERY_BEAT_SCHEDULE.keys() == DOES.keys()


@pytest.mark.usefixtures("_much_is_due")
@pytest.mark.parametrize("name", DOES)
def test_what_two_beats_ask_for_at_once_is_done_once(name: str):
    work = celery_app.tasks[str(settings.CELERY_BEAT_SCHEDULE[name]["task"])].run
    before = set(JournalEntry.objects.values_list("pk", flat=True))
    mail.outbox.clear()
    assert second_of(work, work) is None
    lines = [(e.kind, e.structure_id, e.case_id, str(e.data)) for e in JournalEntry.objects.exclude(pk__in=before)]
    assert repeated(lines) == []
    assert DOES[name] in [kind for kind, *_ in lines] + [""]
    assert repeated(Notice.objects.values_list("entry", "user")) == []
    assert repeated([message.extra_headers["Message-ID"] for message in mail.outbox]) == []
    assert repeated(IndicatorFigures.objects.values_list("territory", "indicator", "quarter", "by")) == []
    count = JournalEntry.objects.count()
    work()
    assert (JournalEntry.objects.count(), Delivery.objects.filter(state="waiting").count()) == (count, 0)


def test_what_two_nights_work_tells_thirty_days_before_is_told_once():
    case = closed()
    Case.objects.filter(pk=case.pk).update(responsible_structure=factories.structure("caf-91"))
    night = datetime(2028, 10, 25, 3, tzinfo=ZoneInfo("Europe/Paris"))
    assert second_of(lambda: retention.tell_near(at=night), lambda: retention.tell_near(at=night)) == 0
    assert JournalEntry.objects.filter(kind="retention.near").count() == 1


def repeated(rows) -> list[object]:
    return [row for row, times in Counter(rows).items() if times > 1]
