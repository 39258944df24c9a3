"""A landlord’s settings: his words, his figures, and what an import makes of them."""

from decimal import Decimal

import pytest
from django.urls import reverse

from cases.actions import members
from cases.models import LandlordProfile
from tests import factories
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

PAGE = "landlord_profile"


@pytest.fixture
def officer(client):
    person = factories.member("bailleur-a", "correspondent", first_name="Béatrice", last_name="Sorel")
    client.force_login(person)
    return person


def profile(code="bailleur-a"):
    return LandlordProfile.objects.get(structure__code=code)


def example_of(page):
    return {plain(words): plain(figure) for words, figure in page.context["example"].figures}


def preview(client, dues, *also):
    typed = {"opening_dues": dues, "helper": "preview"} | {f"balance_includes_{each}": "on" for each in also}
    return client.post(reverse(PAGE), typed)


def plain(text):
    return text.replace("\u202f", " ").replace("\xa0", " ")


def test_the_page_computes_an_example_with_figures(client, officer):
    page = client.get(reverse(PAGE))
    assert example_of(page) == {
        "Loyer et charges, par mois": "530,00 €",
        "Aide qui vous est versée": "− 210,00 €",
        "Reste à la charge du locataire": "320,00 €",
        "Solde de votre fichier": "650,00 €",
        "Impayé retenu": "650,00 €",
        "Seuil : 1 × 320,00 €": "320,00 €",
    }
    assert "Un dossier s’ouvre." in page.text


def test_an_example_can_be_computed_before_anything_is_kept(client, officer):
    page = preview(client, "1,5", "next_term", "costs")
    shown = example_of(page)
    assert shown["dont mois à venir, retiré"] == "− 320,00 €"
    assert shown["dont frais, retirés"] == "− 30,00 €"
    assert shown["Impayé retenu"] == "300,00 €"
    assert shown["Seuil : 1,5 × 320,00 €"] == "480,00 €"
    assert "Le ménage est mis en veille" in page.text
    assert example_of(preview(client, "1", "expected_aid"))["Impayé retenu"] == "440,00 €"
    assert profile().opening_dues == Decimal(1)


def test_a_threshold_above_the_laws_says_what_would_be_missed(client, officer):
    assert "la loi parle d’impayé dès 640,00" in preview(client, "2,5").text
    assert "la loi parle" not in preview(client, "2").text


def test_settings_are_kept_with_who_changed_them(client, officer):
    answer = client.post(reverse(PAGE), {"opening_dues": "1,5", "balance_includes_costs": "on"}, follow=True)
    assert (profile().opening_dues, profile().balance_includes_costs) == (Decimal("1.5"), True)
    assert "Modifié le 24/11/2026 par Béatrice Sorel." in answer.text


@pytest.mark.parametrize(
    ("dues", "words"),
    [
        ("0", "supérieur à zéro"),
        ("-1", "supérieure ou égale à 0"),
        ("beaucoup", "Saisir un nombre"),
        ("", "obligatoire"),
    ],
)
def test_a_threshold_that_means_nothing_is_refused_in_french(client, officer, dues, words):
    assert words in client.post(reverse(PAGE), {"opening_dues": dues}).text
    assert profile().opening_dues == Decimal(1)


def test_who_works_for_two_landlords_sets_each_one(client, officer):
    second = factories.structure("gestionnaire-b")
    members.join(user=officer, structure=second, role="correspondent", since=NOON.date(), at=NOON)
    page = client.get(reverse(PAGE)).text
    assert "Bailleur A – recouvrement" in page
    assert "Gestionnaire B" in page
    client.post(reverse(PAGE) + "?structure=gestionnaire-b", {"opening_dues": "2"})
    assert (profile().opening_dues, profile("gestionnaire-b").opening_dues) == (Decimal(1), Decimal(2))
    managed = client.get(reverse(PAGE) + "?structure=gestionnaire-b").text
    assert "tous les bailleurs que vos fichiers nomment, ligne par ligne" in managed


def test_another_landlords_settings_do_not_exist(client, officer):
    for method in (client.get, client.post):
        assert method(reverse(PAGE) + "?structure=gestionnaire-b").status_code == 404
    assert not LandlordProfile.objects.exclude(opening_dues=1).exists()
