"""What the version before left with a former structure is given in the night to whoever answers for the case."""

from datetime import date

import pytest

from cases.actions import deadlines
from cases.models import Closure, Deadline
from config.clearing import clear_expired
from tests.factories import NOON, member, structure
from tests.workflows.actions.test_overpayment import APL, AT, line, opened
from tests.workflows.walk import Walk
from workflows.models import CaseTask

pytestmark = pytest.mark.django_db
GIVEN = "dossiers dont les délais ont suivi"


def test_a_case_handed_over_before_is_given_its_last_days_once_around_the_closures_of_who_has_it():
    """22 December 2026 is a Tuesday: five working days before it, the 15th. Closed from the 14th, the last worked day is Friday 11:
    five working days before it, the 4th."""
    opener, worker = member("ccas-grigny"), member("mds-grigny")
    walk = Walk(opened(opener, lines=[APL], rsa=True), at=AT)
    walk.take("check_notice", by=opener, routes_stated="no", lacks=["reason"])
    walk.take("answer", by=worker, accept=True, professional=worker)
    counted = Deadline.objects.filter(case=walk.case, rule__code="IND-05c")
    deadlines.cancel(Deadline.objects.exclude(pk__in=counted), at=AT)
    counted.update(structure=structure("ccas-grigny"), remind_on=None)
    Closure.objects.create(
        structure=structure("mds-grigny"), first_day=date(2026, 12, 14), last_day=date(2026, 12, 24), label="fêtes"
    )
    others = list(Deadline.objects.exclude(pk__in=counted).order_by("pk").values())
    assert clear_expired(at=NOON)[GIVEN] == 1
    given = counted.get()
    assert (given.structure.code, given.legal_date, given.safe_date) == (
        "mds-grigny",
        date(2026, 12, 22),
        date(2026, 12, 4),
    )
    assert given.remind_on == date.min
    assert list(Deadline.objects.exclude(pk__in=counted).order_by("pk").values()) == others
    waiting = CaseTask.objects.open().filter(process__debt=line(walk.case, "apl").debt, deadlines=given)
    assert set(waiting.values_list("node", "due_on")) == {("choose_way", date(2026, 12, 4))}
    assert clear_expired(at=NOON)[GIVEN] == 0
