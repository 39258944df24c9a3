"""Rights, merges and exports ask who is there once more after a quarter of an hour, and nothing typed is lost."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse

from cases.models import Invitation, Nomination
from config.accounts.models import SignInEvent
from config.accounts.proof import RECENT
from tests import factories
from tests.config.accounts.telephone import PASSWORD, code_of, set_up, sign_in
from tests.factories import NOON
from tests.pages import html_of
from tests.test_pages import NAMES
from workflows.models import KeptForm

pytestmark = pytest.mark.django_db
LATE = NOON + timedelta(minutes=15)
INVITED = {"email": "lea@example.org", "first_name": "Léa", "last_name": "Bel", "role": "agent"}


@pytest.fixture(autouse=True)
def _as_in_production(settings, at_noon) -> None:
    settings.PROOF_LASTS = timedelta(minutes=15)


@pytest.fixture
def manager(client) -> Any:
    found = factories.member("caf-91", "manager")
    sign_in(client, found)
    return found


def late() -> Any:
    return time_machine.travel(LATE, tick=False)


@pytest.mark.parametrize(
    "path",
    [
        "/administration/structures/caf-91/etablissements/",
        "/administration/structures/caf-91/etablissements/21910286000018/retirer/",
        "/administration/structures/caf-91/reprendre/",
        "/administration/demandes/00000000-0000-4000-8000-000000000000/",
        "/traces/demandes/00000000-0000-4000-8000-000000000000/effacer/",
        "/traces/conservation/passages/00000000-0000-4000-8000-000000000000/approuver/",
    ],
)
def test_what_lets_people_in_or_erases_asks_for_it(client, manager, path: str):
    with late():
        assert client.post(path).url.startswith("/connexion/confirmer/")


def test_within_a_quarter_of_an_hour_nothing_is_asked_and_pages_are_read_without_it(client, manager):
    assert RECENT <= NAMES  # the acts are addresses
    with time_machine.travel(NOON + timedelta(minutes=14), tick=False):
        client.post("/equipe/caf-91/inviter/", INVITED)
    assert Invitation.objects.filter(user__email="lea@example.org").exists()
    with late():
        assert client.get("/equipe/caf-91/inviter/").status_code == 200


def test_later_one_proves_who_one_is_and_finds_again_what_was_typed(client, manager):
    with late():
        asked = client.post("/equipe/caf-91/inviter/", INVITED)
        kept = KeptForm.objects.get(author=manager)
        then = urlencode({"next": reverse("typed_again", args=[kept.public_id])})
        assert asked.url == f"/connexion/confirmer/?{then}"
        assert not Invitation.objects.exists()

        assert "Mot de passe incorrect" in html_of(client.post(asked.url, {"code": "faux"}))
        back = client.post(asked.url, {"code": PASSWORD})
        assert "Léa" in html_of(client.get(back.url))
        shown = client.post("/equipe/caf-91/inviter/", {**INVITED, "typed_again": str(kept.public_id)})
        assert 'value="lea@example.org"' in html_of(shown)
        client.post("/equipe/caf-91/inviter/", INVITED)
    assert Invitation.objects.filter(user__email="lea@example.org").exists()
    assert SignInEvent.objects.filter(kind="wrong_password", user=manager).count() == 1


def test_who_has_a_second_factor_proves_it_with_that(client, manager):
    secret, _ = set_up(client, NOON)
    with late():
        asked = client.post("/equipe/caf-91/inviter/", INVITED)
        assert "Code refusé" in html_of(client.post(asked.url, {"code": PASSWORD}))
        assert client.post(asked.url, {"code": code_of(secret, LATE)}).status_code == 302
        client.post("/equipe/caf-91/inviter/", INVITED)
    assert Invitation.objects.filter(user__email="lea@example.org").exists()


def test_a_button_leads_back_to_the_page_it_was_on(client):
    one, other = (factories.member("ville-grigny", "administrator") for _ in range(2))
    nomination = Nomination.objects.create(
        user=factories.member("caf-91"),
        structure=factories.structure("caf-91"),
        role="dpo",
        asked_by=other,
        asked_at=NOON,
    )
    sign_in(client, one)
    with late():
        path = reverse("confirm_nomination", args=[nomination.public_id])
        asked = client.post(path, headers={"referer": "http://testserver/administration/"})
        assert asked.url == "/connexion/confirmer/?next=%2Fadministration%2F"
        elsewhere = client.post(path, headers={"referer": "https://ailleurs.example//ailleurs.example/"})
        assert elsewhere.url == "/connexion/confirmer/?next=%2F"
    nomination.refresh_from_db()
    assert nomination.confirmed_at is None


def test_a_key_that_answers_nothing_is_no_fault(client, manager):
    assert client.post("/connexion/confirmer/", {"credential": ""}).status_code == 200
    set_up(client, NOON)
    assert client.post("/connexion/confirmer/", {"credential": ""}).status_code == 200
    client.post("/deconnexion/")
    sign_in(client, manager)
    assert client.post("/connexion/code/", {"credential": ""}).status_code == 200


def test_six_wrong_proofs_are_made_to_wait(client, manager):
    with late():
        for _ in range(5):
            client.post("/connexion/confirmer/", {"code": "faux"})
        assert "Trop d’essais" in html_of(client.post("/connexion/confirmer/", {"code": PASSWORD}))
