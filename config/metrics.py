"""What Prometheus reads at /metriques: requests by the name of their page, and how the installation does. No id, no name.

Each process of gunicorn writes its figures in a file of its own, named after its place (`gunicorn_conf.py`): whichever of
them is asked adds up the files of all.
"""

import os
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

from config.service_metrics import ServiceCollector

ADDRESS = "/metriques"
METHODS = ("GET", "HEAD", "POST")
IS_SHARED = "PROMETHEUS_MULTIPROC_DIR" in os.environ
if IS_SHARED:
    # By default a file is named after the process, and the files of those that ended stay: more at each of them.
    values.ValueClass = values.MultiProcessValue(lambda: os.environ.get("GUNICORN_PLACE", "before"))  # type: ignore[no-untyped-call]

REQUESTS_HERE, SERVICES = CollectorRegistry(), CollectorRegistry()
SERVICES.register(ServiceCollector())
REQUESTS = Histogram(
    "relais_request_seconds",
    "durée des réponses, par page, méthode et code",
    ["view", "method", "status"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REQUESTS_HERE,
)


def is_asked(request: HttpRequest) -> bool:
    """Answered before any page: whoever collects them asks each process by its number, which is no domain of ours."""
    return bool(settings.METRICS_TOKEN) and request.path_info == ADDRESS


def answer(request: HttpRequest) -> HttpResponse:
    given, wanted = request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    if not secrets.compare_digest(given.encode(), wanted.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    return HttpResponse(generate_latest(_requests()) + generate_latest(SERVICES), headers=headers)


def _requests() -> CollectorRegistry:
    if not IS_SHARED:
        return REQUESTS_HERE
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def count(request: HttpRequest, response: HttpResponse, *, seconds: float) -> None:
    """Nothing that a visitor makes up becomes a label."""
    if settings.METRICS_TOKEN:
        match = request.resolver_match
        method = request.method if request.method in METHODS else "other"
        view = match.view_name if match else "static" if request.path_info.startswith(settings.STATIC_URL) else ""
        REQUESTS.labels(view, method, response.status_code).observe(seconds)
