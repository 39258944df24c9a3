"""Administrators are written to when something is down: once, each day, and once it is over."""

import threading
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connections

from cases.actions import members
from config import alerts
from config.models import Alert, JobRun
from config.service_state import READERS, ServiceState
from config.services.items import Level, ServiceItem
from config.services.jobs import record_job_run
from tests import factories
from tests.factories import NOON
from tests.two_cities import make_valbrune

pytestmark = pytest.mark.django_db
FIVE = timedelta(minutes=5)
WELL = ServiceItem(code="tick", name="Battement", level=Level.GOOD, words="Il y a 3 secondes.")
STOPPED = replace(WELL, level=Level.DOWN, words="Il y a 11 minutes.", advice="Relancer.")
SILENT = replace(
    STOPPED, code="scanner", name="Antivirus", words="Muet.", advice="Relancer clamd.", patience=timedelta(hours=1)
)


@pytest.fixture(autouse=True)
def anne():
    return factories.member("ville-grigny", "administrator", email="anne@example.org")


def look(*items, after=timedelta(0)):
    return alerts.tell_administrators(ServiceState(at=NOON + after, items=items))


def subjects():
    return [message.subject for message in mail.outbox]


def test_what_is_down_is_told_once():
    for turn in range(5):
        look(STOPPED, after=turn * FIVE)
    assert subjects() == ["Relais : 1 service en panne"]
    [message] = mail.outbox
    assert message.to == ["anne@example.org"]
    assert message.body == (
        "Bonjour,\n\nEn panne :\n\n- Battement, depuis le 24/11/2026 à 12:00\n  Il y a 11 minutes.\n"
        "  À faire : Relancer.\n\n"
        "L’état de tous les services, après connexion :\nhttp://localhost:8000/administration/services/\n\n"
        "Ce message part à toute heure, aux administrateurs. Il ne contient aucune information personnelle. "
        "Ne pas y répondre.\n"
    )


def test_what_is_to_be_watched_or_was_over_before_it_was_told_is_never_told():
    look(replace(STOPPED, level=Level.WATCH))
    assert (mail.outbox, Alert.objects.exists()) == ([], False)
    look(SILENT)
    look(after=timedelta(minutes=10))
    assert (mail.outbox, Alert.objects.exists()) == ([], False)


def test_what_lasts_is_told_again_each_day():
    for hours in (0, 23, 24, 47, 48):
        look(STOPPED, after=timedelta(hours=hours))
    assert subjects() == ["Relais : 1 service en panne"] * 3
    assert "Toujours en panne :\n\n- Battement, depuis le 24/11/2026 à 12:00" in mail.outbox[-1].body


def test_its_end_is_told_once_it_has_lasted_and_leaves_no_row():
    look(STOPPED)
    for turn in range(1, 6):
        look(WELL, after=turn * FIVE)
    assert subjects() == ["Relais : 1 service en panne", "Relais : tout est rétabli"]
    assert "Rétabli :\n\n- Battement, en panne depuis le 24/11/2026 à 12:00" in mail.outbox[-1].body
    assert not Alert.objects.exists()


def test_what_comes_and_goes_is_one_alert():
    for turn in range(10):
        look(STOPPED if turn % 2 else WELL, after=turn * FIVE)
    assert subjects() == ["Relais : 1 service en panne"]


def test_a_scanner_is_told_after_an_hour_of_silence():
    for minutes in (0, 55):
        look(SILENT, after=timedelta(minutes=minutes))
    assert mail.outbox == []
    look(SILENT, after=timedelta(minutes=60))
    assert subjects() == ["Relais : 1 service en panne"]


def test_one_message_tells_all_that_is_down():
    look(STOPPED)
    look(STOPPED, replace(SILENT, patience=timedelta(0)), after=FIVE)
    assert subjects() == ["Relais : 1 service en panne", "Relais : 2 services en panne"]
    new, lasting = mail.outbox[-1].body.split("Toujours en panne :")
    assert ("Antivirus" in new, "Battement" in new, "Battement" in lasting) == (True, False, True)


