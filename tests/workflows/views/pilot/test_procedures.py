"""The map of a procedure: each number is the length of its list; names stay inside one’s own structure."""

import re
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case, User
from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys.scene import case_at, to_arbitrate
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows import diagram
from workflows.flows import FLOWS
from workflows.models import CaseTask
from workflows.views.pilot import procedure_figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]

PILOTS = {
    "arrears": "caf-91-pilotage",
    "overpayment": "ville-grigny",
    "debt_line": "ville-grigny",
    "referent": "cd91-rsa",
    "coordinator": "cd91-rsa",
}
"""The desk that pilots the action of each."""
TODAY = date(2026, 11, 24)


@pytest.fixture
def manager(client: Client) -> User:
    person = factories.member("caf-91", "manager")
    client.force_login(person)
    return person


def asked_of_the_caf(*, at: datetime = NOON) -> Case:
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    return factories.reported(lease, code="gestionnaire-b", at=at, **factories.FAMILY)


def page(client: Client, name: str = "procedure", flow: str = "arrears", **asked: str) -> Any:
    return client.get(reverse(name, args=[flow]), asked)


def rows(answer: Any) -> dict[str, tuple[int, int, int | None]]:
    return {
        row.node.name: (row.figures.waiting, row.figures.late, row.figures.median)
        for row in answer.context["rows"]
        if row.figures.waiting or row.figures.median is not None
    }


def test_each_number_opens_the_list_of_exactly_those_tasks(client: Client, manager: User):
    for days in (0, 1, 20):
        asked_of_the_caf(at=NOON - timedelta(days=days))
    for node in ("contact", "diagnose", "plan"):
        case_at(node, worker=manager)
    answer = page(client)
    assert rows(answer) == {
        "answer": (3, 1, None),
        "contact": (1, 0, None),
        "diagnose": (1, 0, None),
        "plan": (1, 0, None),
    }
    for row in answer.context["rows"]:
        if row.url:
            assert client.get(row.url).context["total"] == row.figures.waiting, row.node.name
            assert client.get(f"{row.url}&age=late").context["total"] == row.figures.late, row.node.name
    assert html_of(answer).count(f"{reverse('backlog_list')}?") == 9  # five in the table, four in the drawing


def elsewhere(answer: Any) -> dict[str, int]:
    return {row.node.name: row.figures.elsewhere for row in answer.context["rows"] if row.figures.elsewhere}


def test_what_waits_for_the_landlord_is_counted_beside_and_opens_its_list(client: Client, manager: User):
    for _ in range(2):
        case_at("agree", worker=manager)
    answer = page(client)
    assert (rows(answer), elsewhere(answer)) == ({}, {"agree": 2})
    [row] = [row for row in answer.context["rows"] if row.figures.elsewhere]
    assert client.get(row.elsewhere_url).context["total"] == 2
    client.force_login(factories.member("caf-91-pilotage", "pilot"))
    answer = page(client, "procedure_steering")
    assert sum(rows(answer).get("agree", (0,))[:1]) + elsewhere(answer).get("agree", 0) == 2


def test_steps_of_one_name_are_told_apart_by_their_procedure(client: Client, manager: User):
    asked_of_the_caf()
    assert rows(page(client)) == {"answer": (1, 0, None)}
    assert rows(page(client, flow="overpayment")) == {}
    listed = reverse("backlog_list")
    assert client.get(listed, {"procedure": "overpayment", "etape": "answer"}).context["total"] == 0
    assert client.get(listed, {"procedure": "arrears", "etape": "answer"}).context["total"] == 1
    assert client.get(listed, {"procedure": "inconnue", "etape": "answer"}).context["total"] == 1


def ended(days: list[int], *, by: User, ended_on: datetime = NOON, **changed: Any) -> None:
    """As many answers given, after so many days."""
    for each in days:
        walk = Walk(asked_of_the_caf(at=ended_on - timedelta(days=each)), at=ended_on)
        walk.take("answer", by=by, accept=True, professional=by)
        if changed:
            Case.objects.filter(pk=walk.case.pk).update(**changed)


def test_the_median_is_in_days_from_the_opening_to_the_end(client: Client, manager: User):
    ended([1, 2, 3, 10], by=manager)
    assert rows(page(client)).get("answer") is None  # four are too few
    ended([2], by=manager)
    assert rows(page(client))["answer"] == (0, 0, 2)
    assert "2 j" in html_of(page(client))


def test_the_initial_stock_and_what_ended_more_than_a_year_ago_are_left_out(client: Client, manager: User):
    ended([2] * 5, by=manager)
    ended([90] * 6, by=manager, is_initial_stock=True)
    ended([60] * 6, by=manager)
    CaseTask.objects.filter(node="answer", created__lt=datetime(2026, 10, 1, tzinfo=PARIS)).filter(
        case__is_initial_stock=False
    ).update(finished=datetime(2025, 11, 23, 12, tzinfo=PARIS))
    assert rows(page(client))["answer"] == (0, 0, 2)


