"""Whatever an address or a form is sent, no page fails, and no log says anything of anybody.

What is attacked is not listed by hand: each page of the table of addresses is opened once while a middleware notes what
it reads of its address, and where; each such reading is then sent everything below. What is typed in forms:
`tests/security/test_form_fuzz.py`.
"""

import logging
import sys
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from cases.models import Beneficiary, User
from config import embedded
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.test_pages import ADDRESSES, patterns

pytestmark = pytest.mark.slow

CANARY = "dépression-canari"
"""What a person’s file could say: it stands in all that is typed, and must stand in no log."""
ODD = (
    "²",
    "-1",
    "0000-5",
    "9999-1",
    "9" * 25,
    "9" * 4301,
    "9999-12-31",
    "2026-99-99",
    "1.2026-99-99.5",
    "0.9999-12-31.9",
    "1-999999-1",
    "0001-01-01T00:00:00+14:00_1",
    "a\r\nX-Canari: b",
    f"{CANARY}'\"<\\%s{{}}" * 400,
)
RAW = ("=%ED%A0%80", "=%C2%B2&{0}=1&{0}=%C2%B2")
"""A lone surrogate; a name several times."""
WHOLE = "*"
"""The whole address was read at once: by a form that is given it as a dictionary."""
ALSO = ("file", "etape", "age", "qui", "residence", "procedure", "etiquette", "jour", "liste", "texte", "apres")
"""What lists read out of such a dictionary, besides the fields of their form."""
ROLES = (
    ("caf-91", "agent"),
    ("caf-91", "manager"),
    ("caf-91-pilotage", "pilot"),
    ("caf-91-pilotage", "dpo"),
    ("bailleur-a", "correspondent"),
    ("caf-91-recouvrement", "correspondent"),
    ("ccas-grigny-accueil", "front_desk"),
)
"""Who asks for a page that is for whoever is signed in."""
WALKERS = tuple(pair for pair in ROLES if pair[1] not in {"agent", "front_desk"})
"""Of them, those who walk with every value: the manager may do what an agent may."""
OURS = ("/workflows/", "/notifications/", "/cases/", "/config/")
ANYWHERE = ("/tests/", "/site-packages/")
LEFT_ALONE = {"logout", "live", "ready"}

read: set[tuple[str, str]] = set()
"""Where (file and line), and the name of what was read there."""


class Heard(QueryDict):
    """Notes what is read of it, and by which line of ours."""

    def __getitem__(self, name: str) -> Any:
        _note(name)
        return super().__getitem__(name)

    def getlist(self, key: str, default: Any = None) -> Any:
        _note(key)
        return super().getlist(key, default)

    def __contains__(self, name: object) -> bool:
        _note(str(name))
        return super().__contains__(name)

    def dict(self) -> Any:
        _note(WHOLE)
        return super().dict()

    def items(self) -> Any:
        _note(WHOLE)
        return super().items()


def _note(name: str) -> None:
    frame = sys._getframe(2)
    while frame.f_back:
        path = frame.f_code.co_filename
        if any(part in path for part in OURS) and not any(part in path for part in ANYWHERE):
            read.add((f"{path}:{frame.f_lineno}", name))
            return
        frame = frame.f_back


