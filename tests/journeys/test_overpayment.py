"""From a letter in hand to a recourse sent with proof: by the keyboard, counted key by key, and without JavaScript."""

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from cases.models import DebtLine, Letter, Milestone
from tests import factories
from tests.journeys.keyboard import Keyboard
from tests.journeys.person import Person
from tests.journeys.pictures import keep

pytestmark = pytest.mark.slow

THREE_MINUTES = 180
TWO_MINUTES = 120
FIFTEEN = 15
MOST = {"ways": 4, "letter": 6, "proof": 3}
"""Presses of each act on a line: what it took before its pages were reworked."""
STORY = "J’ai déclaré ma reprise d’emploi le 2 juin 2026, avec mon contrat."


@pytest.fixture
def worker():
    """His structure follows the household already: nobody else has to accept what it brings."""
    him = factories.member("ccas-grigny", first_name="Nadia", last_name="Belkacem")
    home = factories.household(usual_name="Delaunay", first_names="Fatim", birth_date="1990-02-11")
    factories.reported(factories.tenancy(home=home), by=him, code="ccas-grigny", channel="professional")
    factories.know(home, followed_by="ccas-grigny", rsa=True)
    return him


def test_a_recourse_is_sent_with_proof_by_the_keyboard_in_less_than_three_minutes(page: Page, me: Person, worker):
    me.sign_in(worker)
    keys = Keyboard(page)

    presses: list[str] = []

    def act(name: str, key: str = "Enter") -> None:
        keys.reach(name)
        keys.press(key)
        presses.append(name)

    def fill(*fields: tuple[str, str]) -> None:
        for name, words in fields:
            keys.reach(name)
            keys.type(words)

    page.goto("/trop-percus/nouveau/")
    me.is_at("Saisir un trop-perçu")
    keys.press("Tab", "Enter")  # to the content
    fill(("Nom", "Delaunay"), ("Prénom", "Fatim"), ("Date de naissance", "11/02/1990"))
    say_who_it_is(me, keys)
    fill(("Organisme", "CAF"), ("Date du courrier", "11092026"), ("Reçu le", "11122026"))  # an American browser
    fill(("Numéro de dossier", "4518207"), ("Voies de recours", "oui"), ("Personne informée", "en"))
    fill(("Prestation", "R"), ("Montant", "1214,31"), ("De (mois)", "06/2026"), ("À (mois)", "08/2026"))
    fill(("Motif", "Rep"))
    act("Enregistrer le trop-perçu")
    me.reads("Trop-perçu enregistré")

    act("Vérifier la notification")
    me.is_at("Vérifier la notification")
    act("Enregistrer")
    me.reads("Étape enregistrée")
    presses.clear()
    act("Choisir la voie : RSA")
    me.is_at("Choisir la voie : RSA")
    act("Contester", "Space")
    act("Enregistrer")
    me.reads("Étape enregistrée")
    assert len(presses) <= MOST["ways"]

    presses.clear()
    act("Préparer et faire signer : RSA")
    me.is_at("Préparer et faire signer : RSA")
    act("Faire le courrier L3")
    me.is_at("Recours préalable, RSA")
    fill(("Explications de la personne", STORY))
    act("Produire le PDF")
    me.reads("le courrier est prêt à imprimer et à faire signer")
    act("Signé")
    me.reads("Étape enregistrée")
    assert len(presses) <= MOST["letter"]

    presses.clear()
    act("Envoyer avec preuve : RSA")
    me.is_at("Envoyer avec preuve : RSA")
    fill(("Preuve de l’envoi", "rec"))
    act("Enregistrer")
    me.reads("Étape enregistrée")
    assert len(presses) + 1 <= MOST["proof"]  # what the list chose, too

    letter = Letter.objects.get()
    assert (letter.kind, letter.sent_by, letter.is_proved) == ("L3", "registered", True)
    assert Milestone.objects.filter(kind="recourse_sent", debt__line=letter.line).exists()
    assert (keys.keys, keys.looks) == (377, 29)
    assert round(keys.seconds) == 145 < THREE_MINUTES


