"""The access log: that a person opened pages of a case is noted once a day, and forgotten when its time is over."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from cases.models import Case, Reading, User
from cases.rules import traces
from cases.rules.counting import add_months


def noted(user: User, *, pages: str, on: date) -> Exists:
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


def forget(*, at: datetime) -> int:
    """What is older than the log may be. Returns how many rows."""
    kept_since = add_months(localdate(at), -traces.load().kept_months)
    return Reading.objects.filter(read_on__lt=kept_since).delete()[0]
