"""What comes back by itself says when it last ended; what never came is late from the installation on."""

from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import BackupRun
from config import ticking
from config.models import JobRun
from config.services import jobs
from config.services.items import Level
from config.tasks import clear_expired
from tests import factories
from tests.factories import NOON
from workflows.tasks import run_exports

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _installed_a_month_ago(monkeypatch):
    monkeypatch.setattr(jobs, "read_installation_time", lambda at: at - timedelta(days=30))


def item(code: str, *, at: datetime = NOON):
    return next(each for each in jobs.read_jobs(at) if each.code == code)


@pytest.mark.usefixtures("at_noon")
def test_a_tick_says_when_it_ended_in_one_row_and_other_tasks_in_none():
    for ended in (NOON - timedelta(hours=3), NOON):
        ticking.tick(at=ended)
    run_exports.apply()
    assert list(JobRun.objects.values_list("name", "ended_at")) == [("tick", NOON)]


@pytest.mark.usefixtures("at_noon")
def test_a_tick_or_a_daily_task_that_stops_half_way_did_not_end(monkeypatch):
    fail = Mock(side_effect=ConnectionResetError)
    monkeypatch.setattr("notifications.reminders.is_anything_due", fail)
    monkeypatch.setattr("config.clearing.clear_expired", fail)
    with pytest.raises(ConnectionResetError):
        ticking.tick(at=NOON)
    clear_expired.apply()
    assert fail.call_count == 2
    assert not JobRun.objects.exists()


@pytest.mark.parametrize(
    ("name", "age", "level"),
    [
        ("tick", timedelta(seconds=30), Level.GOOD),
        ("tick", timedelta(minutes=2), Level.WATCH),
        ("tick", timedelta(minutes=9, seconds=59), Level.WATCH),
        ("tick", timedelta(minutes=10), Level.DOWN),
        ("workflows.count_figures", timedelta(hours=25), Level.GOOD),
        ("workflows.count_figures", timedelta(hours=26), Level.WATCH),
        ("workflows.count_figures", timedelta(hours=50), Level.DOWN),
    ],
)
def test_a_tick_is_watched_then_down_after_minutes_and_a_job_of_the_morning_after_days(name, age, level):
    jobs.record_job_run(name, at=NOON - age)
    assert item(name.rpartition(".")[2]).level is level


def test_a_tick_that_never_came_is_down_and_says_what_to_do():
    found = item("tick")
    assert (found.level, "docker compose restart worker beat" in found.advice) == (Level.DOWN, True)
    assert found.words.startswith("Aucun battement complet à ce jour.")


def test_a_new_installation_has_time_for_its_first_jobs(monkeypatch):
    monkeypatch.setattr(jobs, "read_installation_time", lambda at: at - timedelta(minutes=1))
    assert {each.level for each in jobs.read_jobs(NOON) if each.code != "watch"} == {Level.GOOD}


def test_a_job_that_a_release_brings_is_waited_for_from_the_first_round_of_the_watch_on():
    """Not since the installation, a month ago."""
    jobs.record_job_run("relais.clear_expired", at=NOON - timedelta(hours=8))
    jobs.expect_jobs(at=NOON)
    jobs.expect_jobs(at=NOON + timedelta(hours=1))
    found = item("count_figures", at=NOON + timedelta(hours=25))
    assert (found.level, found.words) == (Level.GOOD, "Pas encore fait. Une fois par jour.")
    assert item("count_figures", at=NOON + timedelta(hours=50)).level is Level.DOWN
    assert item("clear_expired").words == "Fait il y a 8 heures. Une fois par jour."
    jobs.record_job_run("workflows.count_figures", at=NOON + timedelta(hours=18))
    assert item("count_figures", at=NOON + timedelta(hours=20)).words == "Fait il y a 2 heures. Une fois par jour."


def test_each_job_that_beat_asks_for_has_its_name():
    assert jobs.DAILY == jobs.NAMES
    assert set(jobs.DAILY) == {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()} - {"relais.tick"}


def test_a_daily_task_of_the_queue_says_that_it_ended(at_noon):
    clear_expired.apply()
    assert list(JobRun.objects.values_list("name", "ended_at")) == [("relais.clear_expired", NOON)]


def test_the_watch_that_never_ran_is_said():
    factories.member("ville-grigny", "administrator")
    assert item("watch").level is Level.WATCH
    assert item("watch").words.startswith("La veille n’a jamais tourné")
    jobs.record_job_run("watch", at=NOON - timedelta(minutes=20))
    assert item("watch").level is Level.GOOD
    jobs.record_job_run("watch", at=NOON - timedelta(minutes=21))
    assert item("watch").level is Level.WATCH


def test_alerts_that_would_reach_nobody_are_said():
    jobs.record_job_run("watch", at=NOON)
    assert item("watch").level is Level.WATCH
    anne = factories.member("ville-grigny", "administrator")
    assert item("watch").words.endswith(" 1 administrateur joignable.")
    anne.failing_email = anne.email
    anne.save()
    assert (item("watch").level, item("watch").advice.startswith("Corriger l’adresse")) == (Level.WATCH, True)


def test_a_worker_of_another_version_is_said():
    jobs.record_job_run("tick", at=NOON)
    assert item("version").level is Level.GOOD
    JobRun.objects.update(version="0.0.9")
    assert item("version").level is Level.WATCH
    assert "Worker : 0.0.9." in item("version").words


def test_that_a_job_ended_is_one_statement():
    with CaptureQueriesContext(connection) as queries:
        jobs.record_job_run("tick", at=NOON)
    assert len(queries) == 1


def back_up(*, hours: float, **more):
    ended = NOON - timedelta(hours=hours)
    BackupRun.objects.create(started_at=ended - timedelta(minutes=2), ended_at=ended, size=34_000_000, **more)


@pytest.mark.parametrize(("hours", "level"), [(25.9, Level.GOOD), (26, Level.DOWN)])
def test_a_backup_is_old_after_a_day_and_two_hours(hours, level):
    back_up(hours=hours, is_verified=True)
    assert item("backup").level is level


@pytest.mark.parametrize(("hours", "level"), [(47.9, Level.GOOD), (48, Level.DOWN)])
def test_a_new_installation_has_two_days_to_make_its_first_backup(hours, level, monkeypatch):
    monkeypatch.setattr(jobs, "read_installation_time", lambda at: at - timedelta(hours=hours))
    assert item("backup").level is level
    assert item("backup").words == "Aucune sauvegarde à ce jour."


def test_a_backup_that_failed_is_said_and_counts_for_none():
    back_up(hours=20)
    back_up(hours=1, fault="disk_full")
    found = item("backup")
    assert (found.level, found.figures["age_seconds"]) == (Level.WATCH, 20 * 3600)
    assert found.words == (
        "Dernière sauvegarde réussie il y a 20 heures, sans essai de rétablissement. "
        "La dernière tentative a échoué : disque plein."
    )
