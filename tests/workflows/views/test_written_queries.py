"""Each query that a page writes once is, for each person and on each day, the one that would be written for him."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from cases import permissions, written_once
from cases.actions import members
from cases.models import Case, User
from cases.permissions import rights
from cases.written_once import NO_CASE, NO_UUID, Write, read_written
from tests.factories import FAMILY, NOON, member, reported, structure, tenancy, user
from tests.workflows.walk import Walk
from workflows.views.parts.pages import CasePage, _find_case

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DAYS = (date(2026, 3, 4), date(2026, 2, 28), date(2026, 3, 29), date(2026, 12, 31), date(2028, 2, 29))
"""A Wednesday; the ends of a month and of a year; the day that loses an hour; that of a leap year."""
SINCE = date(2026, 1, 1)
ADDRESSES = ("inbox", "cases", "deadlines", "case")
Written = tuple[Write, tuple[Any, ...]]


def concrete_pages(of: type[CasePage] = CasePage) -> Iterator[type[CasePage]]:
    for page in of.__subclasses__():
        yield page
        yield from concrete_pages(page)


def people() -> list[User]:
    """Of one structure, of two, of a landlord’s, and of none: for each kind of rights another query is written."""
    of_two = member("mds-grigny", "manager")
    members.join(user=of_two, structure=structure("ccas-grigny"), role="agent", since=SINCE, at=NOON)
    return [member("caf-91"), of_two, member("bailleur-a"), user()]


def followed_case(worker: User) -> Case:
    lease = tenancy(housing="private", aid_kind="ALF", aid=Decimal("150.00"), direct_payment=True)
    walk = Walk(reported(lease, **FAMILY))
    walk.take("answer", by=worker, accept=True, professional=worker)
    return walk.case


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> set[Written]:
    """What pages ask for by a query that is written once."""
    found: set[Written] = set()
    ordinary = written_once.write_for_nobody

    def note(write: Write, shape: written_once.Shape, words: tuple[Any, ...]) -> Any:
        found.add((write, words))
        return ordinary(write, shape, words)

    monkeypatch.setattr(written_once, "write_for_nobody", note)
    return found


def sent_by(read: Callable[[], object], case: Case) -> list[Counter[str]]:
    """The words of what is sent to PostgreSQL, in any order: that of a list of numbers is nobody’s."""
    with CaptureQueriesContext(connection) as sent:
        read()
    own = [each["sql"].replace(NO_UUID.hex, case.public_id.hex) for each in sent]
    return [Counter(re.findall(r"-?\w+|[^\w\s]", re.sub(rf"{NO_CASE}\b", f"{case.pk}", each))) for each in own]


def assert_written_as_ordinary(write: Write, words: tuple[Any, ...], person: User, today: date, case: Case) -> None:
    held = rights(person, at=today)
    found: list[Any] = []
    sent = sent_by(
        lambda: found.extend(read_written(write, person, today, held, *words, case=case, public_id=case.public_id)),
        case,
    )
    fresh = User.objects.get(pk=person.pk)
    ordinary = sent_by(lambda: list(write(fresh, today, held, *words)), case)
    assert sent == ordinary, (write, words, today)
    with connection_is_kept():
        for _ in range(2):
            again = read_written(write, person, today, held, *words, case=case, public_id=case.public_id)
            assert [said_of(each) for each in again] == [said_of(each) for each in found], (write, words, today)


@contextmanager
def connection_is_kept() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "CONN_MAX_AGE", 600)
        yield


def said_of(row: Any) -> Any:
    """All that an object was read with."""
    return {key: value for key, value in vars(row).items() if key != "_state"} if hasattr(row, "_state") else row


def test_what_the_first_pages_ask_is_what_would_be_written_for_who_reads_on_that_day(
    client, written: set[Written], monkeypatch: pytest.MonkeyPatch
):
    worker = member("caf-91")
    with time_machine.travel(NOON, tick=False):
        case = followed_case(worker)
        client.force_login(worker)
        for name in ADDRESSES:
            assert client.get(reverse(name, args=[case.public_id] if name == "case" else [])).status_code == 200
        client.force_login(member("caf-91", "manager"))
        for many in (permissions.seeing.MANY, 1):
            monkeypatch.setattr(permissions.seeing, "MANY", many)
            assert client.get(reverse("deadlines"), {"liste": "ma-structure"}).status_code == 200
    asked = set(written)
    assert len(asked) >= 18
    for person, today in zip((worker, *people()), DAYS, strict=True):
        for write, words in asked:
            assert_written_as_ordinary(write, words, person, today, case)


def test_each_page_of_a_case_asks_for_it_by_the_query_that_would_be_written_for_who_reads():
    case = reported(**FAMILY)
    get_resolver().url_patterns  # noqa: B018 - the pages are known once the addresses are
    pages = {page.first_that_reads_so() for page in concrete_pages()}
    assert len(pages) >= 3
    for person in people():
        for page in pages:
            assert_written_as_ordinary(_find_case, (page,), person, DAYS[0], case)
