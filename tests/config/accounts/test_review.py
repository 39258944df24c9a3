"""Twice a year a manager says who is still there; he is reminded, and administrators see what nobody said in time."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.models import JournalEntry
from config.accounts import review
from config.accounts.models import ConfirmedMembership
from tests import factories
from tests.factories import NOON
from tests.pages import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
ADDRESS = "/equipe/caf-91/revue/"
LATELY, LONG_AGO, TOO_LONG_AGO = date(2026, 6, 1), date(2026, 5, 26), date(2026, 4, 1)


@pytest.fixture
def manager(client):
    found = factories.member("caf-91", "manager", since=LATELY, first_name="Paul", last_name="Rey")
    client.force_login(found)
    return found


def test_one_who_was_confirmed_half_a_year_ago_is_due(client, manager):
    for since in (LATELY, LONG_AGO, TOO_LONG_AGO):
        factories.member("caf-91", since=since)
    assert html_of(client.get(ADDRESS)).count("à confirmer</strong>") == 2
    assert [row.since for row in review.find_due(on=NOON.date())] == [TOO_LONG_AGO, LONG_AGO]


def test_those_who_are_ticked_are_confirmed_and_no_others(client, manager):
    here, gone = (factories.member("caf-91", since=LONG_AGO) for _ in range(2))
    elsewhere = factories.member("mds-grigny", since=LONG_AGO)
    ids = [factories.membership_of(person).pk for person in (here, elsewhere)]
    answer = client.post(ADDRESS, {"present": [*map(str, ids), "²", "0", "9" * 30]}, follow=True)
    assert "1 rattachement confirmé." in html_of(answer)
    assert ConfirmedMembership.objects.get().membership.user == here
    assert {row.user for row in review.find_due(on=NOON.date())} == {gone, elsewhere}
    assert JournalEntry.objects.get(kind="members.reviewed").data == {"count": 1}
    assert "rien n’a été changé" in html_of(client.post(ADDRESS, follow=True))


def test_only_who_manages_the_members_reviews_them(client):
    client.force_login(factories.member("caf-91"))
    assert client.get(ADDRESS).status_code == 404
    client.force_login(factories.member("mds-grigny", "manager"))
    assert client.post(ADDRESS).status_code == 404


def test_managers_are_reminded_every_fortnight_until_it_is_done(client, manager):
    person = factories.member("caf-91", since=LONG_AGO)
    assert [review.remind_managers(at=NOON + timedelta(days=days)) for days in (0, 1, 13, 14)] == [1, 0, 0, 1]
    membership = str(factories.membership_of(person).pk)
    review.confirm(structure=factories.structure("caf-91"), ids=[membership], by=manager, at=NOON)
    with time_machine.travel(NOON + timedelta(days=5)):
        assert review.remind_managers(at=NOON + timedelta(days=5, hours=1)) == 0


def test_what_nobody_said_in_time_is_shown_to_administrators_without_a_name(client):
    late = factories.member("caf-91", since=TOO_LONG_AGO, last_name="Introuvable")
    factories.member("caf-91", since=LONG_AGO)
    factories.member("mds-grigny", since=LATELY)
    assert review.find_late(on=NOON.date()) == [(factories.structure("caf-91").name, 1)]
    client.force_login(factories.member("ville-grigny", "administrator", since=LATELY))
    page = html_of(client.get("/administration/services/"))
    assert "Revue des comptes en retard" in page
    assert late.last_name not in page


def test_the_team_leads_to_it(client, manager):
    assert f'href="{ADDRESS}"' in html_of(client.get(reverse("members")))
