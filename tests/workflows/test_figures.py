"""Each figure that a person reads is the number of rows that it leads to: badges of the menu, the bell, tabs, leads, groups
and tiles, for each role of each structure."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models.members import Role
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from workflows.models import CaseTask
from workflows.queries.backlog import StructureBacklog

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

STRUCTURES = (
    "caf-91",
    "caf-91-pilotage",
    "mds-grigny",
    "ccas-grigny",
    "gestionnaire-b",
    "bailleur-a",
    "caf-91-recouvrement",
)


@pytest.fixture
def everybody(tmp_path, settings) -> Iterator[list[Any]]:
    """In a partnership where every kind of step waits, one person for each role of each structure."""
    settings.MEDIA_ROOT = str(tmp_path)
    with time_machine.travel(NOON, tick=False):
        made = scene.build()
        people = [factories.member(code, role) for code, role in product(STRUCTURES, Role.values)]
        yield [made.worker, made.pilot, *people]


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def lines_of(groups: Any) -> list[Any]:
    return [line for group in groups for line in group.lines]


def disagreements(client: Client, person: Any) -> Iterator[str]:
    page = client.get(reverse("inbox"))
    shown = page.context
    entry = next((each for each in shown["navigation"] if each.label == "À faire"), None)
    rows = len(lines_of(shown["groups"])) + len(shown["requests"])
    if entry and shown["part"] != "en-attente" and entry.count != rows:
        yield f"menu {entry.count}, rows {rows}"
    told = sum(int(number) for number in re.findall(r"(\d+) (?:tâche|demande)", shown["lead"]))
    if told != rows:
        yield f"lead {shown['lead']!r}, rows {rows}"
    for tab in shown["tabs"]:
        listed = client.get(tab.url).context
        if tab.count != len(lines_of(listed["groups"])):
            yield f"{tab.label}: tab {tab.count}, rows {len(lines_of(listed['groups']))}"
        if tab.count and not listed["lead"].startswith(f"{tab.count} "):
            yield f"{tab.label}: tab {tab.count}, lead {listed['lead']}"
        for group in listed["groups"]:
            if group.count != len(group.lines):
                yield f"{tab.label}, {group.title}: {group.count}, rows {len(group.lines)}"
    yield from of_deadlines(client)
    yield from of_menu(client, shown["navigation"])
    yield from of_bell(client, shown["account"].unread)


def of_deadlines(client: Client) -> Iterator[str]:
    page = client.get(reverse("deadlines"))
    if page.status_code != 200:
        return
    for tab in page.context["tabs"]:
        listed = client.get(tab["url"]).context
        rows = len(lines_of(listed["groups"]))
        if tab["count"] != rows and not listed["next_url"]:
            yield f"Échéances, {tab['label']}: tab {tab['count']}, rows {rows}"


def of_menu(client: Client, navigation: Any) -> Iterator[str]:
    """What other entries count."""
    for entry in navigation:
        if entry.label in ROWS_OF:
            rows = ROWS_OF[entry.label](client, entry.url)
            if rows != entry.count:
                yield f"{entry.label}: menu {entry.count}, rows {rows}"
        elif entry.label != "À faire" and entry.count:
            yield f"{entry.label} counts {entry.count}, and nothing says of what"


def of_lots(client: Client, url: str) -> int:
    return len(client.get(url).context["lots"])


def of_questions(client: Client, url: str) -> int:
    """In all the services of operators of the reader."""
    page = client.get(url)
    of_each = [client.get(f"{url}{tab['url']}") for tab in page.context["structure_tabs"]]
    return sum(len(each.context["waiting"]) for each in of_each or [page])


def of_traces(client: Client, url: str) -> int:
    return len(client.get(reverse("traces_requests")).context["waiting"])


ROWS_OF = {"Lots reçus": of_lots, "Questions": of_questions, "Traces": of_traces}
"""By entry of the menu, how many rows its page lists."""


def of_bell(client: Client, said: int) -> Iterator[str]:
    """On all the pages of the centre: unread lines."""
    url, unread = reverse("notifications"), 0
    while url:
        page = client.get(url).context
        unread += sum(bundle.unread for _, bundles in page["days"] for bundle in bundles)
        url = page["next_url"] and f"{reverse('notifications')}{page['next_url']}"
    if unread != said:
        yield f"bell {said}, unread {unread}"


@pytest.mark.by_turns
def test_no_figure_says_otherwise_than_its_list(everybody):
    found = {
        f"{person.memberships.first()}": told
        for person in everybody
        if (told := list(disagreements(signed_in(person), person)))
    }
    assert found == {}


@pytest.mark.by_turns
def test_the_figures_that_are_compared_are_not_all_zero(everybody):
    counted: dict[str, int] = {}
    for person in everybody:
        page = signed_in(person).get(reverse("inbox")).context
        for entry in page["navigation"]:
            counted[entry.label] = counted.get(entry.label, 0) + entry.count
        counted["bell"] = counted.get("bell", 0) + page["account"].unread
    for what in ("À faire", "Lots reçus", "Questions", "Traces", "bell"):
        assert counted.get(what), what


def test_one_professional_has_one_number_under_one_name_on_every_page():
    """Three cases in her name, of which one is that of a person whom she follows; and a step in the case of another."""
    with time_machine.travel(NOON, tick=False):
        nadia, julien = factories.member("caf-91", last_name="Belkacem"), factories.member("caf-91", last_name="Roy")
        manager = factories.member("caf-91", "manager")
        for node in ("contact", "diagnose"):
            scene.case_at(node, worker=nadia)
        scene.followed(by=nadia, code="caf-91")
        elsewhere = scene.case_at("contact", worker=julien)
        CaseTask.objects.open().of_case(elsewhere.case).update(owner=nadia)
        client = signed_in(manager)
        team = client.get(reverse("members"), {"structure": "caf-91"})
        [line] = [member for member in team.context["present"] if member.user == nadia]
        assert line.cases == 3
        assert "« Responsable de »" in team.content.decode()
        page = client.get(reverse("member", args=["caf-91", nadia.public_id]))
        assert (page.context["answered"], page.context["total"]) == (3, 4)
        backlog = StructureBacklog(factories.structure("caf-91"), on=NOON.date()).by_professional()
        assert [row.note for row in backlog if row.label == str(nadia)] == ["responsable de 3 dossiers"]
        [carrier] = [each for each in client.get(reverse("referents")).context["data"].carriers if each.user == nadia]
        assert (carrier.load.people, carrier.load.cases) == (1, 2)


def test_the_page_of_the_team_counts_the_steps_that_each_reads_in_a_faire():
    """One line of a notice waits for her, another for the operator; that the notice waits for both is no step to do."""
    with time_machine.travel(NOON, tick=False):
        nadia, manager = factories.member("caf-91", last_name="Belkacem"), factories.member("caf-91", "manager")
        scene.overpaid(worker=nadia)
        [mine, *_] = signed_in(nadia).get(reverse("inbox")).context["tabs"]
        team = signed_in(manager).get(reverse("members"), {"structure": "caf-91"})
        [line] = [member for member in team.context["present"] if member.user == nadia]
        assert (mine.label, mine.count, line.tasks) == ("Pour moi", 1, 1)
        page = signed_in(manager).get(reverse("backlog"), {"structure": "caf-91", "vue": "professionnels"})
        [carried] = [row.total.count for row in page.context["rows"] if row.label == str(nadia)]
        assert (carried, page.context["to_nobody"]) == (line.tasks + 1, 1)
        said = " ".join(page.content.decode().split())
        assert "1 « Suivre chaque ligne » : le dossier attend ses lignes" in said
        assert "ne la comptent pas" in said
