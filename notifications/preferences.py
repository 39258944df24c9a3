"""When each person is written to: what he chose, bounded by what he must not miss and by quiet hours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate

from cases.models import JournalEntry, User
from notifications.floors import DeliveryFloor
from notifications.models import Preference
from notifications.quiet_hours import is_quiet, next_monday, next_morning
from notifications.told import TOLD, family_of

Rhythm = Preference.Rhythm


@dataclass(frozen=True)
class Leaving:
    """When an e-mail leaves, and whether it is the summary of that morning."""

    at: datetime
    in_digest: bool = False


def preferences_of(users: Iterable[int]) -> dict[int, Preference]:
    """Person → what he chose. Whoever never chose is written to at once."""
    return {row.user_id: row for row in Preference.objects.filter(user__in=set(users))}


def rhythm_for(preference: Preference | None, kind: str) -> Rhythm:
    if preference is None:
        return Rhythm.NOW
    return Rhythm(preference.by_family.get(family_of(kind).code, preference.rhythm))


def plan_email(rhythm: Rhythm, *, floor: DeliveryFloor | None, at: datetime) -> Leaving | None:
    """None when no e-mail is wanted. What the night holds back leaves together, in the summary of the next morning."""
    if floor:
        return Leaving(first_moment(floor, at=at))
    if rhythm == Rhythm.NONE:
        return None
    if rhythm == Rhythm.WEEKLY:
        return Leaving(next_monday(at), in_digest=True)
    if rhythm == Rhythm.DAILY or is_quiet(at):
        return Leaving(next_morning(at), in_digest=True)
    return Leaving(at)


def first_moment(floor: DeliveryFloor | None, *, at: datetime) -> datetime:
    """Then; in quiet hours the morning that follows, but for what its reader waits for, and what would come too late."""
    may_wait = floor is None or not _cannot_wait(floor, at=at)
    return next_morning(at) if is_quiet(at) and may_wait else at


def floor_of(entry: JournalEntry) -> DeliveryFloor | None:
    return TOLD[entry.kind].floor(entry)


def _cannot_wait(floor: DeliveryFloor, *, at: datetime) -> bool:
    """Its reader waits for it, or the last day to act would have begun, or passed, by the time that people read it."""
    day = floor.last_day
    is_too_late = day is not None and day <= localdate(next_morning(at))
    return is_too_late or not floor.waits_for_morning


def save_preference(*, user: User, rhythm: str, by_family: Mapping[str, str]) -> Preference:
    """Keep what a person chose. It concerns nobody else: the journal has no line of it."""
    values = {"rhythm": Rhythm(rhythm), "by_family": {code: Rhythm(chosen) for code, chosen in by_family.items()}}
    row, _ = Preference.objects.update_or_create(user=user, defaults=values)
    return row
