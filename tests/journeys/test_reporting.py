"""A social worker reports, the table routes: with JavaScript, and without."""

from decimal import Decimal

import pytest
from playwright.sync_api import Browser, expect

from cases.models import Beneficiary, Case, DebtStatement, HouseholdFact, Report
from tests import factories
from tests.journeys.person import Person
from tests.workflows.walk import Walk
from workflows.models import RoutingDecision

pytestmark = pytest.mark.slow


@pytest.fixture
def counter():
    """The counter agent of the CCAS."""
    return factories.member("ccas-grigny", first_name="Ada", last_name="Lenoir")


def says_who(me: Person) -> None:
    me.click("Signaler un impayé")
    me.is_at("Signaler un impayé")
    me.fill("Nom", "Belhadj")
    me.fill("Prénom", "Nadia")
    me.fill("Date de naissance", "12/03/1984")
    me.click("Chercher")
    me.reads("Aucun dossier ouvert ne correspond", "Qui ?")


def says_the_debt(me: Person) -> None:
    me.choose("Bailleur ou gestionnaire locatif", "Gestionnaire B")
    me.fill("Adresse", "4 rue de la Plaine")
    me.choose("Parc", "parc privé")
    me.choose("Aide au logement", "ALF")
    me.fill("Dette arrêtée au", "2026-11-20")
    me.fill("Dette de loyer", "1 060,50 €")


def test_a_social_worker_reports_and_reads_who_takes_the_case_while_typing(me, counter):
    me.sign_in(counter)
    says_who(me)
    preview = me.page.locator("#preview")
    expect(preview).to_contain_text("qualifierait d’abord la situation")
    expect(preview).to_contain_text("Pour une orientation immédiate, il manque")
    me.fill("Enfants à charge", "2")
    me.choose("Prestations familiales", "Oui")
    me.choose("RSA", "Non")
    me.choose("Salarié", "Non")
    me.click("Continuer")
    says_the_debt(me)
    expect(preview).to_contain_text("CAF 91 – travail social")
    expect(preview).to_contain_text("Règle R3")
    me.click("Continuer")
    me.reads("Belhadj", "12/03/1984", "1 060,50 €", "CAF 91 – travail social")
    me.click("Signaler l’impayé")

    me.reads("Impayé signalé", "BELHADJ Nadia", "Répondre à l’orientation", "CAF 91 – travail social")
    case = Case.objects.get()
    assert case.responsible_structure.code == "ccas-grigny"
    assert Walk(case).waiting_for == {"answer": "caf-91"}
    decision = RoutingDecision.objects.get()
    assert (decision.rule_code, decision.structure) == ("R3", factories.structure("caf-91"))
    assert Report.objects.get().structure == case.responsible_structure
    assert DebtStatement.objects.get().balance == Decimal("1060.50")
    assert HouseholdFact.objects.get(name="dependent_children").value == 2


def test_without_javascript_the_same_report_arrives(browser: Browser, browser_context_args, counter):
    with browser.new_context(**browser_context_args, java_script_enabled=False) as context:
        me = Person(context.new_page())
        me.sign_in(counter)
        says_who(me)
        me.fill("Enfants à charge", "2")
        me.choose("Prestations familiales", "Oui")
        me.choose("RSA", "Non")
        me.choose("Salarié", "Non")
        me.click("Continuer")
        says_the_debt(me)
        me.click("Actualiser l’orientation")
        me.reads("CAF 91 – travail social", "Règle R3")
        me.click("Continuer")
        me.click("Signaler l’impayé")
        me.reads("Impayé signalé", "BELHADJ Nadia")

        # The case is the reporter’s until another accepts, and he reads why it goes to the CAF.
        me.reads("le service social de la CAF intervient")
        me.page.locator("summary", has_text="Ada Lenoir").click()
        me.click("Se déconnecter")
        me.reads("Déconnexion effectuée")
    assert Walk(Case.objects.get()).waiting_for == {"answer": "caf-91"}
    assert Beneficiary.objects.get().full_name == "BELHADJ Nadia"
