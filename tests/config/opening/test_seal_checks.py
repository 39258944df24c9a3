"""Each night the sealed traces are counted again; what was changed since is told at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from cases.actions.seals import seal_closed_days
from config.models import JobRun, SealCheck
from config.opening.seals import check_seals
from config.services.items import Level
from config.services.opening import read_opening
from config.tasks import check_seals as nightly
from tests import factories
from tests.factories import PARIS
from tests.pages import html_of

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 11, 24, 18, tzinfo=PARIS)
NIGHT = datetime(2026, 11, 25, 4, 30, tzinfo=PARIS)


def owner(statement: str) -> None:
    """Who owns the database may do anything."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("cases_accessentry", "cases_journalentry", "cases_traceseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        cursor.execute(statement)


@pytest.fixture
def sealed() -> None:
    with time_machine.travel(EVENING, tick=False):
        factories.reported()
    owner("UPDATE cases_journalentry SET happened_at = '2026-11-24 18:00+01'")
    seal_closed_days(at=NIGHT)


def seals_item() -> Any:
    return next(item for item in read_opening(NIGHT) if item.code == "seals")


def test_what_was_sealed_is_counted_again_and_nothing_is_told(sealed):
    found = check_seals(at=NIGHT)
    assert (found.days, f"{found.last_day}", found.fault) == (1, "2026-11-24", "")
    assert (seals_item().level, seals_item().words) == (Level.GOOD, "1 jour recompté il y a moins d’une seconde.")


def test_before_the_first_seal_there_is_nothing_to_tell():
    assert check_seals(at=NIGHT).last_day is None
    assert seals_item().level is Level.GOOD


def test_a_line_changed_since_is_a_breakdown_and_says_whom_to_tell(sealed):
    owner("UPDATE cases_journalentry SET kind = 'other' WHERE id = (SELECT min(id) FROM cases_journalentry)")
    assert check_seals(at=NIGHT).fault == "le 24/11/2026, journal : une ligne au moins a été changée"
    assert seals_item().level is Level.DOWN
    assert "Prévenir le délégué" in seals_item().advice


def test_a_chain_made_anew_no_longer_holds_the_head_of_the_night_before(sealed):
    check_seals(at=NIGHT)
    owner("DELETE FROM cases_traceseal")
    owner("UPDATE cases_journalentry SET kind = 'other' WHERE id = (SELECT min(id) FROM cases_journalentry)")
    seal_closed_days(at=NIGHT)
    assert "elle a été refaite ou coupée" in check_seals(at=NIGHT + timedelta(days=1)).fault
    assert "elle a été refaite ou coupée" in check_seals(at=NIGHT + timedelta(days=2)).fault


def test_checks_are_kept_thirteen_months(sealed):
    SealCheck.objects.create(checked_at=NIGHT - timedelta(days=401), days=1)
    check_seals(at=NIGHT)
    assert SealCheck.objects.count() == 1


def test_beat_asks_for_it_each_night_and_it_is_noted(sealed):
    with time_machine.travel(NIGHT, tick=False):
        nightly.apply()
    assert SealCheck.objects.count() == 1
    assert JobRun.objects.get(name="relais.check_seals").ended_at == NIGHT


def test_administrators_read_it_among_the_services(client, sealed):
    client.force_login(factories.member("ville-grigny", "administrator"))
    check_seals(at=NIGHT)
    assert "Traces scellées" in html_of(client.get(reverse("services")))
