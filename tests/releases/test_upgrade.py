"""The demonstration of each release, migrated with today’s code: what must hold holds, and every page opens.

A new release adds its dump: `scripts/dump_release.py`, called by `scripts/release.sh`.
"""

import lzma
import os
import re
import runpy
import subprocess
import tarfile
from collections import deque
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import resolve, reverse

from cases.models import Case, Membership, User
from cases.permissions import visible_cases
from config import embedded
from tests.databases import COPY, ROOT, _connect_to, _server
from tests.schemas import check_what_was_not, read_schema

REFUSED = {409}
"""A page that says why not, in words: an import that is no longer undone, say."""
pytestmark = [pytest.mark.long, pytest.mark.timeout(1800), pytest.mark.turn(3)]
DUMPS = Path(__file__).parent / "dumps"
AT = runpy.run_path(str(ROOT / "scripts" / "dump_release.py"))["AT"]
"""The day that they were lived up to."""
AS_RESTORED = re.compile(r"::(character varying|text)\b(\[\])?|[()]")
"""PostgreSQL writes the casts of a condition in other places once it was dumped and restored."""
VERSIONS = sorted(path.name.removesuffix(".sql.xz") for path in DUMPS.glob("*.sql.xz"))


@pytest.fixture(scope="module", params=VERSIONS)
def upgraded(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The dump of a version in a database of its own, migrated; whose tests find themselves connected to it."""
    ours, scratch = connection.settings_dict["NAME"], f"upgrade_of_tests_{os.getpid()}"
    with django_db_blocker.unblock():
        with _server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{scratch}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{scratch}"')
        restore(DUMPS / f"{request.param}.sql.xz", scratch)
        _connect_to(scratch)
        call_command("migrate", interactive=False, verbosity=0)
        yield request.param
        _connect_to(ours)
        with _server() as server:
            server.execute(f'DROP DATABASE "{scratch}" WITH (FORCE)')


def restore(dump: Path, database: str) -> None:
    address = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{database}"
    command = [
        str(embedded.postgres_tools() / "psql"),
        "-q",
        "-X",
        "-o",
        "/dev/null",
        "-v",
        "ON_ERROR_STOP=1",
        address,
    ]
    done = subprocess.run(command, input=lzma.decompress(dump.read_bytes()), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


@pytest.fixture
def files(upgraded: str) -> None:
    with tarfile.open(fileobj=BytesIO(lzma.decompress((DUMPS / f"{upgraded}.media.tar.xz").read_bytes()))) as tar:
        tar.extractall(settings.MEDIA_ROOT, filter="data")


class Links(HTMLParser):
    """The addresses that a page leads to by links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (address := dict(attrs).get("href")):
            self.found.append(address)


def kind_of(address: str) -> str:
    """Pages of one view, asked for by the same parameters, are alike."""
    parts = urlsplit(address)
    return f"{resolve(parts.path).view_name} {sorted(name for name, _ in parse_qsl(parts.query))}"


def crawl(user: User, first: Iterable[str]) -> tuple[int, list[str]]:
    """How many pages an account opened, following links, one page of each kind; and which of them did not open."""
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    waiting, kinds, wrong = deque(first), set[str](), list[str]()
    opened = 0
    while waiting:
        address = waiting.popleft()
        opened += 1
        answer = client.get(address)
        if answer.status_code in {301, 302}:
            found = [answer["Location"]]
        elif answer.status_code == 200:
            is_page = answer["Content-Type"].startswith("text/html")
            found = Links(answer.text).found if is_page else []
        else:
            found = []
            if answer.status_code not in REFUSED:
                wrong.append(f"{answer.status_code} {address}")
        for link in found:
            target = urljoin(address, link).partition("#")[0]
            if target.startswith("/") and not target.startswith("/static/") and (kind := kind_of(target)) not in kinds:
                kinds.add(kind)
                waiting.append(target)
    return opened, wrong


def test_the_demonstration_of_a_release_is_there_after_its_migration_and_what_must_hold_holds(
    upgraded, django_db_blocker
):
    with django_db_blocker.unblock(), time_machine.travel(AT, tick=False):
        assert Case.objects.count() > 50
        call_command("check_invariants", verbosity=0)


def test_the_tables_of_a_release_become_those_of_a_new_database(upgraded, django_db_blocker):
    with django_db_blocker.unblock():
        check_what_was_not()
        new, old = (
            [AS_RESTORED.sub("", each) for each in read_schema(name)]
            for name in (f"{COPY}_{os.getpid()}", connection.settings_dict["NAME"])
        )
    assert [each for each in old if each not in new] == [each for each in new if each not in old] == []


@pytest.mark.usefixtures("files")
def test_one_of_each_role_of_a_release_opens_each_kind_of_page_and_every_case_is_opened(upgraded, django_db_blocker):
    with django_db_blocker.unblock(), time_machine.travel(AT, tick=False):
        shown, found = set[str](), {}
        for user, is_first in _with_the_first_of_each_place():
            cases = {reverse("case", args=[case.public_id]) for case in visible_cases(user, at=AT.date())} - shown
            shown |= cases
            found[user.email] = crawl(user, ["/"] * is_first + sorted(cases))
    assert {email: wrong for email, (_, wrong) in found.items() if wrong} == {}
    assert sum(opened for opened, _ in found.values()) > 500


def _with_the_first_of_each_place() -> Iterator[tuple[User, bool]]:
    """Each account, and whether no other was before with the same roles in the same structures: the same pages are theirs."""
    places = set[tuple[Any, ...]]()
    for user in User.objects.filter(is_active=True).order_by("pk"):
        held = Membership.objects.filter(user=user).active(AT.date()).order_by("structure", "role")
        place = (user.is_staff, user.is_superuser, *held.values_list("structure", "role"))
        yield user, place not in places
        places.add(place)
