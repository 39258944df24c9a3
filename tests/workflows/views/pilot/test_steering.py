"""Pilotage: counts across structures without a name, and the table in force."""

import pytest
from django.urls import reverse

from cases.models import Case
from tests import factories
from tests.factories import NOON
from tests.workflows.walk import Walk
from workflows import engine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def asked_of_the_caf(**facts):
    home = factories.household(usual_name="Secretnom")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=home)
    return Walk(factories.reported(lease, code="gestionnaire-b", **{**factories.FAMILY, **facts}))


def test_the_pilot_sees_counts_and_reasons_but_no_name(client):
    factories.reported()
    asked_of_the_caf()
    declined = asked_of_the_caf(followed_by="mds-grigny")
    declined.take("answer", by=factories.member("mds-grigny", "manager"), accept=False, reason="no_capacity")
    client.force_login(factories.member("caf-91-pilotage", "pilot"))
    page = client.get(reverse("steering"))
    cards = {card.name: card for card in page.context["scorecards"]}
    assert page.context["to_qualify"] == 1
    assert cards["CAF 91 – travail social"].waiting == 2
    assert cards["MDS de Grigny"].declined == {"capacité dépassée": 1}
    assert "secretnom" not in page.content.decode().lower()


def test_silence_on_an_initial_stock_and_voided_cases_are_left_out(client):
    counted, stock, voided = (asked_of_the_caf() for _ in range(3))
    for walk in (counted, stock, voided):
        engine.expire(walk.task("answer"), at=NOON, data={})
    Case.objects.filter(pk=stock.case.pk).update(is_initial_stock=True)
    Case.objects.filter(pk=voided.case.pk).update(outcome="voided", closed_on=NOON.date())
    client.force_login(factories.member("caf-91-pilotage", "pilot"))
    cards = {card.name: card for card in client.get(reverse("steering")).context["scorecards"]}
    assert cards["CAF 91 – travail social"].unanswered == 1


def test_the_table_in_force_is_readable_and_says_what_is_to_be_verified(client):
    client.force_login(factories.member("caf-91-pilotage", "pilot"))
    shown = client.get(reverse("steering")).content.decode()
    assert "édition 1" in shown
    assert "R12" in shown
    assert "à vérifier" in shown
    assert "le pilote arbitre" in shown


@pytest.mark.parametrize("role", ["agent", "manager"])
def test_only_the_pilot_has_this_page(client, role):
    client.force_login(factories.member("caf-91", role))
    assert client.get(reverse("steering")).status_code == 404


def test_the_page_costs_ten_queries_at_most(client, django_assert_max_num_queries):
    asked_of_the_caf()
    client.force_login(factories.member("caf-91-pilotage", "pilot"))
    with django_assert_max_num_queries(12):  # two of them are the session and the user
        client.get(reverse("steering"))
