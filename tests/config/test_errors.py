"""Errors that nobody foresaw are counted, without a word of theirs, and counting them never makes another."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.db import DataError, connection, transaction
from django.test import Client

from config import errors, logs
from config.models import UnexpectedError
from config.services.items import Level
from config.services.recent_errors import read_recent_errors
from config.tasks import clear_expired
from tests.factories import NOON

log = logging.getLogger("tests")


class Quoting(Exception):
    """An error that says what somebody typed."""


def fail(*args, **kwargs):
    secret = "Secretnom"
    raise Quoting(f"{secret} n’est pas un nombre")


@pytest.fixture
def broken_page(monkeypatch):
    monkeypatch.setattr("config.context.localdate", fail, raising=False)
    monkeypatch.setattr("config.context.timezone", type("Clock", (), {"localdate": staticmethod(fail)}))
    return "/accessibilite/"


def rows():
    return list(UnexpectedError.objects.values_list("kind", "count", "first_at", "last_at", "request"))


@pytest.mark.django_db
def test_a_page_that_fails_is_counted_once_its_answer_is_made_and_nothing_typed_is_kept(broken_page):
    client = Client(raise_request_exception=False)
    with time_machine.travel(NOON, tick=False):
        assert client.get(broken_page).status_code == 500
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        last = client.get(broken_page).headers["X-Request-ID"]
    assert rows() == [("tests.config.test_errors.Quoting", 2, NOON, NOON + timedelta(hours=1), last)]
    module, line = UnexpectedError.objects.get().place.split(":")
    assert (module, line.isdigit()) == ("config.context", True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text FROM config_unexpectederror e")
        [(row,)] = cursor.fetchall()
    assert "Secretnom" not in row


@pytest.mark.django_db
def test_a_task_that_fails_is_counted_once_it_is_over(monkeypatch):
    monkeypatch.setattr("config.clearing.clear_expired", fail)
    clear_expired.apply()
    assert [kind for kind, *_ in rows()] == ["tests.config.test_errors.Quoting"]


def note():
    try:
        fail()
    except Quoting:
        log.exception("a step failed")


@pytest.mark.django_db
def test_what_is_caught_and_logged_so_that_others_go_on_is_counted_too():
    token = logs.request_id.set("0193f0c2")
    note()
    logs.request_id.reset(token)
    errors.write_down_errors()
    [(_, count, _, _, request)] = rows()
    assert (count, request) == (1, "0193f0c2")


@pytest.mark.django_db
def test_an_error_that_is_logged_without_its_trace_is_no_unexpected_error():
    log.error("document 12 could not be scanned")
    log.warning("unread", exc_info=Quoting())
    errors.write_down_errors()
    assert rows() == []


@pytest.mark.django_db
def test_logging_an_error_asks_nothing_of_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        note()


def divide_by_zero():
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT 1 / 0")
        except DataError:
            log.exception("a step failed")
            raise


@pytest.mark.django_db(transaction=True)
def test_an_error_logged_in_a_transaction_that_failed_is_counted_after_it():
    with pytest.raises(DataError), transaction.atomic():
        divide_by_zero()
    errors.write_down_errors()
    assert [kind for kind, *_ in rows()] == ["django.db.utils.DataError"]


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_down_errors_wait_and_nothing_fails(monkeypatch):
    note()
    connection.close()
    with monkeypatch.context() as away:
        away.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        away.setitem(connection.settings_dict, "PORT", "1")
        errors.write_down_errors()
        connection.close()
    assert rows() == []
    errors.write_down_errors()
    assert [count for _, count, *_ in rows()] == [1]


@pytest.mark.django_db
def test_two_hundred_kinds_are_kept_and_the_oldest_leave():
    for number in range(200):
        UnexpectedError.objects.create(
            kind=f"E{number}", place="a:1", first_at=NOON, last_at=NOON + timedelta(minutes=number)
        )
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        note()
        errors.write_down_errors()
    kinds = set(UnexpectedError.objects.values_list("kind", flat=True))
    assert (len(kinds), "E0" in kinds, "E1" in kinds) == (200, False, True)


@pytest.mark.django_db
def test_errors_of_the_last_day_are_said():
    assert read_recent_errors(NOON).words == "Aucune depuis un jour."
    UnexpectedError.objects.create(kind="A", place="a:1", first_at=NOON, last_at=NOON)
    found = read_recent_errors(NOON + timedelta(hours=23))
    assert (found.level, found.words) == (Level.WATCH, "1 genre d’erreur depuis un jour.")
    assert read_recent_errors(NOON + timedelta(hours=24)).level is Level.GOOD
