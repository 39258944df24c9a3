"""E-mails: nothing personal in them, one failure holds nobody back, none leaves twice."""

from datetime import date, datetime, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from cases.actions import addresses, invitations, members
from cases.actions.members import CannotChangeMember
from cases.models import Invitation, JournalEntry, Membership, User
from notifications import preferences
from notifications.delivery import send_due
from notifications.fanout import drain_outbox
from notifications.models import Delivery, Notice
from tests import factories
from tests.factories import NOON, PARIS
from tests.pages import without_ids
from tests.sink import listening

pytestmark = pytest.mark.django_db


class Busy(EmailBackend):
    """A server that does not take what is for one address now."""

    refused = "refuse@example.org"

    def send_messages(self, messages):
        if any(self.refused in message.to for message in messages):
            raise SMTPRecipientsRefused({self.refused: (450, b"later")})
        return super().send_messages(messages)


def a_case_told_to(*emails: str):
    """They chose to be written to at once: else a manager would be, before them."""
    for email in emails:
        preferences.save_preference(user=factories.member("caf-91", email=email), rhythm="now", by_family={})
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
        assert secret not in without_ids(whole + sent.body), secret


def test_an_email_leaves_once():
    a_case_told_to("agent@example.org")
    assert (send_due(at=NOON), send_due(at=NOON)) == (1, 0)
    assert len(mail.outbox) == 1


def test_the_message_id_comes_from_the_row():
    a_case_told_to("agent@example.org")
    send_due(at=NOON)
    assert str(Delivery.objects.get().public_id) in mail.outbox[0].message()["Message-ID"]


def test_a_refused_address_holds_nobody_back_and_is_tried_again_later(settings):
    settings.EMAIL_BACKEND = "tests.notifications.test_delivery.Busy"
    a_case_told_to("refuse@example.org", "agent@example.org")
    assert send_due(at=NOON) == 1
    waiting = Delivery.objects.get(user__email="refuse@example.org")
    assert (waiting.state, waiting.attempts, waiting.next_try_at) == ("waiting", 1, NOON + timedelta(minutes=1))


def test_an_address_that_always_refuses_fails_after_five_attempts(settings):
    settings.EMAIL_BACKEND = "tests.notifications.test_delivery.Busy"
    a_case_told_to("refuse@example.org")
    at = NOON
    for _ in range(10):  # mornings included
        send_due(at=at)
        at += timedelta(hours=7)
    given_up = Delivery.objects.get()
    assert (given_up.state, given_up.attempts) == ("failed", 5)
    assert given_up.user.address_fails


def test_what_was_read_before_its_email_left_is_not_written():
    a_case_told_to("lecteur@example.org", "agent@example.org")
    Notice.objects.filter(user__email="lecteur@example.org").update(read_at=NOON)
    assert send_due(at=NOON) == 1
    assert [message.to for message in mail.outbox] == [["agent@example.org"]]
    assert Delivery.objects.get(user__email="lecteur@example.org").state == "left_out"


def test_who_left_the_structure_while_his_email_waited_is_not_written():
    a_case_told_to("parti@example.org", "agent@example.org")
    Membership.objects.filter(user__email="parti@example.org").update(until=NOON.date() - timedelta(days=1))
    assert send_due(at=NOON + timedelta(days=1)) == 1
    assert [message.to for message in mail.outbox] == [["agent@example.org"]]


def test_what_is_tried_by_day_is_not_tried_again_by_night(settings):
    settings.EMAIL_BACKEND = "tests.notifications.test_delivery.Busy"
    a_case_told_to("refuse@example.org")
    Delivery.objects.update(attempts=3)  # the next one is six hours later
    send_due(at=NOON + timedelta(hours=4))
    assert Delivery.objects.get().next_try_at == datetime(2026, 11, 25, 8, tzinfo=PARIS)


def test_an_address_that_does_again_on_a_sunday_is_written_to_on_monday(settings):
    settings.EMAIL_BACKEND = "tests.notifications.test_delivery.Busy"
    a_case_told_to("refuse@example.org")
    Delivery.objects.update(state="failed")
    sunday = datetime(2026, 11, 29, 20, tzinfo=PARIS)
    assert send_due(at=sunday) == 0
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.next_try_at) == ("waiting", datetime(2026, 11, 30, 8, tzinfo=PARIS))


@pytest.fixture
def served_by(settings):
    """Whatever leaves goes to this port, by SMTP."""

    def serve(port: int) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False

    return serve


def test_one_conversation_with_the_mail_server_is_enough_for_all(served_by):
    a_case_told_to("un@example.org", "deux@example.org", "trois@example.org")
    with listening() as sink:
        served_by(sink.port)
        assert send_due(at=NOON) == 3
    assert sorted(sink.people) == ["deux@example.org", "trois@example.org", "un@example.org"]
    assert sink.conversations == 1
    ids = {str(each) for each in Delivery.objects.values_list("public_id", flat=True)}
    assert {line.partition("<")[2].partition("@")[0] for _, text in sink.got for line in text.splitlines()
            if line.startswith("Message-ID")} == ids  # fmt: skip