def say_who_it_is(me: Person, keys: Keyboard) -> None:
    """Leaving the birth date shows who is known under it."""
    keys.press("Tab")
    me.reads("Est-ce l’un de ces ménages ?")
    keys.press("Shift+Tab")
    keys.reach("C’est DELAUNAY Fatim")
    keys.press("Space")


LETTER = "RSA 06/2026 à 09/2026 1 352,01\nAPL 06/26 à 08/26 640\nPrime d’activité juin à sept 2026 352,50"


def test_three_lines_of_a_letter_take_fewer_than_fifteen_fields_and_two_minutes(page: Page, me: Person, worker):
    me.sign_in(worker)
    keys = Keyboard(page)
    person = [("Nom", "Delaunay"), ("Prénom", "Fatim"), ("Date de naissance", "11/02/1990")]
    fields = [
        ("Organisme", "CAF"), ("Date du courrier", "11092026"), ("Reçu le", "11122026"), ("Numéro de dossier", "4518207"),
        ("Voies de recours", "oui"), ("Personne informée", "en"), ("Les lignes, comme", LETTER), ("Motif de toutes", "Rep"),
    ]  # fmt: skip
    page.goto("/trop-percus/nouveau/")
    me.is_at("Saisir un trop-perçu")
    keys.press("Tab", "Enter")
    for name, words in person:
        keys.reach(name)
        keys.type(words)
    say_who_it_is(me, keys)
    for name, words in fields:
        keys.reach(name)
        keys.type(words)
    keys.reach("Enregistrer le trop-perçu")
    keys.press("Enter")
    me.reads("3 lignes lues, à relire avec le courrier.", "Rien n’est encore enregistré.")

    keys.press("Tab", "Enter")
    keys.reach("Enregistrer le trop-perçu")
    keys.press("Enter")
    me.reads("Trop-perçu enregistré")
    lines = DebtLine.objects.order_by("position").values_list("benefit", "amount", "since", "until", "cause")
    june, august, september = date(2026, 6, 1), date(2026, 8, 1), date(2026, 9, 1)
    assert list(lines) == [
        ("rsa", Decimal("1352.01"), june, september, "resumed_work"),
        ("apl", Decimal("640.00"), june, august, "resumed_work"),
        ("prime_activite", Decimal("352.50"), june, september, "resumed_work"),
    ]
    assert len(person) + 1 + len(fields) == 12 < FIFTEEN
    assert (keys.keys, keys.looks) == (252, 14)
    assert round(keys.seconds) == 89 < TWO_MINUTES


def test_a_usual_letter_takes_fifteen_fields_without_javascript(browser: Browser, browser_context_args, worker):
    with browser.new_context(**browser_context_args, java_script_enabled=False) as context:
        me = Person(context.new_page())
        me.sign_in(worker)
        me.page.goto("/trop-percus/nouveau/")

        me.click("CAF : RSA, APL, prime d’activité")
        fields = {
            "Nom": "Delaunay", "Prénom": "Fatim", "Date de naissance": "11/02/1990", "Date du courrier": "2026-11-09",
            "Reçu le": "2026-11-12", "Numéro de dossier": "4518207", "Toutes les lignes, de (mois)": "juin 2026",
            "Toutes les lignes, à (mois)": "sept 2026",
        }  # fmt: skip
        choices = {
            "Voies de recours indiquées": "oui, avec les délais", "Personne informée du partage": "en entretien",
            "Motif de toutes les lignes": "Reprise d’un travail, ou salaire versé plus tard",
        }  # fmt: skip
        sums = ["1352,01", "640", "352,50"]
        for label, words in fields.items():
            me.fill(label, words)
        for label, words in choices.items():
            me.choose(label, words)
        for rank, words in enumerate(sums):
            me.page.get_by_label("Montant réclamé").nth(rank).fill(words)

        me.click("Enregistrer le trop-perçu")
        me.reads("Est-ce l’un de ces ménages ?")
        me.check("C’est DELAUNAY Fatim")
        me.click("Enregistrer le trop-perçu")
        me.reads("Trop-perçu enregistré")
        assert len(fields) + len(choices) + len(sums) == 14 < FIFTEEN
    september = {line.until for line in DebtLine.objects.all()}
    assert (DebtLine.objects.count(), september) == (3, {date(2026, 9, 1)})


