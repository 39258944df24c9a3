"""Where a structure receives people and when: typed by who manages it, read by colleagues and by who is told to come."""

import pytest
from django.urls import reverse

from cases.models import JournalEntry
from tests import factories
from tests.factories import structure
from tests.pages import html_of
from tests.workflows.views.case.test_case import followed_by

pytestmark = pytest.mark.django_db
ADDRESS = "/equipe/caf-91/horaires/"
SAID = {
    "address": "2 avenue des Tilleuls, 91350 Grigny",
    "day_0": "9h-12h, 14h-17h",
    "day_1": "9h-12h, 14h-17h",
    "day_3": "sur rendez-vous",
    "note": "Fermé le premier jeudi du mois.",
}
LINES = [
    "2 avenue des Tilleuls, 91350 Grigny",
    "lundi et mardi : 9\u00a0h – 12\u00a0h et 14\u00a0h – 17\u00a0h",
    "jeudi : sur rendez-vous",
    "Fermé le premier jeudi du mois.",
]


def test_a_manager_says_them_and_the_form_shows_them_again(client, manager):
    assert "aucun délai, légal ou non, ne change" in html_of(client.get(ADDRESS)).replace("\n", " ")
    done = client.post(ADDRESS, SAID, follow=True)
    assert "Accueil et horaires enregistrés : aucun délai ne change." in html_of(done)
    assert structure("caf-91").place_and_hours == LINES
    entry = JournalEntry.objects.get(kind="hours.said")
    assert (entry.actor, entry.structure, entry.data) == (
        manager, structure("caf-91"), {"fields": ["address", "opening_hours", "opening_note"]},
    )  # fmt: skip
    html = html_of(client.get(ADDRESS))
    assert 'value="9\u00a0h – 12\u00a0h et 14\u00a0h – 17\u00a0h"' in html
    again = {name: field.value() or "" for name, field in _fields(client.get(ADDRESS))}
    assert "Rien n’a changé." in html_of(client.post(ADDRESS, again, follow=True))
    assert JournalEntry.objects.filter(kind="hours.said").count() == 1


def _fields(answer):
    form = answer.context["form"]
    return [(name, form[name]) for name in form.fields]


def test_hours_that_cannot_be_read_are_refused_beside_their_day_and_nothing_typed_is_lost(client, manager):
    html = html_of(client.post(ADDRESS, SAID | {"day_2": "le matin"}))
    assert "Mercredi : Écrire les heures ainsi : 9h-12h, 14h-17h30" in html
    assert 'value="le matin"' in html
    assert structure("caf-91").place_and_hours == []


def test_an_administrator_of_the_territory_says_the_hours_and_the_closures_of_any_structure(client):
    client.force_login(factories.member("ville-grigny", "administrator"))
    assert client.post("/equipe/mds-grigny/horaires/", SAID).url == "/administration/structures/mds-grigny/"
    assert structure("mds-grigny").address == "2 avenue des Tilleuls, 91350 Grigny"
    days = {"first_day": "2026-12-24", "last_day": "2026-12-31", "label": "fin d’année"}
    assert client.post("/equipe/mds-grigny/fermetures/", days).status_code == 302
    assert structure("mds-grigny").closures.count() == 1


@pytest.mark.parametrize(("code", "role"), [("caf-91", "agent"), ("mds-grigny", "manager"), ("bailleur-a", "manager")])
def test_nobody_else_finds_the_page(client, code, role):
    client.force_login(factories.member(code, role))
    assert client.get(ADDRESS).status_code == 404


def test_a_colleague_reads_them_on_the_case(client, manager):
    client.post(ADDRESS, SAID)
    html = html_of(client.get(reverse("case", args=[followed_by(factories.member("caf-91")).public_id])))
    assert " · ".join(LINES) in html
