"""What Prometheus reads, for whoever holds the token; nothing that a visitor makes up becomes a label."""

import re

import pytest

from config import metrics

TOKEN = "jeton-des-essais-0123456789-abcdefghij"
pytestmark = pytest.mark.django_db


@pytest.fixture
def told(client, settings):
    """Asks for the figures: the answer to whoever holds the token."""
    settings.METRICS_TOKEN = TOKEN
    return lambda token=TOKEN: client.get("/metriques", headers={"authorization": f"Bearer {token}"})


def labels(answer):
    return re.findall(r"^relais_request_seconds_count\{(.*)\} ", answer.text, re.MULTILINE)


@pytest.fixture(autouse=True)
def _counted_from_nothing():
    metrics.REQUESTS.clear()


def test_without_a_token_in_the_settings_there_is_no_such_page_and_nothing_is_counted(client):
    assert client.get("/metriques", headers={"authorization": "Bearer "}).status_code == 404
    assert next(iter(metrics.REQUESTS.collect())).samples == []


@pytest.mark.parametrize("given", ["", TOKEN[:-1], f"{TOKEN}é", "é"])
def test_another_token_is_refused(told, given):
    answer = told(given)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.content == b""


def test_the_figures_are_given_whatever_the_host_and_are_not_kept(client, told):
    assert told().headers["Cache-Control"] == "no-store"
    asked = {"authorization": f"Bearer {TOKEN}", "host": "172.18.0.5:8000"}
    assert client.get("/metriques", headers=asked).status_code == 200


def test_they_are_given_without_tls_inside(client, told, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert told().status_code == 200


def test_requests_are_counted_by_page_method_and_status(client, told):
    client.get("/sante/vivant")
    client.get("/sante/vivant")
    client.post("/sante/vivant")
    assert labels(told()) == [
        'method="GET",status="200",view="live"',
        'method="POST",status="405",view="live"',
    ]
    assert 'relais_request_seconds_count{method="GET",status="200",view="live"} 2.0' in told().text


def test_what_a_visitor_makes_up_is_no_label(client, told):
    client.get("/Belkacem/12/")
    client.generic("BELKACEM", "/Belkacem/13/")
    assert labels(told()) == ['method="GET",status="404",view=""', 'method="other",status="404",view=""']
