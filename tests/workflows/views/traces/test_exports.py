"""Exports, in the traces: who of one’s own services took which list away, with how many lines; never whom it names."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import journal
from cases.actions import members
from cases.models import User
from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys import scene
from tests.workflows.views.traces.reading import rows_of, words_of

pytestmark = pytest.mark.django_db
FILES, MONTHS = "Fichiers", "Douze derniers mois"


def page(client: Client, **query: str) -> Any:
    return client.get(reverse("traces_exports"), query)


def told(
    by: User, *, rows: int = 12, at: datetime = NOON, kind: str = "list.exported", code: str | None = None
) -> None:
    structure = factories.structure(code) if code else None
    more = {"export": 1} if kind == "export.downloaded" else {"format": "xlsx"}
    list_code = "encours" if code else "situations"
    journal.record(kind, at=at, by=by, structure=structure, list=list_code, rows=rows, **more)


def test_who_exported_which_list_is_read_with_its_lines(client, officer, worker):
    scene.case_at("contact", worker=worker, usual_name="Delaunay")
    client.force_login(worker)
    answer: Any = client.post(reverse("export_ask", args=["situations"]), {"format": "csv"})
    assert "DELAUNAY" in b"".join(answer.streaming_content).decode()
    client.force_login(officer)
    assert rows_of(page(client), FILES) == [
        ["Nadia Belkacem professionnel", "CAF 91 – travail social", "24/11/2026 à 12 h 00", "Situations csv", "1"]
    ]
    assert "delaunay" not in words_of(page(client)).lower()


def test_a_long_export_is_read_twice_when_its_author_takes_its_file(client, officer, worker):
    told(worker, rows=7204)
    told(worker, rows=7204, kind="export.downloaded")
    assert [row[3:] for row in rows_of(page(client), FILES)] == [
        ["Situations fichier préparé, repris", "7204"],
        ["Situations xlsx", "7204"],
    ]
    assert rows_of(page(client), MONTHS) == [["Novembre 2026", "1", "7204"]]


def test_files_that_are_no_list_are_named_too(client, officer, worker):
    for code in ("questions", "import_errors"):
        journal.record("list.exported", at=NOON, by=worker, list=code, rows=4, format="csv")
    client.force_login(officer)
    assert [row[3] for row in rows_of(page(client), FILES)] == [
        "Erreurs d’un import csv",
        "Questions à un organisme csv",
    ]


def test_exports_are_read_by_month(client, officer, worker):
    told(worker, rows=3, at=datetime(2026, 10, 31, 23, 59, tzinfo=PARIS))
    told(worker, rows=5, at=datetime(2026, 11, 1, 0, 0, tzinfo=PARIS))
    told(worker, rows=7)
    assert [row[-1] for row in rows_of(page(client), FILES)] == ["7", "5"]
    assert [row[-1] for row in rows_of(page(client, mois="2026-10"), FILES)] == ["3"]
    assert rows_of(page(client), MONTHS) == [["Novembre 2026", "2", "12"], ["Octobre 2026", "1", "3"]]


def test_exports_of_another_controller_are_not_read(client, officer):
    told(factories.member("mds-grigny"))
    told(factories.member("mds-grigny", "manager"), code="mds-grigny")
    assert rows_of(page(client), FILES) == [["Aucun export ce mois-là."]]


def test_who_works_for_two_controllers_is_read_by_both_except_of_one_structure_s_list(client, officer, worker):
    members.join(user=worker, structure=factories.structure("mds-grigny"), role="manager", since=NOON.date(), at=NOON)
    told(worker, rows=4)
    told(worker, rows=9, code="mds-grigny")
    assert [row[1:] for row in rows_of(page(client), FILES)] == [
        ["CAF 91 – travail social", "24/11/2026 à 12 h 00", "Situations xlsx", "4"]
    ]
    client.force_login(factories.member("mds-grigny", "dpo"))
    assert [row[-1] for row in rows_of(page(client), FILES)] == ["9", "4"]


def test_what_was_exported_before_somebody_left_stays_read(client, officer, worker):
    told(worker, at=NOON - timedelta(days=2))
    members.end_membership(membership=factories.membership_of(worker), on=NOON.date(), at=NOON)
    told(worker, rows=99, at=NOON + timedelta(days=2))  # no longer there: another’s business
    assert [row[-1] for row in rows_of(page(client), FILES)] == ["12"]


def test_pages_follow_one_another_and_cost_ten_queries_at_most(client, officer, worker, django_assert_max_num_queries):
    for _ in range(51):
        told(worker)
    with django_assert_max_num_queries(10):
        first = page(client)
    second = client.get(reverse("traces_exports") + first.context["next_url"])
    assert (len(rows_of(first, FILES)), len(rows_of(second, FILES))) == (50, 1)


def test_only_officers_read_them(client, worker):
    for person in (worker, factories.member("caf-91", "manager"), factories.member("caf-91-pilotage", "pilot")):
        client.force_login(person)
        assert page(client).status_code == 404
