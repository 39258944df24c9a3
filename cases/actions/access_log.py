"""The access log: whoever is shown something is noted, and what is older than the log may be is forgotten."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions.retention.limits import oldest_kept
from cases.models import AccessEntry, Case, JournalEntry, Structure, User
from cases.rules import traces

AHEAD = timedelta(days=62)
"""How far ahead the months have a part of the table; what falls elsewhere waits in a part for all the rest."""


def note(
    *,
    user: User | None,
    kind: str,
    at: datetime,
    case: Case | None = None,
    structure: int | None,
    right: str,
    page: str = "",
    criteria: Iterable[str] = (),
    reason: str = "",
) -> None:
    """One statement, and nothing read before."""
    AccessEntry.objects.create(
        user=user,
        case=case,
        structure_id=structure,
        kind=kind,
        right=right,
        page=page,
        criteria=",".join(criteria),
        reason=reason,
        day=localdate(at),
        at=at,
    )


def find_masked(*, user: User, cases: Iterable[Case], structure: int, at: datetime) -> frozenset[int]:
    """Ids of those, among cases that he does not see, that a search may tell a person of.

    Each is noted once a day in the name of `structure`, up to the number that one person may find in a day: of whoever
    reaches it the officers are told.
    """
    noted_today = AccessEntry.objects.filter(user=user, kind=AccessEntry.Kind.SEARCH, day=localdate(at))
    found = set(noted_today.order_by().values_list("case", flat=True))
    for case in cases:
        if case.pk in found:
            continue
        if len(found) >= traces.load_trace_limits().found_a_day:
            _tell_officers_of_a_bound(user=user, structure=structure, at=at)
            break
        kind, right = AccessEntry.Kind.SEARCH, AccessEntry.Right.REPORTING
        note(user=user, case=case, structure=structure, kind=kind, right=right, at=at)
        found.add(case.pk)
    return frozenset(found)


@transaction.atomic
def _tell_officers_of_a_bound(*, user: User, structure: int, at: datetime) -> None:
    """Once a day, however often he searches on, and on however many pages at once."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    told = JournalEntry.objects.filter(kind="search.bounded", actor=user, happened_at__date=localdate(at))
    if not told.exists():
        journal.record("search.bounded", at=at, by=user, structure=Structure.objects.get(pk=structure))


# Upkeep: by functions of the owner of the tables, which do this and nothing else


def make_parts(*, at: datetime) -> int:
    """A part of the table for each month to come, and for each that had none. Returns how many."""
    today = localdate(at)
    return _call("SELECT access_log.make_parts(%s, %s)", today, today + AHEAD)


def carry_readings() -> int:
    """What the version before wrote until it stopped. Returns how many rows."""
    return _call("SELECT access_log.carry_readings()")


def forget(*, at: datetime) -> int:
    """The months in which something is older than the log may be. Returns how many."""
    kept_since = oldest_kept("reading", on=localdate(at))
    return _call("SELECT access_log.forget_before(%s)", kept_since)


def _call(function: str, *values: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(function, values)
        return int(cursor.fetchone()[0])
