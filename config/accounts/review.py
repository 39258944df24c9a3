"""Twice a year each manager says of every account of his structure whether its person is still there."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Greatest
from django.utils.timezone import localdate

from cases import journal
from cases.locks import lock_territories
from cases.models import JournalEntry, Membership, Structure, User
from config.accounts.models import ConfirmedMembership

EVERY = timedelta(days=182)
LATE_AFTER = timedelta(days=30)
"""Of grace, after which administrators see it."""
REMINDED_EVERY = timedelta(days=14)
DUE = "members.to_review"


def find_members(structure: Structure, *, on: date) -> QuerySet[Membership]:
    """With the day of which each was last said (`said_on`), the oldest first."""
    return _with_last_word(Membership.objects.active(on).filter(structure=structure)).select_related("user")


def find_due(*, on: date, since: timedelta = timedelta(0)) -> QuerySet[Membership]:
    """Those of which nothing was said for half a year, and `since`."""
    said = _with_last_word(Membership.objects.active(on))
    return said.filter(said_on__lte=on - EVERY - since)  # type: ignore[misc]  # annotated


def _with_last_word(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    """To make somebody a member says that he is there."""
    last = Max("confirmations__confirmed_on")
    return memberships.annotate(said_on=Greatest(F("since"), last)).order_by("said_on", "user__last_name", "pk")


@transaction.atomic
def confirm(*, structure: Structure, ids: Collection[str], by: User, at: datetime) -> int:
    """Who is ticked is still there. Returns how many; what is no longer a membership here is left out."""
    today = localdate(at)
    wanted = [membership for membership in find_members(structure, on=today) if str(membership.pk) in ids]
    ConfirmedMembership.objects.bulk_create(
        ConfirmedMembership(membership=membership, confirmed_on=today) for membership in wanted
    )
    if wanted:
        journal.record("members.reviewed", at=at, by=by, structure=structure, count=len(wanted))
    return len(wanted)


@transaction.atomic
def remind_managers(*, at: datetime) -> int:
    """A line for each structure where accounts are to be reviewed, every fortnight until they are. Returns how many."""
    lock_territories()
    due = find_due(on=localdate(at)).values("structure")
    reminded = JournalEntry.objects.filter(kind=DUE, happened_at__gt=at - REMINDED_EVERY).values("structure")
    waiting = Structure.objects.filter(pk__in=due).exclude(pk__in=reminded)
    for structure in waiting:
        journal.record(DUE, at=at, structure=structure)
    return len(waiting)


def find_late(*, on: date) -> list[tuple[str, int]]:
    """Structure → how many accounts nobody has confirmed in time: for the administrators, without a name of a person."""
    counted: dict[str, int] = {}
    for name in find_due(on=on, since=LATE_AFTER).values_list("structure__name", flat=True):
        counted[name] = counted.get(name, 0) + 1
    return sorted(counted.items())
