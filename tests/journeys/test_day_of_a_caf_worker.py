"""The CAF’s service: one import, one notice, one table; then a family to call, and what happens next is on the screen."""

import pytest

from cases.models import Assignment, Case, ContactAttempt
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.journeys.pictures import keep
from tests.workflows.views.backlog.test_lots import lot
from workflows.models import CaseTask

pytestmark = pytest.mark.slow

SIX = 6
"""Presses, from the bell to nine situations given."""


def test_a_manager_shares_out_a_lot_and_a_worker_calls_a_family(me, tmp_path):
    manager = factories.member("caf-91", "manager", first_name="Claire", last_name="Montel")
    worker = factories.member("caf-91", first_name="Nadia", last_name="Belkacem")
    lot(tmp_path, number=9)
    drain_outbox(at=NOON)
    assert Notice.objects.filter(user=manager).count() == 1, "one notice for the nine situations"

    # The manager answers for the nine at once: tick all, accept, name who, send.
    me.sign_in(manager)
    me.pressed()
    me.click("Notifications")
    keep(me.page, "caf-1-notification")
    me.click("Un import oriente 9 situations vers votre structure")
    me.reads("9 situations à prendre ou à décliner", "Pourquoi ici")
    keep(me.page, "caf-2-lot")
    me.click("Tout cocher")
    me.check("Accepter")
    me.choose("Professionnel responsable", "Nadia Belkacem (0 dossier)")
    me.click("Répondre pour les situations cochées")
    me.reads("9 situations")
    assert me.pressed() <= SIX
    assert Assignment.objects.filter(user=worker, until=None).count() == 9
    assert set(CaseTask.objects.open().values_list("node", flat=True)) == {"contact"}

    # The worker’s morning: what to do, for whom, until when, is the first thing on her page; the right that lapses
    # tomorrow stands above all.
    scene.leaves_home_by_tomorrow(Case.objects.get(household__members__usual_name="NOM5"))
    me.sign_in(worker)
    me.reads_first_at_risk("NOM5 Alice", "mer. 25/11/2026", "Dernier jour : quitter les lieux", "Contacter")
    me.reads("NOM0 Alice", "Informer et contacter le ménage", "dans 10 jours", "ven. 04/12/2026")
    keep(me.page, "caf-3-a-faire")
    me.page.get_by_role("main").get_by_role("link", name="Informer et contacter le ménage").first.click()
    me.reads("Prochain acte", "Informer et contacter le ménage", "Chez qui", "Nadia Belkacem")
    keep(me.page, "caf-4-dossier")
    me.click("Informer et contacter le ménage")
    me.check("Contact établi")
    me.choose("Personne informée", "par téléphone")
    me.click("Enregistrer")
    me.reads("Établir le diagnostic", "Nadia Belkacem")
    keep(me.page, "caf-5-apres-le-contact")
    assert ContactAttempt.objects.get().result == "reached"
