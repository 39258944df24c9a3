"""The data protection officer of the CAF: on what basis each list reached each service, who read what, and the register of
what persons ask. Traces and requests, never the content of a case nor the name of anyone who is helped."""

import pytest
from django.urls import reverse

from cases.models import SubjectRequest
from tests import factories
from tests.journeys import scene
from tests.journeys.pictures import keep

pytestmark = pytest.mark.slow

HELPED = ("FERREIRA", "Ferreira", "LEROY", "Leroy", "DIALLO", "NSIMBA")


@pytest.mark.by_turns
def test_an_officer_answers_for_the_traces_without_seeing_a_case(me):
    worker = factories.member("caf-91", first_name="Nadia", last_name="Belkacem")
    manager = factories.member("caf-91", "manager", first_name="Denis", last_name="Auger")
    case = scene.case_at("monitor", worker=worker, usual_name="Ferreira", first_names="Ana").case
    seen = [scene.case_at("contact", worker=worker, usual_name="Nsimba").case for _ in range(10)]
    scene.imported(scene.deposited(by=factories.member("bailleur-a", "correspondent")))
    helper = factories.member("mds-grigny", "manager", first_name="Hugo", last_name="Renard")
    scene.asked_for(case, by=factories.member("ccas-grigny"), worker=worker)

    # Others work: the worker and her manager open cases, a partner too.
    scene.leaves_home_by_tomorrow(case)
    me.sign_in(worker)
    me.reads_first_at_risk("FERREIRA Ana", "mer. 25/11/2026", "Dernier jour : quitter les lieux")
    me.page.goto(reverse("case", args=[case.public_id]))
    me.page.goto(reverse("documents", args=[case.public_id]))
    me.sign_in(manager)
    for each in (case, *seen):
        me.page.goto(reverse("case", args=[each.public_id]))
    me.sign_in(helper)
    me.page.goto(reverse("case", args=[case.public_id]))
    me.reads("FERREIRA Ana")

    # The officer’s morning: nothing to answer yet; the lists that reached the services of the CAF, and on what basis.
    me.sign_in(factories.member("caf-91-pilotage", "dpo", first_name="Yves", last_name="Marchal"))
    me.reads("Aucune demande n’attend de réponse")
    me.does_not_read("À ne pas manquer")
    keep(me.page, "dpo-1-a-faire")
    me.click("Ouvrir les traces")
    me.reads("Bailleur A – recouvrement", "4 dossiers ouverts", "prévention des expulsions (loi 90-449, art. 7-2)")
    me.does_not_read(*HELPED)
    keep(me.page, "dpo-2-listes")
    me.click("Bailleur A – recouvrement")
    me.reads("Déposée par", "correspondant", "Services atteints")
    keep(me.page, "dpo-3-une-liste")

    # Who has access, on what basis, and was the person told; each number opens the numbers of the cases.
    me.click("Accès")
    me.reads("Complet", "Aucune trace", "le jour même")
    keep(me.page, "dpo-4-acces")
    me.page.get_by_role("row", name="CAF 91 – travail social").first.get_by_role("link").first.click()
    me.is_at("Accès, dossier par dossier")
    me.reads(case.reference, "orientation décidée par la règle", "informée le 24/11/2026")
    me.does_not_read(*HELPED)
    keep(me.page, "dpo-5-acces-dossiers")

    # Who read one case: her own staff by name, the partner by its service.
    me.click("Lectures")
    me.reads("Par service", "Denis Auger", "11")
    keep(me.page, "dpo-6-lectures")
    me.fill("Numéro de dossier", case.reference)
    me.click("Voir qui l’a lu")
    me.reads("Nadia Belkacem", "affectation", "pièces", "un professionnel de ce service", "MDS de Grigny")
    me.does_not_read("Renard", *HELPED)
    keep(me.page, "dpo-7-qui-a-lu")

    # A person asks for her data: a name is refused, the date is counted, the answer is noted.
    me.click("Demandes")
    me.click("Enregistrer une demande")
    me.fill("Votre référence", "Mme Ferreira")
    me.choose("Ce qui est demandé", "accès")
    me.fill("Reçue le", "2026-11-20")
    me.choose("Par", "courrier")
    me.fill("Numéro du dossier", case.reference)
    me.click("Enregistrer")
    me.reads("sans espace ni accent, avec un nombre, par exemple DPO-2026-014")
    keep(me.page, "dpo-8-reference-refusee")
    me.fill("Votre référence", "DPO-2026-014")
    me.click("Enregistrer")
    me.reads("répondre au plus tard le 21/12/2026", "lun. 21/12/2026", "En cours", case.reference)
    keep(me.page, "dpo-9-demande")
    me.click("Noter la réponse")
    me.choose("Réponse", "acceptée en partie")
    me.choose("Envoyée par", "courrier")
    me.click("Enregistrer")
    me.reads("Indiquer sur quel motif tout n’est pas accordé")
    me.choose("Motif", "les droits d’une autre personne s’y opposent")
    me.click("Enregistrer")
    me.reads("Répondue le 24/11/2026 : acceptée en partie")
    me.click("Demandes")
    me.reads("Terminées", "DPO-2026-014")
    keep(me.page, "dpo-10-registre")
    me.click("Partages et refus")
    me.reads("demandes reçues")
    keep(me.page, "dpo-11-partages")
    assert SubjectRequest.objects.get().outcome == "partly"

    # No case opens, whatever its address.
    for name in ("case", "documents", "letters", "household"):
        answer = me.page.goto(reverse(name, args=[case.public_id]))
        assert answer is not None
        assert answer.status == 404
