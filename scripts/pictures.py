"""Takes the pictures of the README and the guides from a running demonstration.

make demo PORT=8000 &
.venv/bin/python scripts/pictures.py http://localhost:8000
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from demo.accounts import DOMAIN, PASSWORD  # noqa: E402

IMAGES = ROOT / "docs" / "images"
DESK = {"width": 1180, "height": 760}
HIGH = {"width": 1180, "height": 960}
MOST_OF_A_MONTH = 20
PHONE = {"width": 390, "height": 780}


def main(base: str) -> None:
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        with signed_in(browser, base, "claire.montel") as page:
            take(page, "/", "a-faire")
            step(page, "Contacter", "contacter")
        with signed_in(browser, base, "claire.montel", PHONE) as page:
            take(page, "/", "a-faire-telephone")
        with signed_in(browser, base, "samira.kessler") as page:
            page.goto("/situations/")
            page.get_by_label("Nom, référence").fill("Sissoko")
            page.get_by_role("button", name="Filtrer").click()
            page.get_by_role("link", name="SISSOKO-LAMBERT").click()
            page.wait_for_load_state()
            shoot(page, "dossier")
            take(page, "/signalements/nouveau/", "signaler")
            month(page)
        with signed_in(browser, base, "fanny.delmas", HIGH) as page:
            follow(page, "/?liste=en-attente", "main a:has-text('DELAUNAY')", "trop-percu")
        with signed_in(browser, base, "denis.auger") as page:
            take(page, "/encours/", "encours")
            take(page, "/archives/", "archive")
            take(page, "/encours/procedures/arrears/", "procedure")
            page.goto("/")
            step(page, "Répondre", "repondre")
        with signed_in(browser, base, "yann.prigent") as page:
            counter(page)
        with signed_in(browser, base, "paula.ferrand") as page:
            step(page, "Qualifier", "qualifier")  # what the counter has just opened, if nothing else waits
            take(page, "/pilotage/", "pilotage")
            take(page, "/pilotage/regles/", "regles")
            take(page, "/pilotage/indicateurs/", "indicateurs")
            follow(page, "/pilotage/bilans/", "tbody a", "bilan")
            follow(page, "/imports/", "tbody a", "import")
        with signed_in(browser, base, "hugo.lambert") as page:
            follow(page, "/lots/", "tbody a", "lot")
            take(page, "/equipe/", "equipe")
            follow(page, "/equipe/", "a[href^='/absences/']:not([href*=declarer])", "absence")
        of_the_landlord(browser, base)
        with signed_in(browser, base, "elodie.weber") as page:
            take(page, "/traces/", "dpo-listes")
            take(page, "/traces/acces/", "dpo-acces")
            take(page, "/traces/demandes/", "dpo-demandes")
            take(page, "/traces/lectures/", "dpo-lectures")
            take(page, "/traces/conservation/", "dpo-conservation")
            take(page, "/administration/ouverture/aipd/", "dpo-attester")
        with signed_in(browser, base, "anne.xavier", HIGH) as page:
            take(page, "/administration/installation/", "administration-mentions")
            take(page, "/administration/structures/", "administration-structures")
            take(page, "/administration/ouverture/", "administration-ouverture")
            take(page, "/equipe/ccas-grigny-accueil/horaires/", "administration-horaires")
        browser.close()


def of_the_landlord(browser: Browser, base: str) -> None:
    with signed_in(browser, base, "thomas.urbain", HIGH) as page:
        take(page, "/", "bailleur-a-faire")
    with signed_in(browser, base, "beatrice.sorel") as page:
        page.goto("/")
        page.locator("[aria-labelledby=fichier] a").first.click()
        shoot(page, "bailleur-fichier")
        follow(page, "/", "a.btn:has-text('Répondre')", "bailleur-plan")
        take(page, "/signalements/", "mes-signalements")
        take(page, "/signalements/reglages/", "bailleur-reglages")
        page.goto("/signalements/?etat=commandement")
        page.locator("tbody a").first.click()
        shoot(page, "bailleur-commandement")


@contextmanager
def signed_in(browser: Browser, base: str, name: str, size: dict[str, int] = DESK) -> Iterator[Page]:
    context = browser.new_context(viewport=size, base_url=base, locale="fr-FR", timezone_id="Europe/Paris")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/connexion/")
    page.locator("#id_username").fill(f"{name}@{DOMAIN}")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_load_state()
    yield page
    context.close()


def take(page: Page, path: str, name: str) -> None:
    page.goto(path)
    shoot(page, name)


def follow(page: Page, path: str, link: str, name: str) -> None:
    """What the first such link of a page leads to."""
    page.goto(path)
    page.locator(link).first.click()
    page.wait_for_load_state()
    shoot(page, name)


def month(page: Page) -> None:
    """The month that is read: towards the end of one, the next."""
    page.goto("/echeances/?vue=mois")
    if date.today().day > MOST_OF_A_MONTH:  # noqa: DTZ011 - of the machine, as the demonstration is
        page.get_by_role("link", name="Mois suivant").click()
        page.wait_for_load_state()
    shoot(page, "echeances")


def step(page: Page, label: str, name: str) -> None:
    """The first step of the inbox with that button."""
    page.goto("/")
    page.locator("a.btn", has_text=label).first.click()
    page.locator(".task-here form, #step-form").first.wait_for()  # in its line, or on its page
    shoot(page, name)


def counter(page: Page) -> None:
    """Somebody new, then somebody known. The first opens a case, so a demonstration is pictured once."""
    page.set_viewport_size({"width": DESK["width"], "height": 860})
    page.goto("/guichet/")
    person = {"usual_name": "Mendy", "first_names": "Aïssatou", "birth_date": "09/02/1988", "phone": "06 39 98 12 34"}
    fill(page, person | {"balance": "1 060"})
    page.locator("#id_landlord").select_option("gestionnaire-b")
    page.get_by_label("Oui, et la personne a été informée").check()
    page.get_by_text("Saisie conservée").wait_for()
    shoot(page, "guichet")
    page.get_by_role("button", name="Envoyer").click()
    page.get_by_role("link", name="Imprimer la fiche").wait_for()
    shoot(page, "guichet-fiche")
    page.goto("/guichet/")
    fill(page, {"usual_name": "Nsimba", "first_names": "Glodi", "birth_date": "14/08/1990"})
    page.get_by_text("est-ce le même").wait_for()
    shoot(page, "guichet-connu")
    page.get_by_text("Effacer la saisie").first.click()
    page.get_by_role("button", name="Effacer la saisie").click()


def fill(page: Page, typed: dict[str, str]) -> None:
    for name, words in typed.items():
        page.locator(f"#id_{name}").fill(words)


def shoot(page: Page, name: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000")
