"""What waits too long says that something stopped."""

from datetime import date, timedelta

import pytest

from cases.models import Deadline, Outbox
from config.services import waiting
from config.services.items import Level
from notifications.delivery import send_due
from notifications.fanout import drain_outbox
from notifications.models import Delivery
from tests import factories
from tests.factories import NOON
from tests.sink import listening
from workflows.models import Export, ImportJob

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def item(code, *, at=NOON):
    return next(each for each in waiting.read_waiting(at) if each.code == code)


@pytest.fixture
def told():
    """Two members of the CAF are told of a case by e-mail, at noon."""
    people = [factories.member("caf-91", email=f"{name}@example.org") for name in ("un", "deux")]
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)
    drain_outbox(at=NOON)
    assert Delivery.objects.count() == 2
    return people


def test_an_empty_installation_waits_for_nothing():
    Outbox.objects.all().delete()
    assert [(each.code, each.level, each.words) for each in waiting.read_waiting(NOON)] == [
        ("outbox", Level.GOOD, "Tout est annoncé."),
        ("mail", Level.GOOD, "Aucun courriel n’attend."),
        ("deadlines", Level.GOOD, "Chaque échéance dépassée a eu sa suite."),
        ("long_jobs", Level.GOOD, "Aucun n’est en cours."),
    ]


@pytest.mark.parametrize(("minutes", "level"), [(4, Level.GOOD), (5, Level.WATCH), (30, Level.DOWN)])
def test_an_act_that_nobody_was_told_of_is_watched_then_down(minutes, level):
    Outbox.objects.all().delete()
    factories.member("caf-91")
    Outbox.objects.update(created_at=NOON - minutes * MINUTE)
    found = item("outbox")
    assert (found.level, found.figures["age_seconds"]) == (level, minutes * 60)
    assert found.figures["waiting"] == Outbox.objects.count() > 0


@pytest.mark.parametrize(("minutes", "level"), [(9, Level.GOOD), (10, Level.WATCH), (30, Level.DOWN)])
def test_e_mails_that_should_have_left_are_watched_then_down(told, minutes, level):
    found = item("mail", at=NOON + minutes * MINUTE)
    assert (found.level, found.figures["waiting"], found.figures["age_seconds"]) == (level, 2, minutes * 60)


def test_e_mails_that_wait_for_the_morning_are_not_late(told):
    Delivery.objects.update(next_try_at=NOON + timedelta(hours=20))
    assert item("mail", at=NOON + timedelta(hours=10)).figures["waiting"] == 0


def test_what_is_tried_again_and_again_waits_from_its_first_try(told, settings):
    with listening(refused={"un@example.org": "451 plus tard", "deux@example.org": "451 plus tard"}) as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        for minutes in (0, 1, 11):
            send_due(at=NOON + minutes * MINUTE)
    assert set(Delivery.objects.values_list("attempts", "next_try_at")) == {(3, NOON + 71 * MINUTE)}
    found = item("mail", at=NOON + 40 * MINUTE)
    assert (found.level, found.figures["age_seconds"]) == (Level.DOWN, 40 * 60)


def test_one_full_mailbox_among_others_stops_nobody(told):
    Delivery.objects.filter(user=told[0]).update(state="sent", sent_at=NOON + 20 * MINUTE)
    assert item("mail", at=NOON + 35 * MINUTE).level is Level.WATCH


def test_an_address_that_fails_is_said_and_is_no_fault_of_the_mail(told):
    told[0].failing_email = told[0].email
    told[0].save()
    Delivery.objects.filter(user=told[0]).update(state="failed")
    Delivery.objects.filter(user=told[1]).update(state="sent", sent_at=NOON)
    found = item("mail", at=NOON + timedelta(hours=3))
    assert (found.level, found.figures["failed"]) == (Level.GOOD, 1)
    assert found.words == "Aucun courriel n’attend. 1 adresse en échec : leur équipe en est prévenue."


@pytest.mark.parametrize(("minutes", "level"), [(14, Level.GOOD), (15, Level.WATCH), (120, Level.DOWN)])
def test_a_delay_that_is_over_and_that_no_tick_followed_is_late(minutes, level):
    factories.member("caf-91")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)
    assert item("deadlines").figures["waiting"] == 0
    Deadline.objects.running().update(safe_date=date(2026, 11, 24), legal_date=date(2026, 11, 24))
    midnight = NOON + timedelta(hours=12)
    found = item("deadlines", at=midnight + minutes * MINUTE)
    assert (found.level, found.figures["age_seconds"]) == (level, minutes * 60)
    assert found.figures["waiting"] == Deadline.objects.running().count() > 0


def test_imports_and_exports_that_are_asked_for_are_counted():
    agent = factories.member("caf-91")
    job = ImportJob.objects.create(
        structure=factories.structure("bailleur-a"), by=agent, file_name="a", state="running"
    )
    ImportJob.objects.update(created_at=NOON - timedelta(minutes=59))
    ImportJob.objects.create(structure=factories.structure("bailleur-a"), by=agent, file_name="b", state="done")
    Export.objects.create(by=agent, list_code="cases", format="csv", asked_at=NOON)
    found = item("long_jobs")
    assert found.level is Level.GOOD
    assert found.words == "1 import, 1 export et 0 autre travail en cours, le plus ancien depuis 59 minutes."
    ImportJob.objects.filter(pk=job.pk).update(created_at=NOON - timedelta(hours=1))
    assert item("long_jobs").level is Level.WATCH
    ImportJob.objects.filter(pk=job.pk).update(created_at=NOON - timedelta(hours=24))
    assert item("long_jobs").level is Level.DOWN
