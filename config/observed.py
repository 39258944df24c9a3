"""What is said of each request, whatever answers it: its own id, and what the log and the metrics need."""

import secrets
import time
from collections.abc import Callable
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from config import logs, metrics


class ObserveRequests:
    """The first of all, so that it times the others. gunicorn writes the line, once the answer is sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if metrics.is_asked(request):
            request.META[logs.TOLD] = {"route": metrics.ADDRESS}
            return metrics.answer(request)
        started, name = time.perf_counter(), secrets.token_hex(8)
        token = logs.request_id.set(name)
        try:
            response = self.get_response(request)
        finally:
            logs.request_id.reset(token)
        response["X-Request-ID"] = name
        request.META[logs.TOLD] = {"request_id": name, "user": user_of(request), **address_of(request)}
        metrics.count(request, response, seconds=time.perf_counter() - started)
        return response


def address_of(request: HttpRequest) -> dict[str, object]:
    """The pattern, and what it names by a number: any other part may be a key, or typed."""
    if not request.resolver_match:
        return {}
    ids = {name: str(value) for name, value in request.resolver_match.kwargs.items() if isinstance(value, int | UUID)}
    return {"route": logs.route_of(request), "ids": ids or None}


def user_of(request: HttpRequest) -> int | None:
    """Whoever the session names, if the page has read it: the database is not asked for this, it may be what failed."""
    session = getattr(request, "session", None)
    found = getattr(session, "_session_cache", {}).get(SESSION_KEY)
    return int(found) if found else None
