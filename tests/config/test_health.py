"""The address that the container asks, and the headers that every answer carries."""

import json

import pytest
from django.db import connection

UNKNOWN = "/cette-page-n-existe-pas/"


@pytest.mark.django_db
def test_health_says_yes_when_both_servers_answer(client):
    response = client.get("/sante/")

    assert response.status_code == 200
    assert json.loads(response.content) == {"database": True, "redis": True}


@pytest.mark.django_db
def test_health_names_the_queue_that_does_not_answer(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = client.get("/sante/")

    assert response.status_code == 503
    assert json.loads(response.content) == {"database": True, "redis": False}


@pytest.mark.django_db(transaction=True)
def test_health_names_the_database_that_does_not_answer(client, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")

    response = client.get("/sante/")
    connection.close()

    assert response.status_code == 503
    assert json.loads(response.content) == {"database": False, "redis": True}


@pytest.mark.django_db
def test_health_says_that_the_virus_scanner_is_away_and_that_all_the_rest_goes_on(client, settings):
    settings.CLAMD_URL = "tcp://127.0.0.1:1"

    response = client.get("/sante/")

    assert response.status_code == 200
    assert json.loads(response.content) == {"database": True, "redis": True, "scanner": False}


@pytest.mark.django_db
def test_health_only_reads(client):
    assert client.post("/sante/").status_code == 405


@pytest.mark.django_db
def test_the_content_policy_allows_our_files_only(client):
    policy = client.get("/sante/").headers["Content-Security-Policy"]

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


@pytest.mark.django_db
def test_answers_carry_the_security_headers(client):
    headers = client.get("/sante/").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_refused_in_french(client):
    response = client.get("/connexion/", headers={"host": "ailleurs.example.org"})

    assert response.status_code == 400
    assert "La demande n’a pas été comprise" in response.text
