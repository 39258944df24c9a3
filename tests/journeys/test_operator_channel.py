"""A professional asks the CAF about a line; its correspondent, who sees no case, answers, and the line moves."""

import csv
from decimal import Decimal

import pytest
from playwright.sync_api import Download, FilePayload

from cases.actions import notices
from tests import factories
from tests.journeys import scene
from tests.journeys.pictures import PHONE, keep
from tests.uploads import photo

pytestmark = pytest.mark.slow


def test_a_correspondent_of_the_caf_reduces_a_debt(me, clock):
    worker = factories.member("caf-91", first_name="Nadia", last_name="Belkacem")
    correspondent = factories.member("caf-91-recouvrement", "correspondent", first_name="Iris", last_name="Zeller")
    case = scene.overpaid(worker=worker)

    # The professional asks from the page of the case; what is shared is the least that it takes.
    me.sign_in(worker)
    me.page.goto(f"/situations/{case.public_id}/")
    me.click("Demander à l’organisme : RSA")
    me.reads("Aucun délai de recours ne s’arrête", "Rien d’autre du dossier ne lui est montré")
    me.check("Motif")
    me.fill("Précision", "Le courrier n’indique pas les mois réclamés.")
    me.page.get_by_label("Date de naissance").uncheck()
    keep(me.page, "canal-1-demander")
    me.click("Demander à l’organisme")
    me.reads("Question envoyée à CAF 91 – recouvrement", "chez CAF 91 – recouvrement depuis aujourd’hui")
    keep(me.page, "canal-2-en-attente")

    # The correspondent has one list, and reads no more than the question.
    me.sign_in(correspondent)
    me.reads("1 question attend votre réponse")
    me.click("Ouvrir les questions")
    me.page.set_viewport_size(PHONE)
    me.reads("1 question en attente")
    keep(me.page, "canal-3-liste")
    me.click("Motif")
    me.reads("DELORME Inès", "Le courrier n’indique pas les mois réclamés.")
    me.does_not_read("1980", "412,00", "Belkacem", "travail social")
    me.reads("La somme saisie est retirée de ce qui reste dû.")
    me.does_not_read("Décompte fourni", "Rendez-vous proposé")
    me.check("Indu réduit")
    me.fill("Somme qui n’est plus réclamée", "164,31")
    keep(me.page, "canal-4-repondre")
    me.click("Envoyer la réponse")
    me.reads("Réponse envoyée : le professionnel en est prévenu.", "Indu réduit")
    me.does_not_read("DELORME")
    me.page.goto(f"/situations/{case.public_id}/")
    me.reads("introuvable")

    # Another question waits: it may be answered by a file, without signing in, or here with a file joined.
    scene.asked(case, "apl", by=worker)
    me.page.goto("/questions/fichier/")
    me.reads("1 question attend une réponse")
    keep(me.page, "canal-6-fichier")
    with me.page.expect_download() as taken:
        me.click("Télécharger les questions")
    me.field("Fichier rempli").set_input_files(filled(taken.value, said="Le décompte est parti par courrier."))
    me.click("Déposer")
    me.reads("1 réponse enregistrée", "Enregistrée : le professionnel en est prévenu.")
    keep(me.page, "canal-7-depose")
    breakdown = scene.asked(case, "apl", by=worker)
    me.page.goto(f"/questions/{breakdown.public_id}/")
    me.check("Décompte fourni")
    photographed: FilePayload = {"name": "decompte.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    me.field("Fichiers à joindre").set_input_files(photographed)
    keep(me.page, "canal-8-joindre")
    me.click("Envoyer la réponse")
    me.reads("Réponse envoyée, avec 1 fichier")

    # The line has moved, and the professional goes on from there.
    me.sign_in(worker)
    line = scene.line_of(case, "rsa")
    me.page.goto(f"/situations/{case.public_id}/lignes/{line.public_id}/")
    me.reads("Indu réduit", "164,31", "Demander une suite")
    keep(me.page, "canal-5-ligne")
    other = scene.line_of(case, "apl")
    me.page.goto(f"/situations/{case.public_id}/lignes/{other.public_id}/")
    me.reads("Joint à la réponse (JPG", "Le décompte est parti par courrier.")
    keep(me.page, "canal-9-joint")
    assert notices.balance_of(line.debt) == Decimal("1000.00")

    # Of a service that never signs in, she hands the questions over herself, and notes what comes back.
    scene.asked(case, "apl", by=worker, kind="reason")
    me.page.goto(f"/situations/{case.public_id}/lignes/{other.public_id}/")
    me.click("Répondue par fichier")
    me.reads("Réponses par fichier", "1 question sur les situations que vous suivez")
    keep(me.page, "canal-10-suivies")
    with me.page.expect_download() as taken:
        me.click("Télécharger les questions")
    me.field("Fichier rempli").set_input_files(filled(taken.value, said="Dit au téléphone par le service."))
    me.click("Déposer")
    me.reads("1 réponse enregistrée", "Enregistrée : qui suit la situation en est prévenu.")
    keep(me.page, "canal-11-notee")
    me.page.goto(f"/situations/{case.public_id}/lignes/{other.public_id}/")
    me.reads("Dit au téléphone par le service.", "réponse notée par Nadia Belkacem")


def filled(taken: Download, *, said: str) -> FilePayload:
    """The file that was taken, its one question answered in a spreadsheet."""
    rows = list(csv.reader(taken.path().read_text("utf-8-sig").splitlines(), delimiter=";"))
    answered = [*rows[2][:-6], "Maintenu", "24/11/2026", "", "", "", said]
    text = "\r\n".join(";".join(row) for row in (rows[1], answered))
    return {"name": "reponses.csv", "mimeType": "text/csv", "buffer": text.encode("cp1252")}
