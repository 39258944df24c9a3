"""Where sessions are: in the database, each with its person (`SESSION_ENGINE`). The name of the class is Django’s.

Idle for `SESSION_COOKIE_AGE`, it is over: each writing puts its end off, and `gate` has it written once a minute. Open for
`SESSION_LASTS`, it is over too, whatever is done.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.utils.crypto import salted_hmac
from django.utils.dateparse import parse_datetime
from django.utils.timezone import now

from config.accounts.models import AccountSession

STARTED_AT, SEEN_AT, DEVICE = "started_at", "seen_at", "device"
SEEN_EVERY = timedelta(minutes=1)


class SessionStore(DatabaseSessions):
    @classmethod
    def get_model_class(cls) -> type[AccountSession]:
        return AccountSession

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - as Django calls it
        at = now().isoformat()
        if SESSION_KEY in self:
            self.setdefault(STARTED_AT, at)
            self[SEEN_AT] = at
        super().save(must_create)

    def create_model_instance(self, data: dict[str, Any]) -> AccountSession:
        row: Any = super().create_model_instance(data)
        at = now()
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.device = data.get(DEVICE, "")
        row.started_at = read_moment(data, STARTED_AT) or at
        row.seen_at = read_moment(data, SEEN_AT) or at
        return row


def read_moment(data: Any, name: str) -> datetime | None:
    return parse_datetime(data.get(name, ""))


def is_over(session: SessionBase, *, at: datetime) -> bool:
    """Was it opened too long ago, however much it was used?"""
    started = read_moment(session, STARTED_AT)
    return started is not None and at >= started + settings.SESSION_LASTS


def must_be_seen(session: SessionBase, *, at: datetime) -> bool:
    seen = read_moment(session, SEEN_AT)
    return seen is None or at >= seen + SEEN_EVERY


def public_name(key: str | None) -> str:
    """By which a page names it: the key itself opens the account."""
    return salted_hmac("config.accounts.session", key or "", algorithm="sha256").hexdigest()[:32]
