"""The demonstration can be made on any day: no story drifts from the procedure, whatever weekends and holidays do."""

from datetime import date, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from cases.models import Beneficiary, Case
from config.demo import month_files, ordinary, seed
from tests.factories import PARIS
from workflows.models import CaseTask

pytestmark = [pytest.mark.django_db, pytest.mark.long]

STANDING = {
    "Sissoko-Lambert": "agree",
    "Ferreira Nogueira": "contact",
    "Ouattara-Vidal": "arbitrate",
    "Nsimba": "diagnose",
    "Zerrouki": "monitor",
    "Karaman": "diagnose",
}


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 11, 25),
        date(2026, 11, 29),
        date(2026, 12, 25),
        date(2027, 1, 1),
        date(2027, 2, 28),
        date(2027, 5, 31),
        date(2027, 7, 14),
        date(2028, 2, 29),
    ],
)
def test_the_stories_stand_where_they_should(day: date, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ordinary, "CASES", 12)
    monkeypatch.setattr(ordinary, "STOCK", 2)
    monkeypatch.setattr(month_files, "COMING", (6, 1, 1))
    monkeypatch.setattr(month_files, "STOCK", 3)
    seed.seed(at=datetime(day.year, day.month, day.day, 11, 30, tzinfo=PARIS))
    found = {}
    for name in STANDING:
        person = Beneficiary.objects.filter(usual_name=name).earliest("pk")
        case = Case.objects.exclude(kind="coordination").get(household__members=person)
        found[name] = CaseTask.objects.open().filter(case=case).order_by("pk")[0].node
    assert found == STANDING
    call_command("check_invariants", stdout=StringIO())
