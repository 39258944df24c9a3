"""À faire, by the keyboard: an act opens in its line, is sent from there, and the focus never gets lost."""

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.journeys import scene
from tests.journeys.keyboard import Keyboard
from tests.journeys.pictures import keep
from tests.test_pages import EVERY_LOOK, look
from tests.workflows.walk import Walk

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _still(page: Page):
    """Colours that change little by little have no contrast to measure."""
    page.emulate_media(reduced_motion="reduce")


@pytest.fixture
def worker():
    return factories.member("caf-91", first_name="Nadia", last_name="Belkacem")


def test_an_attempt_is_recorded_in_its_line_by_the_keyboard(page: Page, me, worker):
    case = scene.case_at("contact", worker=worker, usual_name="Ferreira", first_names="Ana", no_message=True).case
    other = scene.case_at("contact", worker=worker, usual_name="Nsimba", first_names="Grace").case
    me.sign_in(worker)
    keys = Keyboard(page)
    keys.reach("Contacter : FERREIRA Ana")
    keys.press("Enter")
    title = page.get_by_role("heading", name="Informer et contacter le ménage : FERREIRA Ana")
    expect(title).to_be_focused()
    look(page, *EVERY_LOOK)
    keep(page, "ligne-1-ouverte")

    # Escape gives the focus back to the button; once something is typed, it closes nothing.
    keys.press("Escape")
    expect(page.get_by_role("link", name="Contacter : FERREIRA Ana")).to_be_focused()
    expect(title).to_have_count(0)
    keys.press("Enter")
    expect(title).to_be_focused()
    keys.reach("Observation interne")
    page.keyboard.type("Répondeur plein.")
    keys.press("Escape")
    expect(title).to_be_visible()

    # What is wrong is said in the line, with the focus on it; then one press, and what comes next is read at once.
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".error-summary")).to_be_focused()
    look(page, *EVERY_LOOK)
    expect(page.get_by_label("Observation interne")).to_have_value("Répondeur plein.")
    page.get_by_role("button", name="Passage sans réponse").click()
    said = page.locator(".task-said")
    expect(said).to_be_focused()
    expect(said).to_contain_text("Étape enregistrée. Prochaine étape : « Informer et contacter le ménage »")
    look(page, *EVERY_LOOK)
    keep(page, "ligne-2-enregistree")
    assert case.contact_attempts.get().channel == "visit"
    assert case.notes.get().text == "Répondeur plein."
    assert not other.contact_attempts.exists()


def test_other_acts_are_behind_one_button(page: Page, me, worker):
    walk = scene.case_at("contact", worker=worker, usual_name="Ferreira", first_names="Ana")
    colleague = factories.member("caf-91", first_name="Rokia", last_name="Sangaré")
    me.sign_in(worker)
    keys = Keyboard(page)
    keys.reach("Autres actes : FERREIRA Ana")
    keys.press("Enter")
    expect(page.get_by_role("link", name="Écrire une observation : FERREIRA Ana")).to_be_visible()
    look(page, *EVERY_LOOK)
    keys.press("Escape")
    assert "Autres actes" in keys.focused()
    keys.press("Enter")
    keys.reach("Confier à un collègue")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Confier à un collègue : FERREIRA Ana")).to_be_focused()
    page.get_by_label("Confier à (obligatoire)").select_option(label="Rokia Sangaré (0 dossier)")
    page.get_by_role("button", name="Confier", exact=True).click()
    expect(page.locator(".task-said")).to_contain_text("Tâche confiée à Rokia Sangaré")
    expect(page.locator("#listes")).to_contain_text("Pour moi 0")
    assert Walk(walk.case).task("contact").owner == colleague


def test_what_cannot_be_sent_is_not_lost(page: Page, me, worker):
    case = scene.case_at("contact", worker=worker, usual_name="Ferreira", first_names="Ana").case
    me.sign_in(worker)
    me.click("Contacter : FERREIRA Ana")
    me.fill("Observation interne", "Voisine rencontrée.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Passage sans réponse").click()
    expect(page.locator(".here-failed")).to_be_visible()
    expect(page.get_by_label("Observation interne")).to_have_value("Voisine rencontrée.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Passage sans réponse").click()
    expect(page.locator(".task-said")).to_be_visible()
    assert case.notes.get().text == "Voisine rencontrée."


def test_who_was_signed_out_meanwhile_keeps_what_was_typed(page: Page, me, worker):
    case = scene.case_at("contact", worker=worker, usual_name="Ferreira", first_names="Ana").case
    me.sign_in(worker)
    me.click("Contacter : FERREIRA Ana")
    me.fill("Observation interne", "Voisine rencontrée.")
    page.context.clear_cookies()
    page.get_by_role("button", name="Passage sans réponse").click()
    expect(page.locator(".here-failed")).to_be_visible()
    expect(page.get_by_label("Observation interne")).to_have_value("Voisine rencontrée.")
    assert not case.contact_attempts.exists()
