"""The addresses of ProConnect: not there unless it is set up, leading to nobody else’s site, and no way to fill the journal."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from cases.actions import members
from cases.models import JournalEntry
from config.proconnect import views
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.proconnect import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ADDRESSES = ["/connexion/proconnect/", "/connexion/proconnect/retour/", "/deconnexion/proconnect/retour/"]


def test_where_it_is_not_set_up_there_is_no_button_and_no_address(client):
    assert "ProConnect" not in html_of(client.get("/connexion/"))
    assert [client.get(address).status_code for address in ADDRESSES] == [404, 404, 404]


def test_the_button_has_the_words_that_proconnect_asks_for(client, provider: Provider):
    html = html_of(client.get("/connexion/?next=/guichet/"))
    assert 'href="/connexion/proconnect/?next=%2Fguichet%2F"' in html
    assert "Qu’est-ce que ProConnect ?" in html


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("/guichet/", "/guichet/"),
        ("https://ailleurs.example/", ""),
        ("//ailleurs.example/", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_it_leads_back_to_a_page_of_ours_only(client, provider: Provider, asked: str, kept: str):
    answer = client.get("/connexion/proconnect/", {"next": asked})
    assert answer.headers["Location"].startswith(f"{provider.issuer}/authorize?")
    assert client.session[views.THEN] == kept


def test_whoever_is_signed_in_is_not_sent_to_sign_in_again(client, provider: Provider):
    client.force_login(factories.member("caf-91"))
    assert client.get("/connexion/proconnect/").headers["Location"] == "/"
    assert provider.asked == []


def come_from(client, address: str, provider: Provider) -> Any:
    """Say who one is there, and come back."""
    page = requests.get(client.get(address).headers["Location"], timeout=10)
    (answer,) = re.findall("href='([^']+)'>Continuer", page.text)
    back = urlsplit(answer)
    return client.get(f"{back.path}?{back.query}")


def test_who_has_neither_password_nor_factor_confirms_by_proconnect_that_it_is_he(
    client, provider: Provider, claire, settings
):
    settings.PROOF_LASTS = timedelta(minutes=15)
    claire.set_unusable_password()
    claire.save()
    come_from(client, "/connexion/proconnect/", provider)
    session = client.session
    session["proved_at"] = NOON.isoformat()
    session.save()
    page = html_of(client.get("/connexion/confirmer/?next=/compte/securite/"))
    assert "Mot de passe" not in page
    (asked,) = re.findall(r'href="(/connexion/proconnect/\?[^"]+)"', page)
    assert come_from(client, unescape(asked), provider).url == "/compte/securite/"
    assert provider.asked[-1]["prompt"] == "login"
    assert client.session["proved_at"] > NOON.isoformat()
    assert client.session.session_key != session.session_key


@pytest.mark.parametrize(
    ("acr", "role", "shown"),
    [
        ("eidas1", "manager", "/compte/securite/"),
        ("eidas2", "manager", ""),
        ("eidas1", "", ""),
    ],
)
def test_a_manager_who_proved_one_factor_there_sets_up_another_here(
    client, provider: Provider, claire, settings, acr: str, role: str, shown: str
):
    settings.SECOND_FACTOR_REQUIRED = True
    if role:
        elsewhere = factories.structure("mds-grigny")
        members.join(user=claire, structure=elsewhere, role=role, since=date(2026, 1, 1), at=NOON)
    provider.acr = acr
    come_from(client, "/connexion/proconnect/", provider)
    answer = client.get("/agenda/")
    assert (answer.status_code, answer.headers.get("Location", "")) == ((302, shown) if shown else (200, ""))


def test_where_proconnect_is_gone_he_is_told_to_sign_in_again(client):
    person = factories.member("caf-91")
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    for page in (client.get("/connexion/confirmer/"), client.post("/connexion/confirmer/", {"code": "x"})):
        assert "se déconnecter par le menu de votre nom" in html_of(page)


def test_who_is_signed_in_and_refused_reads_that_he_stays_so(client, provider: Provider):
    client.force_login(factories.member("caf-91"))
    page = html_of(client.get("/connexion/proconnect/retour/?code=x&state=y"))
    assert "Votre session reste ouverte" in page
    assert "Vous n’êtes pas connecté" not in page


def test_a_sign_out_after_a_password_does_not_lead_to_proconnect(client, provider: Provider):
    client.force_login(factories.member("caf-91"))
    assert "Déconnexion effectuée" in html_of(client.post("/deconnexion/"))
    assert provider.signed_out == []


def test_it_goes_with_the_limits_on_passwords_and_says_its_level(client, provider: Provider, claire, settings):
    settings.AXES_ENABLED = True
    provider.acr = "eidas2"
    page = requests.get(client.get("/connexion/proconnect/").headers["Location"], timeout=10)
    (answer,) = re.findall("href='([^']+)'>Continuer", page.text)
    assert client.get(answer.partition("/connexion")[1] + answer.partition("/connexion")[2]).status_code == 302
    assert client.session["_auth_user_id"] == str(claire.pk)
    assert client.session["proconnect"]["acr"] == "eidas2"
    assert JournalEntry.objects.get(kind="proconnect.signed_in").data == {"acr": "eidas2"}


def test_forged_answers_do_not_fill_the_journal(client, provider: Provider, monkeypatch):
    monkeypatch.setattr(views, "MOST_LINES", 2)
    answers = [client.get("/connexion/proconnect/retour/?code=x&state=y").status_code for _ in range(4)]
    assert answers == [403, 403, 403, 403]
    assert JournalEntry.objects.filter(kind="proconnect.refused").count() == 2


@pytest.mark.parametrize("query", ["", "state=", "code=%00", "error=access_denied", "state=a&state=b", "code[]=1"])
def test_whatever_the_address_says_nothing_fails(client, provider: Provider, query: str):
    assert client.get(f"/connexion/proconnect/retour/?{query}").status_code in {400, 403}
