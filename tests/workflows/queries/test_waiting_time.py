"""For how long the ball has been where it is, in the working days of who has it."""

from datetime import date

import pytest

from cases.models import Closure
from tests.factories import NOON, member, structure
from tests.workflows.views.case.test_case import followed_by
from workflows.models import CaseTask
from workflows.queries.waiting_time import since_day, since_words, with_closures

pytestmark = pytest.mark.django_db


def words(case, *, today):
    return since_words(with_closures(CaseTask.objects.open().of_case(case)).get(), today=today).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 24), "depuis aujourd’hui"),
        (date(2026, 11, 25), "depuis 1 jour ouvré"),
        (date(2026, 12, 1), "depuis 5 jours ouvrés"),
        (date(2026, 12, 28), "depuis 23 jours ouvrés"),  # Christmas is a holiday
    ],
)
def test_working_days_are_counted(today, expected):
    assert words(followed_by(member("caf-91")), today=today) == expected


def test_the_days_on_which_the_structure_is_closed_do_not_count():
    case = followed_by(member("caf-91"))
    week = {"first_day": date(2026, 11, 25), "last_day": date(2026, 11, 27)}
    Closure.objects.create(structure=structure("mds-grigny"), label="fermeture", **week)
    assert words(case, today=date(2026, 12, 1)) == "depuis 5 jours ouvrés"
    Closure.objects.create(structure=structure("caf-91"), label="fermeture", **week)
    Closure.objects.create(
        structure=structure("caf-91"), label="pont", first_day=date(2026, 12, 1), last_day=date(2026, 12, 1)
    )
    assert words(case, today=date(2026, 12, 1)) == "depuis 1 jour ouvré"


def test_during_a_closure_no_day_has_passed():
    assert since_day(NOON.date(), today=date(2026, 11, 29), closures=[(date(2026, 11, 25), date(2026, 11, 30))]) == (
        "depuis moins d’un jour ouvré"
    )
