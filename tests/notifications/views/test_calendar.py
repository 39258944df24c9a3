"""The page that gives the address of one’s calendar, and the file that programs read there."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from cases.actions import members
from config.logs import TOLD
from tests import factories
from tests.factories import NOON, member
from tests.pages import html_of
from tests.workflows.views.work.test_deadlines import ordered_to_pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def given(client) -> str:
    """The path of the address that the page shows; empty when it shows none."""
    found = re.search(r"http://testserver(/calendrier/[^<\s]+)", html_of(client.get(reverse("calendar_feed"))))
    return found[1] if found else ""


def act(client, what: str):
    return client.post(reverse("calendar_feed"), {"acte": what}, follow=True)


def test_whoever_has_none_creates_one_that_opens_without_a_session(client, worker):
    ordered_to_pay(worker)
    assert given(client) == ""
    assert "Adresse créée" in html_of(act(client, "creer"))
    answer = Client().get(given(client))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    events = list(Calendar.from_ical(answer.content).walk("VEVENT"))
    assert len(events) == 3
    assert str(events[0]["url"]).startswith("http://testserver/situations/")
    assert not answer.cookies


def test_the_same_address_is_shown_again(client, worker):
    act(client, "creer")
    assert given(client) == given(client) != ""


def test_a_renewed_address_replaces_the_former(client, worker):
    act(client, "creer")
    former = given(client)
    assert "l’ancienne ne s’ouvre plus" in html_of(act(client, "renouveler"))
    assert Client().get(former).status_code == 404
    assert Client().get(given(client)).status_code == 200


def test_a_deleted_address_does_not_exist(client, worker):
    act(client, "creer")
    former = given(client)
    assert "Adresse supprimée" in html_of(act(client, "supprimer"))
    assert given(client) == ""
    assert Client().get(former).status_code == 404


def test_a_former_member_loses_the_page_and_the_file(client, worker):
    act(client, "creer")
    address = given(client)
    members.end_membership(membership=factories.membership_of(worker), on=NOON.date() - timedelta(days=1), at=NOON)
    assert Client().get(address).status_code == 404
    assert client.get(reverse("calendar_feed")).status_code == 403


def test_a_claimant_has_no_calendar(client):
    client.force_login(member("gestionnaire-b", "correspondent"))
    assert client.get(reverse("calendar_feed")).status_code == 403
    assert act(client, "creer").status_code == 403


def test_reading_it_costs_five_queries_at_most_and_writes_nothing(client, worker, django_assert_max_num_queries):
    ordered_to_pay(worker)
    act(client, "creer")
    address = given(client)
    with django_assert_max_num_queries(5) as made:
        Client().get(address)
    assert {query["sql"].split()[0] for query in made.captured_queries} == {"SELECT"}


def test_the_log_of_the_server_does_not_say_which_address_was_read(client, worker):
    act(client, "creer")
    told = Client().get(given(client)).wsgi_request.META[TOLD]
    assert told.pop("request_id")
    assert told == {"user": None, "route": "/calendrier/<str:token>.ics", "ids": None}
