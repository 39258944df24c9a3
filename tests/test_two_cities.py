"""Two cities beside each other: what each of the roles of one reads is the same text, whether the other is full or empty.

The other city is made to be mistaken for it: people of the same names, birth dates, phones and numbers, at the same
addresses, in cases of each kind.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver
from lxml import html  # type: ignore[import-untyped]

from cases.actions import members
from cases.models import Case, Structure, User
from tests import factories
from tests.factories import NOON
from workflows.actions import territories
from workflows.actions.indicators import refresh_figures
from workflows.actions.report import report_arrears
from workflows.actions.territories import AdministratorInvited

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NOT_ASKED = re.compile(r"[<^]|^/(technique|admin/|static|sante|connexion|deconnexion|mot-de-passe|signaler|guichet)")
KINDS = {"mds": "MDS", "ccas": "CCAS", "caf_social": "CAF", "caf_recovery": "CAF, recouvrement", "adil": "ADIL"}
ROLES = {
    "pilot of the desk": ("caf_pilot", "pilot"),
    "pilot in a service": ("city", "pilot"),
    "manager": ("mds", "manager"),
    "professional": ("mds", "agent"),
    "counter": ("ccas", "agent"),
    "landlord": ("landlord", "correspondent"),
    "operator": ("caf_recovery", "correspondent"),
    "officer": ("mds", "dpo"),
    "administrator": ("city", "administrator"),
}
SEARCHES = ("/situations/?q=Sissoko", "/situations/?q=2026", "/calculer/?regle=P-CONTACT-5&depart=2026-11-24")
REFUSED = {403, 404, 405}


class City:
    """One of the two, with a person in each role and cases in several structures."""

    def __init__(self, territory: str) -> None:
        self.territory = territory
        self.people = {name: self._member(*place) for name, place in ROLES.items()}
        self.cases: list[Case] = []

    def structure(self, kind: str) -> Structure:
        found = Structure.objects.filter(territory=self.territory, kind=kind, is_active=True)
        return found.exclude(organisation__code="autres-bailleurs").order_by("pk")[0]

    def _member(self, kind: str, role: str) -> User:
        person = factories.user(first_name=kind, last_name=role)
        since = date(2026, 1, 1)
        members.join(user=person, structure=self.structure(kind), role=role, since=since, at=NOON)
        return person

    def fill(self) -> None:
        """Cases that wait, with people known twice, and figures of them."""
        for number in range(6):
            home = factories.household(
                territory=self.territory,
                usual_name="Sissoko",
                first_names="Fanta",
                birth_date="1980-05-17",
                phone="+33612345678",
                caf_number="1234567" if number < 2 else "",
            )
            landlord = self.structure("landlord")
            lease = factories.tenancy(
                landlord=landlord.code, home=home, reference=f"R{number}", housing="private", aid_kind="ALF"
            )
            facts = factories.FAMILY if number % 2 else {}
            factories.know(home, **facts)
            done = report_arrears(
                tenancy=lease,
                structure=landlord,
                channel="file",
                balance=Decimal(900 + number),
                as_of=NOON.date(),
                at=NOON,
                months_unpaid=Decimal(2),
            )
            self.cases.append(done.case)
        refresh_figures(at=NOON)


def make_valbrune() -> City:
    anne = factories.member("ville-grigny", "administrator")
    two = [AdministratorInvited(f"{name}@valbrune.example", name, "Lune") for name in ("ada", "ben")]
    territories.add_territory(
        name="Valbrune",
        insee_codes="",
        city_name="Ville de Valbrune",
        desk_name="Pilotage de Valbrune",
        administrators=two,
        by=anne,
        at=NOON,
    )
    for kind, name in {**KINDS, "landlord": "Habitat"}.items():
        body = factories.structure("mds-grigny").organisation if kind == "mds" else None
        body = body or factories.structure("caf-91").organisation
        Structure.objects.create(
            code=f"valbrune-{kind.replace('_', '-')}",
            name=f"{name} de Valbrune",
            kind=kind,
            territory="valbrune",
            organisation=body,
        )
    anne.memberships.all().delete()
    return City("valbrune")


def plain_addresses(patterns: Any = None, prefix: str = "/") -> Iterator[str]:
    """Every address that asks for nothing: what a person of any role may type."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from plain_addresses(each.url_patterns, route)
        elif isinstance(each, URLPattern) and not NOT_ASKED.search(route):
            yield route


def read_all(person: User) -> dict[str, str]:
    """Address → what is read there."""
    client = Client()
    client.force_login(person)
    found = {}
    for address in (*plain_addresses(), *SEARCHES):
        answer = client.get(address)
        found[address] = f"{answer.status_code} {text_of(answer)}"
    return found


def text_of(answer: Any) -> str:
    if not answer.get("Content-Type", "").startswith("text/html"):
        return ""
    page = html.fromstring(answer.content.decode() or "<p></p>")
    for each in page.iter("script", "style"):
        each.text = ""
    return re.sub(r"\s+", " ", page.text_content()).strip()


@pytest.fixture(params=["valbrune", "grigny"])
def cities(request: Any) -> tuple[City, City]:
    """The one that reads, and the other."""
    both = {"valbrune": make_valbrune(), "grigny": City("grigny")}
    one = both.pop(request.param)
    return one, both.popitem()[1]


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_reads_the_same_whether_the_other_city_is_full_or_empty(cities: tuple[City, City], role: str):
    one, other = cities
    reader = one.people[role]
    one.fill()
    alone = read_all(reader)
    assert sum(text.startswith("200") for text in alone.values()) > 10
    if role == "pilot of the desk":
        assert "SISSOKO" in alone["/"]
    other.fill()
    beside = read_all(reader)
    assert {key: beside[key] for key in alone if beside[key] != alone[key]} == {}


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