def test_the_same_without_javascript(browser: Browser, browser_context_args, worker):
    with browser.new_context(**browser_context_args, java_script_enabled=False) as context:
        me = Person(context.new_page())
        me.sign_in(worker)
        me.page.goto("/trop-percus/nouveau/")
        for label, words in (
            ("Nom", "Delaunay"), ("Prénom", "Fatim"), ("Date de naissance", "11/02/1990"), ("Date du courrier", "2026-11-09"),
            ("Reçu le", "2026-11-12"), ("Numéro de dossier", "4518207"), ("Montant réclamé", "1214,31"),
            ("De (mois)", "06/2026"), ("À (mois)", "08/2026"),
        ):  # fmt: skip
            me.fill(label, words)
        me.choose("Organisme", "CAF")
        me.choose("Voies de recours indiquées", "oui, avec les délais")
        me.choose("Personne informée du partage", "en entretien")
        me.choose("Prestation", "RSA")
        me.choose("Motif", "Reprise d’un travail, ou salaire versé plus tard")
        me.click("Enregistrer le trop-perçu")
        me.reads("Est-ce l’un de ces ménages ?")
        me.check("C’est DELAUNAY Fatim")
        me.click("Enregistrer le trop-perçu")
        me.reads("Trop-perçu enregistré")
        me.click("Vérifier")
        me.click("Enregistrer")
        me.click("Choisir")
        me.check("Contester")
        me.click("Enregistrer")
        me.click("Préparer")
        me.click("Faire le courrier L3")
        me.click("Produire le PDF")
        me.reads("Ce champ est obligatoire")
        me.fill("Explications de la personne", STORY)
        me.check("Droit à l’erreur (première erreur, déjà régularisée)")
        me.click("Revoir l’aperçu")
        me.reads("elle l’a été de bonne foi", STORY)
        me.click("Produire le PDF")
        me.reads("le courrier est prêt à imprimer et à faire signer")
        me.click("Signé")
        me.click("Noter l’envoi")
        me.choose("Preuve de l’envoi", "espace en ligne, accusé d’enregistrement")
        me.click("Enregistrer")
        me.reads("Étape enregistrée")
    line = DebtLine.objects.get()
    assert line.letters.get().sent_by == "online"
    assert (line.since, line.until) == (date(2026, 6, 1), date(2026, 8, 1))


@pytest.mark.parametrize("scripted", [True, False])
def test_who_it_is_stays_chosen_until_the_letter_is_recorded(
    browser: Browser, browser_context_args, worker, scripted: bool
):
    with browser.new_context(**browser_context_args, java_script_enabled=scripted) as context:
        me = Person(context.new_page())
        me.sign_in(worker)
        me.page.goto("/trop-percus/nouveau/")
        same = me.page.get_by_label("C’est DELAUNAY Fatim")
        for label, words in {"Nom": "Delaunay", "Prénom": "Fatim", "Date de naissance": "11/02/1990"}.items():
            me.fill(label, words)
        me.fill("Les lignes, comme", "Total 640,00\nAPL 06/26 à 08/26 640\nRSA 09/2026\naide au logement 12 €")
        if scripted:
            me.page.keyboard.press("Tab")
            same.check()
        me.click("Lire ces lignes")
        me.reads("Une ligne lue, à relire avec le courrier.")
        if not scripted:
            same.check()
        expect(same).to_be_checked()
        keep(me.page, f"lues-{scripted}")
        for button in ("CAF : RSA, APL, prime d’activité", "Ajouter une ligne", "Enregistrer le trop-perçu"):
            me.page.get_by_role("button", name=button).last.click()
            me.page.wait_for_load_state()
            expect(same).to_be_checked()
        me.reads("points sont à corriger")
        keep(me.page, f"fautes-{scripted}")
