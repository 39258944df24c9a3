"""A second city comes by pages alone: added, entered, piloted; what its pilot publishes changes nothing of the first."""

import pytest
from django.urls import reverse

from cases.actions import deadlines
from cases.actions.invitations import link_parts
from cases.models import Case, Territory, User
from tests import factories
from tests.factories import NOON
from tests.journeys.person import Person
from tests.journeys.pictures import keep
from tests.journeys.scene import PASSWORD

pytestmark = pytest.mark.slow


def accept(me: Person, email: str) -> User:
    """By the link of the e-mail."""
    user = User.objects.get(email=email)
    me.page.context.clear_cookies()
    me.page.goto(reverse("invitation", kwargs=link_parts(user)))
    me.fill("Nouveau mot de passe", PASSWORD)
    me.fill("Confirmation du nouveau mot de passe", PASSWORD)
    me.click("Accepter et se connecter")
    me.reads("À faire")
    return user


def add_structure(me: Person, name: str, kind: str, **more: str) -> None:
    me.page.goto(reverse("add_structure"))
    me.fill("Nom du service", name)
    me.choose("Nature", kind)
    for label, option in more.items():
        me.choose(label.replace("_", " "), option)
    me.click("Ajouter")
    me.reads(f"{name} est en service")


def nominate(me: Person, structure: str, role: str, email: str) -> None:
    me.page.goto(reverse("nominate"))
    me.choose("Structure", structure)
    me.check(role)
    me.fill("Courriel professionnel", email)
    me.fill("Prénom", "Camille")
    me.fill("Nom", "Valbrune")
    me.click("Nommer")


def record_ground(me: Person, structure: str) -> None:
    """Without one, nothing that the structure sends is taken."""
    me.click("Structures partenaires")
    me.click(structure)
    me.click("Fondement de ce qu’elle transmet")
    me.choose("Fondement", "Prévention des expulsions (loi 90-449, art. 7-2)")
    me.fill("Texte, convention ou délibération", "Convention du 12/01/2026, article 4")
    me.click("Enregistrer")
    me.reads("Fondement enregistré")


def report(me: Person) -> None:
    """By a landlord, of a tenant whom nobody knows."""
    me.click("Signaler un impayé")
    me.fill("Nom", "Belhadj")
    me.fill("Prénom", "Nadia")
    me.fill("Date de naissance", "12/03/1984")
    me.click("Chercher")
    me.click("Continuer")
    me.fill("Adresse", "4 rue de la Plaine")
    me.fill("Dette arrêtée au", "2026-11-20")
    me.fill("Dette de loyer", "1 060,50 €")
    me.click("Continuer")
    me.reads("Belhadj", "1 060,50 €", "4 rue de la Plaine", "Valbrune")
    me.click("Signaler l’impayé")


def margin(territory: str) -> int:
    return deadlines.catalogue_in_force(on=NOON.date(), territory=territory).rule("C08").safe_margin


@pytest.mark.by_turns
def test_a_second_city_is_added_and_lives_by_its_own_rules(me):
    anne = factories.member("ville-grigny", "administrator", first_name="Anne", last_name="Xavier")
    me.sign_in(anne)
    me.click("Administration")
    me.click("Territoires de cette installation")
    me.click("Ajouter un territoire")
    me.fill("Nom du territoire", "Valbrune")
    me.fill("Sa ville", "Ville de Valbrune")
    me.fill("Qui pilote les impayés", "Pilotage de Valbrune")
    for which, email in (("Premier", "ada@valbrune.example"), ("Second", "ben@valbrune.example")):
        me.fill(f"{which} administrateur : courriel professionnel", email)
        me.fill(f"{which} administrateur : prénom", "Ada")
        me.fill(f"{which} administrateur : nom", "Roche")
    keep(me.page, "territoire-1-ajouter")
    me.click("Ajouter")
    me.reads("Valbrune est ajouté", "Ses deux administrateurs sont invités")
    keep(me.page, "territoire-2-liste")

    ben, ada = (accept(me, f"{name}@valbrune.example") for name in ("ben", "ada"))
    me.click("Administration")
    me.reads("Nommer le pilote")
    me.does_not_read("Territoires de cette installation", "Anne Xavier", "Grigny")
    add_structure(me, "MDS de Valbrune", "Maison des solidarités (MDS)")
    add_structure(
        me, "Habitat de Valbrune", "Bailleur", Nature_juridique="société d’économie mixte", Parc="parc social"
    )
    nominate(me, "Pilotage de Valbrune", "Pilote", "pia@valbrune.example")
    me.reads("est proposé. Un autre administrateur confirme")
    for structure, name in (("MDS de Valbrune", "mo"), ("Habitat de Valbrune", "hal")):
        nominate(me, structure, "Premier responsable d’une structure", f"{name}@valbrune.example")
        me.reads(f"Invitation envoyée à {name}@valbrune.example")

    me.sign_in(ben)
    me.click("Administration")
    me.click("Confirmer")
    me.reads("Invitation envoyée à pia@valbrune.example")
    record_ground(me, "Habitat de Valbrune")
    manager, landlord, pilot = (accept(me, f"{name}@valbrune.example") for name in ("mo", "hal", "pia"))
    assert len({ada, ben, manager, landlord, pilot}) == 5

    # A tenant of the city: its edition names nobody yet, so that its own pilot decides, and its own service takes charge.
    me.sign_in(landlord)
    report(me)
    case = Case.objects.get()
    assert case.territory == "valbrune"
    me.sign_in(pilot)
    me.click("Arbitrer : BELHADJ Nadia")
    me.choose("Structure attributaire", "MDS de Valbrune")
    me.click("Enregistrer")
    me.sign_in(manager)
    me.click("Répondre : BELHADJ Nadia")
    me.check("Accepter")
    me.choose("Professionnel responsable", "Camille Valbrune")
    me.click("Enregistrer")
    me.reads("Étape enregistrée", "Informer et contacter le ménage", "Camille Valbrune")
    keep(me.page, "territoire-3-prise-en-charge")
    case.refresh_from_db()
    assert case.responsible_structure.name == "MDS de Valbrune"
    me.sign_in(anne)
    answer = me.page.goto(f"/situations/{case.public_id}/")
    assert answer is not None
    assert answer.status == 404

    me.sign_in(pilot)
    me.click("Pilotage")
    me.click("Lire et changer les règles")
    me.click("Délais")
    me.click("Ouvrir un brouillon")
    me.fill("Chercher dans les règles", "commandement de quitter")
    me.click("Chercher")
    me.click("Quitter les lieux après le commandement")
    me.fill("Marge de sûreté", "15")
    me.click("Enregistrer dans le brouillon")
    me.reads("Règle enregistrée dans le brouillon")
    me.click("Délais, édition 2")
    me.click("Voir ce qui changerait, publier")
    me.fill("Applicable à partir du", str(NOON.date()))
    me.fill("Pourquoi ce changement", "Le comité de Valbrune demande trois semaines.")
    me.click("Publier cette édition")
    me.reads("en vigueur", "Le comité de Valbrune demande trois semaines.")
    assert (margin("valbrune"), margin("grigny")) == (15, 10)
    assert list(Territory.objects.order_by("pk").values_list("code", flat=True)) == ["grigny", "valbrune"]
