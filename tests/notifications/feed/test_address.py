"""The secret address of a calendar: who may have one, what opens it, until when."""

from datetime import timedelta

import pytest

from cases.actions import members
from cases.models import JournalEntry, User
from notifications.feed import address
from notifications.feed.address import CannotOpenCalendar
from notifications.models import CalendarFeed
from tests import factories
from tests.factories import NOON, member

pytestmark = pytest.mark.django_db


def test_an_address_opens_the_calendar_of_its_owner_and_of_nobody_else():
    one, other = member("caf-91"), member("caf-91")
    tokens = {person: address.token_of(address.open_feed(user=person, at=NOON)) for person in (one, other)}
    assert {person: address.reader_of(token, at=NOON) for person, token in tokens.items()} == {one: one, other: other}


def test_it_can_be_shown_again_and_the_database_does_not_hold_it():
    person = member("caf-91")
    token = address.token_of(address.open_feed(user=person, at=NOON))
    kept = CalendarFeed.objects.get()
    assert address.token_of(kept) == token
    assert token not in str(CalendarFeed.objects.values_list().get())


def test_the_secret_of_the_installation_is_part_of_it(settings):
    feed = address.open_feed(user=member("caf-91"), at=NOON)
    token = address.token_of(feed)
    settings.SECRET_KEY = "another"
    assert address.reader_of(token, at=NOON) is None


def test_a_renewed_address_replaces_the_former():
    person = member("caf-91")
    former = address.token_of(address.open_feed(user=person, at=NOON))
    new = address.token_of(address.open_feed(user=person, at=NOON + timedelta(hours=1)))
    assert address.reader_of(former, at=NOON) is None
    assert address.reader_of(new, at=NOON) == person
    assert CalendarFeed.objects.count() == 1


def test_a_deleted_address_opens_nothing_and_a_new_one_is_another():
    person = member("caf-91")
    former = address.token_of(address.open_feed(user=person, at=NOON))
    address.close_feed(user=person, at=NOON)
    assert address.reader_of(former, at=NOON) is None
    assert address.feed_of(person) is None
    assert address.token_of(address.open_feed(user=person, at=NOON)) != former
    assert address.reader_of(former, at=NOON) is None


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: f"{t}x", lambda t: t[:32], lambda t: "0" * 32 + t[32:]]
)
def test_an_address_that_was_changed_opens_nothing(change):
    token = address.token_of(address.open_feed(user=member("caf-91"), at=NOON))
    assert address.reader_of(change(token), at=NOON) is None


@pytest.mark.parametrize("nonsense", ["", "x", "é" * 75, "a:b:c", "../../etc"])
def test_what_is_no_address_opens_nothing(nonsense):
    assert address.reader_of(nonsense, at=NOON) is None


def test_it_stops_with_the_membership_and_comes_back_with_it():
    person = member("caf-91")
    token = address.token_of(address.open_feed(user=person, at=NOON))
    members.end_membership(membership=factories.membership_of(person), on=NOON.date(), at=NOON)
    tomorrow = NOON + timedelta(days=1)
    assert address.reader_of(token, at=tomorrow) is None
    members.join(
        user=person, structure=factories.structure("mds-grigny"), role="agent", since=tomorrow.date(), at=tomorrow
    )
    assert address.reader_of(token, at=tomorrow) == person


def test_a_closed_account_opens_nothing():
    person = member("caf-91")
    token = address.token_of(address.open_feed(user=person, at=NOON))
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert address.reader_of(token, at=NOON) is None


@pytest.mark.parametrize(
    ("code", "role"), [("gestionnaire-b", "correspondent"), ("ccas-grigny-accueil", "front_desk"), ("caf-91", "dpo")]
)
def test_whoever_sees_no_case_has_no_calendar(code, role):
    with pytest.raises(CannotOpenCalendar, match="professionnels qui suivent des dossiers"):
        address.open_feed(user=member(code, role), at=NOON)
    assert not CalendarFeed.objects.exists()


def test_each_change_is_in_the_journal_and_deleting_nothing_is_not():
    person = member("caf-91")
    before = JournalEntry.objects.count()
    address.close_feed(user=person, at=NOON)
    address.open_feed(user=person, at=NOON)
    address.open_feed(user=person, at=NOON)
    address.close_feed(user=person, at=NOON)
    written = JournalEntry.objects.order_by("pk")[before:]
    assert [(entry.kind, entry.actor, entry.data) for entry in written] == [
        ("calendar.opened", person, {}), ("calendar.opened", person, {}), ("calendar.closed", person, {}),
    ]  # fmt: skip
