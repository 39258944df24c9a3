"""What people are shown: every address and every form of the pages that they open, and by whom each was seen.

A visitor walks as one does: from the pages that ask for nothing, along whatever leads on, a few of each kind.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve
from lxml import html  # type: ignore[import-untyped]

from cases.models import User
from tests.security.client import AttackingClient
from tests.test_pages import ADDRESSES, NO_PAGE

LEADS_ON = re.compile(r"[/?]")
ELSEWHERE = re.compile(r"//|/static/|/media/|/admin/")
CHOSEN = {"radio", "checkbox"}
TOKEN = "csrfmiddlewaretoken"


@dataclass(eq=False)
class Visitor:
    """Somebody, and the structure for which he is there."""

    user: User
    code: str
    depth: int
    """How many pages of one kind he opens."""
    client: AttackingClient = field(default_factory=AttackingClient)

    def __post_init__(self) -> None:
        self.client.force_login(self.user)


@dataclass
class Shown:
    """Where something was seen: by whom, in which structures."""

    people: set[int] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)

    def add(self, visitor: Visitor) -> None:
        self.people.add(visitor.user.pk)
        self.codes.add(visitor.code)


@dataclass(frozen=True)
class FoundForm:
    """As a browser would send it: what is chosen as it opens, and of what must be chosen the first."""

    action: str
    page: str
    fields: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Name, kind, and the values that it may have; the first is sent."""

    @property
    def sent(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, kind, values in self.fields:
            if kind != "file":
                found.setdefault(name, []).append(values[0] if values else TYPED.get(kind, "1"))
        return found

    @property
    def name(self) -> str:
        """Of the address that it is sent to."""
        return name_of(urlsplit(self.action).path)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted({name for name, _, _ in self.fields}))


TYPED = {"date": "2026-11-24", "email": "quelqu-un@example.org", "time": "09:30", "month": "2026-11"}


class Harvest:
    """`addresses`: path and query → its name, and by whom it was seen. `forms`: each with its own."""

    def __init__(self) -> None:
        self.addresses: dict[str, Shown] = defaultdict(Shown)
        self.forms: dict[FoundForm, Shown] = defaultdict(Shown)
        self.opened: dict[tuple[int, str], int] = defaultdict(int)
        self.lead_on: set[str] = set()
        """Names of the pages that showed addresses of things to somebody."""

    def walk(self, visitor: Visitor, first: Iterable[str], *, among: set[str] | None = None) -> None:
        """`among`: names of the pages that are opened; all unless given."""
        waiting, seen = deque(first), set[str]()
        while waiting:
            address = waiting.popleft()
            path = address.partition("?")[0]
            name = name_of(path)
            if path in seen or name in NO_PAGE or not name or ADDRESSES[name].posts or name == "logout":
                continue
            if among is not None and name not in among:
                continue
            seen.add(path)
            # One kind of page of one visitor: what it shows of the others differs by their ids.
            if self.opened[visitor.user.pk, name] >= visitor.depth:
                continue
            self.opened[visitor.user.pk, name] += 1
            waiting.extend(self.open(visitor, address))

    def open(self, visitor: Visitor, address: str) -> list[str]:
        answer = visitor.client.get(address)
        found = []
        if 300 <= answer.status_code < 400:
            found = [answer.headers["Location"]]
        elif answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html"):
            page = html.fromstring(answer.content)
            found = list(addresses_in(page, base=address))
            if any(names_thing(each) for main in page.iter("main") for each in addresses_in(main, base=address)):
                self.lead_on.add(name_of(address.partition("?")[0]))
            for form in forms_in(page, base=address):
                self.forms[form].add(visitor)
        for each in found:
            self.addresses[each].add(visitor)
        return found


@cache
def name_of(path: str) -> str:
    try:
        return str(resolve(path).url_name or "")
    except Resolver404:
        return ""


@cache
def names_thing(address: str) -> bool:
    try:
        return bool(resolve(urlsplit(address).path).kwargs)
    except Resolver404:
        return False


def addresses_in(page: Any, *, base: str) -> Iterator[str]:
    """Whatever an attribute says: `href`, `action`, `hx-get`, `data-keep`…"""
    for element in page.iter():
        if isinstance(element.tag, str):
            for value in element.attrib.values():
                if LEADS_ON.match(value) and not ELSEWHERE.match(value) and (found := whole(value, base=base)):
                    yield found


def whole(value: str, *, base: str) -> str:
    address = urljoin(base, value).partition("#")[0]
    return address if name_of(urlsplit(address).path) in ADDRESSES else ""


def forms_in(page: Any, *, base: str) -> Iterator[FoundForm]:
    for form in page.iter("form"):
        if (form.get("method") or "").lower() != "post":
            continue
        fields = [found for each in form.iter("input", "select", "textarea", "button") if (found := _field(each))]
        action = whole(form.get("action") or base, base=base)
        targets = {
            action,
            *(
                whole(each.get("formaction"), base=base)
                for each in form.iter("button", "input")
                if each.get("formaction")
            ),
        }
        merged = tuple(_merged(fields))
        for target in sorted(filter(None, targets)):
            yield FoundForm(action=target, page=base.partition("?")[0], fields=merged)


def _field(element: Any) -> tuple[str, str, list[str]] | None:
    name, kind = element.get("name") or "", (element.get("type") or "text").lower()
    if not name or name == TOKEN or element.get("disabled") is not None:
        return None
    if element.tag == "select":
        options = list(element.iter("option"))
        values = [option.get("value", option.text or "") for option in options]
        values.sort(key=lambda value: value == "")  # what says something first
        chosen = [option.get("value", "") for option in options if option.get("selected") is not None]
        return name, "choice", [*filter(None, chosen), *values]
    if element.tag == "textarea":
        return name, "text", [element.text.strip()] if element.text and element.text.strip() else []
    if element.tag == "button" or kind in {"submit", "image"}:
        return name, "button", [element.get("value") or ""]
    value = element.get("value")
    return name, kind, [value] if value else []


def _merged(fields: list[tuple[str, str, list[str]]]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The buttons of one choice are one field."""
    together: dict[tuple[str, str], list[str]] = {}
    for name, kind, values in fields:
        if kind in CHOSEN or kind == "button":
            together.setdefault((name, kind), []).extend(values)
    done = set()
    for name, kind, values in fields:
        if (name, kind) in together:
            if (name, kind) not in done:
                done.add((name, kind))
                yield name, kind, tuple(together[name, kind])
        else:
            yield name, kind, tuple(values)
