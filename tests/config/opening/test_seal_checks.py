"""Each night the sealed traces are counted again; what was changed since is told at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
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
    seal_a_day()


def seal_a_day() -> None:
    with time_machine.travel(EVENING, tick=False):
        factories.reported()
    owner("UPDATE cases_journalentry SET happened_at = '2026-11-24 18:00+01'")
    seal_closed_days(at=NIGHT)


def seals_item() -> Any:
    return next(item for item in read_opening(NIGHT) if item.code == "seals")


def test_what_was_sealed_is_counted_again_and_nothing_is_told_before_or_after():
    assert check_seals(at=NIGHT).last_day is None
    assert seals_item().level is Level.GOOD
    seal_a_day()
    found = check_seals(at=NIGHT)
    assert (found.days, f"{found.last_day}", found.fault) == (1, "2026-11-24", "")
    assert (seals_item().level, seals_item().words) == (
        Level.GOOD,
        "1 jour scellé : chaîne suivie il y a moins d’une seconde, 1 recompté. Chaque jour l’est à nouveau en 28 nuits au plus.",
    )


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


OLD_DAY = "UPDATE cases_journalentry SET kind = 'other' WHERE happened_at::date = '2026-10-12'"
CHANGED = "le 12/10/2026, journal : une ligne au moins a été changée"


@pytest.fixture
def sealed_since_october() -> None:
    """Forty-four days, all counted tonight."""
    with time_machine.travel(EVENING, tick=False):
        factories.reported()
    owner("UPDATE cases_journalentry SET happened_at = '2026-10-12 18:00+02'")
    seal_closed_days(at=NIGHT)
    assert check_seals(at=NIGHT).recounted == 44


def test_an_old_day_that_was_changed_is_found_within_the_nights_that_the_page_says_and_not_forgotten(
    sealed_since_october,
):
    owner(OLD_DAY)
    found = {}
    for number in range(1, 14):
        night = NIGHT + timedelta(days=number)
        seal_closed_days(at=night)
        found[night.date()] = check_seals(at=night)
    # Fifty-six days after the twelfth of October; then every night, until it is mended.
    assert {f"{day}" for day, check in found.items() if check.fault} == {"2026-12-07", "2026-12-08"}
    assert {check.fault for check in found.values()} == {"", CHANGED}
    # The last seven days, and of the forty before, the one whose turn it is.
    assert {check.recounted for check in found.values() if not check.fault} == {8}
    assert seals_item().level is Level.DOWN


def test_the_turns_of_nights_on_which_the_worker_was_off_are_made_up_for(sealed_since_october):
    owner(OLD_DAY)
    assert check_seals(at=NIGHT + timedelta(days=11)).fault == ""
    assert check_seals(at=NIGHT + timedelta(days=20)).fault == CHANGED


def test_a_day_sealed_late_is_counted_whatever_its_age(sealed):
    check_seals(at=NIGHT)
    later = NIGHT + timedelta(days=40)
    assert check_seals(at=later).recounted == 1
    seal_closed_days(at=later)
    assert check_seals(at=later).recounted == 40


def test_the_command_counts_everything_and_so_does_the_check_after_a_month_off(sealed_since_october):
    assert check_seals(at=NIGHT + timedelta(days=28)).recounted == 44
    owner(OLD_DAY)
    check_seals(at=NIGHT + timedelta(days=1))
    with pytest.raises(CommandError, match="Le 12/10/2026 diffère"):
        call_command("verify_traces")


def test_checks_are_kept_thirteen_months(sealed):
    SealCheck.objects.create(checked_at=NIGHT - timedelta(days=401), days=1)
    check_seals(at=NIGHT)
    assert SealCheck.objects.count() == 1


def test_beat_asks_for_it_each_night_it_is_noted_and_administrators_read_it(client, sealed):
    with time_machine.travel(NIGHT, tick=False):
        nightly.apply()
    assert SealCheck.objects.count() == 1
    assert JobRun.objects.get(name="relais.check_seals").ended_at == NIGHT
    client.force_login(factories.member("ville-grigny", "administrator"))
    assert "Traces scellées" in html_of(client.get(reverse("services")))
