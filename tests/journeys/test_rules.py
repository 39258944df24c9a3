"""A pilot changes a rule without a release: he copies, changes, tries, looks at what would change, and publishes."""

import json
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from cases.actions import editions
from cases.actions.editions import DEADLINES
from cases.models import Edition, User
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.journeys.pictures import keep
from tests.workflows.walk import Walk
from workflows.routing.apply import decide_case, table_in_force
from workflows.routing.editable_tables import ARREARS_TABLE

pytestmark = pytest.mark.slow


def computed(start: str) -> dict[str, Any]:
    out = StringIO()
    call_command("compute_deadline", "C08", "--start", start, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.mark.by_turns
def test_a_pilot_widens_a_margin_for_tomorrow(me):
    worker = factories.member("caf-91")
    scene.case_at("monitor", worker=worker, usual_name="Ouattara")
    pilot = factories.member("caf-91-pilotage", "pilot", first_name="Sylvie", last_name="Aubert")

    me.sign_in(pilot)
    me.click("Pilotage")
    me.click("Lire et changer les règles")
    me.reads("Délais", "édition 1", "Rappels")
    me.click("Délais")
    me.click("Ouvrir un brouillon")
    me.reads("Rien ne change tant qu’il n’est pas publié")
    me.fill("Chercher dans les règles", "commandement de quitter")
    me.click("Chercher")
    me.click("Quitter les lieux après le commandement")
    keep(me.page, "regles-1-une-regle")

    # What is refused stays in the form.
    me.fill("Marge de sûreté", "-15")
    me.click("Enregistrer dans le brouillon")
    me.reads("Écrire un nombre de jours ouvrés, ou 0.")
    me.fill("Marge de sûreté", "15")
    me.click("Enregistrer dans le brouillon")
    me.reads("Règle enregistrée dans le brouillon")

    me.fill("Date de départ", "2027-01-15")
    me.click("Essayer")
    me.reads("Avec le brouillon", "lun. 22/02/2027", "Avec l’édition en vigueur (1)", "lun. 01/03/2027")
    keep(me.page, "regles-2-essayer")

    me.click("Délais, édition 2")
    me.click("Voir ce qui changerait, publier")
    me.reads("1 règle modifiée", "10 jours ouvrés avant le dernier jour", "15 jours ouvrés avant le dernier jour")
    me.does_not_read("OUATTARA")
    me.fill("Applicable à partir du", "2026-11-25")
    me.fill("Pourquoi ce changement", "Le comité demande trois semaines.")
    keep(me.page, "regles-3-ce-qui-changerait")
    me.click("Publier cette édition")
    me.reads("elle s’applique à partir du 25/11/2026", "à venir", "Le comité demande trois semaines.")
    keep(me.page, "regles-4-editions")

    assert Edition.objects.get(catalogue="deadlines", number=2).changed_by == pilot
    # A fact of today is counted with the old margin, one of tomorrow with the new one.
    assert computed(str(NOON.date()))["safe_date"] == "2027-01-08"
    assert computed("2026-11-25")["safe_date"] == "2027-01-04"
    assert computed("2026-11-25")["legal_date"] == "2027-01-25"


@pytest.mark.by_turns
def test_a_pilot_sends_families_of_the_private_sector_elsewhere_from_monday_on_and_comes_back(me):
    """37 of the situations of the last six months would have gone elsewhere, and the pilot reads why."""
    for number in range(40):
        lease = factories.tenancy(housing="private" if number < 37 else "social", aid_kind="ALF")
        decide_case(factories.reported(lease, dependent_children=1, family_benefits=True), at=NOON, by=None)
    pilot = factories.member("caf-91-pilotage", "pilot", first_name="Sylvie", last_name="Aubert")

    me.sign_in(pilot)
    me.click("Pilotage")
    me.click("Lire et changer les règles")
    me.click("Orientation des impayés")
    me.click("Ouvrir un brouillon")
    me.click("R3, Famille allocataire, parc privé, ALF")
    me.choose("Confiée à", "ADIL 91")
    me.fill("Raison, pour les professionnels", "Parc privé avec ALF : le comité confie ces familles à l’ADIL.")
    me.click("Enregistrer dans le brouillon")
    me.choose("Parc", "privé")
    me.choose("Aide au logement", "ALF")
    me.fill("Enfants à charge", "2")
    me.choose("Prestations familiales", "Oui")
    me.click("Essayer")
    me.reads("Avec le brouillon", "ADIL 91", "Avec l’édition en vigueur (1)", "CAF 91 – travail social")
    keep(me.page, "regles-5-essayer-une-orientation")

    me.click("Orientation des impayés, édition 2")
    me.click("Voir ce qui changerait, publier")
    me.reads("1 règle modifiée", "40 situations orientées à nouveau", "37 iraient à une autre structure")
    keep(me.page, "regles-6-simulation")
    me.fill("Applicable à partir du", "2026-11-30")
    me.fill("Pourquoi ce changement", "Décision du comité du 20 novembre.")
    me.click("Publier cette édition")
    me.reads("elle s’applique à partir du 30/11/2026", "à venir")

    me.click("Retirer l’édition 2")
    me.reads("retirée")
    assert table_in_force(on=date(2026, 11, 30), territory="grigny")[0].number == 1


def test_a_pilot_takes_back_what_a_wrong_edition_has_routed(me, clock):
    """Published by mistake, used for a day, replaced: its open cases are found, moved, and put back."""
    pilot = factories.member("caf-91-pilotage", "pilot", first_name="Sylvie", last_name="Aubert")
    first = Edition.objects.get(catalogue="routing_arrears")
    wrong = publish_table(first, pilot, at=NOON, lead={"structure": "adil-91"})
    walks = [family_in_private_housing() for _ in range(3)]
    assert [walk.waiting_for for walk in walks] == [{"answer": "adil-91"}] * 3
    tomorrow = NOON + timedelta(days=1)
    clock.move_to(tomorrow)
    publish_table(first, pilot, at=tomorrow, note="La CAF reprend ces familles.")

    me.sign_in(pilot)
    me.click("Pilotage")
    me.click("Lire et changer les règles")
    me.click("Orientation des impayés")
    me.click("Reprendre des situations mal orientées")
    me.choose("Situations orientées par", f"l’édition {wrong.number}")
    me.fill("Du", "2026-11-24")
    me.click("Chercher, sans rien déplacer")
    me.reads("R3 désigne CAF 91 – travail social, au lieu de ADIL 91.", "rien n’est déplacé")
    keep(me.page, "regles-7-reprise")
    me.fill("Motif de la reprise", "La table envoyait ces familles à l’ADIL par erreur.")
    me.click("Réorienter les situations choisies")
    me.reads("La table envoyait ces familles à l’ADIL par erreur.", "Défaire")
    assert [walk.waiting_for for walk in walks] == [{"answer": "caf-91"}] * 3
    keep(me.page, "regles-8-reprise-faite")
    me.click("Défaire cette reprise")
    me.reads("Remises comme avant")
    assert [walk.waiting_for for walk in walks] == [{"answer": "adil-91"}] * 3


def family_in_private_housing() -> Walk:
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    return Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))


