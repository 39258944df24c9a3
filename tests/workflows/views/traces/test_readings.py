"""Lectures: counts, days that stand out, and all that is noted of one case: names of one’s own staff only."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.actions import members
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.workflows.views.traces.reading import rows_of, words_of

pytestmark = pytest.mark.django_db
SERVICES, UNUSUAL, MONTHS, CASE = "Par service", "À regarder", "Douze derniers mois", "Les plus récentes"


def page(client, **query):
    return client.get(reverse("traces_readings"), query)


def of_case(client, case):
    return client.get(reverse("traces_case", args=[case.public_id]))


def test_readings_are_counted_by_service_and_month(client, officer, worker):
    manager = factories.member("caf-91", "manager")
    one, other = scene.reported(), scene.reported()
    scene.read(one, by=worker, assigned=True)
    scene.read(one, by=worker, assigned=True, kind="letters")
    scene.read(one, by=manager, assigned=False)
    scene.read(other, by=manager, assigned=False)
    scene.read(other, by=manager, assigned=False, at=NOON - timedelta(days=40))
    for kind in ("lookup", "list", "list", "download", "print", "export"):
        scene.read(None, by=worker, assigned=False, kind=kind)
    # Readings, cases, of them some without assignment, searches, lists, files, exports, people.
    assert rows_of(page(client), SERVICES) == [["CAF 91 – travail social", "4", "2", "2", "1", "2", "2", "1", "2"]]
    assert rows_of(page(client, mois="2026-10"), SERVICES) == [
        ["CAF 91 – travail social", "1", "1", "1", "0", "0", "0", "0", "1"]
    ]
    assert rows_of(page(client), MONTHS)[:2] == [["Novembre 2026", "4", "2"], ["Octobre 2026", "1", "1"]]


def test_another_controller_s_readings_are_not_counted(client, officer):
    scene.read(scene.reported(), by=factories.member("mds-grigny"), assigned=True, code="mds-grigny")
    assert rows_of(page(client), SERVICES) == [["Aucun accès ce mois-là."]]


def test_many_cases_opened_in_a_day_without_assignment_are_shown_first(client, officer, worker):
    manager = factories.member("caf-91", "manager", first_name="Paul", last_name="Lemoine")
    cases = [scene.reported() for _ in range(10)]
    for case in cases[:9]:
        scene.read(case, by=manager, assigned=False)
    for case in cases:
        scene.read(case, by=worker, assigned=True)
    assert rows_of(page(client), UNUSUAL) == [["Rien ce mois-là."]]
    scene.read(cases[9], by=manager, assigned=False)
    scene.read(cases[9], by=manager, assigned=False, kind="documents")
    assert rows_of(page(client), UNUSUAL) == [
        ["Paul Lemoine responsable", "CAF 91 – travail social", "mar. 24/11/2026", "10"]
    ]
    day = client.get(reverse("traces_day", args=[manager.public_id, "2026-11-24"]))
    assert [row.entry.case for row in day.context["rows"]] == [*cases, cases[9]]
    assert "Dossiers ouverts le 24/11/2026 sans y être affecté" in words_of(day)


@pytest.mark.parametrize("day", ["2026-11-23", "2026-13-45", "hier"])
def test_a_day_on_which_nothing_was_read_does_not_exist(client, officer, worker, day):
    scene.read(scene.reported(), by=worker, assigned=False)
    assert client.get(f"/traces/lectures/{worker.public_id}/{day}/").status_code == 404


def test_a_day_of_someone_else_s_staff_does_not_exist(client, officer):
    reader = factories.member("mds-grigny")
    scene.read(scene.reported(), by=reader, assigned=False, code="mds-grigny")
    assert client.get(reverse("traces_day", args=[reader.public_id, "2026-11-24"])).status_code == 404


def test_one_case_tells_who_read_it_by_name_for_ones_own_staff_by_service_for_the_others(client, officer, worker):
    helper = factories.member("mds-grigny", first_name="Hugo", last_name="Renard")
    case = scene.case_at("diagnose", worker=worker).case
    scene.read(case, by=worker, assigned=True)
    scene.read(case, by=helper, assigned=False, code="mds-grigny", kind="documents")
    assert rows_of(of_case(client, case), CASE) == [
        [
            "24 novembre 2026, 12:00",
            "un professionnel de ce service",
            "MDS de Grigny",
            "pièces",
            "responsable de la structure",
        ],
        [
            "24 novembre 2026, 12:00",
            "Nadia Belkacem professionnel",
            "CAF 91 – travail social",
            "dossier",
            "affectation",
        ],
    ]
    assert "Renard" not in of_case(client, case).content.decode()


def test_the_role_is_that_of_the_day_of_the_reading(client, officer, worker):
    case = scene.case_at("diagnose", worker=worker).case
    scene.read(case, by=worker, assigned=True)
    manager = factories.member("caf-91", "manager")
    later = NOON + timedelta(days=1)
    members.change_roles(user=worker, structure=factories.structure("caf-91"), roles=["manager"], by=manager, at=later)
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        client.force_login(officer)
        assert rows_of(of_case(client, case), CASE)[0][1] == "Nadia Belkacem professionnel"


def test_a_case_of_other_controllers_does_not_exist(client, worker):
    case = scene.case_at("diagnose", worker=worker).case
    client.force_login(factories.member("mds-grigny", "dpo"))
    assert of_case(client, case).status_code == 404
    assert "Aucun dossier de ce numéro" in words_of(page(client, dossier=case.reference))


def test_a_case_is_found_by_its_number_as_people_say_it(client, officer):
    case = scene.reported()
    for typed in (case.reference, f" 2026-{case.pk} ", f"2026 - {case.pk:05d}"):
        assert page(client, dossier=typed).url == reverse("traces_case", args=[case.public_id])


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("2026-99999", "Aucun dossier de ce numéro ne concerne vos services : vérifier le numéro."),
        ("2025-00001", "Aucun dossier de ce numéro"),
        ("Ferreira", "par exemple 2026-00012"),
        ("12", "par exemple 2026-00012"),
        ("2026-" + "9" * 14, "Aucun dossier de ce numéro"),
    ],
)
def test_a_number_that_is_none_is_told_how_to_write_it(client, officer, typed, message):
    scene.reported()
    assert message in words_of(page(client, dossier=typed))


def test_a_case_that_nobody_read_says_so(client, officer):
    assert "Aucun accès noté" in words_of(of_case(client, scene.reported()))


def test_the_pages_cost_ten_queries_at_most(client, officer, worker, django_assert_max_num_queries):
    manager = factories.member("caf-91", "manager")
    cases = [scene.reported() for _ in range(11)]
    for case in cases:
        for reader, assigned in ((manager, False), (worker, True)):
            scene.read(case, by=reader, assigned=assigned)
    day = reverse("traces_day", args=[manager.public_id, date(2026, 11, 24).isoformat()])
    for address in (reverse("traces_readings"), reverse("traces_case", args=[cases[0].public_id]), day):
        with django_assert_max_num_queries(10):
            assert client.get(address).status_code == 200
