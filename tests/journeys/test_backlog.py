"""A manager’s Monday: what is stuck, several steps given at once after a trial, and the act taken back."""

import pytest
from django.urls import reverse

from cases.actions import partners
from cases.models import CaseLabel, JournalEntry
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.journeys.pictures import keep

pytestmark = pytest.mark.slow


def test_a_manager_gives_several_steps_of_a_queue_after_a_trial_and_takes_the_act_back(me):
    manager = factories.member("caf-91", "manager", first_name="Claire", last_name="Montel")
    leaving = factories.member("caf-91", first_name="Nadia", last_name="Belkacem")
    factories.member("caf-91", first_name="Iris", last_name="Bonnard")
    people = [("Awa", "Diallo"), ("Lan", "Nguyen"), ("Ali", "Koné")]
    walks = [scene.case_at("contact", worker=leaving, first_names=first, usual_name=name) for first, name in people]

    def owners() -> list[str]:
        return [str(walk.task("contact").owner) for walk in walks]

    # The figure of a queue opens exactly the steps that it counts.
    me.sign_in(manager)
    me.click("Encours")
    me.is_at("Encours")
    me.page.get_by_role("link", name="Bientôt en retard, 14 jours").click()
    me.is_at("Étapes en attente")
    me.reads("L’échéance tombe dans les 14 jours", "3 étapes")

    # Two of the three; the page that follows is a trial.
    me.check("DIALLO Awa")
    me.check("NGUYEN Lan")
    me.click("Confier à des collègues")
    me.is_at("Confier à des collègues")
    me.reads("Essai : 2 étapes concernées", "Confiée à Iris Bonnard")
    me.does_not_read("KONÉ")
    keep(me.page, "encours-essai")
    me.click("Refaire l’essai, sans rien enregistrer")
    me.reads("Essai : 2 étapes concernées")
    assert owners() == ["Nadia Belkacem"] * 3
    assert not JournalEntry.objects.filter(kind="tasks.given").exists()

    # Not without a reason.
    me.click("Confier 2 étapes")
    me.reads("Choisir un motif.")
    assert owners() == ["Nadia Belkacem"] * 3
    me.choose("Motif", "absence ou départ")
    me.click("Confier 2 étapes")
    me.is_at("Confier à des collègues")
    me.reads("par Claire Montel : 2 étapes. Motif : absence ou départ.", "DIALLO Awa", "Iris Bonnard")
    keep(me.page, "encours-acte")
    assert owners() == ["Iris Bonnard", "Iris Bonnard", "Nadia Belkacem"]

    # The act is among the last ones of the page, and is taken back from there.
    me.click("Encours")
    me.is_at("Encours")
    me.reads("a réparti plusieurs étapes")
    me.page.get_by_role("region", name="Actes groupés des dernières 24 heures").get_by_role("link").click()
    me.click("Défaire cet acte")
    me.reads("Cet acte a été défait.")
    assert owners() == ["Nadia Belkacem"] * 3
    assert JournalEntry.objects.get(kind="tasks.taken_back").actor == manager


def test_a_label_put_on_several_cases_is_found_again_and_never_leaves_the_structure(me):
    manager = factories.member("caf-91", "manager", first_name="Claire", last_name="Montel")
    worker = factories.member("caf-91", first_name="Nadia", last_name="Belkacem")
    elsewhere = factories.member("mds-grigny", "manager", first_name="Hugo", last_name="Renard")
    people = [("Awa", "Diallo"), ("Lan", "Nguyen"), ("Ali", "Koné")]
    walks = [scene.case_at("contact", worker=worker, first_names=first, usual_name=name) for first, name in people]
    shared = walks[0].case
    partners.add(
        case=shared, structure=factories.structure("mds-grigny"), level="card", basis="SH-1", by=worker, at=NOON
    )

    # The manager words it while he puts it; the trial comes first.
    me.sign_in(manager)
    me.page.goto(reverse("backlog_list"))
    me.check("DIALLO Awa")
    me.check("NGUYEN Lan")
    me.click("Poser une étiquette")
    me.reads("Essai : 2 étapes concernées", "Jamais de santé")
    me.fill("Ou une nouvelle", "atelier budget")
    me.choose("Motif", "préparer une action du service")
    me.click("Poser sur 2 dossiers")
    me.reads("Étiquette posée sur 2 dossiers.", "étiquette « atelier budget »")
    keep(me.page, "encours-etiquette")

    # The professional finds her cases by it, and unticks one that was a mistake.
    me.sign_in(worker)
    me.click("Situations")
    me.choose("Étiquette", "atelier budget")
    me.click("Filtrer")
    me.reads("2 situations", "DIALLO Awa", "NGUYEN Lan")
    me.does_not_read("KONÉ")
    me.click("NGUYEN Lan")
    me.click("Étiquettes")
    me.ready("atelier budget").uncheck()
    me.click("Enregistrer")
    me.reads("Étiquettes enregistrées.")
    assert [row.case for row in CaseLabel.objects.all()] == [shared]

    # Another structure helps with the same case, and reads nothing of it.
    me.sign_in(elsewhere)
    me.page.goto(reverse("case", args=[shared.public_id]))
    me.reads("DIALLO Awa")
    me.does_not_read("atelier budget")
    me.page.goto(reverse("cases"))
    me.reads("DIALLO Awa")
    me.does_not_read("atelier budget")
