"""What people of each structure are shown, asked for by those of the others, and of another city: nobody is shown, nothing is
written.

Every address and every form is harvested from the pages that people open, not listed; who may be shown whom is decided
apart from the product (`tests/security/door.py`). Pairs are drawn evenly over the kinds of address: those of a day by its
seed, three thousand; twenty thousand with RELAIS_RANDOM=1, or as many as RELAIS_PAIRS says, after a walk of everybody through
his own lists. Not replayed: what each city has of its own under the same address, and what names something only in its query.
"""

import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.urls import get_resolver, resolve, reverse

from cases.models import Role, Structure
from tests.journeys import scene
from tests.security.door import Door, name_everybody
from tests.security.drawing import chance_of_the_day, drawn_evenly
from tests.security.harvest import FoundForm, Harvest, Shown, Visitor, name_of, names_thing
from tests.security.standing import refuse_in_a_word, remember_people, remember_rights, standing
from tests.security.test_matrix import somebody
from tests.test_pages import ADDRESSES, EVERY_ROLE, LOOKS, MAY_BE_WRITTEN, OF_EACH_CITY, WRITES, patterns
from tests.two_cities import make_valbrune
from workflows.models import ReportDraft

AT_RANDOM = "RELAIS_RANDOM" in os.environ
PAIRS = int(os.environ.get("RELAIS_PAIRS", "20000" if AT_RANDOM else "3000"))
pytestmark = [pytest.mark.long, pytest.mark.timeout(1800 + PAIRS), pytest.mark.turn(0)]
OF_FORMS = PAIRS // 8
OPENED = int(os.environ.get("RELAIS_OPENED", "20" if AT_RANDOM else "0"))
"""How many pages of one kind somebody opens."""
HIDDEN = {404, 405}
RELATED = ("in charge", "in support", "asks", "pilots")
"""The most relations that structures have to one case."""
SETTLED_BY_PILOTS = {"import_line", "compare_people", "unmerge"}
"""What the pilot of a territory settles, whichever service of it asks or merged: nothing shows him it before he looks for it."""
GIVEN_TO_OFFICERS = {"traces_case_sheet"}
"""Files about a case, for whoever is officer of a body of which a service took part in it, by its number alone."""
Thing = TypeVar("Thing")


