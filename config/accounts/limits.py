"""How often something may be tried, counted in the database: it holds for all processes, and needs no Redis."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, QuerySet

from cases.refusals import Refusal
from config.accounts import sealing
from config.accounts.models import TriedCount

LIMITS = {
    "code": (5, timedelta(minutes=15)),
    "address": (60, timedelta(minutes=15)),
    "account": (20, timedelta(hours=1)),
    "reset": (3, timedelta(hours=1)),
    "reset_address": (30, timedelta(hours=1)),
    "family_code": (10, timedelta(hours=1)),
    "family_address": (30, timedelta(minutes=15)),
}
"""What is tried → how often within how long. An office goes out by one address; one account is one person."""


COUNT = """
INSERT INTO config_triedcount AS t (kind, key, since, count) VALUES (%(kind)s, %(key)s, %(at)s, 1)
ON CONFLICT (kind, key) DO UPDATE SET
  count = CASE WHEN t.since <= %(before)s THEN 1 ELSE t.count + 1 END,
  since = CASE WHEN t.since <= %(before)s THEN %(at)s ELSE t.since END
RETURNING count, since
"""
"""In one statement: of tries at the same instant, none is forgotten."""
KEEP = timedelta(days=1)


class TooManyTries(Refusal):
    """It was tried too often: later again."""

    def __init__(self, wait: timedelta, *, is_first: bool) -> None:
        self.is_first = is_first
        """The one that passes the limit: those after it say nothing new."""
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        self.minutes = minutes
        super().__init__(f"Trop d’essais : réessayer dans {'1 minute' if minutes == 1 else f'{minutes} minutes'}.")


def take(kind: str, key: str, *, at: datetime) -> None:
    """Count one try. Refuses (`TooManyTries`) one too many. Not inside a transaction that the try itself may undo."""
    most, within = LIMITS[kind]
    digest = sealing.find_digests(key, of=kind)[0]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"kind": kind, "key": digest, "at": at, "before": at - within})
        [(count, since)] = cursor.fetchall()
    if count > most:
        raise TooManyTries(since + within - at, is_first=count == most + 1)


def take_back(kind: str, key: str) -> None:
    """The try was a good one: it does not count, those before it do."""
    _tries(kind, key).filter(count__gt=0).update(count=F("count") - 1)


def forget_tries(kind: str, key: str) -> None:
    """None counts any more: whoever tried has proved who he is."""
    _tries(kind, key).delete()


def _tries(kind: str, key: str) -> QuerySet[TriedCount]:
    return TriedCount.objects.filter(kind=kind, key__in=sealing.find_digests(key, of=kind))


def clear(*, at: datetime) -> int:
    return TriedCount.objects.filter(since__lt=at - KEEP).delete()[0]
