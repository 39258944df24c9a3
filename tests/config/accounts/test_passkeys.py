"""Passkeys: made and asked for in a browser; what is of another site, another page or another person is refused."""

import json
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from cases.models import User
from config.accounts.models import Passkey, RecoveryCode, SignInEvent
from tests import factories
from tests.config.accounts.soft_key import SoftKey, options_of
from tests.config.accounts.telephone import PASSWORD, set_up, sign_in
from tests.factories import NOON
from tests.pages import html_of

pytestmark = pytest.mark.django_db
ADD, STEP = "/compte/securite/cle/", "/connexion/code/"


@pytest.fixture
def agent(at_noon) -> User:
    return factories.member("caf-91", first_name="Ada", last_name="Lenoir")


@pytest.fixture
def key(client, agent) -> SoftKey:
    """Of the agent, who has left."""
    client.force_login(agent)
    made = SoftKey()
    assert "Vos codes de secours" in html_of(client.post(ADD, {"credential": made.make(options_of(client, ADD))}))
    client.logout()
    return made


def opens(client, agent, credential: str | None = None, *, by: SoftKey | None = None, **more) -> bool:
    """Whether that answer does, or that key; the password was given before."""
    sign_in(client, agent)
    options = options_of(client, STEP)
    client.post(STEP, {"credential": by.sign(options, **more) if by else credential})
    return is_signed_in(client)


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.django_db(transaction=True)
def test_in_a_browser_a_key_is_made_then_opens_the_account(page: Page):
    person = factories.member("caf-91", first_name="Ada", last_name="Lenoir")
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    device: dict[str, Any] = {"protocol": "ctap2", "transport": "internal"}
    can = ("hasResidentKey", "hasUserVerification", "isUserVerified", "automaticPresenceSimulation")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": device | dict.fromkeys(can, True)})

    def give_password() -> None:
        page.goto("/connexion/")
        page.locator("[name=username]").fill(person.email)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()

    give_password()
    expect(page.get_by_role("banner")).to_contain_text("Ada Lenoir")
    page.goto(ADD)
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    assert RecoveryCode.objects.count() == 10

    page.goto(ADD)  # the same device again
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_role("status")).to_contain_text("Cet appareil a déjà une clé pour votre compte.")

    page.context.clear_cookies()
    give_password()
    page.get_by_role("button", name="Continuer avec une clé d’accès").click()
    expect(page.get_by_role("banner")).to_contain_text("Ada Lenoir")
    assert Passkey.objects.get().used_at


def test_a_key_takes_the_place_of_the_code(client, agent, key):
    assert sign_in(client, agent).url == STEP
    assert client.post(STEP, {"credential": key.sign(options_of(client, STEP))}).url == "/"
    assert is_signed_in(client)
    assert "utilisée le 24/11/2026 à 12:00" in html_of(client.get("/compte/securite/"))


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"origin": "https://relais.example.net"},
        {"site": "relais.example.net"},
        {"origin": "https://testserver"},
        {"origin": "http://testserver:8001"},
        {"origin": "http://testserver.example.net"},
    ],
)
def test_a_key_of_another_site_is_refused_in_french(client, agent, key, elsewhere):
    sign_in(client, agent)
    answer = client.post(STEP, {"credential": key.sign(options_of(client, STEP), **elsewhere)})
    assert "Clé d’accès refusée : elle est d’un autre site" in html_of(answer)
    assert not is_signed_in(client)
    assert SignInEvent.objects.latest("pk").kind == "wrong_code"


@pytest.mark.parametrize("elsewhere", [{"origin": "https://relais.example.net"}, {"site": "relais.example.net"}])
def test_a_key_made_for_another_site_is_not_recorded(client, agent, elsewhere):
    client.force_login(agent)
    answer = client.post(ADD, {"credential": SoftKey().make(options_of(client, ADD), **elsewhere)})
    assert "Clé d’accès refusée" in html_of(answer)
    assert not Passkey.objects.exists()


def test_an_answer_is_good_once(client, agent, key):
    sign_in(client, agent)
    options = options_of(client, STEP)
    answer = key.sign(options)
    client.post(STEP, {"credential": answer})
    client.post("/deconnexion/")
    assert not opens(client, agent, answer)
    client.post(STEP, {"credential": key.sign(options)})  # a new signature of what was asked before
    assert not is_signed_in(client)


def test_a_copied_key_is_refused(client, agent, key):
    for count, opened in ((7, True), (7, False), (6, False), (8, True)):
        assert opens(client, agent, by=key, count=count) == opened, count
        client.logout()


def test_the_key_of_a_colleague_does_not_open(client, agent, key):
    colleague, elsewhere, other = factories.member("caf-91"), Client(), SoftKey()
    elsewhere.force_login(colleague)
    elsewhere.post(ADD, {"credential": other.make(options_of(elsewhere, ADD))})
    assert not opens(client, agent, by=other)
    # Nor may he record it as his own.
    client.force_login(agent)
    assert "déjà enregistrée" in html_of(client.post(ADD, {"credential": other.make(options_of(client, ADD))}))


NO_ANSWER = ["x", "{}", "[]", "null", "1", '{"id": 1}', "[" * 5000, "{" + "a" * 30_000]
NO_ANSWER += ['{"response": {"clientDataJSON": "é"}}']


@pytest.mark.parametrize("forged", NO_ANSWER)
def test_a_forged_answer_is_refused(client, agent, key, forged: str):
    sign_in(client, agent)
    client.get(STEP)
    assert "Clé d’accès refusée" in html_of(client.post(STEP, {"credential": forged}))
    assert not is_signed_in(client)
    client.force_login(agent)
    client.get(ADD)
    assert "Clé d’accès refusée" in html_of(client.post(ADD, {"credential": forged}))
    assert Passkey.objects.count() == 1


def test_every_part_of_an_answer_counts(client, agent, key):
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        sign_in(client, agent)
        answer = json.loads(key.sign(options_of(client, STEP)))
        changed = answer["response"][part]
        answer["response"][part] = changed[:-6] + ("A" if changed[-6] != "A" else "B") + changed[-5:]
        client.post(STEP, {"credential": json.dumps(answer)})
        assert not is_signed_in(client), part


def test_the_key_taken_away_opens_nothing(client, agent, key):
    client.force_login(agent)
    for forged in ("", "²", "0" * 32):
        answer = client.post("/compte/securite/cle/retirer/", {"key": forged}, follow=True)
        assert "Il est déjà retiré." in html_of(answer)
    client.post("/compte/securite/cle/retirer/", {"key": str(Passkey.objects.get().public_id)})
    assert not Passkey.objects.exists()
    client.logout()
    assert sign_in(client, agent).url == "/"


def test_who_must_have_a_factor_keeps_one(client, settings, at_noon):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(factories.member("caf-91", "manager"))
    client.post(ADD, {"credential": SoftKey().make(options_of(client, ADD))})
    assert client.get("/").status_code == 200
    key = str(Passkey.objects.get().public_id)
    answer = client.post("/compte/securite/cle/retirer/", {"key": key}, follow=True)
    assert "en ajouter d’abord un autre" in html_of(answer)
    set_up(client, NOON)
    client.post("/compte/securite/cle/retirer/", {"key": key})
    assert not Passkey.objects.exists()
