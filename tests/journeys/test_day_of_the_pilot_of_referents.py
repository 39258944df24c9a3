"""A day of the pilot of action 11: his own home, three lists, a card opened for a few days, and who coordinates decided there."""

from datetime import timedelta

import pytest

from cases import permissions
from cases.models import Coordination, JournalEntry
from tests import factories
from tests.factories import NOON, member, structure
from tests.journeys import scene
from tests.journeys.pictures import keep
from workflows.actions import referents

pytestmark = pytest.mark.slow


def test_the_pilot_of_action_11_finds_whom_nobody_coordinates_and_decides(me):
    nadia, hugo = member("caf-91"), member("mds-grigny", "manager", first_name="Hugo", last_name="Renard")
    pilot = member("cd91-rsa", "pilot", first_name="Solène", last_name="Nadaud")
    scene.to_coordinate(worker=nadia, helper=hugo)  # HADDAD: the rule names nobody, the step is his
    someone = factories.household(usual_name="Okafor", first_names="Grace").members.get()
    case = scene.followed(by=hugo, code="mds-grigny", someone=someone).case
    given = referents.propose(beneficiary=someone, structure=structure("caf-91"), user=nadia, by=nadia, at=NOON)
    referents.answer_proposal(referent=given, accept=True, by=nadia, at=NOON)  # who has not told her yet
    waits = factories.household(usual_name="Pereira", first_names="Luis").members.get()
    referents.propose(
        beneficiary=waits, structure=structure("mds-grigny"), user=member("mds-grigny"), by=hugo,
        at=NOON - timedelta(days=9),
    )  # fmt: skip

    # The right of a tenant that lapses tomorrow is for who follows her, and not for him.
    scene.leaves_home_by_tomorrow(scene.case_at("contact", worker=nadia, usual_name="Sissoko").case)
    me.sign_in(nadia)
    me.reads_first_at_risk("SISSOKO", "mer. 25/11/2026", "Dernier jour : quitter les lieux", "Contacter")

    me.sign_in(pilot)
    me.does_not_read("SISSOKO", "À ne pas manquer")
    me.reads("Choisir : HADDAD Nour")
    me.click("Pilotage")
    me.reads("Pilotage des référents", "Coordinateurs à choisir par vous", "Personnes sans coordinateur")
    me.does_not_read("petit nombre")
    keep(me.page, "pilote-11-1-pilotage")

    me.click("Ouvrir les listes")
    me.reads("HADDAD Nour", case.reference)
    me.does_not_read("OKAFOR")
    keep(me.page, "pilote-11-2-sans-coordinateur")
    me.click("Référents proposés")
    me.reads("MDS de Grigny", "9 jours")
    me.does_not_read("PEREIRA")
    keep(me.page, "pilote-11-3-propositions")
    me.click("Sans coordinateur")
    me.click(f"Ouvrir la fiche du dossier {case.reference}")
    me.reads("OKAFOR Grace", "Fiche ouverte pour 5 jours", "Personne ne coordonne")
    keep(me.page, "pilote-11-4-fiche")

    me.click("Proposer le coordinateur")
    me.check("Hugo Renard, MDS de Grigny")
    me.click("Proposer")
    me.reads("Proposition envoyée à Hugo Renard", case.reference)
    me.does_not_read("OKAFOR")
    assert Coordination.objects.proposed().get(case=case).referent.user == hugo
    assert JournalEntry.objects.filter(case=case, kind="coordinator.proposed").get().actor == pilot
    assert not permissions.can_view(pilot, case, at=NOON.date())
    keep(me.page, "pilote-11-5-decide")
