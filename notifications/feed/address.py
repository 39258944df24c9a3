"""The secret address of a person’s calendar: opened, renewed, closed by himself, found again by whoever reads it.

It is made of the row, of its key and of the secret of the installation: what the database holds opens nothing, and the
page can show the address again for a second device. Another key makes another address.
"""

from datetime import datetime
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.models import User
from notifications.models import CalendarFeed
from workflows.queries.deadlines import READERS

KEY_LENGTH = 43
"""Letters and digits: more than 250 bits."""
ID_LENGTH = 32


class CannotOpenCalendar(Exception):
    """Refusal, in French, to be shown as it is."""


@transaction.atomic
def open_feed(*, user: User, at: datetime) -> CalendarFeed:
    """Give the person an address, another one if he had one: the former opens nothing from now on.

    Refuses (`CannotOpenCalendar`) whoever sees no case: he has no date to read.
    """
    if not has_dates(user, at=at):
        raise CannotOpenCalendar("Ce calendrier est celui des professionnels qui suivent des dossiers.")
    values = {"key": get_random_string(KEY_LENGTH), "opened_at": at, "closed_at": None}
    feed, _ = CalendarFeed.objects.update_or_create(user=user, defaults=values)
    journal.record("calendar.opened", at=at, by=user)
    return feed


@transaction.atomic
def close_feed(*, user: User, at: datetime) -> None:
    """The address opens nothing from now on. Nothing happens when there is none."""
    if CalendarFeed.objects.filter(user=user, closed_at=None).update(closed_at=at):
        journal.record("calendar.closed", at=at, by=user)


def feed_of(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user, closed_at=None).first()


def token_of(feed: CalendarFeed) -> str:
    return feed.public_id.hex + _signer(feed).signature(feed.public_id.hex)


def reader_of(token: str, *, at: datetime) -> User | None:
    """Whose calendar the address opens, with the rights that he has at that moment; None for any other address."""
    try:
        public_id = UUID(hex=token[:ID_LENGTH])
    except ValueError:
        return None
    feed = CalendarFeed.objects.filter(public_id=public_id, closed_at=None).select_related("user").first()
    if feed is None or not _is_signed(token[ID_LENGTH:], feed):
        return None
    permissions.keep_rights(feed.user)
    return feed.user if has_dates(feed.user, at=at) else None


def has_dates(user: User, *, at: datetime) -> bool:
    """May the person see cases today? Neither a former member, nor a closed account, nor a claimant."""
    held = permissions.rights(user, at=localdate(at))
    return any(held.get(right) for right in READERS)


def _is_signed(signature: str, feed: CalendarFeed) -> bool:
    try:
        _signer(feed).unsign(f"{feed.public_id.hex}:{signature}")
    except BadSignature:
        return False
    return True


def _signer(feed: CalendarFeed) -> Signer:
    return Signer(salt=f"calendar {feed.key}")
