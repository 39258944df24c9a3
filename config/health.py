"""What machines ask of a process: is it alive (asks no server), and is it ready to serve pages."""

from functools import cache
from http import HTTPStatus

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases import antivirus
from config.migration_state import MigrationState, read_migration_state

SECONDS_FOR_REDIS = 1


@login_not_required
@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"process": True})


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and has the tables of this code, else 503. Anybody may ask: nothing is named.

    Tables of a newer code are told, and no reason to stop: during an update, the version of before serves until the next.
    Nor is a queue or a virus scanner that is away: wake-up calls and pieces wait, and all the rest goes on.
    """
    state = _read_migrations()
    told = {"database": state is not None, "redis": _redis_answers()}
    if antivirus.is_configured():
        told["scanner"] = antivirus.is_answering()
    if state:
        told |= {"migrations": not state.missing} | ({"newer": True} if state.newer else {})
    is_ready = state is not None and not state.missing
    return JsonResponse(told, status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE)


def _read_migrations() -> MigrationState | None:
    """None when the database does not answer."""
    try:
        return read_migration_state()
    except Error:
        return None


def _redis_answers() -> bool:
    try:
        return bool(_redis(settings.REDIS_URL).ping())
    except redis.RedisError:
        return False


@cache
def _redis(url: str) -> redis.Redis:
    """To connect costs ten times as much as to ask."""
    return redis.Redis.from_url(url, socket_timeout=SECONDS_FOR_REDIS, socket_connect_timeout=SECONDS_FOR_REDIS)
