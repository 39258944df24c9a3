"""Errors told to a server of the Sentry protocol (GlitchTip, Sentry), where `SENTRY_DSN` names one: what is logged as an
error is reported, by the kind and the place of the error. Nothing else of what the library would send leaves.
"""

import logging
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.types import Event, Hint

from config import logs
from config.observed import user_of

KEPT = ("event_id", "timestamp", "platform", "level", "logger", "release", "environment", "sdk")
OF_A_FRAME = ("filename", "module", "function", "lineno", "pre_context", "context_line", "post_context", "in_app")


def start(dsn: str, *, release: str, environment: str) -> None:
    """No page is wrapped, and nothing is read of a request: errors alone, and none of the library’s own watchers."""
    sentry_sdk.init(
        dsn=dsn,
        release=release,
        environment=environment,
        server_name="",
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR),
            AtexitIntegration(callback=lambda pending, timeout: None),
            DedupeIntegration(),
        ],
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        before_send=keep_what_names_nobody,
    )


def keep_what_names_nobody(event: Event, hint: Hint) -> Event | None:
    record: logging.LogRecord | None = hint.get("log_record")
    if record is None or (record.name == "django.request" and not record.exc_info):
        return None  # a page that answers « not now », as that of `health.ready`
    error = record.exc_info[1] if record.exc_info else None
    codes = {_named(type(each)): logs.of_the_database(each).strip() for each in logs.causes_of(error)} if error else {}
    told: dict[str, Any] = {name: value for name, value in event.items() if name in KEPT}
    told["logentry"] = {"message": logs.message_of(record)}
    told["exception"] = {"values": [_without_words(each, codes) for each in _values(event)]}
    return told | _of_the_request(record)  # type: ignore[return-value]  # parts of what came in


def _values(event: Event) -> list[dict[str, Any]]:
    return event.get("exception", {}).get("values", [])


def _named(kind: type[BaseException]) -> tuple[str, str]:
    return kind.__module__, kind.__qualname__


def _without_words(error: dict[str, Any], codes: dict[tuple[str, str], str]) -> dict[str, Any]:
    kind = (str(error.get("module") or "builtins"), str(error.get("type")))
    frames = (error.get("stacktrace") or {}).get("frames", [])
    return {
        "module": kind[0],
        "type": kind[1],
        "value": codes.get(kind, ""),
        "stacktrace": {"frames": [{name: frame.get(name) for name in OF_A_FRAME} for frame in frames]},
    }


def _of_the_request(record: logging.LogRecord) -> dict[str, Any]:
    if not (name := logs.request_id.get()):
        return {}
    request = getattr(record, "request", None)
    told: dict[str, Any] = {"tags": {"request_id": name}}
    if request is not None:
        told["transaction"] = logs.route_of(request)
        if user := user_of(request):
            told["user"] = {"id": str(user)}
    return told
