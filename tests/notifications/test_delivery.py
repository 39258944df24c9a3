"""E-mails: nothing personal in them, one failure holds nobody back, none leaves twice."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from notifications.delivery import send_due
from notifications.fanout import drain_outbox
from notifications.models import Delivery
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


class Picky(EmailBackend):
    """A server that refuses one address."""

    refused = "refuse@example.org"

    def send_messages(self, messages):
        if any(self.refused in message.to for message in messages):
            raise SMTPRecipientsRefused({self.refused: (550, b"unknown")})
        return super().send_messages(messages)


def a_case_told_to(*emails: str):
    for email in emails:
        factories.member("caf-91", email=email)
    home = factories.household(usual_name="Secretnom", first_names="Prénomcaché", phone="+33612345678")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=home)
    case = factories.reported(lease, code="gestionnaire-b", balance="1234.56", **factories.FAMILY)
    drain_outbox(at=NOON)
    return case


def test_an_email_says_a_reference_and_a_link_and_nothing_personal():
    case = a_case_told_to("agent@example.org")
    assert send_due(at=NOON) == 1
    sent = mail.outbox[0]
    whole = str(sent.message())
    assert case.reference in sent.subject
    assert "http" in sent.body
    for secret in ("Secretnom", "SECRETNOM", "Prénomcaché", "1234", "1 234", "0612345678", "Gestionnaire", "loyer"):
        assert secret not in whole + sent.body, secret


def test_an_email_leaves_once():
    a_case_told_to("agent@example.org")
    assert (send_due(at=NOON), send_due(at=NOON)) == (1, 0)
    assert len(mail.outbox) == 1


def test_the_message_id_comes_from_the_row():
    a_case_told_to("agent@example.org")
    send_due(at=NOON)
    assert str(Delivery.objects.get().public_id) in mail.outbox[0].message()["Message-ID"]


def test_a_refused_address_holds_nobody_back_and_is_tried_again_later(settings):
    settings.EMAIL_BACKEND = "tests.notifications.test_delivery.Picky"
    a_case_told_to("refuse@example.org", "agent@example.org")
    assert send_due(at=NOON) == 1
    waiting = Delivery.objects.get(user__email="refuse@example.org")
    assert (waiting.state, waiting.attempts, waiting.next_try_at) == ("waiting", 1, NOON + timedelta(minutes=1))


def test_an_address_that_always_refuses_is_given_up_after_five_attempts(settings):
    settings.EMAIL_BACKEND = "tests.notifications.test_delivery.Picky"
    a_case_told_to("refuse@example.org")
    at = NOON
    for _ in range(6):
        send_due(at=at)
        at += timedelta(hours=7)
    given_up = Delivery.objects.get()
    assert (given_up.state, given_up.attempts) == ("failed", 5)


def test_the_log_names_the_row_and_not_the_person(caplog, settings):
    settings.EMAIL_BACKEND = "tests.notifications.test_delivery.Picky"
    a_case_told_to("refuse@example.org")
    send_due(at=NOON)
    assert "delivery" in caplog.text
    assert "refuse@example.org" not in caplog.text
