"""A query that is written once is prepared once for a connection that is kept, and finds what it would find."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from cases import prepared_statements
from cases.models import Membership, User
from cases.permissions import Rights
from cases.written_once import read_written
from demo.seed import statements_planned_once
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 4)


def colleagues(user: User, today: date, held: Rights, code: str) -> QuerySet[Membership]:
    return Membership.objects.active(today).filter(user=user, structure__code=code)


def find(user: User, code: str) -> list[Membership]:
    return read_written(colleagues, user, TODAY, {}, code)


@pytest.fixture(autouse=True)
def nothing_prepared() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    prepared_statements._calls.clear()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


def prepared() -> list[tuple[str, int]]:
    """A word of each, and how often it was run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(statement FROM '''([a-z0-9-]+)'''), generic_plans + custom_plans"
            " FROM pg_prepared_statements ORDER BY prepare_time"
        )
        return cursor.fetchall()


@pytest.mark.usefixtures("connection_is_kept")
def test_a_query_is_prepared_once_for_all_who_ask_it(django_assert_num_queries: Any):
    claire, samira = factories.member("caf-91"), factories.member("mds-grigny")
    with django_assert_num_queries(3):
        assert [each.user_id for each in find(claire, "caf-91")] == [claire.pk]
        assert find(samira, "caf-91") == []
        assert [each.user_id for each in find(claire, "caf-91")] == [claire.pk]
    assert prepared() == [("caf-91", 3)]


@pytest.mark.usefixtures("connection_is_kept")
def test_a_query_is_planned_once_for_all_who_ask_it():
    """PostgreSQL, left to choose, plans the first five times at least."""
    for _ in range(3):
        find(factories.member("caf-91"), "caf-91")
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements")
        assert cursor.fetchall() == [(3, 0)]


@pytest.mark.usefixtures("connection_is_kept")
def test_a_connection_keeps_so_many_and_forgets_what_was_not_asked_for_the_longest_time(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(prepared_statements, "MOST", 2)
    claire = factories.member("caf-91")
    for code in ("caf-91", "mds-grigny", "caf-91", "ccas-grigny"):
        find(claire, code)
    assert prepared() == [("caf-91", 2), ("ccas-grigny", 1)]
    assert len(find(claire, "caf-91")) == 1
    assert find(claire, "mds-grigny") == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("connection_is_kept")
def test_the_seed_leaves_none_that_psycopg_would_take_away_with_its_own_at_the_next_rollback():
    claire = factories.member("caf-91")
    assert len(find(claire, "caf-91")) == 1
    with statements_planned_once():
        for _ in range(5):
            assert len(find(claire, "caf-91")) == 1
    assert len(find(claire, "caf-91")) == 1
    with transaction.atomic():
        factories.structure("ccas-grigny")
        transaction.set_rollback(True)
    assert len(find(claire, "caf-91")) == 1


def test_a_connection_of_one_request_prepares_nothing():
    assert len(find(factories.member("caf-91"), "caf-91")) == 1
    assert prepared() == []
