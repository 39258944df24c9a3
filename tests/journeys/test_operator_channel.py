"""A professional asks the CAF about a line; its correspondent, who sees no case, answers, and the line moves."""

from decimal import Decimal

from cases.actions import notices
from tests import factories
from tests.journeys import scene
from tests.journeys.pictures import PHONE, keep


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
    me.check("Indu réduit")
    me.fill("Somme qui n’est plus réclamée", "164,31")
    keep(me.page, "canal-4-repondre")
    me.click("Envoyer la réponse")
    me.reads("Réponse envoyée : le professionnel en est prévenu.", "Indu réduit")
    me.does_not_read("DELORME")
    me.page.goto(f"/situations/{case.public_id}/")
    me.reads("introuvable")

    # The line has moved, and the professional goes on from there.
    me.sign_in(worker)
    line = scene.line_of(case, "rsa")
    me.page.goto(f"/situations/{case.public_id}/lignes/{line.public_id}/")
    me.reads("Indu réduit", "164,31", "Demander une suite")
    keep(me.page, "canal-5-ligne")
    assert notices.balance_of(line.debt) == Decimal("1000.00")
