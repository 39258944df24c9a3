"""What anybody reads: whose data, in which city; the plan of the site; help."""

import pytest

from cases.models import Territory
from tests import factories
from tests.factories import NOON
from tests.pages import html_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def valbrune(at_noon) -> Territory:
    factories.member("caf-91")
    factories.move_to_territory("mds-grigny", name="Valbrune")
    factories.member("mds-grigny")
    return Territory.objects.get(code="valbrune")


def test_where_there_is_one_city_its_controllers_are_on_the_page(client, at_noon):
    factories.member("caf-91")
    html = html_of(client.get("/donnees-personnelles/"))
    assert "CAF de l’Essonne" in html
    assert "Choisir" not in html


def test_where_there_are_several_the_person_chooses_her_city(client, valbrune):
    html = html_of(client.get("/donnees-personnelles/"))
    assert 'href="/donnees-personnelles/grigny/"' in html
    assert 'href="/donnees-personnelles/valbrune/"' in html
    assert "CAF de l’Essonne" not in html

    grigny = html_of(client.get("/donnees-personnelles/grigny/"))
    assert "CAF de l’Essonne" in grigny
    assert "Maison" not in grigny.partition("<main")[2].partition("Qui est responsable")[2]
    there = html_of(client.get("/donnees-personnelles/valbrune/"))
    assert "CAF de l’Essonne" not in there
    assert "MDS" in there


def test_a_city_that_ended_or_does_not_exist_has_no_page(client, valbrune):
    Territory.objects.filter(pk=valbrune.pk).update(is_active=False)
    assert client.get("/donnees-personnelles/valbrune/").status_code == 404
    assert client.get("/donnees-personnelles/ailleurs/").status_code == 404


def test_the_plan_leads_to_the_pages_of_the_reader(client, at_noon):
    html = html_of(client.get("/plan-du-site/"))
    assert 'href="/connexion/"' in html
    assert 'href="/guichet/"' not in html
    client.force_login(factories.member("ccas-grigny-accueil", "front_desk", since=NOON.date()))
    html = html_of(client.get("/plan-du-site/"))
    assert 'href="/guichet/"' in html
    assert 'href="/mot-de-passe/"' in html


def test_every_page_leads_to_help_and_to_the_plan(client, db):
    html = html_of(client.get("/connexion/"))
    assert 'href="/aide/"' in html
    assert 'href="/plan-du-site/"' in html