class Listen:
    """The middleware that lets `read` be filled."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.GET = Heard(request.META.get("QUERY_STRING", ""), encoding="utf-8")
        answer: HttpResponse = self.get_response(request)
        return answer


class Attacker:
    """Asks as several people, undoes whatever was done, and keeps what failed."""

    def __init__(self, found: scene.Scene) -> None:
        self.scene = found
        self.clients: dict[Any, Client] = {}
        self.failed: set[str] = set()

    def client(self, who: Any) -> Client:
        if who not in self.clients:
            person = who if isinstance(who, User) else factories.member(*who)
            self.clients[who] = Client(raise_request_exception=False)
            self.clients[who].force_login(person)
        return self.clients[who]

    def readers(self, name: str, *, among: Iterable[Any] = ()) -> list[Any]:
        """`among`: who asks for a page that is for whoever is signed in; all of `ROLES` and the worker unless given."""
        readers = ADDRESSES[name].readers
        if readers is None:
            return list(among) or [self.scene.worker, *ROLES]
        # A pair without a role stands for somebody who holds all of them.
        first = sorted(readers)[:1]
        return [(code, role or "correspondent") for code, role in first] or [self.scene.worker]

    def ask(self, who: Any, url: str, data: Any = None) -> Any:
        client = self.client(who)
        with transaction.atomic():
            answer = client.get(url) if data is None else client.post(url, data)
            transaction.set_rollback(True)
        if answer.status_code >= 500:
            self.failed.add(f"{'GET' if data is None else 'POST'} {url[:160]} {str(data or '')[:80]}")
        return answer

    def url(self, name: str) -> str:
        return reverse(name, args=ADDRESSES[name].args(self.scene))


@pytest.fixture(scope="module")
def attacker(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Attacker]:
    """The scene, and whoever reads it, in one transaction that is undone at the end."""
    middleware = [*settings.MIDDLEWARE, f"{__name__}.Listen"]
    with (
        pytest.MonkeyPatch.context() as patch,
        time_machine.travel(NOON, tick=False),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        patch.setattr("django.conf.settings.MEDIA_ROOT", str(tmp_path_factory.mktemp("media")))
        patch.setattr("django.conf.settings.MIDDLEWARE", middleware)
        yield Attacker(scene.build())
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def nothing_personal_in_any_log(attacker: Attacker, caplog: Any) -> Iterator[None]:
    """Neither in ours nor in PostgreSQL’s."""
    server = embedded.HOME / "postgresql" / "server.log"
    before = server.stat().st_size if server.exists() else 0
    caplog.set_level(logging.DEBUG, logger="django.request")
    yield
    written = "".join(
        f"{record.getMessage()} {record.exc_text or ''} {record.exc_info or ''}" for record in caplog.records
    )
    if server.exists():
        with server.open("rb") as log:
            log.seek(before)
            written += log.read().decode(errors="replace")
    names = {CANARY, *Beneficiary.objects.values_list("usual_name", flat=True)}
    assert [name for name in names if name and name in written] == []


def names_read(attacker: Attacker, who: Any, url: str) -> dict[str, set[str]]:
    """What a page reads of its address → where."""
    read.clear()
    answer = attacker.ask(who, url)
    found: dict[str, set[str]] = {}
    for site, name in read:
        found.setdefault(name, set()).add(site)
    if whole := found.pop(WHOLE, None):
        form = answer.context.get("form") if answer.context else None
        for name in (*ALSO, *(form.fields if form else ())):
            found.setdefault(name, set()).update(whole)
    return found


@pytest.mark.long
@pytest.mark.turn(6)
@pytest.mark.timeout(1800)  # minutes; cut short, it is in the middle of a page, whose transaction it breaks
def test_no_page_fails_on_what_its_address_asks(attacker: Attacker):
    attacked: set[tuple[str, str]] = set()
    for name in sorted(ADDRESSES.keys() - LEFT_ALONE):
        url = attacker.url(name)
        for who in attacker.readers(name, among=WALKERS) if not ADDRESSES[name].posts else []:
            for parameter, sites in names_read(attacker, who, url).items():
                if not {(site, parameter) for site in sites} - attacked:
                    continue
                attacked |= {(site, parameter) for site in sites}
                for value in ODD:
                    attacker.ask(who, f"{url}?{urlencode({parameter: value})}")
                for raw in RAW:
                    attacker.ask(who, f"{url}?{quote(parameter)}{raw.format(parameter)}")
    assert {parameter for _, parameter in attacked} >= {
        "apres",
        "structure",
        "jour",
        "mois",
        "liste",
        "voir",
        "retour",
    }
    assert attacker.failed == set()


BY_CONVERTER = {
    "ReportStepConverter": ("0000-5",),
    "IntConverter": ("9" * 25, "9" * 4301, "0"),
    "UUIDConverter": ("00000000-0000-0000-0000-000000000000",),
    "SlugConverter": ("0000-5", "9999-12-31", "9" * 300),
    "StringConverter": ("²", "0000-5", "2026-99-99", "9999-12-31", "9" * 4301, "%ED%A0%80", "a%0D%0Ab"),
}


def test_no_page_fails_on_the_path_of_its_address(attacker: Attacker):
    routes: dict[str, URLPattern] = {str(each.name): each for each in patterns(get_resolver())}
    for name, address in sorted(ADDRESSES.items()):
        args = [str(each) for each in address.args(attacker.scene)]
        for place, converter in enumerate(routes[name].pattern.converters.values()):
            for value in BY_CONVERTER[type(converter).__name__]:
                parts = attacker.url(name).split("/")
                spot = [number for number, part in enumerate(parts) if part == args[place]]
                if not spot:
                    continue
                parts[spot[-1 if args.count(args[place]) == 1 else 0]] = value
                attacker.ask(attacker.readers(name)[0], "/".join(parts), {} if address.posts else None)
    assert attacker.failed == set()


@pytest.mark.parametrize("name", ["inbox", "cases", "case", "deadlines", "household_add", "case_note", "counter"])
def test_a_nul_is_refused_before_any_page(attacker: Attacker, name: str):
    url = attacker.url(name)
    for who in attacker.readers(name)[:1]:
        assert attacker.ask(who, f"{url}?apres=%00").status_code == 400
        assert attacker.ask(who, f"{url}?a%00b=1").status_code == 400
        assert attacker.ask(who, f"{url}%00").status_code == 400
        answer = attacker.ask(who, url, {"text": f"{CANARY}\0", "n": "1"})
        assert answer.status_code == 400
        assert "Un caractère invisible s’est glissé" in answer.content.decode()
        assert CANARY not in answer.content.decode()
    assert attacker.failed == set()
