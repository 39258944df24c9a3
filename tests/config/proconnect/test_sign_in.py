"""Signing in by ProConnect in a browser, against a provider that really runs."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils.timezone import now
from playwright.sync_api import Page, expect

from cases.actions import invitations
from cases.models import AccessRequest, JournalEntry, Membership, ProConnectIdentity, User
from notifications.ticking import tell_people
from tests import factories
from tests.factories import NOON
from tests.journeys.scene import PASSWORD
from tests.proconnect import CITY, CLAIRE, Provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def _our_address(live_server, settings):
    settings.BASE_URL = live_server.url


def press_button(page: Page, *, then: str = "/") -> None:
    page.goto(f"/connexion/?next={then}")
    page.get_by_role("link", name="S’identifier avec ProConnect").click()
    expect(page.get_by_role("heading", name="ProConnect, pour essayer")).to_be_visible()


def identify(page: Page, *, then: str = "/") -> None:
    press_button(page, then=then)
    page.get_by_role("link", name="Continuer").click()


def is_signed_in(page: Page) -> bool:
    page.goto("/accessibilite/")
    return page.get_by_role("banner").get_by_text("Claire Montel").count() > 0


def kinds() -> list[str]:
    found = JournalEntry.objects.filter(kind__startswith="proconnect.").order_by("pk")
    return list(found.values_list("kind", flat=True))


def reasons() -> list[str]:
    found = JournalEntry.objects.filter(kind="proconnect.refused").order_by("pk")
    return [entry.data["reason"] for entry in found]


def test_the_first_time_an_account_is_bound_then_found_by_its_sub_whatever_its_email_becomes(
    page: Page, provider: Provider, claire: User
):
    identify(page, then="/accessibilite/")
    expect(page.get_by_role("banner")).to_contain_text("Claire Montel")
    assert urlsplit(page.url).path == "/accessibilite/"
    identity = ProConnectIdentity.objects.get()
    assert (identity.user, identity.sub, identity.siret) == (claire, CLAIRE["sub"], CITY)
    assert kinds() == ["proconnect.bound", "proconnect.signed_in"]

    provider.person |= {"email": "claire.durand@example.org", "usual_name": "DURAND"}
    page.context.clear_cookies()
    identify(page)
    assert is_signed_in(page)
    assert kinds() == ["proconnect.bound", "proconnect.signed_in", "proconnect.signed_in"]
    assert AccessRequest.objects.count() == 0


def test_its_owner_is_told_by_an_email_that_an_account_was_bound(
    page: Page, provider: Provider, claire: User, mailoutbox
):
    identify(page)
    expect(page.get_by_role("banner")).to_contain_text("Claire Montel")
    tell_people(at=now())
    assert [mail.to for mail in mailoutbox] == [["claire.montel@example.org"]]
    assert "Votre compte Relais s’ouvre désormais avec ProConnect" in mailoutbox[0].body
    assert "prévenez aussitôt l’administrateur" in mailoutbox[0].body


def test_who_is_invited_joins_without_choosing_a_password(page: Page, provider: Provider, admitted):
    manager = factories.member("ccas-grigny", "manager")
    invitations.invite(
        structure=admitted.structure, email="claire.montel@example.org", first_name="Claire", last_name="Montel",
        role="agent", by=manager, at=NOON,
    )  # fmt: skip
    invitation = User.objects.get(email="claire.montel@example.org").invitations.get()
    invitation.sent_at = now()
    invitation.save()

    identify(page)
    expect(page.get_by_role("banner")).to_contain_text("Claire Montel")
    joined = Membership.objects.get(user__email="claire.montel@example.org")
    assert (joined.structure.code, joined.role, joined.user.has_usable_password()) == ("ccas-grigny", "agent", False)


def test_whoever_nobody_invited_waits_for_an_administrator_and_enters_once_accepted(
    page: Page, provider: Provider, admitted
):
    before = User.objects.count()
    identify(page)
    expect(page.get_by_role("heading", name="Votre demande attend un administrateur")).to_be_visible()
    assert User.objects.count() == before
    assert not is_signed_in(page)
    identify(page)
    expect(page.get_by_role("heading", name="Votre demande attend un administrateur")).to_be_visible()
    assert kinds() == ["proconnect.asked"]

    anne = factories.member("ville-grigny", "administrator", email="anne@example.org", last_name="Xavier")
    anne.set_password(PASSWORD)
    anne.save()
    page.goto("/connexion/")
    page.get_by_label("Courriel professionnel").fill("anne@example.org")
    page.get_by_role("textbox", name="Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.goto("/administration/")
    page.get_by_role("link", name="Demandes d’accès : 1").click()
    page.get_by_role("link", name="Claire MONTEL").click()
    page.get_by_role("button", name="Accepter").click()
    expect(page.get_by_role("main")).to_contain_text("Claire MONTEL a désormais accès")
    made = User.objects.get(email="claire.montel@example.org")
    assert [(row.structure.code, row.role) for row in made.memberships.all()] == [("ccas-grigny", "agent")]
    assert AccessRequest.objects.count() == 0

    page.context.clear_cookies()
    identify(page)
    expect(page.get_by_role("banner")).to_contain_text("Claire MONTEL")
    assert kinds() == ["proconnect.asked", "proconnect.accepted", "proconnect.bound", "proconnect.signed_in"]


FORGED = {
    "state": ("state", "a déjà servi, ou ne vient pas d’une demande faite dans ce navigateur"),
    "nonce": ("nonce", "ne correspond pas à votre demande"),
    "no nonce": ("nonce", "ne correspond pas à votre demande"),
    "expired": ("expired", "est arrivée trop tard"),
    "future": ("clock", "est datée du futur"),
    "audience": ("audience", "est destinée à un autre service"),
    "issuer": ("issuer", "ne vient pas de ProConnect"),
    "identity forged": ("signature", "n’est pas signée par lui"),
    "identity unsigned": ("signature", "n’est pas signée par lui"),
    "userinfo forged": ("signature", "n’est pas signée par lui"),
    "userinfo altered": ("signature", "n’est pas signée par lui"),
    "userinfo unsigned": ("signature", "n’est pas signée par lui"),
    "userinfo plain": ("unsigned", "n’a pas signé votre identité"),
    "userinfo of another": ("subject", "ne parlent pas de la même personne"),
    "userinfo audience": ("audience", "est destinée à un autre service"),
    "userinfo expired": ("expired", "est arrivée trop tard"),
}


def test_each_forged_answer_is_refused_in_french_and_leaves_nothing(page: Page, provider: Provider, claire: User):
    for number, (fault, (reason, words)) in enumerate(FORGED.items(), start=1):
        provider.faults = {fault}
        identify(page)
        expect(page.get_by_role("heading", name="Vous n’êtes pas connecté"), fault).to_be_visible()
        expect(page.get_by_role("main"), fault).to_contain_text(words)
        assert reasons()[-1:] == [reason], fault
        assert len(reasons()) == number
        assert not is_signed_in(page), fault
    assert not ProConnectIdentity.objects.exists()
    assert not AccessRequest.objects.exists()
    assert set(kinds()) == {"proconnect.refused"}
    provider.faults = set()
    identify(page)
    assert is_signed_in(page)


def test_an_answer_serves_once_and_in_the_browser_that_asked(
    page: Page, provider: Provider, claire: User, new_context
):
    press_button(page)
    answer = page.get_by_role("link", name="Continuer").get_attribute("href")
    assert answer
    thief = new_context().new_page()
    thief.goto(answer)
    expect(thief.get_by_role("heading", name="Vous n’êtes pas connecté")).to_be_visible()
    page.goto(answer)
    expect(page.get_by_role("banner")).to_contain_text("Claire Montel")
    page.context.clear_cookies()
    page.goto(answer)
    expect(page.get_by_role("main")).to_contain_text("a déjà servi")
    assert reasons() == ["state", "state"]


def test_who_gives_up_is_told_what_to_do(page: Page, provider: Provider, claire: User):
    press_button(page)
    page.get_by_role("link", name="Renoncer").click()
    expect(page.get_by_role("main")).to_contain_text("Vous avez renoncé à vous identifier avec ProConnect")
    page.get_by_role("link", name="Page de connexion").click()
    expect(page.get_by_role("heading", name="Se connecter")).to_be_visible()
    assert reasons() == ["declined"]


def test_a_provider_that_is_down_leaves_the_password(page: Page, provider: Provider, claire: User):
    provider.is_down = True
    page.goto("/connexion/")
    page.get_by_role("link", name="S’identifier avec ProConnect").click()
    expect(page.get_by_role("main")).to_contain_text("ProConnect ne répond pas en ce moment")
    provider.is_down = False
    press_button(page)
    provider.is_down = True
    page.get_by_role("link", name="Continuer").click()
    expect(page.get_by_role("main")).to_contain_text("ProConnect ne répond pas en ce moment")
    assert reasons() == ["down", "down"]
    page.get_by_role("link", name="Page de connexion").click()
    expect(page.get_by_role("textbox", name="Mot de passe")).to_be_visible()


def test_a_closed_account_and_an_establishment_that_nobody_admits_are_refused(
    page: Page, provider: Provider, claire: User
):
    claire.is_active = False
    claire.save()
    identify(page)
    expect(page.get_by_role("main")).to_contain_text("Votre compte Relais est fermé")

    provider.person["siret"] = "35600000000048"
    identify(page)
    expect(page.get_by_role("main")).to_contain_text("SIRET 356 000 000 00048")
    expect(page.get_by_role("main")).to_contain_text("demander à l’administrateur de Relais de l’ajouter")
    assert reasons() == ["account_closed", "siret_not_admitted"]
    assert not ProConnectIdentity.objects.exists()
    assert not AccessRequest.objects.exists()


def test_signing_out_signs_out_of_proconnect_too(page: Page, provider: Provider, claire: User):
    identify(page)
    page.locator("summary").filter(has_text="Claire Montel").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("main")).to_contain_text("Vous êtes déconnecté de Relais et de ProConnect")
    (told,) = provider.signed_out
    assert urlsplit(told["post_logout_redirect_uri"]).path == "/deconnexion/proconnect/retour/"
    assert told["id_token_hint"].count(".") == 2
    assert not is_signed_in(page)
    # A second visit of that address says nothing of ProConnect, and does nothing.
    page.goto("/deconnexion/proconnect/retour/?state=deviné")
    expect(page.get_by_role("main")).not_to_contain_text("et de ProConnect")


@pytest.mark.parametrize("provider", ["RS256", "ES256"], indirect=True)
def test_what_is_asked_is_what_proconnect_documents_and_a_new_key_is_read(
    page: Page, provider: Provider, claire: User
):
    identify(page)
    (asked,) = provider.asked
    assert asked["scope"] == "openid given_name usual_name email siret"
    assert asked["claims"] == '{"id_token": {"acr": null, "amr": null}}'
    assert asked["code_challenge_method"] == "S256"
    assert re.fullmatch(r"http://\S+/connexion/proconnect/retour/", asked["redirect_uri"])
    assert parse_qs(urlsplit(page.url).query) == {}

    provider.change_key()
    page.context.clear_cookies()
    identify(page)
    assert is_signed_in(page)
