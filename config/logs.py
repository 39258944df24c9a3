"""How the machine’s journal is written: ids only, never a name, an address or an amount; in one time zone.

One line an event: JSON where machines read it (production), else a plain line.
"""

import copy
import json
import logging
import logging.config
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured

FORMATS = ("json", "line")
LINE = "{asctime} {levelname} {name} {message}"
OF_A_REQUEST = ("method", "route", "status", "ms", "user", "ids", "request_id")
UNKNOWN_ADDRESS = "?"
"""It may hold anything that somebody typed."""
TOLD = "relais.told"
"""Where gunicorn, which writes the line of a request, finds what Django says of it in the environment of the request."""
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that this thread answers."""


def chosen_format() -> str:
    """Asked by gunicorn too, which starts before any setting is read."""
    in_production = os.environ.get("RELAIS_MODE", "production") == "production"
    return os.environ.get("LOG_FORMAT") or ("json" if in_production else "line")


def configure(config: dict[str, Any]) -> None:
    """Warnings of Python, and errors that nobody caught, are told as all else is."""
    logging.config.dictConfig(config)
    if chosen_format() == "json":
        logging.raiseExceptions = False  # a line that cannot be written would be shown with all that it holds
        logging.captureWarnings(True)  # noqa: FBT003  # its name in `logging`
        sys.excepthook = _tell_uncaught
        threading.excepthook = lambda told: _tell_uncaught(told.exc_type, told.exc_value, told.exc_traceback)


def _tell_uncaught(*error: Any) -> None:
    if not issubclass(error[0], KeyboardInterrupt):
        logging.getLogger("relais").critical("stopped by an error", exc_info=error)


class WithoutWords(logging.Formatter):
    """An error is told by its kind and by where it happened: its words may quote what somebody typed."""

    def format(self, record: logging.LogRecord) -> str:
        told = copy.copy(record)
        told.msg, told.args, told.exc_text = message_of(record), None, None
        return super().format(told)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - its name in `logging`
        return time_of(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - its name in `logging`
        return "\n".join(_traceback_lines(ei[1])) if ei[1] else ""


class JsonLine(WithoutWords):
    """Fields that are named here alone: what else a record carries may hold anything."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": time_of(record),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            "request_id": request_id.get() or _told(record).get("request_id"),
            **{name: getattr(record, name, None) for name in OF_A_REQUEST if hasattr(record, name)},
        }
        if record.exc_info and record.exc_info[1]:
            told |= {"error": kind_of(record.exc_info[1]), "traceback": self.formatException(record.exc_info)}
        return json.dumps({name: value for name, value in told.items() if value is not None}, ensure_ascii=False)


def _told(record: logging.LogRecord) -> dict[str, Any]:
    """Of an answer that Django says to be a refusal, once all is done."""
    return getattr(getattr(record, "request", None), "META", {}).get(TOLD, {})


def time_of(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def message_of(record: logging.LogRecord) -> str:
    """Without what an exception says, nor the address that was asked."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(record.msg, BaseException):
        return kind_of(record.msg)
    if error and record.name.startswith("django.security"):  # the words there are those of the error
        return kind_of(error)
    try:
        return str(record.msg) % _without_words(record, error) if record.args else str(record.msg)
    except (TypeError, ValueError, KeyError):  # they do not fit
        return str(record.msg)


def _without_words(record: logging.LogRecord, error: BaseException | None) -> Any:
    """What stands in a message: by order, or by name, as the queue says of its tasks."""
    if isinstance(record.args, dict):
        hidden = {
            "exc": kind_of(error) if error else "",
            "return_value": "",
            "args": "",
            "kwargs": "",
            "traceback": "",
        }
        return record.args | hidden
    request = getattr(record, "request", None)
    told = (kind_of(arg) if isinstance(arg, BaseException) else arg for arg in record.args or ())
    asked = _written_as(request.path) if request is not None else ()
    return tuple(route_of(request) if isinstance(arg, str) and arg in asked else arg for arg in told)


def _written_as(path: str) -> tuple[str, ...]:
    """As it was asked, and as Django writes it in what it logs."""
    return path, path.encode("unicode_escape").decode("ascii")


def route_of(request: object) -> str:
    """The pattern of the address: an address may be the only key to what it shows."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else UNKNOWN_ADDRESS


def kind_of(error: BaseException) -> str:
    """With its words, where it is about the settings of the installation: whoever runs it has to read them."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{name}: {error}" if isinstance(error, ImproperlyConfigured) else f"{name}{of_the_database(error)}"


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """What caused it first, as Python tells it; itself last."""
    if before := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        yield from causes_of(before)
    yield error


def _traceback_lines(error: BaseException) -> Iterator[str]:
    for each in causes_of(error):
        yield "Traceback (most recent call last):"
        yield "".join(traceback.format_tb(each.__traceback__)).rstrip()
        yield kind_of(each)


def of_the_database(error: BaseException) -> str:
    """The code of PostgreSQL, and the constraint: names of ours. Its details hold the row."""
    diag = getattr(error, "diag", None)
    said = [getattr(diag, name, None) for name in ("sqlstate", "table_name", "constraint_name")]
    found = [each for each in said if each]
    return f" ({', '.join(found)})" if found else ""
