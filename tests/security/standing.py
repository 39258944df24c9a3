"""A scene that many tests only look at: built once, in one transaction, which is undone at the end."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from functools import cache
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from django.contrib import auth
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from cases.permissions import held_rights
from config.accounts.session_store import SessionStore
from tests.factories import NOON

REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


@contextmanager
def standing(django_db_blocker: Any, folders: pytest.TempPathFactory) -> Iterator[pytest.MonkeyPatch]:
    with (
        pytest.MonkeyPatch.context() as patch,
        time_machine.travel(NOON, tick=False),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '60s'")  # a statement that never ends is named, not the hour
        patch.setattr("django.conf.settings.MEDIA_ROOT", str(folders.mktemp("media")))
        yield patch
        transaction.set_rollback(True)


def refuse_in_a_word(patch: pytest.MonkeyPatch) -> None:
    """The pages that refuse draw a whole menu, and are logged; where their status is all that is asked, they are empty."""
    patch.setattr(logging.getLogger("django.request"), "disabled", True)
    for status in REFUSED:
        patch.setattr(f"config.urls.handler{status.value}", _Refuses(status), raising=False)


def remember_rights(patch: pytest.MonkeyPatch) -> None:
    """Whoever asks for a thousand things holds the same rights each time: they are read from the rows at the first only.
    For people whose rights do not change any more; what each request does is undone."""
    patch.setattr(held_rights, "_read_rights", cache(held_rights._read_rights))


def remember_people(patch: pytest.MonkeyPatch) -> None:
    """Nor is it asked each time who is there: a session and its person are read at its first request only. Each request has
    its own copy of both."""
    people: dict[str, Any] = {}
    read_session, read_user = cache(_read_session), auth.get_user

    def get_user(request: HttpRequest) -> Any:
        key = request.session.session_key or ""
        if key not in people:
            people[key] = read_user(request)
        return copy(people[key])

    patch.setattr(SessionStore, "load", lambda session: dict(read_session(session.session_key)))
    patch.setattr(auth, "get_user", get_user)


def _read_session(key: str) -> dict[str, Any]:
    return DatabaseSessions.load(SessionStore(key))


class _Refuses:
    def __init__(self, status: HTTPStatus) -> None:
        self.status = status

    def __call__(self, request: HttpRequest, exception: Exception) -> HttpResponse:
        return HttpResponse(status=self.status)
