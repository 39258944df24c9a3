"""How often something may be tried: from one place, of one account, of one mailbox."""

from datetime import timedelta

import pytest
import time_machine

from config.accounts import limits, new_passwords
from config.accounts.models import SignInEvent, TriedCount
from tests import factories
from tests.config.accounts.telephone import PASSWORD, sign_in
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_eight_resets_are_three_mails(client, at_noon, mailoutbox):
    person = factories.member("caf-91")
    answers = [client.post("/mot-de-passe/oublie/", {"email": person.email}) for _ in range(8)]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, "/mot-de-passe/oublie/envoye/")}
    new_passwords.send_asked(at=NOON)
    assert len(mailoutbox) == 3
    assert SignInEvent.objects.filter(kind="reset_asked").count() == 3
    with time_machine.travel(NOON + timedelta(minutes=61)):
        client.post("/mot-de-passe/oublie/", {"email": person.email.upper()})
    new_passwords.send_asked(at=NOON + timedelta(minutes=61))
    assert len(mailoutbox) == 4


def test_one_place_cannot_ask_for_everybody(client, at_noon, mailoutbox):
    people = [factories.member("caf-91") for _ in range(32)]
    for person in people:
        client.post("/mot-de-passe/oublie/", {"email": person.email})
    new_passwords.send_asked(at=NOON)
    assert len(mailoutbox) == 30


def test_one_place_that_tries_many_accounts_is_made_to_wait(client, at_noon):
    person = factories.member("caf-91")
    for number in range(60):
        client.post("/connexion/", {"username": f"{number}@example.org", "password": "Printemps2026!"})
    assert sign_in(client, person).status_code == 429
    assert sign_in(client, person, REMOTE_ADDR="10.0.0.9").status_code == 429  # what is typed changes nothing
    right = {"username": person.email, "password": PASSWORD}
    assert client.post("/connexion/", right, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_one_account_tried_from_many_places_is_made_to_wait(client, at_noon):
    person = factories.member("caf-91")
    for number in range(20):
        client.post("/connexion/", {"username": person.email, "password": "faux"}, REMOTE_ADDR=f"10.0.0.{number}")
    refused = [sign_in(client, person) for _ in range(2)]
    assert [each.status_code for each in refused] == [429, 429]
    assert "Réessayez dans 60 minutes" in refused[0].text
    assert SignInEvent.objects.filter(kind="locked").count() == 1
    assert SignInEvent.objects.filter(user=person).latest("pk").kind == "locked"


def test_an_office_that_signs_in_well_is_never_made_to_wait(client, at_noon):
    person = factories.member("caf-91")
    for _ in range(65):
        assert sign_in(client, person).status_code == 302
        client.logout()


def test_what_was_tried_is_not_to_be_read(client, at_noon):
    person = factories.member("caf-91")
    sign_in(client, person, password="faux")
    keys = set(TriedCount.objects.values_list("key", flat=True))
    assert {len(key) for key in keys} == {64}
    assert not keys & {person.email, "127.0.0.1"}


def test_tries_of_another_day_are_cleared(at_noon):
    limits.take("code", "1", at=NOON - timedelta(hours=25))
    limits.take("code", "2", at=NOON)
    assert limits.clear(at=NOON) == 1