def publish_table(source: Edition, pilot: User, *, at: datetime, **changed: Any) -> Edition:
    """A copy whose row of families in private housing says something else, in force at once."""
    made = editions.open_draft(catalogue=ARREARS_TABLE, source=source, by=pilot, at=at)
    row = next(row for row in ARREARS_TABLE.rows_of_edition(made) if row["code"] == "R3")
    editions.keep_rule(catalogue=ARREARS_TABLE, edition=made, row={**row, **changed}, seen=editions.mark_of_rows(row))
    seen = editions.mark_of_draft(made, ARREARS_TABLE.rows_of_edition(made), among=ARREARS_TABLE.editions_of("grigny"))
    act: dict[str, Any] = {"catalogue": ARREARS_TABLE, "edition": made, "seen": seen, "by": pilot, "at": at}
    editions.publish(**act, effective_on=at.date(), note="Décidé.")
    return made


def test_a_pilot_receives_what_a_release_corrects_on_a_running_installation_and_publishes_it(me):
    """The edition in force is of an older release, which had no delay to inform the SIAO."""
    first = Edition.objects.get(catalogue="deadlines")
    DEADLINES.take_out(first, "P-SIAO")
    pilot = factories.member("caf-91-pilotage", "pilot", first_name="Sylvie", last_name="Aubert")

    me.sign_in(pilot)
    me.click("Pilotage")
    me.click("Lire et changer les règles")
    me.click("Délais")
    me.reads("Corrections de cette version de Relais", "P-SIAO : Informer le SIAO (115) : expulsion engagée")
    keep(me.page, "regles-corrections-1-proposees")
    me.click("Ouvrir un brouillon avec ces corrections")
    me.reads("1 règle ajoutée", "Informer le SIAO (115) : expulsion engagée")
    keep(me.page, "regles-corrections-2-lues")
    me.fill("Applicable à partir du", "2026-11-25")
    me.fill("Pourquoi ce changement", "Correction de Relais relue avec le COPIL.")
    me.click("Publier cette édition")
    me.reads("elle s’applique à partir du 25/11/2026")
    published = Edition.objects.get(catalogue="deadlines", number=2)
    assert published.deadline_rules.filter(code="P-SIAO").exists()
    assert published.changed_by == pilot
