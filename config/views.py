"""Pages that belong to no application: refusals, and what is said when something failed."""

import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from cases.refusals import StoreAway

AWAY = ("08", "53", "57P")
"""How the codes begin by which PostgreSQL refuses a connection, or ends one: it stops, starts, or has none left."""


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the database or the store of files, which come back by themselves: 503, so that browsers, fronts and watches
    ask again. Else 500."""
    error = sys.exc_info()[1]
    is_store_away = isinstance(error, StoreAway)
    if not is_store_away and not _is_database_away(error):
        return HttpResponse(render_to_string("500.html"), status=HTTPStatus.INTERNAL_SERVER_ERROR)
    return HttpResponse(
        render_to_string("503.html", {"is_store_away": is_store_away}),
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Retry-After": "20", "Cache-Control": "no-store"},
    )


def _is_database_away(error: BaseException | None) -> bool:
    """Not when it answered, were it to say that one waited for too long."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    code = getattr(error.__cause__, "sqlstate", None)
    return code is None or code.startswith(AWAY)