def test_an_address_that_does_not_exist_holds_nobody_back_and_fails_at_once(served_by):
    a_case_told_to("inconnu@example.org", "un@example.org", "deux@example.org")
    with listening({"inconnu@example.org": "550 inconnu"}) as sink:
        served_by(sink.port)
        assert send_due(at=NOON) == 2
    assert sorted(sink.people) == ["deux@example.org", "un@example.org"]
    failed = Delivery.objects.get(user__email="inconnu@example.org")
    assert (failed.state, failed.attempts, failed.user.address_fails) == ("failed", 1, True)


def test_while_the_mail_server_is_down_no_address_is_to_blame(served_by):
    a_case_told_to("un@example.org", "deux@example.org")
    with listening() as sink:
        served_by(sink.port)
    at = NOON
    for _ in range(8):
        assert send_due(at=at) == 0
        at += timedelta(hours=7)
    assert list(Delivery.objects.values_list("state", "attempts")) == [("waiting", 0), ("waiting", 0)]
    with listening() as sink:
        served_by(sink.port)
        assert send_due(at=at) == 2


def test_what_is_for_an_address_that_fails_waits_until_somebody_says_to_try_again(served_by):
    manager = factories.member("caf-91", "manager", email="responsable@example.org")
    a_case_told_to("inconnu@example.org")
    failing = User.objects.get(email="inconnu@example.org")
    with listening({"inconnu@example.org": "550 inconnu"}) as sink:
        served_by(sink.port)
        send_due(at=NOON)
        drain_outbox(at=NOON)
        told = Notice.objects.filter(entry__kind="address.failing").values_list("user", flat=True)
        assert list(told) == [manager.pk]
        a_case_told_to()
        send_due(at=NOON + timedelta(days=1))
        assert "inconnu@example.org" not in sink.people
        sink.refused.clear()
        addresses.retry_address(user=failing, structure=factories.structure("caf-91"), by=manager, at=NOON)
        send_due(at=NOON + timedelta(days=1))
        assert sink.people.count("inconnu@example.org") == 2
    assert not Delivery.objects.exclude(state="sent").exists()


def test_a_corrected_address_is_written_to_again(served_by):
    a_case_told_to("inconnu@example.org")
    with listening({"inconnu@example.org": "550 inconnu"}) as sink:
        served_by(sink.port)
        send_due(at=NOON)
        User.objects.filter(email="inconnu@example.org").update(email="connu@example.org")
        assert send_due(at=NOON) == 1
    assert sink.people == ["connu@example.org"]


def test_an_address_that_fails_is_told_once_to_each_structure():
    person = factories.member("caf-91")
    members.join(
        user=person, structure=factories.structure("mds-grigny"), role="agent", since=date(2026, 1, 1), at=NOON
    )
    for _ in range(2):
        addresses.mark_address_failing(user=person, at=NOON)
    told = JournalEntry.objects.filter(kind="address.failing").values_list("structure__code", flat=True)
    assert set(told) == {"caf-91", "mds-grigny"}
    assert len(told) == 2


def test_the_address_of_somebody_invited_may_fail_too_and_a_new_sending_tries_it_again(served_by):
    manager = factories.member("caf-91", "manager")
    invitation = invitations.invite(
        structure=factories.structure("caf-91"), email="inconnu@example.org", first_name="Léa", last_name="Roy",
        role="agent", by=manager, at=NOON,
    )  # fmt: skip
    assert isinstance(invitation, Invitation)
    drain_outbox(at=NOON)
    with listening({"inconnu@example.org": "550 inconnu"}) as sink:
        served_by(sink.port)
        send_due(at=NOON)
        told = JournalEntry.objects.get(kind="address.failing")
        assert told.structure == invitation.structure
        sink.refused.clear()
        invitations.send_again(invitation=invitation, by=manager, at=NOON + timedelta(hours=1))
        drain_outbox(at=NOON + timedelta(hours=1))
        send_due(at=NOON + timedelta(hours=1))
    assert sink.people.count("inconnu@example.org") == 1


def test_only_who_manages_members_may_say_to_try_again():
    person = factories.member("caf-91")
    addresses.mark_address_failing(user=person, at=NOON)
    with pytest.raises(CannotChangeMember, match="ne gérez plus"):
        addresses.retry_address(
            user=person, structure=factories.structure("caf-91"), by=factories.member("caf-91"), at=NOON
        )
    person.refresh_from_db()
    assert person.address_fails


def test_the_log_names_the_row_and_not_the_person(caplog, settings):
    settings.EMAIL_BACKEND = "tests.notifications.test_delivery.Busy"
    a_case_told_to("refuse@example.org")
    send_due(at=NOON)
    assert "delivery" in caplog.text
    assert "refuse@example.org" not in caplog.text
