"""Vérifier une retenue: a page for whoever is signed in; nothing of what is typed is kept or stands in an address."""

from typing import Any

import pytest
from django.urls import reverse

from cases.models import AccessEntry, Edition, JournalEntry
from tests.pages import html_of

pytestmark = pytest.mark.django_db

TYPED = {
    "resources": "1 200,00",
    "period": "month",
    "benefits": "300",
    "rent": "500,00 €",
    "is_couple": "non",
    "children": "1",
    "observed": "205",
    "debt": "",
    "on": "2020-11-03",
    "fraud": "none",
}


def check(client, **typed: str) -> str:
    return html_of(client.post(reverse("withholding"), TYPED | typed))


def test_its_address_is_beside_the_calculator_and_the_rent_is_that_of_the_law(client, reader):
    assert reverse("withholding") == "/calculer/retenue/"
    assert "Loyer principal, hors charges" in html_of(client.get(reverse("withholding")))
    assert reverse("withholding") in html_of(client.get(reverse("calculator")))


def test_a_withholding_above_the_scale_leads_to_its_letter_and_what_was_typed_stays_beside_and_nowhere_else(
    client, reader
):
    before = JournalEntry.objects.count(), AccessEntry.objects.count()
    html = check(client)
    assert (JournalEntry.objects.count(), AccessEntry.objects.count()) == before, "nothing is kept"
    for words in (
        'value="1 200,00"',
        'value="2020-11-03"',
        "La retenue dépasse le barème.",
        "87,20\u202f€ de trop",
        "117,80\u202f€",
        "500,00\u202f€",
        "préparer le courrier L8",
        "Barème : valeurs de 2020",
        "25 % de 131,00\u00a0€ = 32,75\u00a0€",
        "Arrêté du 20 décembre 2019, article 5, source secondaire, à vérifier",
    ):
        assert words in html, words


def test_without_the_scale_of_its_year_an_estimate_says_so_and_concludes_nothing(client, reader):
    html = check(client, on="2026-11-03")
    for words in (
        "Estimation seulement : le barème de l’année n’est pas connu.",
        "Retenue estimée",
        "110,65\u202f€",  # 56, then 25 % of 150 and 35 % of 49: the values of 2025
        "par mois, avec les valeurs de 2025",
        "Les valeurs de 2026 n’ont pas été saisies",
        "rien ne peut être conclu, ni la révision demandée (L8)",
    ):
        assert words in html, words
    for words in ("de trop", ">conforme<", "dépasse le barème", "préparer le courrier L8"):
        assert words not in html, words


@pytest.mark.parametrize(
    ("observed", "words"),
    [("117,80", "La retenue suit le barème."), ("60", "La retenue est sous le barème.")],
)
def test_a_withholding_within_the_scale_needs_no_letter(client, reader, observed: str, words: str):
    html = check(client, observed=observed)
    assert words in html
    assert "courrier L8" not in html


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"observed": ""}, "Indiquer la retenue constatée."),
        ({"observed": "beaucoup"}, "Saisir un montant en euros, par exemple 1 234,56."),
        ({"resources": "-5"}, "supérieure ou égale à 0"),
        ({"children": "-1"}, "supérieure ou égale à 0"),
        ({"children": "99"}, "inférieure ou égale à 20"),
        ({"children": ""}, "Indiquer le nombre d’enfants, zéro s’il n’y en a pas."),
        ({"on": "1026-11-03"}, "Vérifier l’année : les dates vont du 01/01/2000 au 31/12/2100."),
        ({"on": "1999-11-03"}, "Vérifier l’année : les dates vont du 01/01/2000 au 31/12/2100."),
        ({"on": "mardi"}, "Date impossible"),
        ({"period": "day"}, "day"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, reader, typed: dict[str, str], words: str):
    html = check(client, **typed)
    assert words in html
    assert "Retenue du barème" not in html
    assert 'value="500,00 €"' in html


def test_unknown_resources_are_presumed(client, reader):
    html = check(client, resources="")
    assert "le revenu pondéré est réputé de 1\u202f186,00\u00a0€" in html
    assert "476,05\u202f€" in html  # 240.25 + 60 % of 393


def test_the_scale_of_its_year_is_used_once_the_pilot_typed_it(client, reader):
    edition = Edition.objects.get(catalogue="withholding")
    row: dict[str, Any] = dict(edition.parameters["scales"][1], code="2026", title="valeurs de 2026")
    edition.parameters["scales"].append(row | {"from": "2026-01-01", "until": "2026-12-31"})
    edition.save()
    html = check(client, on="2026-11-03")
    assert "Barème : valeurs de 2026" in html
    assert "n’ont pas été saisies" not in html


def test_who_is_not_signed_in_is_led_to_the_sign_in(client):
    assert client.get(reverse("withholding")).status_code == 302


def test_it_costs_few_queries(client, reader, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        check(client)
