"""Opening the pages of a case is noted: who, for which structure, by which right, which pages; refusals are not."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import AccessEntry
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from workflows.actions import milestones

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]


@pytest.fixture
def case(worker):
    return scene.case_at("monitor", worker=worker).case


def opens(client, user, name, case, *more):
    client.force_login(user)
    return client.get(reverse(name, args=[case.public_id, *more])).status_code


def noted():
    rows = AccessEntry.objects.order_by("pk").select_related("user", "structure")
    return [(row.user, row.structure and row.structure.code, row.kind, row.right) for row in rows]


def test_who_opens_a_case_is_noted_each_time_with_what_lets_him(client, worker, case):
    manager = factories.member("caf-91", "manager")
    for user in (worker, manager, worker):
        assert opens(client, user, "case", case) == 200
    by_worker = (worker, "caf-91", "case", "assignment")
    assert noted() == [by_worker, (manager, "caf-91", "case", "manager"), by_worker]
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        opens(client, worker, "case", case)
    assert set(AccessEntry.objects.filter(user=worker).values_list("day", "page")) == {
        (date(2026, 11, 24), "case"),
        (date(2026, 11, 25), "case"),
    }


def test_pieces_letters_and_diagnosis_are_told_from_the_rest_of_the_case(client, worker, case):
    letter = scene.letter_of(case, by=worker)
    milestones.record(
        case=case, by=worker, kind="order_to_pay_served", happened_on=date(2026, 11, 3), known="proved", at=NOON
    )
    piece = scene.order_to_pay(case, by=worker)
    asked: list[tuple[str, str, list[Any]]] = [
        ("household", "case", []),
        ("documents", "documents", []),
        ("document", "download", [piece.public_id]),
        ("letters", "letters", []),
        ("letter", "download", [letter.public_id]),
        ("diagnosis", "diagnosis", []),
        ("sheet_pdf", "print", ["dsf"]),
    ]
    for name, kind, more in asked:
        before = len(noted())
        assert opens(client, worker, name, case, *more) == 200, name
        assert noted()[before:] == [(worker, "caf-91", kind, "assignment")], name


def test_what_is_refused_is_not_a_reading(client, worker, case):
    outsiders = (factories.member("caf-91-recouvrement"), factories.member("caf-91", "dpo"))
    for outsider in outsiders:
        assert opens(client, outsider, "case", case) == 404
    assert opens(client, worker, "case_reopen", case) == 403
    assert noted() == []


def test_an_act_is_in_the_journal_and_no_reading(client, worker, case):
    typed = {"text": "Appel de la gardienne.", "visibility": "internal"}
    assert client.post(reverse("case_note", args=[case.public_id]), typed).status_code == 302
    assert noted() == []


def test_answering_a_request_to_share_shows_the_case_and_is_noted(client, worker, case):
    asker = factories.member("ccas-grigny")
    asked = scene.asked_for(case, by=asker, worker=worker)
    assert client.get(reverse("sharing_request", args=[asked.public_id])).status_code == 200
    assert noted() == [(worker, "caf-91", "case", "assignment")]
    client.force_login(asker)
    assert client.get(reverse("sharing_requests")).status_code == 200
    assert noted()[1:] == [(asker, "ccas-grigny", "list", "structure")]


def test_a_form_that_is_shown_again_shows_the_case_and_is_noted(client, worker, case):
    """F10: whoever sends an empty form reads the page of the case that answers."""
    assert client.post(reverse("case_note", args=[case.public_id]), {}).status_code == 200
    assert noted() == [(worker, "caf-91", "case", "assignment")]


def test_what_is_sent_to_a_page_that_only_shows_is_noted_when_it_shows(client, case):
    manager = factories.member("caf-91", "manager")
    client.force_login(manager)
    for name in ("case_close", "case_milestone", "documents", "appointment_make"):
        before = len(noted())
        shown = client.post(reverse(name, args=[case.public_id]), {}).status_code == 200
        assert noted()[before:] == ([(manager, "caf-91", noted()[-1][2], "manager")] if shown else []), name


def test_a_search_says_by_what_one_searched_and_never_the_words(client, worker, case):
    client.post(reverse("cases"), {"texte": "Ferreira", "miennes": "on"}, follow=True)
    found = AccessEntry.objects.get(kind="lookup")
    assert (found.criteria, found.case, found.page) == ("texte,miennes", None, "cases")
    assert "Ferreira" not in str(list(AccessEntry.objects.values_list()))
    client.get(reverse("cases"))
    assert noted()[-1] == (worker, "caf-91", "list", "structure")


def test_to_be_noted_costs_one_statement(client, worker, case):
    address = reverse("household", args=[case.public_id])
    assert [written_by(client, address) for _ in range(2)] == [1, 1]


def written_by(client, address):
    with CaptureQueriesContext(connection) as made:
        assert client.get(address).status_code == 200
    assert not any('FROM "cases_accessentry"' in query["sql"] for query in made.captured_queries)
    return sum("cases_accessentry" in query["sql"] and "INSERT" in query["sql"] for query in made.captured_queries)
