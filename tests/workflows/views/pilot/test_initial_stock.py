"""The page of the initial stock, and where else it is told."""

from typing import Any

import pytest
from django.urls import reverse

from tests import factories
from tests.pages import html_of
from tests.workflows.actions.test_stock import first_file, pilot  # noqa: F401 - a fixture
from workflows.models import StockPace

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def test_the_pilot_reads_what_waits_and_sets_the_pace(client, pilot, tmp_path):  # noqa: F811
    first_file(tmp_path)
    client.force_login(pilot)
    shown = client.get(reverse("initial_stock")).content.decode()
    assert "3 dossiers en attente de leur tour" in shown
    assert "lun. 30/11/2026" in shown
    assert "2 semaines" in shown
    client.post(reverse("initial_stock"), {"caf-91": "3"})
    assert StockPace.objects.get().per_week == 3
    assert "mar. 24/11/2026" in client.get(reverse("initial_stock")).content.decode()


def test_a_pace_that_is_no_number_is_refused_and_kept_on_screen(client, pilot, tmp_path):  # noqa: F811
    first_file(tmp_path)
    client.force_login(pilot)
    answer = client.post(reverse("initial_stock"), {"caf-91": "-4"})
    assert "Un nombre entier de 0 à 200" in answer.content.decode()
    assert answer.context["form"]["caf-91"].value() == "-4"
    assert StockPace.objects.get().per_week == 2


@pytest.mark.parametrize(("code", "role"), [("ville-grigny", "pilot"), ("mds-grigny", "manager")])
def test_nobody_but_who_pilots_the_arrears_has_this_page(client, pilot, tmp_path, code, role):  # noqa: F811
    first_file(tmp_path)
    client.force_login(factories.member(code, role))
    assert client.get(reverse("initial_stock")).status_code == 404
    assert client.post(reverse("initial_stock"), {"caf-91": "9"}).status_code == 404


def test_a_structure_reads_what_is_to_come_beside_its_lots(client, pilot, tmp_path):  # noqa: F811
    first_file(tmp_path)
    client.force_login(factories.member("caf-91", "manager"))
    shown = html_of(client.get(reverse("lots")))
    assert "Stock initial : 3 dossiers à venir, CAF 91 – travail social" in shown
    assert "2 par semaine, prochaine vague lun. 30/11/2026" in shown
    client.force_login(factories.member("mds-grigny", "manager"))
    assert "Stock initial" not in client.get(reverse("lots")).content.decode()


def test_the_sender_reads_it_before_and_after_the_import(client, pilot, tmp_path):  # noqa: F811
    job = first_file(tmp_path)
    client.force_login(factories.member("gestionnaire-b", "correspondent"))
    shown = client.get(reverse("import", args=[job.public_id])).content.decode()
    assert "3 dossiers attendent encore leur tour" in shown


def test_the_page_costs_few_queries(client: Any, pilot, tmp_path, django_assert_max_num_queries):  # noqa: F811
    first_file(tmp_path)
    client.force_login(pilot)
    with django_assert_max_num_queries(12):
        client.get(reverse("initial_stock"))
