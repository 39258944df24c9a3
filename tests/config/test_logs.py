"""The journal of the machine says what failed and where, and quotes nobody."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection
from django.test import RequestFactory

from config.logs import JsonLine, WithoutWords, chosen_format

ROOT = Path(__file__).resolve().parents[2]
NOON = 1_795_694_400.25  # in UTC


def record_of(message, *args, logger="django.request", error=None, **extra):
    told = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(logger, logging.ERROR, __file__, 1, message, args, told)
    record.created = NOON
    record.__dict__ |= extra
    return record


def journal_of(error: BaseException) -> str:
    return WithoutWords(fmt="{levelname} {message}", style="{").format(record_of("Échec", error=error))


def line_of(*args, **said):
    return json.loads(JsonLine().format(record_of(*args, **said)))


def test_an_error_is_told_by_its_kind_and_its_place():
    typed = "Mme " + "Belk" + "acem"
    with pytest.raises(ValueError, match="Belkacem") as raised:
        int(typed)
    written = journal_of(raised.value)
    assert "Belkacem" not in written
    assert written.splitlines()[-1] == "builtins.ValueError"
    assert f'File "{__file__}"' in written


def test_what_caused_it_is_told_alike():
    cause = KeyError("Belkacem")
    error = RuntimeError("de Belkacem")
    error.__cause__ = cause
    written = journal_of(error)
    assert "Belkacem" not in written
    assert written.index("builtins.KeyError") < written.index("builtins.RuntimeError")


@pytest.mark.django_db
def test_a_refusal_of_the_database_names_its_constraint_and_not_the_row():
    typed = "Chez belk" + "acem"
    with pytest.raises(IntegrityError, match="belkacem") as refused, connection.cursor() as cursor:
        cursor.execute("INSERT INTO cases_structure (name) VALUES (%s)", [typed])
    written = journal_of(refused.value)
    assert "belkacem" not in written
    assert "psycopg.errors." in written


def test_what_is_wrong_in_the_settings_is_told_in_its_words():
    assert journal_of(ImproperlyConfigured("SECRET_KEY est trop courte")).endswith(
        "django.core.exceptions.ImproperlyConfigured: SECRET_KEY est trop courte"
    )


def test_a_line_has_its_time_in_utc_its_level_its_place_and_its_message():
    assert line_of("import %s, line %s", 12, 3, logger="workflows.imports.run") == {
        "time": "2026-11-26T12:00:00.250Z",
        "level": "ERROR",
        "logger": "workflows.imports.run",
        "message": "import 12, line 3",
    }


def test_a_plain_line_has_the_same_time():
    line = WithoutWords(fmt="{asctime} {message}", style="{").format(record_of("Échec"))
    assert line == "2026-11-26T12:00:00.250Z Échec"


def test_an_error_stays_in_one_line():
    told = line_of("deadline %s could not expire", 4, error=ValueError("Belkacem\n"))
    assert told["error"] == "builtins.ValueError"
    assert told["traceback"].startswith("Traceback")


def test_no_field_is_written_that_was_not_named():
    told = line_of("Échec", request=RequestFactory().get("/"), typed="Belkacem", user=7)
    assert told.keys() == {"time", "level", "logger", "message", "user"}


WRONG, NOT_FOUND = ValueError("Belkacem"), ("%s: %s", "Not Found")
TASK = {"name": "relais.tick", "id": "1", "exc": "ValueError('Belkacem')", "args": "['Belkacem']"}


@pytest.mark.parametrize(
    ("words", "said", "message"),
    [
        (
            ("consumer: Cannot connect to %s: %s", "redis://redis", WRONG),
            {},
            "consumer: Cannot connect to redis://redis: builtins.ValueError",
        ),
        ((WRONG,), {}, "builtins.ValueError"),
        (("Belkacem",), {"logger": "django.security.Suspicious", "error": WRONG}, "builtins.ValueError"),
        (
            ("Task %(name)s[%(id)s] raised: %(exc)s %(args)s", TASK),
            {"error": WRONG},
            "Task relais.tick[1] raised: builtins.ValueError ",
        ),
        ((*NOT_FOUND, "/Belkacem/"), {"request": RequestFactory().get("/Belkacem/")}, "Not Found: ?"),
        (
            (*NOT_FOUND, "/recherche/Dupr\\xe9/"),
            {"request": RequestFactory().get("/recherche/Dupré/")},
            "Not Found: ?",
        ),
        (("line %d", "Belkacem"), {}, "line %d"),
    ],
    ids=[
        "an error as a word of the message",
        "an error as the message",
        "a refused request",
        "a task that failed",
        "an unknown address",
        "an address with an accent, as Django writes it",
        "a message that does not fit its words",
    ],
)
def test_a_message_is_told_without_what_somebody_typed(words, said, message):
    assert line_of(*words, **said)["message"] == message


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "json"),
        ({"RELAIS_MODE": "production"}, "json"),
        ({"RELAIS_MODE": "demo"}, "line"),
        ({"RELAIS_MODE": "demo", "LOG_FORMAT": "json"}, "json"),
        ({"RELAIS_MODE": "production", "LOG_FORMAT": "line"}, "line"),
    ],
)
def test_production_writes_json_unless_told_otherwise(monkeypatch, environment, expected):
    for name in ("RELAIS_MODE", "LOG_FORMAT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert chosen_format() == expected


# What a traceback shows of the source is nobody's name: the name is in the data alone.
UNCAUGHT = """
import django, warnings, threading, sys
django.setup()
warnings.warn("attention")
thread = threading.Thread(target=lambda: int(sys.argv[1]))
thread.start()
thread.join()
int(sys.argv[1])
"""


def test_what_a_command_does_not_catch_is_told_in_a_line_of_json():
    environment = {"PATH": os.environ["PATH"], "RELAIS_MODE": "test", "LOG_FORMAT": "json"}
    done = subprocess.run(
        [sys.executable, "-c", UNCAUGHT, "Belkacem"],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["logger"], line.get("error")) for line in told] == [
        ("py.warnings", None),
        ("relais", "builtins.ValueError"),
        ("relais", "builtins.ValueError"),
    ]
    assert "Belkacem" not in "".join(line["traceback"] for line in told[1:])
