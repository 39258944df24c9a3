"""Every sign-in, failure and change is written down: for its own person, and as counts for administrators."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.utils import InternalError, NotSupportedError, ProgrammingError

from config.accounts import events
from config.accounts.models import SignInEvent
from tests import factories
from tests.config.accounts.telephone import PASSWORD, sign_in
from tests.factories import NOON
from tests.pages import html_of

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"
CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Mobile Safari/537.36"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36 Edg/150.0"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox sur Windows"),
        (CHROME, "Chrome sur Android"),
        (EDGE, "Edge sur Windows"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/18 Safari/605", "Safari sur Mac"),
        ("curl/8", "appareil inconnu"),
        ("", "appareil inconnu"),
        ("<script>" * 50, "appareil inconnu"),
    ],
)
def test_a_device_is_named_as_people_know_it(agent: str, words: str):
    assert events.describe_device(agent) == words


def test_one_reads_what_was_done_with_ones_account_and_nothing_of_others(client, at_noon):
    person, other = factories.member("caf-91"), factories.member("caf-91")
    sign_in(client, person, password="faux")
    sign_in(client, other, password="faux")
    sign_in(client, person)
    new = "un tout autre mot de passe"
    client.post(
        "/mot-de-passe/",
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
        HTTP_USER_AGENT=FIREFOX,
    )
    page = html_of(client.get("/compte/connexions/"))
    assert [word for word in ("Mot de passe changé", "Connexion", "Mot de passe refusé") if word not in page] == []
    assert page.count("24/11/2026 à 12:00") == 3
    assert "Firefox sur Windows" in page
    client.post("/deconnexion/")
    assert SignInEvent.objects.filter(user=person).latest("pk").kind == "signed_out"


def test_what_is_typed_of_an_unknown_account_is_not_written_down(client, db):
    client.post("/connexion/", {"username": "personne@example.org", "password": "secret"})
    event = SignInEvent.objects.get()
    assert (event.kind, event.user, event.device) == ("wrong_password", None, "appareil inconnu")


def test_pages_follow_one_another(client, at_noon):
    person = factories.member("caf-91")
    for minute in range(60):
        events.record("signed_in", user=person, at=NOON - timedelta(minutes=60 - minute))
    client.force_login(person)
    first = client.get("/compte/connexions/")
    second = client.get(first.context["next_url"])
    assert [len(page.context["rows"]) for page in (first, second)] == [50, 10]
    for forged in ("²", "-1", "9" * 30, "0"):
        assert client.get("/compte/connexions/", {"avant": forged}).status_code == 200


def test_administrators_read_counts(client, at_noon):
    person = factories.member("ville-grigny", "administrator")
    for days, kind in ((1, "wrong_password"), (2, "wrong_password"), (31, "locked")):
        events.record(kind, user=person, at=NOON - timedelta(days=days))
    assert events.count_in_words(since=NOON - timedelta(days=30)) == [("mot de passe refusé", 2)]
    client.force_login(person)
    assert "<dt>Mot de passe refusé</dt> <dd>2</dd>" in html_of(client.get("/administration/services/"))


def test_nobody_rewrites_them(db):
    events.record("signed_in", user=factories.member("caf-91"), at=NOON)
    with pytest.raises((InternalError, NotSupportedError, ProgrammingError), match="Cannot update"):
        SignInEvent.objects.update(kind="locked")


def test_they_go_after_twelve_months(at_noon, capsys):
    person = factories.member("caf-91")
    for days in (300, 400):
        events.record("signed_in", user=person, at=NOON - timedelta(days=days))
    call_command("forget_what_is_over")
    assert "connexions oubliées : 1" in capsys.readouterr().out
    assert SignInEvent.objects.count() == 1
