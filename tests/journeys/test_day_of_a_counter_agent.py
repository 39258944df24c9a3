"""An agent of the counter: someone stands there with a paper; six answers, a pause, a sign-in, a sheet; then the follower."""

import re
from io import BytesIO

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from cases.models import Case, Deadline
from tests import factories
from tests.journeys import scene
from tests.journeys.person import Person
from tests.journeys.pictures import keep
from tests.workflows.walk import Walk
from workflows.models import ReportDraft

pytestmark = pytest.mark.slow


def agent():
    return factories.member("ccas-grigny-accueil", "front_desk", first_name="Yann", last_name="Prigent")


def kept(field: str) -> str | None:
    """What the server has kept of the one draft, without anybody pressing anything."""
    draft = ReportDraft.objects.first()
    return draft.answers.get("counter", {}).get(field) if draft else None


def printed(page: Page) -> str:
    """What the PDF behind the button says, asked for with the session of the page."""
    address = page.get_by_role("link", name="Imprimer la fiche (PDF)").get_attribute("href")
    answer = page.context.request.get(str(address))
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(BytesIO(answer.body())).pages
    return " ".join(" ".join(each.extract_text() for each in pages).replace("\u00a0", " ").split())


def test_a_counter_agent_receives_somebody_and_the_follower_takes_it_up(page: Page, me: Person):
    yann = agent()
    worker = factories.member("caf-91", "manager", first_name="Claire", last_name="Montel")

    # His list is empty: the one thing to do is to receive.
    me.sign_in(yann)
    me.reads("Accueillir une personne")
    keep(page, "guichet-1-a-faire")
    me.click("Ouvrir le guichet")
    me.is_at("Guichet")
    keep(page, "guichet-2-vide")

    # He types; the telephone rings; his session ends.
    me.fill("Nom", "Belhadj")
    me.fill("Prénom", "Nadia")
    me.fill("Naissance", "12/03/1984")
    me.fill("Téléphone", "06 12 34 56 78")
    me.until(lambda: kept("phone") == "06 12 34 56 78")  # a pause of the typing has kept them all
    expect(page.get_by_text(re.compile("Saisie conservée"))).to_be_visible()
    me.reads("CAF 91 – cellule impayés (pilotage) qualifierait d’abord la situation")
    page.reload()
    expect(me.field("Téléphone")).to_have_value("06 12 34 56 78")
    assert kept("usual_name") == "Belhadj"

    # He signs in again: the draft is where he left it.
    me.sign_in(yann)
    me.click("Guichet")
    me.reads("À reprendre", "Reprendre : Belhadj Nadia")
    keep(page, "guichet-3-a-reprendre")
    me.click("Reprendre : Belhadj Nadia")
    expect(me.field("Nom")).to_have_value("Belhadj")
    me.choose("Bailleur", "Gestionnaire B")
    me.fill("Montant dû", "1 060,50")

    # He forgot to say whether she was told: nothing is lost.
    me.click("Envoyer et préparer la fiche")
    me.reads("Un point est à corriger", "Dire si la personne est là, et si elle a été informée.")
    keep(page, "guichet-4-a-corriger")
    expect(me.field("Montant dû")).to_have_value("1 060,50")

    # What she says of her family, folded until then, sends her at once to the service that will call.
    page.get_by_text("Pour orienter tout de suite").click()
    me.fill("Enfants à charge", "2")
    me.choose("Prestations familiales", "Oui")
    me.choose("RSA", "Non")
    me.choose("Salarié", "Non")
    me.choose("Aide au logement", "ALF")
    me.reads("Règle R3")
    me.check("Oui, et la personne a été informée")
    keep(page, "guichet-5-complet")
    me.click("Envoyer et préparer la fiche")

    # The sheet: on the page, and as the PDF that is printed.
    me.is_at("À imprimer et à remettre")
    case = Case.objects.get()
    me.reads(case.reference, "Contact fait au guichet", "Les papiers à apporter", "Quels sont vos droits ?")
    keep(page, "guichet-6-fiche")
    sheet = printed(page)
    for words in (
        "BELHADJ Nadia",
        "CAF 91 – travail social vous contactera avant le mardi 15 décembre 2026",
        "Une pièce d’identité ou un titre de séjour.",
        "Vous pouvez refuser que les services partagent vos informations.",
    ):
        assert words in sheet, words
    page.goto(f"/situations/{case.public_id}/")
    me.is_at("Page introuvable")
    me.click("Revenir à ma liste")
    me.click("Guichet")
    me.reads("Aujourd’hui", case.reference)

    # At the CAF: it accepts, and the clock to contact is met as soon as the step opens.
    Walk(case).take("answer", by=worker, accept=True, professional=worker, reason="")
    assert Deadline.objects.get(case=case, rule__start="contact_asked", is_promised=False).state == "met"
    scene.leaves_home_by_tomorrow(case)
    me.sign_in(worker)
    me.reads_first_at_risk("BELHADJ Nadia", "mer. 25/11/2026", "Dernier jour : quitter les lieux")
    page.goto(f"/situations/{case.public_id}/")
    me.is_at("BELHADJ Nadia")
    me.reads("mer. 25/11/2026", "Quitter les lieux")
    me.click("Informer et contacter le ménage")
    me.reads("Contact fait au guichet le 24/11/2026 par Yann Prigent (CCAS de Grigny – accueil).")
    keep(page, "guichet-7-etape-du-suivi")
    me.click("Enregistrer")
    me.reads("Établir le diagnostic")
    page.goto(f"/situations/{case.public_id}/courriers/")
    me.reads("Fiche remise au guichet", "remis en main propre")


