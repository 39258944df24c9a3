"""Qui a consulté ce dossier: for the manager of the structure in charge, and on paper for the person, without names."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from cases.models import AccessEntry
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.workflows.views.traces.reading import rows_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
LINES = "Les plus récentes"


@pytest.fixture
def worker():
    return factories.member("caf-91", first_name="Nadia", last_name="Belkacem")


@pytest.fixture
def case(worker):
    return scene.case_at("monitor", worker=worker).case


@pytest.fixture
def manager(client):
    made = factories.member("caf-91", "manager", first_name="Paul", last_name="Lemoine")
    client.force_login(made)
    return made


@pytest.fixture
def helper(case):
    """Of another service, who was shown the case twice."""
    made = factories.member("mds-grigny", first_name="Hugo", last_name="Renard")
    for days in (1, 0):
        scene.read(case, by=made, assigned=False, code="mds-grigny", at=NOON - timedelta(days=days))
    return made


def words(answer):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())


def test_the_manager_reads_the_names_of_his_own_people_and_the_services_of_the_others(
    client, manager, case, worker, helper
):
    scene.read(case, by=worker, assigned=True, kind="download")
    assert rows_of(client.get(reverse("case_who_read", args=[case.public_id])), LINES) == [
        ["24 novembre 2026, 12:00", "Nadia Belkacem professionnel", "CAF 91 – travail social",
         "pièce ou courrier ouvert", "affectation"],
        ["24 novembre 2026, 12:00", "un professionnel de ce service", "MDS de Grigny", "dossier",
         "responsable de la structure"],
        ["23 novembre 2026, 12:00", "un professionnel de ce service", "MDS de Grigny", "dossier",
         "responsable de la structure"],
    ]  # fmt: skip


def test_to_read_who_read_is_noted_too(client, manager, case):
    client.get(reverse("case_who_read", args=[case.public_id]))
    client.get(reverse("case_who_read_sheet", args=[case.public_id]))
    found = AccessEntry.objects.filter(user=manager).order_by("pk").values_list("kind", "case", "right")
    assert list(found) == [("traces", case.pk, "manager"), ("print", case.pk, "manager")]


@pytest.mark.parametrize("name", ["case_who_read", "case_who_read_sheet"])
def test_who_follows_the_case_without_managing_does_not_read_it(client, case, worker, name):
    client.force_login(worker)
    assert client.get(reverse(name, args=[case.public_id])).status_code == 403


def test_the_case_leads_there_for_the_manager_alone(client, manager, case, worker):
    address = reverse("case_who_read", args=[case.public_id])
    page = reverse("case", args=[case.public_id])
    assert address in client.get(page).content.decode()
    client.force_login(worker)
    assert address not in client.get(page).content.decode()


def test_the_sheet_tells_the_person_services_functions_days_and_reasons_and_no_name(
    client, manager, case, worker, helper
):
    scene.read(case, by=worker, assigned=True)
    said = words(client.get(reverse("case_who_read_sheet", args=[case.public_id])))
    assert f"Qui a consulté le dossier {case.reference}" in said
    assert "CAF 91 – travail social, professionnel affectation dossier le 24/11/2026" in said
    assert "2 jours, du 23/11/2026 au 24/11/2026" in said
    assert "gardées 12 mois au plus" in said
    assert "réclamation à la CNIL" in said
    for name in ("Belkacem", "Nadia", "Renard", "Hugo", "Lemoine"):
        assert name not in said


def test_the_officer_makes_the_same_sheet(client, case, worker):
    scene.read(case, by=worker, assigned=True)
    client.force_login(factories.member("caf-91", "dpo"))
    answer = client.get(reverse("traces_case_sheet", args=[case.public_id]))
    assert "CAF 91 – travail social, professionnel" in words(answer)


def test_a_case_that_nobody_read_says_so_on_paper(client, manager, case):
    assert "Personne n’a ouvert votre dossier" in words(
        client.get(reverse("case_who_read_sheet", args=[case.public_id]))
    )


def test_the_page_costs_ten_queries_at_most(client, manager, case, helper, django_assert_max_num_queries):
    for _ in range(60):
        scene.read(case, by=helper, assigned=False, code="mds-grigny")
    with django_assert_max_num_queries(10):
        page = client.get(reverse("case_who_read", args=[case.public_id]))
    assert len(rows_of(page, LINES)) == 50
    assert "?apres=" in page.content.decode()
