"""The servers: each answers or not, and says what to do."""

import os
from collections import namedtuple
from datetime import timedelta

import pytest
from django.utils.timezone import now

from cases.models import Document
from config.services import servers
from config.services.items import Level
from config.services.jobs import record_job_run
from tests import clamd, factories
from tests.cases.actions.test_documents import add
from tests.cases.actions.test_quarantine import NOBODY
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_wake_up_calls_that_wait_are_counted(own_queue):
    assert (servers.read_queue(NOON).level, servers.read_queue(NOON).figures) == (Level.GOOD, {"waiting": 0})
    own_queue.rpush("celery", *range(100))
    found = servers.read_queue(NOON)
    assert (found.level, found.words) == (Level.WATCH, "Redis répond. 100 réveils attendent le worker.")


def test_a_queue_that_does_not_answer_is_down_and_loses_nothing(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    found = servers.read_queue(NOON)
    assert (found.level, "Rien n’est perdu" in found.words) == (Level.DOWN, True)


def test_the_database_says_its_version_its_size_and_its_connections():
    found = servers.read_database(NOON)
    assert (found.level, found.words.startswith("PostgreSQL 18")) == (Level.GOOD, True)
    assert found.figures["size_bytes"] > 1_000_000
    assert 0 < found.figures["connections"] < found.figures["connections_max"]


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        (timedelta(minutes=-3, seconds=-1), "L’horloge des pages est en retard de 3 minutes sur celle de la base."),
        (timedelta(minutes=2, seconds=30), "L’horloge des pages est en avance de 2 minutes sur celle de la base."),
    ],
)
def test_a_clock_that_is_off_is_a_fault(shift, words):
    found = servers.read_clock(now() + shift)
    assert (found.level, found.words) == (Level.DOWN, words)


def test_a_clock_that_was_set_back_is_seen_by_what_was_done_after_now():
    assert servers.read_clock(now()).level is Level.GOOD
    record_job_run("tick", at=now() + timedelta(seconds=59))
    assert servers.read_clock(now()).level is Level.GOOD
    record_job_run("tick", at=now() + timedelta(hours=3, minutes=1))
    found = servers.read_clock(now())
    assert (found.level, found.words) == (
        Level.DOWN,
        "L’horloge a reculé : un travail a été fait 3 heures après maintenant.",
    )


def test_the_disk_says_what_is_free(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "not" / "yet")
    assert servers.read_disk(NOON).figures["free_bytes"] == pytest.approx(
        os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize, rel=0.2
    )


Usage = namedtuple("Usage", "total used free")
FREE = [(5_000_000_001, Level.GOOD), (5_000_000_000, Level.WATCH), (1_000_000_001, Level.WATCH), (10**9, Level.DOWN)]


@pytest.mark.parametrize(("free", "level"), FREE)
def test_a_disk_is_watched_under_five_gigabytes_and_down_under_one(free, level, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: Usage(200 * 10**9, 0, free))
    assert servers.read_disk(NOON).level is level


def test_a_folder_that_takes_no_file_is_down(settings, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert servers.read_disk(NOON).level is Level.DOWN


def test_without_a_scanner_all_is_well():
    assert servers.read_scanner(NOON).words == "Aucun antivirus : les pièces s’ouvrent aussitôt."


@pytest.fixture
def piece(settings):
    """It was added while the scanner did not answer."""
    settings.CLAMD_URL = NOBODY
    case = factories.reported(**factories.FAMILY)
    return add(case, by=factories.member("caf-91"))


def test_a_scanner_that_is_silent_is_down_and_pieces_wait(piece):
    found = servers.read_scanner(NOON)
    assert (found.level, found.words) == (Level.DOWN, "L’antivirus ne répond pas ; 1 pièce attend.")
    assert found.patience == timedelta(hours=1)


def test_pieces_that_wait_for_a_scanner_that_is_no_longer_named_are_said(piece, settings):
    settings.CLAMD_URL = ""
    assert servers.read_scanner(NOON).level is Level.WATCH


def test_a_piece_that_waits_although_the_scanner_answers_is_said(piece, settings):
    with clamd.running() as scanner:
        settings.CLAMD_URL = scanner.tcp
        Document.everything.update(added_at=NOON - timedelta(minutes=59))
        assert servers.read_scanner(NOON).level is Level.GOOD
        Document.everything.update(added_at=NOON - timedelta(hours=1))
        assert servers.read_scanner(NOON).level is Level.WATCH


@pytest.mark.parametrize(("days", "level"), [(7, Level.GOOD), (8, Level.WATCH)])
def test_a_scanner_that_learns_nothing_new_is_said(days, level, settings, monkeypatch):
    settings.CLAMD_URL = NOBODY
    monkeypatch.setattr("cases.antivirus.is_answering", lambda: True)
    monkeypatch.setattr("cases.antivirus.read_signatures_date", lambda: NOON - timedelta(days=days))
    assert servers.read_scanner(NOON).level is level
