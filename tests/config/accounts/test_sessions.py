"""A session ends by itself, from afar, or with the password; what was typed is found again."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from config.accounts.models import AccountSession
from tests import factories
from tests.config.accounts.telephone import PASSWORD, set_up, sign_in
from tests.factories import NOON
from tests.pages import html_of
from workflows.models import KeptForm

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"


@pytest.fixture(autouse=True)
def _as_in_production(settings, at_noon) -> None:
    settings.SESSION_COOKIE_AGE, settings.SESSION_LASTS = 30 * 60, timedelta(hours=10)


@pytest.fixture
def person(client):
    found = factories.member("caf-91", "manager")
    sign_in(client, found)
    return found


def is_open_at(client, moment) -> bool:
    with time_machine.travel(moment, tick=False):
        return client.get("/agenda/").status_code == 200


def test_idle_for_half_an_hour_it_is_over(client, person):
    assert is_open_at(client, NOON + timedelta(minutes=29))
    assert is_open_at(client, NOON + timedelta(minutes=58))
    assert not is_open_at(client, NOON + timedelta(minutes=89))


def test_open_for_ten_hours_it_is_over_however_much_it_is_used(client, person):
    for half_hours in range(1, 24):
        assert is_open_at(client, NOON + timedelta(minutes=25 * half_hours))
    assert is_open_at(client, NOON + timedelta(minutes=599))
    assert not is_open_at(client, NOON + timedelta(minutes=600))
    assert not AccountSession.objects.filter(user=person).exists()


@pytest.mark.parametrize("minutes", [31, 600])
def test_what_is_typed_then_is_found_again(client, person, minutes: int):
    for quarter in range(1, minutes // 20 if minutes > 31 else 0):
        assert is_open_at(client, NOON + timedelta(minutes=20 * quarter))
    with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
        answer = client.post("/equipe/caf-91/inviter/", {"email": "a@example.org", "first_name": "Tapé longtemps"})
        assert answer.url.startswith("/connexion/?next=")
        assert KeptForm.objects.get(author=person).typed["first_name"] == ["Tapé longtemps"]


def test_a_page_read_twice_in_a_minute_writes_the_session_once(client, person):
    for seconds in (61, 100):
        assert is_open_at(client, NOON + timedelta(seconds=seconds))
        assert AccountSession.objects.get().seen_at == NOON + timedelta(seconds=61)


def test_one_sees_ones_sessions_and_ends_another(client, person):
    elsewhere = Client(headers={"user-agent": FIREFOX})
    sign_in(elsewhere, person)
    page = client.get("/compte/securite/")
    assert "Firefox sur Windows" in html_of(page)
    (name,) = [name for _, name, is_this in page.context["sessions"] if not is_this]
    assert not AccountSession.objects.filter(session_key=name).exists()  # the page holds no key

    assert "Session fermée." in html_of(
        client.post("/compte/securite/session/fermer/", {"session": name}, follow=True)
    )

    assert elsewhere.get("/agenda/").status_code == 302
    assert client.get("/agenda/").status_code == 200
    again = client.post("/compte/securite/session/fermer/", {"session": name}, follow=True)
    assert "Cette session est déjà fermée." in html_of(again)


def test_nobody_ends_the_session_of_another(client, person):
    other, elsewhere = factories.member("caf-91"), Client()
    sign_in(elsewhere, other)
    (name,) = [name for _, name, _ in elsewhere.get("/compte/securite/").context["sessions"]]
    client.post("/compte/securite/session/fermer/", {"session": name})
    client.post("/compte/securite/session/fermer/")
    assert elsewhere.get("/agenda/").status_code == 200


def change_password(client) -> None:
    new = "un tout autre mot de passe"
    client.post("/mot-de-passe/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})


@pytest.mark.parametrize(
    "act",
    [
        change_password,
        lambda client: set_up(client, NOON),
        lambda client: client.post("/compte/securite/session/fermer/"),
    ],
    ids=["a changed password", "a second factor", "« fermer les autres »"],
)
def test_what_ends_all_the_others_leaves_ones_own(client, person, act):
    others = [Client(), Client()]
    for other in others:
        sign_in(other, person)
    act(client)
    assert [each.get("/agenda/").status_code for each in (*others, client)] == [302, 302, 200]
    assert AccountSession.objects.filter(user=person).count() == 1


def test_the_key_of_a_session_changes_with_the_sign_in(client, db):
    found, elsewhere = factories.member("caf-91"), Client()
    elsewhere.force_login(found)
    set_up(elsewhere, NOON)
    sign_in(client, found)
    waiting = client.session.session_key
    assert AccountSession.objects.get(session_key=waiting).user is None
    client.force_login(found)
    assert client.session.session_key != waiting


def test_what_is_behind_the_sign_in_is_kept_by_no_browser(client, person):
    for path in ("/", "/agenda/", "/compte/securite/", "/nulle-part/"):
        assert "no-store" in client.get(path).headers["Cache-Control"], path
    assert "Cache-Control" not in Client().get("/mentions-legales/").headers


def test_signing_out_clears_what_the_browser_kept(client, person):
    answer = client.post("/deconnexion/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not AccountSession.objects.filter(user=person).exists()
