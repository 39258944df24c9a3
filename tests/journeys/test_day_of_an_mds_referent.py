"""An MDS référent with her families: today’s appointments on the phone, one missed, one honoured, then the diagnosis."""

from datetime import timedelta

import pytest

from cases.models import Appointment, ContactAttempt
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.journeys.pictures import PHONE, keep

pytestmark = pytest.mark.slow


def test_a_referent_notes_who_came_and_goes_on_with_the_one_she_met(me, clock):
    worker = factories.member("caf-91", first_name="Nadia", last_name="Belkacem")
    came = scene.case_at("contact", worker=worker, usual_name="Ferreira", first_names="Ana", no_message=True).case
    missed = scene.case_at("contact", worker=worker, usual_name="Nsimba", first_names="Grace").case
    scene.met(came, by=worker, on=NOON + timedelta(hours=2), place="home")
    scene.met(missed, by=worker, on=NOON + timedelta(hours=4))

    # At home visits she has a phone: the day’s appointments come first, with how to behave beside each.
    me.page.set_viewport_size(PHONE)
    clock.move_to(NOON + timedelta(hours=6))
    scene.leaves_home_by_tomorrow(missed)
    me.sign_in(worker)
    me.reads_first_at_risk("NSIMBA Grace", "mer. 25/11/2026", "Dernier jour : quitter les lieux")
    me.reads("FERREIRA Ana", "NSIMBA Grace", "pas de message")
    keep(me.page, "mds-1-a-faire")
    me.page.goto("/agenda/")
    me.reads("14 h – 14 h 45", "16 h – 16 h 45", "pas de message")
    keep(me.page, "mds-2-agenda")
    me.click("Non honoré : NSIMBA Grace")
    me.click("Honoré : FERREIRA Ana")
    keep(me.page, "mds-3-agenda-note")
    assert dict(Appointment.objects.values_list("case", "state")) == {came.pk: "kept", missed.pk: "missed"}
    assert list(ContactAttempt.objects.values_list("case", "result")) == [(missed.pk, "no_answer")]

    # The one she met: the step is filled with what is known, she says how she informed, and goes on.
    me.page.goto(f"/situations/{came.public_id}/")
    me.reads("Prochain acte", "Informer et contacter le ménage")
    me.click("Informer et contacter le ménage")
    me.check("Contact établi")
    me.choose("Personne informée", "en visite à domicile")
    me.click("Enregistrer")
    me.reads("Établir le diagnostic")
    keep(me.page, "mds-4-dossier")
