"""Each figure that a person reads is the number of rows that it leads to: badges of the menu, tabs, leads, groups and
tiles, for each role of each structure."""

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

pytestmark = pytest.mark.django_db

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
        if entry.label == "Lots reçus":
            counted = sum(lot.count for lot in client.get(entry.url).context["lots"])
            if counted != entry.count:
                yield f"Lots: menu {entry.count}, rows {counted}"
        elif entry.label not in ("À faire", "Questions", "Traces") and entry.count:
            yield f"{entry.label} counts {entry.count}, and nothing says of what"


def test_no_figure_says_otherwise_than_its_list(everybody):
    found = {
        f"{person.memberships.first()}": told
        for person in everybody
        if (told := list(disagreements(signed_in(person), person)))
    }
    assert found == {}
