"""The whole demonstration can be made on any day, at any hour: whatever weekends, holidays and month ends do to its stories.

`make test-long` lives today, tomorrow and, when its turn comes (`tests.turns`), a date that changes with the day of the run;
`make demo-days` every date of the coming 400, as many as one has time for: `.relais/demo-days` keeps those that passed.
"""

import logging
import os
from datetime import date, datetime, time, timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command

from cases.models import Beneficiary, Case, JournalEntry
from config import embedded
from demo import seed
from demo.attempts import Attempts
from tests.factories import PARIS
from tests.turns import wait_for_turn
from workflows.models import CaseTask

MANY = int(os.environ.get("RELAIS_DEMO_DAYS", "0"))
"""How many coming dates; none: today, tomorrow and `FEW` more."""
FEW = 1
LIVED = embedded.HOME / "demo-days"
HOURS = (time(0, 20), time(8, 10), time(11, 30), time(17, 45), time(23, 40))
HARD = (date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 6), date(2028, 2, 29))
"""Dates on which it could not be made once, and the rarest."""

pytestmark = [pytest.mark.django_db, pytest.mark.long, pytest.mark.timeout(3600)]


def days() -> list[date]:
    """Those to live now. The same all day long, for processes that share them out."""
    today = datetime.now(tz=PARIS).date()
    coming = [today + timedelta(days=number) for number in range(400)]
    if not MANY:
        return [*coming[:2], *sorted(Random(today.toordinal()).sample([*coming[2:], *HARD], FEW))]  # noqa: S311
    lived = set(LIVED.read_text().split()) if LIVED.exists() else set()
    # Far from one another first: a part of them already says something of the whole year.
    spread = sorted(coming, key=lambda day: (day not in coming[:2], (day.toordinal() * 7) % 29, day))
    return [day for day in (*HARD, *spread) if str(day) not in lived][:MANY]


STANDING = {
    "Sissoko-Lambert": "agree",
    "Ferreira Nogueira": "contact",
    "Ouattara-Vidal": "arbitrate",
    "Bertin": "diagnose",
    "Keïta-Morin": "diagnose",
    "Haddou": "diagnose",
    "Nsimba": "diagnose",
    "Zerrouki": "monitor",
    "Karaman": "diagnose",
}
ACTS = {
    "qualify complete", "answer True", "answer False", "arbitrate False", "contact reached", "contact again",
    "diagnose complete", "diagnose partial", "plan repayment", "agree accepted", "monitor paid", "monitor close",
    "overpayment write", "overpayment answered", "overpayment came", "overpayment sum",
    "overpayment went_on", "overpayment ended", "overpayment opposed", "overpayment wondered", "overpayment reply",
}  # fmt: skip
"""What must have been done by somebody, whatever chance does. That a debt is paid off, a told household does each time."""
FEW_REFUSALS = 0.03


DAYS = days()


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_demonstration_can_be_made(day: date, caplog: pytest.LogCaptureFixture):
    if not MANY and day not in DAYS[:2]:
        wait_for_turn(5)
    hour = HOURS[day.toordinal() % len(HOURS)]
    with caplog.at_level(logging.ERROR):
        attempts = seed.seed(at=datetime.combine(day, hour, tzinfo=PARIS))
    assert where_they_stand() == STANDING
    assert ACTS - attempts.done.keys() == set()
    assert JournalEntry.objects.filter(kind="case.closed", data__outcome="cleared").exists()
    assert share_refused(attempts) < FEW_REFUSALS, str(attempts)
    assert not [kind for kind in attempts.refused if kind.startswith("overpayment")], str(attempts)
    assert caplog.messages == []
    call_command("check_invariants", stdout=StringIO())
    if MANY:
        with LIVED.open("a") as lived:
            lived.write(f"{day}\n")


def where_they_stand() -> dict[str, str]:
    found = {}
    for name in STANDING:
        person = Beneficiary.objects.filter(usual_name=name).earliest("pk")
        case = Case.objects.exclude(kind="coordination").get(household__members=person)
        found[name] = CaseTask.objects.open().filter(case=case).order_by("pk")[0].node
    return found


def share_refused(attempts: Attempts) -> float:
    return attempts.refused.total() / (attempts.refused.total() + attempts.done.total())
