"""Two cities beside each other: what each of the roles of one reads is the same text, whether the other is full or empty.

The other city is made to be mistaken for it: people of the same names, birth dates, phones and numbers, at the same
addresses, in cases of each kind.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver
from lxml import html  # type: ignore[import-untyped]

from tests.two_cities import ROLES, City, make_valbrune

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
NOT_ASKED = re.compile(
    r"[<^]|^/(technique|admin/|static|sante|connexion|deconnexion|mot-de-passe|signaler|guichet|compte/securite/application)"
)
"""Of one’s own account, the page that shows a new secret at each visit."""
SEARCHES = ("/situations/?q=Sissoko", "/situations/?q=2026", "/calculer/?regle=P-CONTACT-5&depart=2026-11-24")
REFUSED = {403, 404, 405}
OF_THE_INSTALLATION = {"/administration/services/", "/administration/ouverture/"}
"""Read by the administrators of the first city, and by officers what is to be true before data on real people comes: figures
(megabytes, notices that wait) may differ, words may not."""


def plain_addresses(patterns: Any = None, prefix: str = "/") -> Iterator[str]:
    """Every address that asks for nothing: what a person of any role may type."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from plain_addresses(each.url_patterns, route)
        elif isinstance(each, URLPattern) and not NOT_ASKED.search(route):
            yield route


def read_all(client: Client) -> dict[str, str]:
    """Address → what is read there. The trace of each reading is undone, or the officer would see it the second time."""
    found = {}
    for address in (*plain_addresses(), *SEARCHES):
        with transaction.atomic():
            answer = client.get(address)
            found[address] = f"{answer.status_code} {text_of(answer)}"
            transaction.set_rollback(True)
    return found


def text_of(answer: Any) -> str:
    if not answer.get("Content-Type", "").startswith("text/html"):
        return ""
    page = html.fromstring(answer.content.decode() or "<p></p>")
    for each in page.iter("script", "style"):
        each.text = ""
    return re.sub(r"\s+", " ", page.text_content()).strip()


def without_figures(address: str, text: str) -> str:
    return re.sub(r"\d+(,\d+)?", "N", text) if address in OF_THE_INSTALLATION else text


@pytest.fixture(params=["valbrune", "grigny"])
def cities(request: Any) -> tuple[City, City]:
    """The one that reads, and the other."""
    both = {"valbrune": make_valbrune(), "grigny": City("grigny")}
    one = both.pop(request.param)
    return one, both.popitem()[1]


@pytest.mark.turn(4)
@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_reads_the_same_whether_the_other_city_is_full_or_empty(cities: tuple[City, City], role: str):
    one, other = cities
    # Signed in once: each sign-in is a session that the reader sees among his own.
    client = Client()
    client.force_login(one.people[role])
    one.fill()
    alone = read_all(client)
    assert sum(text.startswith("200") for text in alone.values()) > 10
    if role == "pilot of the desk":
        assert "SISSOKO" in alone["/"]
    other.fill()
    beside = read_all(client)
    changed = [key for key in alone if without_figures(key, beside[key]) != without_figures(key, alone[key])]
    assert {key: (alone[key], beside[key]) for key in changed} == {}


def test_no_role_of_one_opens_a_case_of_the_other(cities: tuple[City, City]):
    one, other = cities
    other.fill()
    for person in one.people.values():
        client = Client()
        client.force_login(person)
        answers = {client.get(f"/dossiers/{case.public_id}/").status_code for case in other.cases}
        assert answers <= REFUSED


def test_nobody_is_recognised_across_the_two(cities: tuple[City, City]):
    one, other = cities
    one.fill()
    other.fill()
    homes = {case.household_id for case in one.cases}, {case.household_id for case in other.cases}
    assert homes[0] & homes[1] == set()
    assert {case.territory for case in one.cases} == {one.territory}
