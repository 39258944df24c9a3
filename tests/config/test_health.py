"""The addresses that machines ask, and the headers that every answer carries."""

import errno
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

ROOT = Path(__file__).resolve().parents[2]
BOTH = pytest.mark.parametrize("address", ["/sante/vivant", "/sante/pret"])


@pytest.fixture
def no_database(monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    yield
    connection.close()


def ready(client, *, status=200):
    """What it says, with that status."""
    response = client.get("/sante/pret")
    assert response.status_code == status
    return json.loads(response.content)


WELL = {"database": True, "migrations": True, "redis": True}


@pytest.mark.django_db(transaction=True)
def test_a_process_is_alive_whatever_its_servers(client, settings, no_database):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = client.get("/sante/vivant")

    assert response.status_code == 200
    assert json.loads(response.content) == {"process": True}


def test_to_be_alive_asks_nothing_of_the_database(client):
    """Without the mark that lets a test reach it."""
    assert client.get("/sante/vivant").status_code == 200


@pytest.mark.django_db
def test_it_is_ready_when_the_database_answers_with_the_tables_of_this_code_for_one_query(
    client, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert ready(client) == WELL


@pytest.mark.django_db(transaction=True)
def test_the_database_that_does_not_answer_is_named(client, no_database):
    response = client.get("/sante/pret")

    assert response.status_code == 503
    assert json.loads(response.content) == {"database": False, "redis": True}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_the_database_a_page_says_in_french_that_it_comes_back(client, no_database, method):
    client.raise_request_exception = False
    client.cookies["relais_session"] = "x" * 32

    response = getattr(client, method)("/situations/")

    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "20", "no-store")
    assert "Relais revient dans un instant" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("failure", "status"),
    [
        ("RAISE EXCEPTION USING ERRCODE = '57P01'", 503),  # an administrator stops it
        ("RAISE EXCEPTION USING ERRCODE = '53300'", 503),  # it has no connection left
        ("RAISE EXCEPTION USING ERRCODE = '53100'", 503),  # its disk is full
        ("RAISE EXCEPTION USING ERRCODE = '40P01'", 500),  # a deadlock
        ("RAISE EXCEPTION USING ERRCODE = '57014'", 500),  # it took too long
        ("RAISE EXCEPTION USING ERRCODE = '23514'", 500),  # a constraint
    ],
)
def test_a_database_that_answers_is_not_away(client, monkeypatch, failure, status):
    def fail(*args):
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN {failure}; END $$")

    monkeypatch.setattr("config.legal_pages.render", fail)
    client.raise_request_exception = False

    assert client.get("/aide/").status_code == status


@pytest.mark.django_db
def test_without_room_on_a_disk_a_page_says_so(client, monkeypatch):
    monkeypatch.setattr(
        "config.legal_pages.render", Mock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
    )
    client.raise_request_exception = False
    response = client.get("/aide/")
    assert (response.status_code, "Son disque n’a plus de place" in response.text) == (503, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM django_migrations WHERE app = 'auth' AND name = '0001_initial'",
        "ALTER TABLE django_migrations RENAME TO elsewhere",  # as in an empty database
    ],
)
def test_a_migration_that_is_not_made_is_told_and_not_named(client, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount in (1, -1)
    assert ready(client, status=503) == WELL | {"migrations": False}


@pytest.mark.django_db
def test_the_tables_of_the_next_version_are_told_and_the_one_of_before_goes_on(client):
    MigrationRecorder(connection).record_applied("cases", "9999_of_the_next_version")
    assert ready(client) == WELL | {"newer": True}


@pytest.mark.django_db
def test_pages_go_on_without_the_queue_and_without_the_virus_scanner(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    assert ready(client) == WELL | {"redis": False, "scanner": False}


@BOTH
@pytest.mark.django_db
def test_they_only_read_are_never_kept_and_give_no_cookie(client, address):
    response = client.get(address)

    assert not response.cookies
    assert "no-store" in response.headers["Cache-Control"]
    assert client.post(address).status_code == 405


@BOTH
@pytest.mark.django_db
def test_they_answer_without_tls_to_the_machine_itself(client, settings, address):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(address).status_code == 200
    assert client.get("/connexion/").status_code == 301


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_of_the_container_asks_as_the_proxy_would(status, code):
    asked = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Host"], self.headers["X-Forwarded-Proto"]))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Site) as site:
        threading.Thread(target=site.handle_request).start()
        done = subprocess.run(
            [sys.executable, "config/health_probe.py"],
            cwd=ROOT,
            env={**os.environ, "ALLOWED_HOSTS": ".relais.example.fr,autre", "BIND": f"0.0.0.0:{site.server_port}"},
            check=False,
        )

    assert done.returncode == code
    assert asked == [("/sante/pret", "relais.example.fr", "https")]


@pytest.mark.django_db
def test_answers_carry_the_security_headers_whose_content_policy_allows_our_files_only(client):
    headers = client.get("/sante/vivant").headers
    policy = headers["Content-Security-Policy"]
    assert dict(directive.split(" ", 1) for directive in policy.split("; ")) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "object-src": "'none'",
        "frame-ancestors": "'none'",
    }
    names = ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")
    assert [headers[name] for name in names] == ["nosniff", "DENY", "same-origin", "same-origin"]


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_refused_in_french(client):
    response = client.get("/connexion/", headers={"host": "ailleurs.example.org"})

    assert response.status_code == 400
    assert "La demande n’a pas été comprise" in response.text
