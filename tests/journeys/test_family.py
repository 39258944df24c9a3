"""The manager opens the page, the professional prints a sheet, the person reads it at home; then something is learnt."""

import pytest
from playwright.sync_api import Page, expect

from cases.models import Beneficiary, FamilyCode
from tests import factories
from tests.journeys import scene
from tests.journeys.person import Person
from tests.journeys.pictures import keep

pytestmark = pytest.mark.slow


def test_a_family_reads_its_sheet_until_it_is_no_longer_safe(page: Page, me: Person):
    manager = factories.member("caf-91", "manager", email="rose.adam@caf.example")
    worker = factories.member("caf-91", first_name="Claire", last_name="Montel", phone="0169000001")
    case = scene.case_at("diagnose", worker=worker, birth_date="1984-03-12").case

    me.sign_in(manager)
    page.goto("/equipe/")
    me.click("Page de la famille")
    me.reads("Fermée. Vos fiches ne portent pas de code.")
    keep(page, "famille-ouvrir")
    me.click("Ouvrir la page de la famille")
    me.reads("La page de la famille est ouverte")

    me.sign_in(worker)
    page.goto(f"/situations/{case.public_id}/courriers/")
    me.click("Fiche avec code")
    me.fill("Réponse à la personne avant le", "2026-12-01")
    keep(page, "famille-preparer")
    me.click("Préparer la fiche")
    me.reads("le code n’est gardé nulle part")
    keep(page, "famille-code")
    code = page.locator(".printed-code").inner_text()
    with page.context.expect_page() as opened:  # the PDF, in another tab
        me.click("Imprimer la fiche (PDF)")
    opened.value.close()

    page.context.clear_cookies()  # at home, on another device
    page.goto("/ma-fiche/")
    keep(page, "famille-ouverture")
    me.fill("Votre code", code.lower().replace("-", " "))
    me.fill("Votre date de naissance", "12/03/1984")
    me.click("Lire ma fiche")
    me.reads("Votre loyer : nous pouvons vous aider", "La personne : Claire Montel.", "avant le 1er décembre 2026")
    assert page.url.endswith("/ma-fiche/")
    keep(page, "famille-fiche")
    me.click("Fermer ma fiche")
    expect(page.get_by_label("Votre code")).to_have_value("")

    Beneficiary.objects.filter(households__cases=case).update(not_through_spouse=True)
    me.fill("Votre code", code)
    me.fill("Votre date de naissance", "12/03/1984")
    me.click("Lire ma fiche")
    me.reads("Ce code et cette date n’ouvrent rien.")
    keep(page, "famille-refus")
    assert FamilyCode.objects.get().failed_tries == 1
