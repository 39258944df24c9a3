"""A page of the demonstration as one of its people reads it, and how what it says is compared with what was counted."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.test import Client
from django.urls import reverse
from lxml import html  # type: ignore[import-untyped]

from cases.models import User
from demo.accounts import ACCOUNTS
from tests.factories import NOON

TODAY = NOON.date()
SMALL = "petit nombre"
Wrong = Iterator[tuple[str, Any, Any]]
"""What, as it is read, as it is counted."""


def words_of(element: Any) -> str:
    return re.sub(r"[ \t\r\n]+", " ", element.text_content()).strip()


def number_of(text: str) -> int:
    """The first number of a cell; a percentage, or words, may follow."""
    return int(re.match(r"\d+", text.replace("\u202f", ""))[0])  # type: ignore[index]


class Read:
    """A page as a person reads it."""

    def __init__(self, answer: Any) -> None:
        assert answer.status_code == 200, answer.request["PATH_INFO"]
        self.page: Any = html.fromstring(answer.content.decode())

    def lines(self, caption: str) -> list[dict[str, str]]:
        """Of the first table whose caption begins so: of each row, column → what stands there; nothing of a row that says in one
        cell that there is none."""
        for table in self.page.xpath("//main//table[caption]"):
            if words_of(table.xpath("./caption")[0]).startswith(caption):
                headings = [words_of(each) for each in table.xpath("./thead//th")]
                rows = [row.xpath("./th | ./td") for row in table.xpath("./tbody/tr | ./tfoot/tr")]
                return [
                    dict(zip(headings, map(words_of, row), strict=False)) for row in rows if not row[0].get("colspan")
                ]
        return []

    def table(self, caption: str) -> dict[str, dict[str, str]]:
        """Of the first whose caption begins so: row → column → what stands there."""
        for table in self.page.xpath("//main//table[caption]"):
            if words_of(table.xpath("./caption")[0]).startswith(caption):
                headings = [words_of(each) for each in table.xpath("./thead//th")][1:]
                found = {}
                for row in table.xpath("./tbody/tr | ./tfoot/tr"):
                    name, *cells = row.xpath("./th | ./td")
                    found[words_of(name)] = dict(zip(headings, map(words_of, cells), strict=False))
                return found
        return {}

    def badges(self) -> dict[str, int]:
        """What the menu counts."""
        found = {}
        for link in self.page.xpath("//header//nav//a"):
            if said := re.fullmatch(r"(.+?) (\d+)\D*", words_of(link)):
                found[said[1]] = int(said[2])
        return found

    @property
    def bell(self) -> int:
        return sum(int(words_of(each)) for each in self.page.xpath("//a[@class='bell']/span[@class='count']"))

    @property
    def tabs(self) -> dict[str, int]:
        found = {}
        for count in self.page.xpath("//main//ul[contains(@class, 'tabs')]//span[contains(@class, 'count')]"):
            found[(count.getparent().text or "").strip()] = int(words_of(count))
        return found


COMPARED: Counter[str] = Counter()
"""How many figures were compared, by area."""


class Reader:
    """One of the people of the demonstration."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = Client()
        self.client.force_login(user)
        membership = user.memberships.get()
        self.role, self.structure = membership.role, membership.structure

    @property
    def known(self) -> dict[str, Any]:
        own = {"r": self.role, "k": self.structure.kind}
        return {"u": self.user.pk, "s": self.structure.pk, "d": TODAY, "t": "grigny", **own}

    def read(self, name: str, query: str = "", *args: str) -> Read:
        return Read(self.client.get(reverse(name, args=args) + query))


def readers() -> list[Reader]:
    return [Reader(User.objects.get(email=account.email)) for account in ACCOUNTS]


def row_of(table: dict[str, dict[str, str]], name: str) -> dict[str, str]:
    """Its label may say more than its name: a note, what its link leads to."""
    return next((cells for label, cells in table.items() if label == name or label.startswith(f"{name} ")), {})


def differ(what: str, shown: dict[str, Any], counted: dict[str, int]) -> Wrong:
    COMPARED[what.partition(",")[0]] += len(counted)
    for label, number in counted.items():
        read = shown.get(label, 0)
        read = number_of(read) if isinstance(read, str) else read
        if read != number:
            yield f"{what}, {label}", read, number


def in_order(values: Iterable[Any]) -> dict[str, Any]:
    """What is shown, or counted, without a heading of its own: by its place."""
    return {str(place): value for place, value in enumerate(values)}
