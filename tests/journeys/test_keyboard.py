"""A professional without a mouse: from the sign-in to a contact recorded, by the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.journeys import scene
from tests.journeys.keyboard import Keyboard
from tests.workflows.walk import Walk

pytestmark = pytest.mark.slow


def test_a_professional_accepts_and_contacts_by_the_keyboard_alone(page: Page, me):
    worker = factories.member("caf-91", first_name="Nadia", last_name="Belkacem")
    case = scene.reported(usual_name="Ferreira", first_names="Ana")
    keys = Keyboard(page)

    page.goto("/")
    expect(page.get_by_label("Courriel professionnel")).to_be_focused()  # without a key
    keys.page.keyboard.type(worker.email)
    keys.reach("Mot de passe")
    keys.page.keyboard.type(scene.PASSWORD)
    keys.press("Enter")
    me.reads("FERREIRA Ana")
    keys.press("Tab")
    assert keys.focused() == "Aller au contenu"
    keys.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    keys.reach("Répondre : FERREIRA Ana")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Répondre à l’orientation")).to_be_focused()
    keys.reach("Accepter : la structure")
    keys.press("Space")
    keys.reach("Enregistrer")
    keys.press("Enter")
    me.reads("Étape enregistrée")
    assert Walk(case).task("contact").owner == worker

    keys.reach("FERREIRA Ana")
    keys.press("Enter")
    me.is_at("FERREIRA Ana")
    keys.reach("Informer et contacter le ménage")
    keys.press("Enter")
    me.is_at("Informer et contacter le ménage")
    keys.reach("Contact établi")
    keys.press("Space", "ArrowDown")  # on to « Pas encore joint »
    assert "Pas encore joint" in keys.focused()
    keys.reach("Enregistrer")
    keys.press("Enter")
    me.reads("Étape enregistrée")
    assert case.contact_attempts.get().result == "no_answer"

    keys.reach("Nadia Belkacem")
    keys.press("Enter")
    keys.press("Escape")
    assert "Nadia Belkacem" in keys.focused()
