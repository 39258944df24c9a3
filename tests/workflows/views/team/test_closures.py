"""Fermetures: the page on which a manager types the days on which his structure is closed."""

from datetime import date

import pytest
from django.urls import reverse

from cases.models import Closure
from tests import factories
from tests.journeys.scene import case_at
from tests.pages import html_of

pytestmark = pytest.mark.django_db

URL = "/equipe/caf-91/fermetures/"
TYPED = {"first_day": "2026-11-30", "last_day": "2026-12-01", "label": "réunion de service"}


def test_a_closure_is_added_and_taken_back_and_the_page_says_what_moved(client, manager):
    case_at("contact", worker=factories.member("caf-91"))
    assert URL in html_of(client.get(reverse("members")))
    added = client.post(URL, TYPED, follow=True)
    assert "Fermeture enregistrée. 1 échéance en cours recalculée." in html_of(added)
    assert "réunion de service" in html_of(added)
    closure = Closure.objects.get()
    taken = client.post(URL, {"remove": closure.pk}, follow=True)
    assert "Fermeture retirée. 1 échéance en cours recalculée." in html_of(taken)
    assert not Closure.objects.exists()


def test_what_is_refused_is_said_beside_the_form(client, manager):
    page = html_of(client.post(URL, TYPED | {"last_day": "2026-11-29"}))
    assert "Le dernier jour précède le premier" in page


def test_one_takes_back_nothing_of_another_structure(client, manager):
    other = Closure.objects.create(
        structure=factories.structure("mds-grigny"),
        first_day=date(2026, 12, 21),
        last_day=date(2026, 12, 24),
        label="x",
    )
    assert client.post(URL, {"remove": other.pk}).status_code == 404
    assert client.post(URL, {"remove": "tout"}).status_code == 404
    assert Closure.objects.get() == other


@pytest.mark.parametrize(
    ("code", "role", "status"),
    [
        ("caf-91", "agent", 404),
        ("caf-91", "manager", 200),
        ("bailleur-a", "manager", 200),
        ("bailleur-a", "agent", 404),
    ],
)
def test_the_page_is_for_those_who_manage_the_members(client, code, role, status):
    client.force_login(factories.member(code, role))
    assert client.get(f"/equipe/{code}/fermetures/").status_code == status
