"""À qui écrire: the matrix, the dates and the letters of one line, for whoever is signed in. Noon of 24 November 2026."""

import pytest
from django.urls import reverse

from cases.models import JournalEntry
from tests.pages import html_of

pytestmark = pytest.mark.django_db


def ask(client, **typed: str) -> str:
    return html_of(client.get(reverse("remedies"), {"ligne": "caf:rsa", "recu": "2026-11-20"} | typed))


def test_its_address_is_beside_the_calculator(client, reader):
    assert reverse("remedies") == "/calculer/recours/"
    tools = ("calculator", "withholding", "remedies", "legal_aid")
    for tool in tools:
        html = html_of(client.get(reverse(tool)))
        assert all(reverse(other) in html for other in tools)


def test_a_line_has_its_authority_its_dates_its_judge_and_its_letters(client, reader):
    before = JournalEntry.objects.count()
    html = ask(client)
    assert JournalEntry.objects.count() == before, "nothing is kept"
    for words in (
        "CAF : RSA",
        "Président du conseil départemental",
        "CASF L262-47 et R262-88 à R262-90",
        "Le silence vaut rejet après 2 mois",
        "Tribunal administratif",
        "Oui, aucune retenue ne peut être faite",
        "bonne foi ou précarité",
        "2 ans ; fraude : 5 ans",
        "77,00\u00a0€",
        "Demander la rectification",
        "jeu. 10/12/2026",
        "dans 16\u00a0jours",
        "courrier L1, Demande de rectification",
        "mer. 20/01/2027",
        "courrier L3, Recours préalable, RSA",
        "La demande de remise ne vaut pas contestation",
    ):
        assert words in html, words


def test_what_was_not_read_in_the_text_is_to_be_verified(client, reader):
    assert "à vérifier</span>" in ask(client)
    html = ask(client, ligne="caf:prime_activite")
    # What follows the refusal of a waiver, and nothing else.
    assert html.count("à vérifier</span>") == 1
    assert "Commission de recours amiable, puis tribunal administratif" in html


def test_what_is_too_late_is_no_longer_offered(client, reader):
    html = ask(client, recu="2026-10-20")
    assert "Délai de rectification passé" in html
    assert "Demander la rectification" not in html
    assert "courrier L3" in html


def test_the_choices_are_those_that_each_operator_pays(client, reader):
    html = html_of(client.get(reverse("remedies")))
    assert html.count('value="france_travail:are"') == 1
    assert 'value="france_travail:rsa"' not in html


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"ligne": ""}, "Choisir la prestation réclamée."),
        ({"ligne": "cnav:rsa"}, "Cette prestation n’est pas dans la matrice"),
        ({"recu": ""}, "Indiquer le jour où la notification a été reçue."),
        ({"recu": "hier"}, "Date impossible"),
        (
            {"recu": "2026-11-25"},
            "Vérifier la date : une notification reçue l’a été entre le 01/01/2010 et aujourd’hui.",
        ),
        ({"recu": "1026-11-25"}, "Vérifier l’année"),
    ],
)
def test_what_is_wrong_is_said_in_french(client, reader, typed: dict[str, str], words: str):
    html = ask(client, **typed)
    assert words in html
    assert "Écrire d’abord à" not in html


def test_the_regime_is_that_of_the_day_of_receipt(client, reader):
    assert "Non d’après le texte" in ask(client, ligne="caf:aah", recu="2024-01-01")
    assert "Oui, aucune retenue" in ask(client, ligne="caf:aah", recu="2023-12-31")


def test_it_costs_few_queries(client, reader, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        ask(client)
