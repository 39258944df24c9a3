"""The first people of an installation, in a real browser through TLS: what the guide says that they can do."""

import re
import time
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from pathlib import Path
from typing import Any

from django.utils.timezone import localdate
from playwright.sync_api import Browser, Page

from tests.config.accounts.telephone import code_of
from tests.conftest import IN_FRANCE
from tests.journeys.person import Person
from tests.sink import Sink

FILES = Path(__file__).resolve().parents[1] / "data"
SITE = "https://localhost"
ADMINISTRATOR = "prenom.nom@example.fr"
MANAGER = "nadia.belkacem@example.fr"
PASSWORD = "un-mot-de-passe-choisi"
PATIENCE = 300
"""Seconds for the worker to do what a page asked of it."""


def open_page(browser: Browser) -> Page:
    """Its certificate is one of Caddy’s own, for `localhost`."""
    options: dict[str, Any] = IN_FRANCE
    return browser.new_page(ignore_https_errors=True, base_url=SITE, **options)


def choose_password(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("#id_new_password1").fill(PASSWORD)
    page.locator("#id_new_password2").fill(PASSWORD)
    page.locator("main form .btn-primary").click()
    page.wait_for_load_state()


def sign_in(page: Page, email: str) -> Person:
    page.context.clear_cookies()
    page.goto("/connexion/")
    me = Person(page)
    me.fill("Courriel professionnel", email)
    me.fill("Mot de passe", PASSWORD)
    me.click("Se connecter")
    page.wait_for_url(lambda address: not address.endswith("/connexion/"), timeout=PATIENCE * 1000)
    if page.url.endswith("/compte/securite/"):
        set_up_telephone(me, email)
    else:
        me.fill("Code", TELEPHONES[email].next_code())
        me.click("Continuer")
    me.reads("À faire")
    return me


class Telephone:
    """Its application of codes. A code is good once: it waits for one that was not given yet."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.given = 0
        """The half-minute of the last code."""

    def next_code(self) -> str:
        while (wanted := max(self.given + 1, int(time.time()) // 30)) > int(time.time()) // 30 + 1:
            time.sleep(1)
        self.given = wanted
        return code_of(self.secret, datetime.fromtimestamp(wanted * 30, tz=UTC))


TELEPHONES: dict[str, Telephone] = {}
"""Of each account that must have one."""


def set_up_telephone(me: Person, email: str) -> None:
    """What the first sign-in of an administrator or a manager asks for."""
    me.reads("Votre rôle demande un second facteur")
    me.click("Ajouter une application")
    me.reads("Scanner cette image")
    shown = me.page.locator(".qr-text code").text_content() or ""
    TELEPHONES[email] = Telephone(re.sub(r"\s", "", shown))
    me.fill("Code", TELEPHONES[email].next_code())
    me.click("Enregistrer l’application")
    me.reads("Vos codes de secours")
    me.click("Je les ai gardés")


def invite_manager(me: Person, sink: Sink) -> str:
    """The link that she finds in her mail."""
    me.page.goto("/administration/")
    me.page.get_by_text("Structures sans responsable").wait_for()
    me.page.goto("/administration/nommer/?role=manager&structure=caf-91")
    me.fill("Prénom", "Nadia")
    me.fill("Nom", "Belkacem")
    me.fill("Courriel", MANAGER)
    me.page.locator("main form .btn-primary").click()
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for to, text in sink.got:
            body = message_from_string(text, policy=policy.default).get_body()
            if to == MANAGER and body and (link := re.search(rf"{SITE}/\S+", body.get_content())):
                return link[0]
        time.sleep(1)
    raise AssertionError(f"Aucune invitation reçue : {sink.people}")


def add_landlord(me: Person) -> None:
    """The one that the file names: nobody invented is there before."""
    me.page.goto("/administration/structures/ajouter/")
    me.fill("Nom du service", "Bailleur A")
    me.choose("Nature", "Bailleur")
    me.choose("Nature juridique", "bailleur social (HLM)")
    me.choose("Parc", "parc social")
    me.click("Ajouter")
    me.reads("Bailleur A est en service")


def record_ground(me: Person, structure: str) -> None:
    """Without it nothing that the structure sends is taken."""
    me.page.goto(f"/administration/structures/{structure}/fondement/")
    me.choose("Fondement", "Prévention des expulsions (loi 90-449, art. 7-2)")
    me.fill("Texte, convention ou délibération", "Convention du 12/01/2026, article 4")
    me.click("Enregistrer")
    me.reads("Fondement enregistré")


def import_file(me: Person) -> None:
    me.click("Imports")
    me.field("Fichier des impayés").set_input_files(FILES / "caf_2026-11.csv")
    me.click("Déposer le fichier")
    me.fill("Soldes arrêtés au", "2026-11-05")
    me.click("Vérifier sans rien enregistrer")
    me.reads("Rien n’est encore enregistré", "dossier ouvert")
    me.click("Importer")
    me.page.get_by_text("Rien n’est encore enregistré").wait_for(state="detached", timeout=PATIENCE * 1000)


def take_case(me: Person) -> None:
    """The first that the worker has routed to her structure, for herself."""
    page = me.page
    until = time.monotonic() + PATIENCE
    case = page.locator("main a[href^='/situations/']")
    while not case.count() and time.monotonic() < until:
        page.goto("/situations/")
    page.goto(str(case.first.get_attribute("href")))
    page.locator("main a[href*='/etapes/']").first.click()
    me.check("Accepter")
    me.choose("Professionnel responsable", "Nadia Belkacem")
    me.click("Enregistrer")
    me.reads("Informer et contacter le ménage")


def open_letters(me: Person) -> None:
    """Those of the household that she follows."""
    me.page.goto("/")
    case = me.page.locator("main a[href^='/situations/']").first.get_attribute("href")
    me.page.goto("/".join(str(case).split("/")[:3]) + "/courriers/")


def write_letter(me: Person) -> None:
    open_letters(me)
    me.page.locator("main a[href$='/preparer/']").first.click()
    me.fill("Jour du rendez-vous", (localdate() + timedelta(days=7)).isoformat())
    me.fill("Heure du rendez-vous", "10:00")
    me.fill("Lieu du rendez-vous", "CAF, 1 place de l’Exemple, Grigny")
    me.fill("Téléphone à appeler", "01 60 00 00 00")
    me.click("Produire le PDF")
    me.page.locator("main a", has_text="(PDF)").first.wait_for()


def read_letter(me: Person) -> bytes:
    """The file, as she prints it."""
    open_letters(me)
    address = me.page.locator("main a", has_text="(PDF)").first.get_attribute("href")
    return me.page.request.get(f"{SITE}{address}").body()
