"""The menu: what each kind of reader may enter, his counter, his bell."""

import pytest
from django.urls import reverse

from cases.actions import members
from tests import factories
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

CALCULATE = "Calculer un délai"
NOTICE = "Saisir un trop-perçu"
"""It shows nothing of anybody: whoever is signed in has it."""


def entries(client) -> list[str]:
    return [entry.label for entry in client.get(reverse("password_change")).context["navigation"]]


@pytest.mark.parametrize(
    ("code", "role", "labels", "reports"),
    [
        (
            "mds-grigny",
            "agent",
            ["À faire", "Situations", "Agenda", "Échéances", "Mes bénéficiaires", "Doublons", NOTICE, CALCULATE],
            True,
        ),
        (
            "mds-grigny",
            "manager",
            [
                "À faire",
                "Situations",
                "Agenda",
                "Échéances",
                "Encours",
                "Mes bénéficiaires",
                "Référents",
                "Équipe",
                "Archives",
                "Alertes",
                "Doublons",
                NOTICE,
                CALCULATE,
            ],
            True,
        ),
        (
            "caf-91-pilotage",
            "pilot",
            ["À faire", "Situations", "Échéances", "Encours", "Équipe", "Alertes", "Doublons", CALCULATE, "Pilotage"],
            True,
        ),
        ("bailleur-a", "correspondent", ["À faire", "Mes signalements", "Alertes", CALCULATE], True),
        ("bailleur-a", "manager", ["À faire", "Mes signalements", "Alertes", "Équipe", CALCULATE], True),
        ("ccas-grigny-accueil", "front_desk", ["À faire", "Guichet", CALCULATE], True),
        ("mds-grigny", "front_desk", ["À faire", "Guichet", CALCULATE], True),
        ("caf-91", "dpo", ["À faire", CALCULATE, "Traces"], False),
        ("gestionnaire-b", "dpo", ["À faire", CALCULATE, "Traces"], False),
        ("ville-grigny", "administrator", ["À faire", "Équipe", CALCULATE, "Administration"], False),
    ],
)
def test_the_menu_holds_what_the_reader_may_enter(client, code, role, labels, reports):
    client.force_login(factories.member(code, role))
    answer = client.get(reverse("password_change"))
    shown = [entry.label for entry in answer.context["navigation"] if entry.label != "Imports"]
    assert shown == labels
    assert bool(answer.context["account"].report_url) == reports


@pytest.mark.parametrize(
    ("code", "role"),
    [
        ("mds-grigny", "manager"),
        ("caf-91-pilotage", "pilot"),
        ("bailleur-a", "correspondent"),
        ("mds-grigny", "front_desk"),
    ],
)
def test_every_entry_of_the_menu_opens_and_that_of_the_page_is_the_current_one(client, code, role):
    client.force_login(factories.member(code, role))
    answer = client.get(reverse("inbox"))
    assert [entry.url for entry in answer.context["navigation"] if entry.current] == [reverse("inbox")]
    addresses = [entry.url for entry in answer.context["navigation"]]
    addresses += [answer.context["account"].report_url, answer.context["account"].notifications_url]
    for address in addresses:
        assert client.get(address).status_code == 200, address


def test_the_entry_of_the_page_is_the_current_one(client):
    client.force_login(factories.member("mds-grigny"))
    current = [entry.url for entry in client.get(reverse("cases")).context["navigation"] if entry.current]
    assert current == [reverse("cases")]


def test_a_removed_member_has_the_menu_of_nobody_at_his_next_request(client):
    person = factories.member("mds-grigny", "manager")
    client.force_login(person)
    assert "Encours" in entries(client)
    members.end_membership(membership=factories.membership_of(person), on=NOON.date(), at=NOON)
    answer = client.get(reverse("password_change"))
    assert [entry.label for entry in answer.context["navigation"]] == ["À faire"]
    assert answer.context["account"].membership == "Aucun rattachement"


def test_the_shell_costs_five_queries(client, django_assert_num_queries):
    """Session, user, memberships with the bell, rights, counter."""
    client.force_login(factories.member("mds-grigny", "manager"))
    client.get(reverse("password_change"))
    with django_assert_num_queries(5):
        client.get(reverse("password_change"))


@pytest.mark.parametrize(
    ("is_demo", "said"),
    [
        (True, "Outil de démonstration : n’y saisissez aucune donnée sur des personnes réelles."),
        (False, "Version d’essai : n’y saisissez aucune donnée sur des personnes réelles."),
    ],
)
def test_an_installation_is_no_demonstration_and_waits_for_real_people_all_the_same(client, settings, is_demo, said):
    settings.DEMO = is_demo
    answer = client.get(reverse("login"))
    assert said in answer.text
    assert answer.context["navigation"] == []  # a page that is nobody’s
