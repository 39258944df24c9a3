"""Every address × every role in every structure × the method that its pages do not use, against the table of addresses.

The policy is `tests.test_pages.ADDRESSES`, written by hand: which roles of which structures an address exists for. That
file walks it as people do, by the method of each page; here the other methods are sent, and those walk who have no part any
more, or not yet. An address that stands in no table fails there.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from cases.actions import members
from cases.models import Role, User
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.security.client import AttackingClient
from tests.security.standing import refuse_in_a_word, remember_rights, standing
from tests.test_pages import (
    ADDRESSES,
    EVERY_ROLE,
    OF_SOME,
    SINCE,
    Walker,
    named,
    outsiders_together,
    reads,
    walkers_apart,
)
from tests.two_cities import add_everybody, make_valbrune

pytestmark = [pytest.mark.long, pytest.mark.timeout(600), pytest.mark.turn(2)]
RELATIONS = {
    "caf-91": "in charge",
    "mds-grigny": "in support",
    "ccas-grigny": "asks for a share",
    "caf-91-pilotage": "pilot",
    "gestionnaire-b": "landlord, who reported",
    "bailleur-a": "landlord, who imports",
    "bailleur-a-social": "adviser of a landlord",
    "caf-91-recouvrement": "operator",
}
"""To what the scene shows; every other structure is foreign to it."""
HIDDEN = {404, 405}
"""405: no such method for anybody, which tells nothing."""
OTHER_METHODS = ("put", "patch", "delete")
WALKERS = [*walkers_apart(), *outsiders_together()]
"""Each role of each structure that has part in the scene; and one person for all who are to find the same pages elsewhere."""


@pytest.fixture(scope="module")
def found(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[scene.Scene]:
    with standing(django_db_blocker, tmp_path_factory) as patch:
        refuse_in_a_word(patch)
        made = scene.build()
        remember_rights(patch)
        yield made


@pytest.fixture(scope="module")
def urls(found: scene.Scene) -> dict[str, str]:
    return {name: reverse(name, args=address.args(found)) for name, address in ADDRESSES.items()}


def somebody(codes: tuple[str, ...], roles: tuple[str, ...]) -> User:
    person = factories.user()
    for code in codes:
        for role in Role.values if roles == (EVERY_ROLE,) else roles:
            members.join(user=person, structure=factories.structure(code), role=role, since=SINCE, at=NOON)
    return person


def signed_in(person: User) -> Client:
    client = AttackingClient()
    client.force_login(person)
    return client


def other_method(name: str) -> str:
    return "get" if ADDRESSES[name].posts else "post"


def status_of(client: Client, method: str, url: str) -> int:
    """Whatever it did is undone."""
    with transaction.atomic():
        answer = getattr(client, method)(url)
        transaction.set_rollback(True)
    return int(answer.status_code)


def test_the_matrix_has_five_thousand_cases_at_least():
    assert len(WALKERS) * len(OF_SOME) > 5_000


@pytest.mark.parametrize(
    "walker",
    WALKERS,
    ids=lambda walker: f"{RELATIONS.get(walker[0][0], 'foreign')}: {named(walker[0])} {named(walker[1])}",
)
def test_what_a_page_hides_it_hides_by_every_method(found: scene.Scene, urls: dict[str, str], walker: Walker):
    codes, roles = walker
    client, wrong = signed_in(somebody(codes, roles)), {}
    open_to_him = reads(codes[0], roles[0])
    for name in OF_SOME:
        status = status_of(client, other_method(name), urls[name])
        if status >= 500 or (name not in open_to_him and status not in HIDDEN):
            wrong[name] = status
    assert wrong == {}


@pytest.mark.parametrize(
    ("code", "role"), [("caf-91", "manager"), ("caf-91-pilotage", "pilot"), ("bailleur-a", "manager")]
)
def test_who_has_left_finds_nothing_by_any_method(found: scene.Scene, urls: dict[str, str], code: str, role: str):
    person, wrong = somebody((code,), (role,)), {}
    members.end_membership(membership=factories.membership_of(person), on=NOON.date(), at=NOON)
    client = signed_in(person)
    for name in OF_SOME:
        for method in ("get", "post"):
            if (status := status_of(client, method, urls[name])) not in HIDDEN:
                wrong[method, name] = status
    assert wrong == {}


def test_nobody_of_another_city_finds_anything_by_a_method_that_no_page_uses(found: scene.Scene, urls: dict[str, str]):
    make_valbrune()
    client = signed_in(add_everybody("valbrune"))
    assert {
        (method, name): status
        for name in OF_SOME
        if ADDRESSES[name].args(found)
        for method in OTHER_METHODS
        if (status := status_of(client, method, urls[name])) not in HIDDEN
    } == {}


def test_a_visitor_is_led_to_the_sign_in_by_every_method(found: scene.Scene, urls: dict[str, str]):
    client, wrong = AttackingClient(), {}
    for name, address in ADDRESSES.items():
        for method in ("get", "post", *OTHER_METHODS) if not address.open_to_all else ():
            with transaction.atomic():
                answer = getattr(client, method)(urls[name])
                transaction.set_rollback(True)
            if answer.status_code != 302 or not answer.headers["Location"].startswith("/connexion/"):
                wrong[method, name] = answer.status_code
    assert wrong == {}