def test_active_administrators_alone_are_written_to_even_at_night():
    make_valbrune()
    factories.member("caf-91", "administrator", email="deux@example.org")
    for code, role in (("ville-grigny", "pilot"), ("bailleur-a", "administrator")):
        factories.member(code, role)
    left = factories.member("mds-grigny", "administrator")
    left.is_active = False
    left.save()
    factories.member("ccas-grigny", "administrator", since=NOON.date() + timedelta(days=2))
    both = factories.user(email="partout@example.org")
    for code in ("cpam-91", "msa-idf"):
        members.join(user=both, structure=factories.structure(code), role="administrator", since=NOON.date(), at=NOON)
    look(STOPPED, after=timedelta(hours=14))
    assert [message.to for message in mail.outbox] == [
        ["anne@example.org"],
        ["deux@example.org"],
        ["partout@example.org"],
    ]


def test_an_address_that_is_refused_holds_nobody_back_and_stands_in_no_log(server, caplog, anne):
    factories.member("caf-91", "administrator", email="deux@example.org")
    server.refused = {"anne@example.org": "550 anne@example.org unknown"}
    news = look(STOPPED)
    assert (server.people, news.told, news.untold, news.has_failed) == (["deux@example.org"], 1, 1, False)
    assert f"administrator {anne.pk} could not be written to (SMTPRecipientsRefused)" in caplog.text
    assert "example.org" not in caplog.text


def test_without_a_mail_server_the_next_turn_tells_it_and_the_row_says_so(server, settings):
    settings.EMAIL_PORT = 1
    assert look(STOPPED).has_failed
    assert Alert.objects.values_list("told_at", "failed_at").get() == (None, NOON)
    settings.EMAIL_PORT = server.port
    assert not look(STOPPED, after=FIVE).has_failed
    assert Alert.objects.values_list("told_at", "failed_at").get() == (NOON + FIVE, None)
    assert len(server.got) == 1


def test_an_end_that_could_not_be_told_is_told_later(server, settings):
    look(STOPPED)
    settings.EMAIL_PORT = 1
    look(WELL, after=4 * FIVE)
    assert Alert.objects.get().failed_at == NOON + 4 * FIVE
    settings.EMAIL_PORT = server.port
    look(WELL, after=5 * FIVE)
    assert len(server.got) == 2
    assert not Alert.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_watches_at_once_one_tells(server):
    server.seconds_to_answer = 0.5
    told = []

    def run():
        try:
            told.append(look(STOPPED).told)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [0, 0, 1]
    assert len(server.got) == 1


# The command


def command() -> list[str]:
    out = StringIO()
    call_command("alert_administrators", stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def running(monkeypatch):
    """All goes well but the tick, whose last one is of noon."""
    clock = replace(WELL, code="clock")
    monkeypatch.setitem(READERS, "clock", ("Horloge", lambda at: clock))
    monkeypatch.setattr("config.services.jobs.read_installation_time", lambda at: at)
    record_job_run("tick", at=NOON)


def at(moment):
    return time_machine.travel(moment, tick=False)


def test_the_command_tells_that_the_tick_stopped_then_that_it_is_back(running):
    with at(NOON + timedelta(minutes=9)):
        assert command() == ["administrateurs prévenus : 0"]
    with at(NOON + timedelta(minutes=10)):
        assert command() == ["en panne : tick, depuis 2026-11-24T11:10+0000", "administrateurs prévenus : 1"]
    with at(NOON + timedelta(minutes=15)):
        assert command() == ["en panne : tick, depuis 2026-11-24T11:10+0000", "administrateurs prévenus : 0"]
    record_job_run("tick", at=NOON + timedelta(minutes=29))
    with at(NOON + timedelta(minutes=30)):
        assert command() == ["rétabli : tick, depuis 2026-11-24T11:10+0000", "administrateurs prévenus : 1"]
    assert JobRun.objects.get(name="watch").ended_at == NOON + timedelta(minutes=30)


def test_the_command_needs_no_redis(running, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with at(NOON + timedelta(minutes=10)):
        assert "administrateurs prévenus : 1" in command()


def test_the_command_says_that_nobody_could_be_told(running, server, settings):
    settings.EMAIL_PORT = 1
    with at(NOON + timedelta(minutes=10)), pytest.raises(CommandError, match="le serveur d’envoi n’a pris aucun"):
        command()
    assert Alert.objects.get().failed_at == NOON + timedelta(minutes=10)


def test_the_command_says_that_nobody_is_there_to_be_told(running, anne):
    anne.is_active = False
    anne.save()
    with at(NOON + timedelta(minutes=10)), pytest.raises(CommandError, match="aucun administrateur actif"):
        command()


@pytest.mark.django_db(transaction=True)
def test_the_command_says_that_the_database_is_down(no_database):
    with pytest.raises(CommandError, match="La base ne répond pas"):
        command()
