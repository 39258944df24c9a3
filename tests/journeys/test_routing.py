"""Who receives a situation declines, takes it, lets it wait; the next one acts."""

from datetime import datetime
from io import StringIO

import pytest
from django.core.management import call_command

from cases import permissions
from cases.models import Participation
from tests import factories
from tests.factories import PARIS
from tests.journeys import scene
from tests.workflows.walk import Walk

pytestmark = pytest.mark.slow


def test_a_receiver_declines_and_the_next_structure_accepts(me):
    """Bailleur A’s own social advisers come first (R4); when they decline, the MDS is asked (R4b)."""
    adviser = factories.member("bailleur-a-social", first_name="Hugo", last_name="Noël")
    manager = factories.member("mds-grigny", "manager", first_name="Claire", last_name="Diop")
    home = factories.household(usual_name="Sissoko", first_names="Fanta")
    case = factories.reported(
        factories.tenancy(home=home, landlord="bailleur-a", aid_kind="APL"),
        **factories.FAMILY,
        landlord_support_agreed=True,
    )
    assert Walk(case).waiting_for == {"answer": "bailleur-a-social"}

    me.sign_in(adviser)
    me.click("Répondre : SISSOKO Fanta")
    me.check("Décliner")
    me.click("Enregistrer")
    me.reads("Indiquer pourquoi la structure décline")
    me.choose("Motif", "capacité dépassée")
    me.click("Enregistrer")
    me.reads("Étape enregistrée", "MDS de Grigny")
    me.does_not_read("SISSOKO")
    assert Walk(case).waiting_for == {"answer": "mds-grigny"}
    assert not permissions.can_view(adviser, case, at=factories.NOON.date())

    me.sign_in(manager)
    me.click("Répondre : SISSOKO Fanta")
    me.reads("capacité dépassée")
    me.check("Accepter")
    me.choose("Professionnel responsable", "Claire Diop")
    me.click("Enregistrer")
    me.reads("Étape enregistrée", "Informer et contacter le ménage", "Claire Diop")
    case.refresh_from_db()
    assert case.responsible_structure.code == "mds-grigny"
    assert Participation.objects.active(factories.NOON.date()).get(case=case).structure.code == "mds-grigny"


def test_a_manager_takes_over_an_unanswered_task(me, clock):
    factories.member("caf-91")
    manager = factories.member("caf-91", "manager", first_name="Paul", last_name="Lemoine")
    case = scene.reported(usual_name="Ferreira", first_names="Ana")

    clock.move_to(datetime(2026, 12, 2, 9, tzinfo=PARIS))
    call_command("tick", stdout=StringIO())
    me.sign_in(manager)
    me.page.get_by_role("banner").get_by_role("link", name="Notifications").click()
    me.reads("FERREIRA Ana")
    me.click("Votre structure n’a pas répondu à l’orientation : répondre, ou confier la tâche")
    me.reads("FERREIRA Ana", "Répondre à l’orientation", "en retard")
    me.click("Confier à quelqu’un")
    me.is_at("Confier une tâche")
    me.reads("personne n’est nommé")
    me.choose("Confier à", "Paul Lemoine (0 dossier)")
    me.click("Confier")
    me.reads("Cette tâche est à vous")
    assert Walk(case).task("answer").owner == manager

    me.click("À faire")
    me.reads("Sans attendre", "FERREIRA Ana")
    me.click("Répondre : FERREIRA Ana")
    me.check("Accepter")
    me.click("Enregistrer")
    me.reads("Informer et contacter le ménage", "Paul Lemoine")
    assert Walk(case).task("contact").owner == manager