def test_somebody_known_is_completed_from_the_same_screen(page: Page, me: Person):
    yann, worker = agent(), factories.member("caf-91")
    known = scene.case_at(
        "contact", worker=worker, usual_name="Ferreira", first_names="Ana", birth_date="1980-05-17"
    ).case

    me.sign_in(yann)
    me.click("Guichet")
    me.fill("Nom", "Ferreira")
    me.fill("Prénom", "Ana")
    me.fill("Naissance", "17/05/1980")
    me.reads("Un ménage connu ressemble", "Ménage connu de CAF 91 – travail social")
    me.does_not_read("FERREIRA Ana", "rue de la Plaine", known.reference)
    keep(page, "guichet-8-menage-connu")
    me.check("Ménage connu de CAF 91")
    me.reads("Dossier déjà ouvert")
    expect(me.field("Ménage connu de CAF 91")).to_be_focused()
    me.check("Oui, et la personne a été informée")
    me.click("Envoyer et préparer la fiche")
    me.reads(f"Le dossier {known.reference} était déjà ouvert", "Contact fait au guichet")
    assert Case.objects.get() == known
    assert Deadline.objects.get(case=known, rule__start="contact_asked", is_promised=False).state == "met"


def test_a_session_that_ends_while_he_types_leads_to_the_sign_in_and_back(page: Page, me: Person):
    yann = agent()
    me.sign_in(yann)
    me.click("Guichet")
    me.fill("Nom", "Belhadj")
    expect(page).to_have_url(re.compile("/guichet/[0-9a-f-]{36}/$"))
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    me.fill("Prénom", "Nadia")
    expect(page).to_have_url(re.compile("/connexion/"))
    me.fill("Courriel professionnel", yann.email)
    me.fill("Mot de passe", scene.PASSWORD)
    me.click("Se connecter")
    me.is_at("Votre saisie est retrouvée")
    me.click("Reprendre la saisie")
    me.is_at("Guichet")
    expect(me.field("Nom")).to_have_value("Belhadj")
    expect(me.field("Prénom")).to_have_value("Nadia")


def test_without_javascript_the_counter_keeps_looks_up_and_sends(browser: Browser, browser_context_args):
    yann, worker = agent(), factories.member("caf-91")
    scene.case_at("contact", worker=worker, usual_name="Ferreira", first_names="Ana", birth_date="1980-05-17")
    with browser.new_context(**browser_context_args, java_script_enabled=False) as context:
        him = Person(context.new_page())
        him.sign_in(yann)
        him.click("Ouvrir le guichet")
        for label, words in (("Nom", "Ferreira"), ("Prénom", "Ana"), ("Naissance", "17/05/1980")):
            him.fill(label, words)
        him.click("Garder et vérifier")
        him.reads("Un ménage connu ressemble")
        him.check("Non : c’est un autre ménage")
        him.choose("Bailleur", "Bailleur A – recouvrement")
        him.fill("Montant dû", "820")
        him.check("Oui, mais elle n’a pas pu être informée")
        him.click("Envoyer et préparer la fiche")
        him.reads("Comment la joindre ?")
        him.fill("Téléphone", "06 12 34 56 78")
        him.click("Envoyer et préparer la fiche")
        him.reads("Le professionnel qui suivra la personne devra encore l’informer", "Ce qu’il faut apporter")
    assert Case.objects.count() == 2


def test_what_is_typed_just_before_leaving_is_kept(page: Page, me: Person):
    me.sign_in(agent())
    me.click("Guichet")
    me.fill("Nom", "Belhadj")
    me.click("À faire")
    me.is_at("À faire")
    me.until(ReportDraft.objects.exists)  # what a page sends while it closes has no answer to wait for
    me.click("Guichet")
    me.reads("Reprendre : Belhadj")