def test_a_median_reads_the_last_ends_only(client: Client, manager: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(procedure_figures, "LAST", 5)
    ended([1] * 6, by=manager, ended_on=NOON - timedelta(days=40))
    ended([7] * 5, by=manager)
    assert rows(page(client))["answer"] == (0, 0, 7)


def test_a_pilot_reads_numbers_of_all_structures_and_opens_no_list_but_his_own(client: Client, manager: User):
    pilot = factories.member("caf-91-pilotage", "pilot")
    asked_of_the_caf()
    to_arbitrate(by=manager)
    client.force_login(pilot)
    answer = page(client, "procedure_steering")
    assert rows(answer) == {"answer": (1, 0, None), "arbitrate": (1, 0, None)}
    assert f"{reverse('backlog_list')}?" not in html_of(answer)
    assert rows(page(client, "procedure_steering", structure="caf-91")) == {"answer": (1, 0, None)}
    assert rows(page(client, "procedure_steering", structure="mds-grigny")) == {}
    assert page(client, "procedure_steering", structure="nulle-part").status_code == 404
    own = page(client, "procedure_steering", structure="caf-91-pilotage")
    assert rows(own) == {"arbitrate": (1, 0, None)}


@pytest.mark.parametrize(("name", "code", "role"), [
    ("procedure", "caf-91", "agent"),
    ("procedure_steering", "caf-91", "manager"),
    ("procedure_steering", "gestionnaire-b", "manager"),
])  # fmt: skip
def test_the_map_is_for_managers_and_pilots(client: Client, name: str, code: str, role: str):
    client.force_login(factories.member(code, role))
    assert page(client, name).status_code == 404


def test_an_unknown_procedure_and_another_structure_do_not_exist(client: Client, manager: User):
    assert page(client, flow="autre").status_code == 404
    assert page(client, structure="mds-grigny").status_code == 404


@pytest.mark.parametrize("flow", FLOWS)
def test_every_procedure_has_its_map_in_ten_queries(
    client: Client, manager: User, flow: str, django_assert_max_num_queries: Any
):
    case_at("contact", worker=manager)
    with django_assert_max_num_queries(10):
        answer = page(client, flow=flow)
    human = [node.name for node in diagram.nodes_in_order(FLOWS[flow]) if node.task_type == "HUMAN"]
    assert [row.node.name for row in answer.context["rows"]] == human
    assert 'style="' not in html_of(answer)
    client.force_login(factories.member(PILOTS[flow], "pilot"))
    with django_assert_max_num_queries(10):
        assert page(client, "procedure_steering", flow=flow).status_code == 200


def test_what_waits_for_its_turn_stands_at_its_step_and_opens_no_list(client: Client, manager: User):
    asked_of_the_caf()
    CaseTask.objects.update(node="wait_turn", flow_task="workflows/flows.arrears.ArrearsFlow.wait_turn")
    answer = page(client)
    assert rows(answer) == {"wait_turn": (1, 0, None)}
    assert {row.url for row in answer.context["rows"]} == {""}


def drawn(answer: Any) -> dict[str, tuple[int, int, int]]:
    """What the drawing writes on each step: how many wait, how many of them late, how many elsewhere."""
    found = {}
    for group in re.findall(r'<g class="flow-step.*?</g>', html_of(answer), re.DOTALL):
        title, *words = re.findall(r"<text[^>]*>(.*?)</text>", group, re.DOTALL)
        if words:
            said = [re.search(rf"(\d+)\s+{what}", words[0]) for what in ("en attente", "en retard", "chez un autre")]
            found[unescape(title)] = tuple(int(each[1]) if each else 0 for each in said)
    return found  # type: ignore[return-value]  # three numbers


@pytest.mark.usefixtures("manager")
def test_the_drawing_on_top_says_what_the_table_the_lists_and_the_tiles_say(client: Client):
    worker = factories.member("caf-91")
    for days in (0, 1, 20):
        asked_of_the_caf(at=NOON - timedelta(days=days))
    for node in ("contact", "diagnose", "agree"):
        case_at(node, worker=worker)
    answer = page(client)
    html = html_of(answer)
    assert html.index('<svg class="flow"') < html.index('<caption id="etapes">')
    assert 'aria-describedby="etapes"' in html
    said = drawn(answer)
    assert {title: numbers for title, numbers in said.items() if any(numbers)} == {
        "Répondre à l’orientation": (3, 1, 0),
        "Informer et contacter le ménage": (1, 0, 0),
        "Établir le diagnostic": (1, 0, 0),
        "Recueillir l’accord du bailleur": (0, 0, 1),
    }
    assert said == {
        row.node.task_title: (row.figures.waiting, row.figures.late, row.figures.elsewhere)
        for row in answer.context["rows"]
    }
    for row in answer.context["rows"]:
        asked = {"procedure": "arrears", "etape": row.node.name}
        counted = [client.get(reverse("backlog_list"), asked | more).context["total"] for more in (
            {}, {"age": "late"}, {"file": "chez-un-autre"},
        )]  # fmt: skip
        assert tuple(counted) == said[row.node.task_title], row.node.name
    tiles = {tile.queue: tile.count for tile in client.get(reverse("backlog")).context["tiles"]}
    waiting, late, elsewhere = (sum(column) for column in zip(*said.values(), strict=True))
    assert (waiting, late, elsewhere) == (
        client.get(reverse("backlog")).context["total"], tiles["en-retard"], tiles["chez-un-autre"],
    )  # fmt: skip
