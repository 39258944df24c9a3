"""Pages that belong to no application: refusals, and what is said when something failed."""

import sys
from contextlib import suppress
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from cases.disk_store import FULL
from cases.refusals import StoreAway, StoreFull

AWAY = ("08", "53", "57P")
"""How the codes begin by which PostgreSQL refuses a connection, or ends one: it stops, starts, or has none left."""
DISK_FULL = "53100"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the database, the store of files or room on a disk, which come back: 503, so that browsers, fronts and watches
    ask again. Else 500."""
    missing = _find_missing(sys.exc_info()[1])
    if not missing:
        return HttpResponse(render_to_string("500.html"), status=HTTPStatus.INTERNAL_SERVER_ERROR)
    if missing == "room":
        _drop_half_sent(request)
    return HttpResponse(
        render_to_string("503.html", {"missing": missing}),
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Retry-After": "20", "Cache-Control": "no-store"},
    )


def _drop_half_sent(request: HttpRequest) -> None:
    """The file that was being received: Django would leave its first half until the process ends."""
    for handler in request.upload_handlers:
        with suppress(OSError):
            handler.upload_interrupted()


def _find_missing(error: BaseException | None) -> str:
    """Room on a disk, the store of files or the database; empty when nothing is missing but the code is wrong."""
    code = getattr(getattr(error, "__cause__", None), "sqlstate", None)
    if isinstance(error, StoreFull) or (isinstance(error, OSError) and error.errno in FULL) or code == DISK_FULL:
        return "room"
    if isinstance(error, StoreAway):
        return "store"
    # Not when it answered, were it to say that one waited for too long.
    is_away = code is None or code.startswith(AWAY)
    return "database" if isinstance(error, OperationalError | InterfaceError) and is_away else ""
