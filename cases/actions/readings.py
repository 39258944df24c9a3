"""The access log: that a person opened pages of a case is noted once a day, and forgotten when its time is over."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from cases.actions.retention.limits import oldest_kept
from cases.models import Case, Reading, User
from cases.rules import traces


def is_reading_noted(user: User, *, pages: str, on: date) -> Exists:
    """For a query on cases: is it noted already that the person opened these pages of each, that day?"""
    return Exists(Reading.objects.filter(user=user, case=OuterRef("pk"), read_on=on, pages=pages))


def note(*, user: User, case: Case, structure: int, pages: str, is_assigned: bool, at: datetime) -> None:
    """One row a day, whoever notes it first: of two pages opened at once, the second changes nothing."""
    reading = Reading(
        user=user,
        case=case,
        structure_id=structure,
        pages=pages,
        is_assigned=is_assigned,
        read_on=localdate(at),
        first_at=at,
    )
    Reading.objects.bulk_create([reading], ignore_conflicts=True)


def find_masked(*, user: User, cases: Iterable[Case], structure: int, at: datetime) -> frozenset[int]:
    """Ids of those, among cases that he does not see, that a search may tell a person of.

    Each is noted once a day in the name of `structure`, up to the number that one person may find in a day.
    """
    noted_today = Reading.objects.filter(user=user, pages=Reading.Pages.SEARCH, read_on=localdate(at))
    found = set(noted_today.values_list("case", flat=True))
    for case in cases:
        if case.pk not in found and len(found) < traces.load_trace_limits().found_a_day:
            note(user=user, case=case, structure=structure, pages=Reading.Pages.SEARCH, is_assigned=False, at=at)
            found.add(case.pk)
    return frozenset(found)


def forget(*, at: datetime) -> int:
    """What is older than the log may be. Returns how many rows."""
    kept_since = oldest_kept("reading", on=localdate(at))
    return Reading.objects.filter(read_on__lt=kept_since).delete()[0]
