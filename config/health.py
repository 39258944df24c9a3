"""What machines ask of a process: is it alive (asks no server), and is it ready to serve pages."""

from functools import cache
from http import HTTPStatus

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases import antivirus

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
    """200 when the database answers and has the tables of this code, else 503 naming what lacks.

    Tables of a newer code are told, and no reason to stop: during an update, the version of before serves until the next.
    Nor is a queue or a virus scanner that is away: wake-up calls and pieces wait, and all the rest goes on.
    """
    recorded = _recorded_migrations()
    missing, unknown = _migrations_of_code() - (recorded or set()), (recorded or set()) - _migrations_of_code()
    told: dict[str, object] = {"database": recorded is not None, "redis": _redis_answers()}
    if antivirus.is_configured():
        told["scanner"] = antivirus.is_answering()
    if recorded is not None:
        told |= {"migrations": not missing}
        told |= {key: sorted(found) for key, found in (("missing", missing), ("newer", unknown)) if found}
    is_ready = recorded is not None and not missing
    return JsonResponse(told, status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE)


@cache
def _migrations_of_code() -> frozenset[str]:
    """Read once by each process: the files do not change under it."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(f"{app}.{name}" for app, name in loader.disk_migrations)


def _recorded_migrations() -> set[str] | None:
    """None when the database does not answer. Those of applications that are no longer ours count as newer: they are few."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app || '.' || name FROM django_migrations")
            return {name for (name,) in cursor.fetchall()}
    except ProgrammingError:  # it has no table yet
        return set()
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
