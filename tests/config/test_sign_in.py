"""Signing in, in a real browser and by hand-made requests."""

import pytest
from playwright.sync_api import Page, expect

from cases.models import User

PASSWORD = "un-mot-de-passe-solide"


@pytest.fixture
def agent() -> User:
    return User.objects.create_user("agent@example.org", PASSWORD, first_name="Ada", last_name="Lenoir")


def test_a_professional_signs_in_and_out(live_server, page: Page, agent):
    page.goto(f"{live_server.url}/connexion/")
    page.get_by_label("Adresse").fill(agent.email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()

    expect(page.get_by_text("Ada Lenoir")).to_be_visible()
    assert User.objects.get().last_login is not None
