"""What a social worker pays for the protection of people’s data: presses, fields and seconds, as the guide says them."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page

from cases.models import Beneficiary, EmergencyAccess, SharingRequest
from tests import factories
from tests.journeys import scene
from tests.journeys.telephone import PersonWithTelephone

pytestmark = pytest.mark.slow

COST = Path(__file__).resolve().parents[2] / "docs" / "donnees-personnelles" / "cout-pour-les-agents.md"
ROW = re.compile(r"^\| (?P<what>[^|]+) \| (?P<presses>\d+) \| (?P<fields>\d+) \| (?P<seconds>\d+) s \|", re.MULTILINE)
WHY = "Madame nous consulte pour une aide à l’électricité."


@pytest.fixture
def me(page: Page, clock: time_machine.Traveller, settings: Any) -> PersonWithTelephone:
    settings.PROOF_LASTS = timedelta(minutes=15)
    return PersonWithTelephone(page, clock)


def said() -> dict[str, tuple[int, int, int]]:
    rows = ROW.finditer(COST.read_text())
    return {row["what"]: (int(row["presses"]), int(row["fields"]), int(row["seconds"])) for row in rows}


def test_each_row_of_the_guide_is_counted_in_the_browser(me: PersonWithTelephone, clock: time_machine.Traveller):
    counted: dict[str, tuple[int, int, int]] = {}

    def note(what: str) -> None:
        counted[what] = (me.effort.presses, me.effort.fields, me.effort.seconds)
        me.begin()

    nadia = factories.member(
        "caf-91", first_name="Nadia", last_name="Belkacem", email="nadia.belkacem@caf.example.org"
    )
    factories.member("ccas-grigny", "manager")
    lea = factories.member("ccas-grigny", first_name="Léa", last_name="Diaz", email="lea.diaz@ccas.example.org")
    followed = scene.case_at(
        "monitor", worker=nadia, usual_name="Ferreira", first_names="Ana", birth_date="1990-04-02"
    ).case
    [ana] = Beneficiary.objects.filter(usual_name="Ferreira")
    Beneficiary.objects.filter(pk=ana.pk).update(safe_address="CCAS, 91350 Grigny")

    me.begin()
    me.sign_in(lea)
    note("Se connecter, par mot de passe seul")
    me.take_telephone(lea)
    me.sign_in(lea)
    note("Se connecter, avec un code du téléphone")

    # Thirty minutes without a gesture: signs in again; the page asked for is shown.
    clock.shift(timedelta(minutes=31))
    me.begin()
    me.sign_in(lea)
    note("Reprendre après 30 minutes sans geste")

    # An export, more than a quarter of an hour after the code.
    me.take_telephone(nadia)
    me.sign_in(nadia)
    me.page.goto(reverse("cases"))
    clock.shift(timedelta(minutes=16))
    me.begin()
    me.click("en csv")
    me.prove(nadia)
    me.is_at("Situations")
    with me.page.expect_download():
        me.click("en csv")
    note("Confirmer que c’est vous avant un export")

    me.page.goto(reverse("person", args=[followed.public_id, ana.public_id]))
    me.begin()
    me.click("Afficher l’adresse sûre")
    me.reads("CCAS, 91350 Grigny")
    note("Lire l’adresse sûre d’une personne que l’on suit")

    me.sign_in(lea)
    search(me)
    me.begin()
    me.click("Demander un partage")
    me.fill("Pourquoi demander ce partage", WHY)
    me.check("Demande de la personne")
    me.click("Envoyer la demande")
    me.reads("Demande envoyée")
    note("Demander un partage, avec sa raison")
    assert SharingRequest.objects.count() == 1

    search(me)
    me.begin()
    me.click("Demander un partage")
    me.click("Ouvrir le dossier en urgence")
    me.fill("Pourquoi ouvrir ce dossier sans attendre", WHY)
    me.click("Ouvrir le dossier")
    me.reads("FERREIRA Ana")
    note("Ouvrir en urgence le dossier d’un autre service")
    assert EmergencyAccess.objects.count() == 1

    assert counted == said()


def search(me: PersonWithTelephone) -> None:
    me.page.goto(reverse("report"))
    me.fill("Nom", "Ferreira")
    me.fill("Prénom", "Ana")
    me.fill("Date de naissance", "02/04/1990")
    me.click("Chercher")
    me.reads("Est-ce l’un de ces ménages")
