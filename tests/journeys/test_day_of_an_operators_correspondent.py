"""A day of an operator's correspondent: three questions, answered by kind, by a file and without signing in; what they come to.

He is untrained, and sees no case: each page says what to do, and what his answer changes before he sends it.
"""

import csv

import pytest
from playwright.sync_api import FilePayload

from cases.models import DebtLine, Question
from tests import factories
from tests.journeys import scene
from tests.journeys.pictures import PHONE, keep
from tests.uploads import photo

pytestmark = pytest.mark.slow


def test_a_correspondent_answers_what_waits_for_his_service(me):
    worker = factories.member("caf-91", first_name="Nadia", last_name="Belkacem")
    correspondent = factories.member("caf-91-recouvrement", "correspondent", first_name="Iris", last_name="Zeller")
    case = scene.overpaid(worker=worker)
    scene.asked(case, "rsa", by=worker, kind="appointment")
    breakdown = scene.asked(case, "apl", by=worker)

    # His first page is about them; so is the menu, with the same number.
    me.sign_in(correspondent)
    me.reads("2 questions attendent votre réponse")
    me.click("Ouvrir les questions")
    me.reads("2 questions en attente")
    me.does_not_read("DELORME", "Belkacem")
    keep(me.page, "correspondant-1-questions")

    # An appointment: an hour forgotten is said beside its field, and nothing typed is lost.
    me.page.set_viewport_size(PHONE)
    me.click("Rendez-vous")
    me.reads("DELORME Inès", "La ligne ne change pas.")
    me.does_not_read("Indu annulé", "Décompte fourni")
    me.check("Rendez-vous proposé")
    me.fill("Jour du rendez-vous", "2026-12-03")
    me.fill("Précision", "Au siège, guichet 4, avec la notification.")
    me.click("Envoyer la réponse")
    me.reads("Un point est à corriger", "Indiquer aussi l’heure du rendez-vous.")
    keep(me.page, "correspondant-2-heure-oubliee")
    assert me.field("Précision").input_value() == "Au siège, guichet 4, avec la notification."
    me.fill("Heure", "14:30")
    me.click("Envoyer la réponse")
    me.reads("Réponse envoyée", "1 question en attente", "Rendez-vous proposé")
    me.does_not_read("DELORME")

    # A breakdown, with the file that it is: what it does to the line stands under the answer.
    me.click("Décompte détaillé")
    me.reads("Ce que la réponse change à la ligne est fait aussitôt")
    me.check("Décompte fourni")
    photographed: FilePayload = {"name": "decompte.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    me.field("Fichiers à joindre").set_input_files(photographed)
    keep(me.page, "correspondant-3-decompte")
    me.click("Envoyer la réponse")
    me.reads("Réponse envoyée, avec 1 fichier", "Aucune question n’attend de réponse")

    # Another day, a colleague who never signs in fills a file in: a cancelled debt.
    scene.asked(case, "apl", by=worker, kind="reason")
    me.page.set_viewport_size({"width": 1280, "height": 900})
    me.click("Questions et réponses par fichier")
    with me.page.expect_download() as taken:
        me.click("Télécharger les questions")
    _, headings, row = csv.reader(taken.value.path().read_text("utf-8-sig").splitlines(), delimiter=";")
    filled = [*row[:-6], "Indu annulé", "24/11/2026", "", "", "", "Erreur de nos services."]
    text = "\r\n".join(";".join(each) for each in (headings, filled))
    file: FilePayload = {"name": "reponses.csv", "mimeType": "text/csv", "buffer": text.encode("cp1252")}
    me.field("Fichier rempli").set_input_files(file)
    me.click("Déposer")
    me.reads("1 réponse enregistrée", "Enregistrée : le professionnel en est prévenu.")
    keep(me.page, "correspondant-4-fichier-depose")

    # What the notices come to: numbers, the small ones hidden, and no page but these.
    me.click("Questions")
    me.click("Bilan par motif")
    me.reads("Bilan des trop-perçus par motif", "petit nombre", "Un nombre inférieur à 5 n’est pas montré")
    me.does_not_read("DELORME", "1 214,31")
    keep(me.page, "correspondant-5-bilan")
    me.click("Toute l’année 2026")
    me.reads("Trop-perçus par motif", "Année 2026", "petit nombre")
    me.does_not_read("DELORME", "1 214,31")
    with me.page.expect_download() as table:
        me.click("Tableau (CSV)")
    assert "DELORME" not in table.value.path().read_text("utf-8-sig")
    me.click("Bilan par mois")
    me.reads("Bilan des trop-perçus par motif")
    for address in (f"/situations/{case.public_id}/", "/pilotage/indicateurs/", "/encours/"):
        me.page.goto(address)
        me.reads("introuvable")
    me.page.goto(f"/questions/{breakdown.public_id}/")
    me.reads("Ce qui était partagé n’est plus montré")
    me.does_not_read("DELORME")

    # The lines have moved for who asked.
    assert set(Question.objects.values_list("state", flat=True)) == {"answered"}
    apl = DebtLine.objects.get(benefit="apl")
    me.sign_in(worker)
    me.page.goto(f"/situations/{case.public_id}/lignes/{apl.public_id}/")
    me.reads("Indu annulé", "Joint à la réponse (JPG", "Erreur de nos services.")
    me.page.goto(f"/situations/{case.public_id}/lignes/{scene.line_of(case, 'rsa').public_id}/")
    me.reads("Rendez-vous proposé à la personne", "Au siège, guichet 4")
    keep(me.page, "correspondant-6-lu-par-le-professionnel")
