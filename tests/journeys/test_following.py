"""A professional takes a situation from its acceptance to its closing; the presses of each act are counted, none may grow."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from cases.models import Instalment, Participation, RepaymentPlan
from tests import factories
from tests.factories import PARIS
from tests.journeys import scene
from tests.workflows.walk import Walk

pytestmark = pytest.mark.slow

MOST = {"contact": 5, "letter": 8, "diagnosis": 12, "plan": 8}
"""Presses of each act, from the page where one is: what it took before its pages were reworked."""
APPOINTMENT = {
    "Jour du rendez-vous": "2026-12-01", "Heure": "14:30", "Lieu": "CAF, 1 rue du Lac, 91000 Évry", "Téléphone": "01 69 00 00 01",
}  # fmt: skip


def test_a_professional_works_a_case_from_acceptance_to_closing(me, clock):
    worker = factories.member("caf-91", first_name="Nadia", last_name="Belkacem")
    case = scene.reported(usual_name="Ferreira", first_names="Ana", no_message=True, phone="+33612345678")

    # She finds it among those to take, and reads why it comes to her service.
    me.sign_in(worker)
    me.reads("À prendre", "Répondre à l’orientation", "FERREIRA Ana", "pas de message")
    me.click("Répondre : FERREIRA Ana")
    me.reads("le service social de la CAF intervient")
    me.check("Accepter")
    me.click("Enregistrer")
    me.reads("Étape enregistrée", "Informer et contacter le ménage", "Nadia Belkacem", "ven. 04/12/2026")

    # A first call rings out, in two presses; the second one reaches her.
    me.click("Contacter : FERREIRA Ana")
    me.click("Appel sans réponse")
    me.reads("appel, sans réponse")
    me.click("FERREIRA Ana")
    me.reads("Vous voyez la fiche de ce dossier")
    me.does_not_read("Dette de loyer")

    # A letter, from the case to its sending noted.
    me.pressed()
    me.click("Courriers")
    me.click("Première convocation")
    for label, typed in APPOINTMENT.items():
        me.fill(label, typed)
    me.click("Produire le PDF")
    me.click("Noter l’envoi")
    me.check("courrier simple")
    me.click("Enregistrer")
    me.reads("Envoi enregistré")
    assert me.pressed() <= MOST["letter"]
    clock.move_to(datetime(2026, 11, 26, 10, tzinfo=PARIS))
    me.sign_in(worker)
    me.pressed()
    me.click("Contacter : FERREIRA Ana")
    me.check("Contact établi")
    me.choose("Personne informée", "par téléphone")
    me.click("Enregistrer")
    me.reads("Étape enregistrée", "Établir le diagnostic")
    assert me.pressed() <= MOST["contact"]
    me.click("FERREIRA Ana")
    me.reads("Établir le diagnostic", "Dette de loyer", "1 060,00 €")
    assert [each.result for each in case.contact_attempts.order_by("pk")] == ["no_answer", "reached"]
    assert Participation.objects.get(case=case, structure__code="caf-91").level == "full"

    # The diagnosis: complete asks for what is missing, partial goes on.
    me.pressed()
    me.click("Établir le diagnostic")
    me.choose("Cause principale", "perte ou baisse de ressources")
    me.fill("Ressources mensuelles", "1 480,50")
    me.check("complet")
    me.click("Enregistrer")
    me.reads("points sont à corriger", "À renseigner pour un diagnostic complet")
    me.choose("Situation familiale", "couple avec enfants")
    me.choose("Le loyer courant est-il repris", "en partie")
    me.choose("Souhait du ménage", "rester dans le logement")
    me.check("partiel")
    me.click("Enregistrer")
    me.reads("Construire le plan d’actions")
    assert me.pressed() <= MOST["diagnosis"]
    assert case.diagnostics.get().resources == Decimal("1480.50")

    # The plan: ten instalments, the last absorbs the rest; the landlord is asked, and answers by phone.
    me.click("Construire le plan d’actions")
    me.check("plan d’apurement")
    me.check("aide du FSL")
    me.fill("Mensualité", "150")
    me.fill("Première échéance", "2026-12-05")
    me.click("Enregistrer")
    me.reads("Recueillir l’accord du bailleur", "Gestionnaire B")
    assert me.pressed() <= MOST["plan"]
    assert [each.amount for each in Instalment.objects.order_by("number")] == [Decimal(150)] * 7 + [Decimal(10)]
    me.click("Recueillir l’accord du bailleur")
    me.check("Il accepte le plan")
    me.click("Enregistrer")
    me.reads("Suivre le plan", "mar. 08/12/2026")

    # The first instalment is paid in its month; the plan is under way, the follow-up ends.
    clock.move_to(datetime(2026, 12, 8, 9, tzinfo=PARIS))
    me.sign_in(worker)
    me.reads("Aujourd’hui")
    me.click("Faire le point : FERREIRA Ana")
    me.click("150,00 € reçus")
    me.reads("Étape enregistrée", "Suivre le plan")
    assert Instalment.objects.get(number=1).state == Instalment.State.PAID
    me.click("FERREIRA Ana")
    me.click("Suivre le plan")
    me.check("Suivi terminé")
    me.click("Enregistrer")
    me.click("Clore le dossier")
    me.choose("Issue", "plan respecté en cours")
    me.click("Enregistrer")
    me.reads("Dossier clos", "plan respecté en cours")
    case.refresh_from_db()
    assert (case.outcome, case.closed_on) == ("plan_kept", date(2026, 12, 8))
    assert Walk(case).waiting_for == {}
    assert RepaymentPlan.objects.get().state == "running"
