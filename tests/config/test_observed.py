"""Each request has an id of its own, and is told by its route and its reader."""

import pytest
from django.db import connection
from django.urls import reverse

from config import logs
from tests import factories


def told_of(client, address):
    response = client.get(address)
    return response, response.wsgi_request.META[logs.TOLD]


def test_each_answer_bears_an_id_of_its_own(client):
    first, told = told_of(client, "/sante/vivant")
    second, _ = told_of(client, "/sante/vivant")
    assert first.headers["X-Request-ID"] == told["request_id"]
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


def test_an_id_that_a_visitor_gives_is_not_taken(client):
    response = client.get("/sante/vivant", headers={"X-Request-ID": "Belkacem"})
    assert response.headers["X-Request-ID"] != "Belkacem"


@pytest.mark.django_db
def test_a_page_of_a_person_is_told_with_the_number_of_who_reads_it(client):
    person = factories.member("caf-91")
    client.force_login(person)
    assert told_of(client, reverse("inbox"))[1] | {"request_id": ""} == {
        "request_id": "",
        "user": person.pk,
        "route": "/",
        "ids": None,
    }


@pytest.mark.django_db
def test_only_numbers_of_an_address_are_told(client):
    assert told_of(client, "/mot-de-passe/nouveau/MQ/cle-secrete/")[1]["ids"] is None


@pytest.mark.django_db
def test_an_unknown_address_is_not_told(client):
    assert told_of(client, "/Belkacem/")[1].keys() == {"request_id", "user"}


@pytest.mark.django_db(transaction=True)
def test_a_page_that_fails_for_want_of_a_database_still_answers(client, monkeypatch):
    client.force_login(factories.member("caf-91"))
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    client.raise_request_exception = False

    response, told = told_of(client, reverse("inbox"))
    connection.close()

    assert response.status_code == 503
    assert told["user"] is None
