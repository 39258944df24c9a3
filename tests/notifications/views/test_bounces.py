"""What the mail provider reports later: an address that does not exist fails, as if the mail server had said so."""

import base64
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.postgres.functions import TransactionNow
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cases.models import JournalEntry, User
from notifications.delivery import send_due
from notifications.fanout import drain_outbox
from notifications.models import Delivery
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
SECRET = "identifiant:secret-de-test"


@pytest.fixture(autouse=True)
def _brevo(settings):
    settings.EMAIL_PROVIDER = "brevo"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def sent() -> Delivery:
    """One e-mail that left, and that the provider took."""
    factories.member("caf-91", email="agent@example.org")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)
    drain_outbox(at=NOON)
    send_due(at=NOON)
    return Delivery.objects.get(state="sent")


def reported(event: str, *, at: datetime = NOON, **more: Any) -> dict[str, Any]:
    """As Brevo documents it: https://developers.brevo.com/docs/transactional-webhooks"""
    return {
        "event": event,
        "email": "agent@example.org",
        "id": 26224,
        "date": "2026-11-24 12:00:00",
        "ts": 1795518000,
        "ts_event": 1795518000,
        "ts_epoch": int(at.timestamp() * 1000),
        "message-id": str(mail.outbox[0].message()["Message-ID"]),
        "subject": "Relais : une tâche vous attend",
        "sending_ip": "192.0.2.1",
        "reason": "550 5.1.1 agent@example.org: user unknown",
        "tag": "",
    } | more


def post(body: dict[str, Any], *, secret: str = SECRET) -> HttpResponse:
    header = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()} if secret else {}
    answer = Client().post(reverse("bounces"), body, content_type="application/json", headers=header)
    assert isinstance(answer, HttpResponse)
    return answer


def address_fails(delivery: Delivery) -> bool:
    return User.objects.get(pk=delivery.user_id).address_fails


@pytest.mark.parametrize("written", ["", "Agent <agent@example.org>", "Agent@Example.org"])
def test_the_address_is_the_same_however_the_provider_writes_it(sent: Delivery, written: str):
    """Taken for a former one, it would be written to for ever."""
    assert post(reported("hard_bounce", email=written)).status_code == 200
    sent.refresh_from_db()
    assert (sent.state, address_fails(sent)) == ("failed", True)


def test_a_domain_with_accents_is_the_same_as_servers_write_it(sent: Delivery):
    User.objects.filter(pk=sent.user_id).update(email="agent@maison-d-été.example")
    assert post(reported("hard_bounce", email="agent@xn--maison-d-t-j7ab.example")).status_code == 200
    assert address_fails(sent)


@pytest.mark.parametrize("event", ["hard_bounce", "invalid_email", "blocked"])
def test_an_address_that_is_refused_later_fails_as_at_once(sent: Delivery, event: str):
    assert post(reported(event)).status_code == 200
    sent.refresh_from_db()
    assert (sent.state, address_fails(sent)) == ("failed", True)
    told = JournalEntry.objects.get(kind="address.failing")
    assert (told.data["user"], told.structure) == (sent.user_id, factories.structure("caf-91"))


@pytest.mark.parametrize(
    "event", ["soft_bounce", "deferred", "delivered", "request", "opened", "click", "spam", "error", "unheard_of"]
)
def test_what_may_pass_and_what_is_read_change_nothing(sent: Delivery, event: str):
    assert post(reported(event)).status_code == 200
    sent.refresh_from_db()
    assert (sent.state, address_fails(sent)) == ("sent", False)
    assert not JournalEntry.objects.filter(kind="address.failing").exists()


@pytest.mark.parametrize("secret", ["", "identifiant:faux", "autre:secret-de-test"])
def test_a_forged_secret_is_refused(sent: Delivery, secret: str):
    assert post(reported("hard_bounce"), secret=secret).status_code == 400
    assert not address_fails(sent)


@pytest.mark.parametrize(
    "message_id",
    ["<autre@example.org>", "", None, "<8f14e45f-ceea-467f-9575-1d0f1b3d4a5e@relais.invalid>", "<<@>>"],
)
def test_an_e_mail_that_is_not_ours_is_none_of_our_business(sent: Delivery, message_id: str | None):
    assert post(reported("hard_bounce") | {"message-id": message_id}).status_code == 200
    assert not address_fails(sent)


def test_the_same_report_twice_is_heard_once(sent: Delivery):
    for _ in range(2):
        assert post(reported("hard_bounce")).status_code == 200
    assert JournalEntry.objects.filter(kind="address.failing").count() == 1


def test_a_report_that_comes_after_the_address_was_corrected_blames_nobody_and_the_e_mail_leaves_again(sent: Delivery):
    User.objects.filter(pk=sent.user_id).update(email="corrige@example.org")
    post(reported("hard_bounce"))
    assert not address_fails(sent)
    assert send_due(at=NOON + timedelta(minutes=1)) == 1
    assert mail.outbox[-1].to == ["corrige@example.org"]


def test_a_report_that_names_no_address_blames_the_one_that_was_written_to_alone(sent: Delivery):
    """Its date is that of the database, which keeps what an account said: no test moves that clock."""
    Delivery.objects.update(sent_at=TransactionNow())
    User.objects.filter(pk=sent.user_id).update(email="corrige@example.org")
    sent.refresh_from_db()
    assert sent.sent_at is not None
    post(reported("hard_bounce", email="", at=sent.sent_at + timedelta(minutes=1)))
    sent.refresh_from_db()
    assert (sent.state, address_fails(sent)) == ("failed", False)


def test_a_report_that_names_no_address_blames_the_one_that_was_corrected_before_the_e_mail_left(sent: Delivery):
    User.objects.filter(pk=sent.user_id).update(email="corrige@example.org")
    Delivery.objects.update(sent_at=TransactionNow() + timedelta(minutes=1))
    sent.refresh_from_db()
    assert sent.sent_at is not None
    post(reported("hard_bounce", email="", at=sent.sent_at + timedelta(minutes=1)))
    assert address_fails(sent)


def test_a_report_of_an_earlier_attempt_does_not_undo_the_one_that_succeeded(sent: Delivery):
    post(reported("hard_bounce", at=NOON - timedelta(hours=1)))
    assert not address_fails(sent)


def test_no_address_is_written_in_the_log(sent: Delivery, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    for event in ("soft_bounce", "hard_bounce"):
        post(reported(event))
    post(reported("hard_bounce"), secret="x:y")
    assert f"delivery {sent.pk}" in caplog.text
    assert "agent@example.org" not in caplog.text
    assert "user unknown" not in caplog.text


def test_without_a_provider_there_is_no_such_page(sent: Delivery, settings):
    settings.EMAIL_PROVIDER = ""
    assert post(reported("hard_bounce")).status_code == 404
    assert not address_fails(sent)


def test_nothing_is_read_there():
    assert Client().get(reverse("bounces")).status_code == 405
