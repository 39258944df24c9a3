"""Once data on real people is entered, the watch asks the conditions; the page of the services and the metrics say what it found,
and when."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError
from prometheus_client import CollectorRegistry

from cases.models import BackupRun, User
from config.models import OpeningAnswer
from config.opening.acts import close_to_real_data, open_to_real_data
from config.opening.conditions import ask_conditions
from config.service_metrics import ServiceCollector
from config.services.items import Level
from config.services.jobs import TICK, record_job_run
from config.services.opening import read_opening
from tests.factories import NOON

MISSING = "La sauvegarde est récente, chiffrée et vérifiée"


@pytest.fixture
def opened(anne: User) -> User:
    open_to_real_data(by=anne, at=NOON)
    return anne


def item(**after: Any) -> Any:
    return next(each for each in read_opening(NOON + timedelta(**after)) if each.code == "opening")


def beat(**after: Any) -> datetime:
    """The tick was done just now."""
    record_job_run(TICK, at=NOON + timedelta(**after))
    return NOON + timedelta(**after)


def let_the_backup_be_clear() -> None:
    BackupRun.objects.update(is_encrypted=False)


def test_nothing_is_asked_while_the_banner_is_there(anne):
    let_the_backup_be_clear()
    ask_conditions(at=NOON)
    assert not OpeningAnswer.objects.exists()
    assert (item(days=9).level, item(days=9).words) == (Level.GOOD, "Rien n’est demandé tant que le bandeau est là.")


def test_the_opening_itself_asked_them(opened):
    assert item(minutes=4).words == "Rien ne manquait. Demandé il y a 4 minutes."
    assert item(minutes=4).level is Level.GOOD


def test_what_is_no_longer_true_is_said_once_the_watch_asked_with_the_age_of_its_answer(opened):
    let_the_backup_be_clear()
    assert item(minutes=4).level is Level.GOOD
    ask_conditions(at=beat(minutes=5))
    found = item(minutes=8)
    assert (found.level, found.words) == (
        Level.DOWN,
        f"N’est plus vrai, alors que des données réelles sont saisies : {MISSING}. Demandé il y a 3 minutes.",
    )
    assert found.figures == {"age_seconds": 180}


def test_an_answer_that_is_old_is_no_good_news(opened):
    ask_conditions(at=NOON)
    assert item(minutes=20).level is Level.GOOD
    found = item(minutes=21)
    assert (found.level, found.words) == (Level.DOWN, "Rien ne manquait. Demandé il y a 21 minutes.")
    assert "alert_administrators" in found.advice


def test_an_answer_of_before_the_banner_was_put_back_says_nothing_of_today(opened, yves):
    let_the_backup_be_clear()
    ask_conditions(at=beat(minutes=5))
    close_to_real_data(reason="mistake", by=yves, at=NOON + timedelta(minutes=6))
    BackupRun.objects.update(is_encrypted=True)
    open_to_real_data(by=opened, at=beat(minutes=7))
    assert item(minutes=8).words == "Rien ne manquait. Demandé il y a 1 minute."


def test_metrics_and_page_read_one_row_where_the_watch_reads_everything(opened, django_assert_num_queries):
    with django_assert_num_queries(3):  # the seals, the installation, the answer
        list(read_opening(NOON))
    registry = CollectorRegistry()
    registry.register(ServiceCollector())
    with time_machine.travel(NOON + timedelta(minutes=3), tick=False):
        assert registry.get_sample_value("relais_service_age_seconds", {"service": "opening"}) == 180


def test_the_watch_asks_at_each_turn_and_keeps_one_row(opened):
    for minutes in (5, 10):
        with time_machine.travel(beat(minutes=minutes), tick=False):
            call_command("alert_administrators", stdout=StringIO())
    [answer] = OpeningAnswer.objects.all()
    assert (answer.asked_at, answer.missing) == (NOON + timedelta(minutes=10), "")


def test_a_condition_that_cannot_be_read_stops_no_alert_and_grows_old(opened, monkeypatch):
    def fail(at: Any) -> Any:
        raise DatabaseError

    monkeypatch.setattr("config.opening.conditions.find_missing", fail)
    with time_machine.travel(NOON + timedelta(minutes=25), tick=False):
        call_command("alert_administrators", stdout=StringIO())
    assert item(minutes=25).level is Level.DOWN
