"""An administrator tries the mail, against real servers: one that takes it, those that refuse, one that says nothing."""

import socket

import pytest
from django.core import mail

from cases.models import JournalEntry
from tests import factories

pytestmark = pytest.mark.django_db
PAGE, TRIAL = "/administration/services/", "/administration/services/courriel-essai/"


@pytest.fixture
def anne(client, at_noon):
    person = factories.member("ville-grigny", "administrator", email="anne.keller@example.org")
    client.force_login(person)
    return person


@pytest.fixture
def server(server, anne):
    return server


def said(client) -> tuple[str, str]:
    answer = client.post(TRIAL, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    [message] = answer.context["messages"]
    return message.level_tag, str(message)


def test_a_trial_reaches_the_administrator_the_page_says_so_and_the_journal_too(client, server, anne):
    level, words = said(client)
    assert level == "success"
    assert words.startswith("Le serveur d’envoi a pris le courriel d’essai, pour votre adresse.")
    [(to, text)] = server.got
    assert to == "anne.keller@example.org"
    assert "/administration/services/" in text
    entry = JournalEntry.objects.get(kind="mail.tried")
    assert (entry.actor, entry.case, entry.data) == (anne, None, {})


@pytest.mark.parametrize(
    ("verb", "answer", "words"),
    [
        ("RCPT", "550 anne.keller@example.org unknown", "Le serveur d’envoi refuse votre adresse (code 550)."),
        ("MAIL", "553 <ne-pas-repondre@relais.invalid> no", "Le serveur d’envoi refuse l’expéditeur (code 553)."),
        ("DATA", "554 anne.keller@example.org spam", "Le serveur d’envoi refuse le message (code 554)."),
        ("EHLO", "421 busy", "Le serveur d’envoi refuse (code 421)."),
    ],
)
def test_a_refusal_is_said_by_its_code_never_by_its_words(client, server, verb, answer, words, caplog):
    server.answers = {verb: answer, "HELO": answer} if verb == "EHLO" else {verb: answer}
    level, shown = said(client)
    assert (level, shown.startswith(words)) == ("error", True), shown
    assert "@" not in shown
    assert "example.org" not in caplog.text


def test_a_wrong_password_is_said(client, server, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "relais", "faux"
    server.answers = {"EHLO": "250-ici\r\n250 AUTH PLAIN", "AUTH": "535 no"}
    assert said(client) == (
        "error",
        "Le serveur d’envoi refuse l’identifiant ou le mot de passe (code 535). Les corriger dans EMAIL_URL.",
    )


def test_a_server_that_does_not_know_passwords_is_said(client, server, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "relais", "secret"
    assert "ne sait pas faire ce que demande EMAIL_URL" in said(client)[1]


def test_a_server_that_takes_the_message_and_says_nothing_is_said(client, server):
    server.seconds_to_answer = 5
    level, words = said(client)
    assert (level, "ne répond pas en 1 secondes" in words) == ("error", True), words


def test_a_server_that_takes_the_line_and_says_nothing_is_said(client, server, settings):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.EMAIL_PORT = mute.getsockname()[1]
        assert "ne répond pas en 1 secondes" in said(client)[1]


def test_a_server_that_cuts_the_line_is_said(client, server):
    server.is_away = True
    assert "a coupé la conversation" in said(client)[1]


def test_a_server_that_is_not_there_is_said(client, server, settings):
    settings.EMAIL_PORT = 1
    assert said(client)[1].startswith("Le serveur d’envoi 127.0.0.1:1 n’est pas joignable.")


def test_a_server_without_encryption_where_some_is_asked_is_said(client, server, settings):
    settings.EMAIL_USE_SSL = True
    assert said(client)[0] == "error"
    assert not server.got


def test_a_second_trial_waits_for_a_minute(client, anne):
    assert said(client)[0] == "success"
    assert said(client) == (
        "error",
        "Un essai est parti il y a moins d’une minute : attendre un peu, puis recommencer.",
    )
    assert (len(mail.outbox), JournalEntry.objects.filter(kind="mail.tried").count()) == (1, 1)
