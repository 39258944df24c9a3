"""The counter without a mouse: from the sign-in to the sheet, in less than two minutes, counted key by key."""

import pytest
from playwright.sync_api import Page, expect

from cases.models import Case, ContactAttempt, Tenancy
from tests import factories
from tests.journeys import scene
from tests.journeys.keyboard import Keyboard
from tests.journeys.person import Person

pytestmark = pytest.mark.slow

TWO_MINUTES = 120
NINETY_FIVE = 95
"""Keys, from the first page to the printed sheet: what it took before the counter was reworked."""
TO_THE_PRINTER = ("Control+p", "Enter")
"""Pressed in the browser’s own window, which a test does not reach: counted only."""


def test_somebody_is_received_by_the_keyboard_alone_in_less_than_two_minutes(page: Page, me: Person):
    yann = factories.member("ccas-grigny-accueil", "front_desk", email="yann.prigent@grigny.example")
    keys = Keyboard(page)

    page.goto("/")
    expect(page.get_by_label("Courriel professionnel")).to_be_focused()  # without a key
    keys.looks += 1
    keys.type(yann.email)
    keys.reach("Mot de passe")
    keys.type(scene.PASSWORD)
    keys.press("Enter")
    me.reads("Accueillir une personne")
    signed_in = keys.keys

    keys.reach("Guichet")
    keys.press("Enter")
    me.is_at("Guichet")
    expect(page.get_by_label("Nom", exact=False).first).to_be_focused()
    keys.looks += 1
    keys.type("Belhadj")
    for field, words in (
        ("Prénom", "Nadia"),
        ("Naissance", "12/03/1984"),
        ("Téléphone", "0612345678"),
        ("Bailleur", "G"),  # the list goes to « Gestionnaire B »
        ("Montant dû", "1060,50"),
    ):
        keys.reach(field)
        keys.type(words)
    keys.reach("Oui, et la personne a été informée")
    keys.press("Space")
    keys.reach("Envoyer et préparer la fiche")
    keys.press("Enter")
    me.is_at("À imprimer et à remettre")
    keys.press("Tab", "Enter")  # to the content
    expect(page.locator("#contenu")).to_be_focused()
    keys.reach("Imprimer la fiche (PDF)")
    with page.expect_response("**/fiche/") as answered:
        keys.press("Enter")
    assert answered.value.headers["content-type"] == "application/pdf"
    keys.looks += 1
    keys.keys += sum(len(key.split("+")) for key in TO_THE_PRINTER)

    lease = Tenancy.objects.get()
    assert (lease.landlord.code, lease.household.members.get().full_name) == ("gestionnaire-b", "BELHADJ Nadia")
    assert ContactAttempt.objects.get().case == Case.objects.get()
    assert (signed_in, keys.keys, keys.looks) == (52, 119, 13)
    assert keys.keys - signed_in <= NINETY_FIVE
    assert round(keys.seconds) == 51 < TWO_MINUTES
