"""The pilot reads figures, and names only through the card of what he has to decide, until he has decided.

Beside him the data protection officer, who signs in and sees no situation at all.
"""

import pytest

from cases import permissions
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.journeys.pictures import keep

pytestmark = pytest.mark.slow


def test_a_pilot_arbitrates_a_card_and_no_longer_sees_it(me):
    worker = factories.member("caf-91", first_name="Nadia", last_name="Belkacem")
    manager = factories.member("mds-grigny", "manager", first_name="Claire", last_name="Diop")
    pilot = factories.member("caf-91-pilotage", "pilot", first_name="Sylvie", last_name="Aubert")
    walk = scene.to_arbitrate(by=worker, usual_name="Ouattara", first_names="Salif")

    # As long as nobody has the case, the last day of a right is read first by whoever decides who has it.
    scene.leaves_home_by_tomorrow(walk.case)
    me.sign_in(pilot)
    me.reads_first_at_risk("OUATTARA Salif", "mer. 25/11/2026", "Dernier jour : quitter les lieux", "Arbitrer")
    me.reads("Arbitrer", "OUATTARA Salif")
    keep(me.page, "pilote-1-a-faire")
    me.click("Pilotage")
    me.does_not_read("OUATTARA")
    keep(me.page, "pilote-2-pilotage")
    me.click("À faire")
    me.click("Arbitrer : OUATTARA Salif")
    me.reads("Aucune structure n’a accepté")
    keep(me.page, "pilote-3-arbitrer")
    me.choose("Structure attributaire", "MDS de Grigny")
    me.click("Enregistrer")
    assert walk.waiting_for == {"answer": "mds-grigny"}
    me.click("À faire")
    me.does_not_read("OUATTARA")

    # Until the service has named somebody, the desk answers for the situation; then it no longer exists for it.
    walk.take("answer", by=manager, accept=True, professional=manager)
    assert not permissions.can_view(pilot, walk.case, at=NOON.date())
    answer = me.page.goto(f"/situations/{walk.case.public_id}/")
    assert answer is not None
    assert answer.status == 404


def test_a_data_protection_officer_sees_no_situation(me):
    worker = factories.member("caf-91")
    walk = scene.case_at("monitor", worker=worker, usual_name="Ferreira", first_names="Ana")
    me.sign_in(factories.member("caf-91", "dpo", first_name="Yves", last_name="Marchal"))
    me.does_not_read("FERREIRA")
    keep(me.page, "dpd-1-a-faire")
    answer = me.page.goto(f"/situations/{walk.case.public_id}/")
    assert answer is not None
    assert answer.status == 404