class Written:
    """The tables that the queries of a request wrote to."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        self.tables.update(WRITES.findall(str(sql)))
        return execute(sql, params, many, context)

    def take(self) -> set[str]:
        found, self.tables = self.tables - MAY_BE_WRITTEN, set()
        return found


class Cities:
    """Two of them, full; what everybody is shown there; and somebody of each structure, in all its roles."""

    def __init__(self) -> None:
        found = scene.build()
        make_valbrune().fill()
        name_everybody()
        self.door = Door.read()
        self.others = [
            Visitor(somebody((code,), (EVERY_ROLE,)), code, depth=OPENED)
            for code in Structure.objects.filter(is_active=True).order_by("pk").values_list("code", flat=True)
        ]
        self.territory_of = dict(Structure.objects.values_list("code", "territory"))
        places = Structure.objects.values_list("code", "organisation", "territory")
        self.body_of = {code: (organisation, territory) for code, organisation, territory in places}
        self.drafts = set(ReportDraft.objects.values_list("public_id", flat=True))
        self.harvest, self.scene = Harvest(), found

    def harvest_pages(self) -> None:
        visitors: dict[str, Visitor] = {}
        found = self.scene
        for who, path in LOOKS.values():
            if who:
                if who not in visitors:
                    person = getattr(found, who)
                    place = person.memberships.select_related("structure").get()
                    visitors[who] = Visitor(person, place.structure.code, depth=OPENED)
                self.harvest.open(visitors[who], path(found))
        # The lists of the others, and what they lead to: where those pages showed nothing, there is nothing to look for.
        for visitor in self.others if OPENED else ():
            self.harvest.walk(visitor, plain_addresses(), among=self.harvest.lead_on)

    def foreign_pairs(self, address: str, thing: Thing, where: Shown) -> Iterator[tuple[Visitor, Thing]]:
        """With whoever never was shown it in his structure; what is somebody’s alone, with whoever is not he; what officers
        review, with whoever is of another body; what is of a territory, with whoever is of another."""
        name = name_of(urlsplit(address).path)
        readers = ADDRESSES[name].readers
        if readers is None or name in OF_EACH_CITY or not names_thing(address) or self.begins_own(address):
            return
        territories = {self.territory_of[code] for code in where.codes}
        bodies = {self.body_of[code] for code in where.codes}
        of_territory, of_officers = is_of_territory(name), any(role == Role.DPO for _, role in readers)
        for who in self.others:
            if of_territory:
                is_own = self.territory_of[who.code] in territories
            elif of_officers:
                is_own = self.body_of[who.code] in bodies
            else:
                is_own = who.user.pk in where.people or (bool(readers) and who.code in where.codes)
                is_piloted = name in SETTLED_BY_PILOTS and (who.code, Role.PILOT) in readers
                is_own |= is_piloted and self.territory_of[who.code] in territories
            if not is_own:
                yield who, thing

    def begins_own(self, address: str) -> bool:
        """At the counter, what is sent first to the address of a page begins a draft, of whoever sends it."""
        draft = resolve(urlsplit(address).path).kwargs.get("draft")
        return draft is not None and draft not in self.drafts


def plain_addresses() -> list[str]:
    """What anybody may type."""
    plain = {str(each.name) for each in patterns(get_resolver()) if not each.pattern.converters}
    return [reverse(name) for name in sorted(plain) if not (ADDRESSES[name].open_to_all or ADDRESSES[name].posts)]


@pytest.fixture(scope="module")
def cities(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Cities]:
    with standing(django_db_blocker, tmp_path_factory) as patch:
        refuse_in_a_word(patch)
        made = Cities()
        remember_rights(patch)
        remember_people(patch)
        made.harvest_pages()
        yield made


@cache
def is_of_territory(name: str) -> bool:
    """Is it for whoever administers or reviews, in whichever structure of the territory?"""
    return len({code for code, _ in ADDRESSES[name].readers or ()}) > len(RELATED)


def test_nobody_is_shown_or_changes_what_is_of_others(cities: Cities, request: pytest.FixtureRequest):
    chance = chance_of_the_day(request)
    harvest = cities.harvest
    forms = drawn_evenly(
        (
            (form.name, pair)
            for form in harvest.forms
            for pair in cities.foreign_pairs(form.action, form, harvest.forms[form])
        ),
        count=OF_FORMS,
        chance=chance,
    )
    addresses = drawn_evenly(
        (
            (name_of(urlsplit(address).path), pair)
            for address, where in harvest.addresses.items()
            for pair in cities.foreign_pairs(address, address, where)
        ),
        count=PAIRS - len(forms),
        chance=chance,
    )
    replay = Replay(cities.door)
    with connection.execute_wrapper(replay.written):
        for who, address in addresses:
            replay.open(who, address)
        for who, form in forms:
            replay.send(who, form)
    assert replay.wrong == {}
    assert replay.tried >= PAIRS
    assert replay.open_to.total() < PAIRS / 20, replay.open_to


class Replay:
    def __init__(self, door: Door) -> None:
        self.door, self.written, self.tried = door, Written(), 0
        self.wrong: dict[tuple[str, str, str], list[str]] = {}
        self.open_to: Counter[str] = Counter()
        """Names of the addresses that answered something, which names nobody."""

    def open(self, who: Visitor, address: str) -> None:
        answer = who.client.get(address)
        self.judge(answer, who, "GET", address)

    def send(self, who: Visitor, form: FoundForm) -> None:
        with transaction.atomic():
            answer = who.client.post(form.action, form.sent)
            transaction.set_rollback(True)
        self.judge(answer, who, "POST", form.action)

    def judge(self, answer: Any, who: Visitor, method: str, address: str) -> None:
        self.tried += 1
        is_known = self.door.has_to_do(who.user, address)  # his own, which he had not opened
        written = sorted(f"writes {table}" for table in self.written.take())
        faults = [] if is_known else written
        if answer.status_code not in HIDDEN:
            self.open_to[name_of(urlsplit(address).path)] += 1
            is_reviewed = name_of(urlsplit(address).path) in GIVEN_TO_OFFICERS and self.door.reviews(who.user, address)
            faults += self.faults_of(answer, who, is_known=is_known or is_reviewed)
        if faults:
            self.wrong.setdefault((who.code, method, name_of(urlsplit(address).path)), faults[:3])

    def faults_of(self, answer: Any, who: Visitor, *, is_known: bool) -> list[str]:
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return ["fails"]
        if answer.status_code != HTTPStatus.OK:
            return []
        if not answer.get("Content-Type", "").startswith("text/html"):
            return [] if is_known else ["gives a file"]
        return sorted(f"names {each}" for each in self.door.foreign_on(answer.content.decode(), reader=who.user))
