"""When each person is written to: what he chose, bounded by what he must not miss and by quiet hours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.dateparse import parse_date
from django.utils.timezone import localdate

from cases.models import JournalEntry, User
from notifications.families import AT_ONCE, DEADLIEST, family_of
from notifications.models import Preference
from notifications.quiet import is_quiet, next_monday, next_morning

Rhythm = Preference.Rhythm
TOMORROW = timedelta(days=1)


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


def leaving(entry: JournalEntry, rhythm: Rhythm, *, at: datetime) -> Leaving | None:
    """None when no e-mail is wanted. What the night holds back leaves together, in the summary of the next morning."""
    if entry.kind in AT_ONCE:
        return Leaving(at)
    if is_deadly(entry):
        waits = is_quiet(at) and not _cannot_wait(entry, at=at)
        return Leaving(next_morning(at) if waits else at)
    if rhythm == Rhythm.NONE:
        return None
    if rhythm == Rhythm.WEEKLY:
        return Leaving(next_monday(at), in_digest=True)
    if rhythm == Rhythm.DAILY or is_quiet(at):
        return Leaving(next_morning(at), in_digest=True)
    return Leaving(at)


def is_deadly(entry: JournalEntry) -> bool:
    return entry.kind in DEADLIEST


def _cannot_wait(entry: JournalEntry, *, at: datetime) -> bool:
    """The last day to act would have begun, or passed, by the time that people read it."""
    last_day = _last_day(entry)
    return last_day is not None and last_day <= max(localdate(at) + TOMORROW, localdate(next_morning(at)))


def _last_day(entry: JournalEntry) -> date | None:
    return parse_date(entry.data.get(DEADLIEST[entry.kind]) or "")


def keep(*, user: User, rhythm: str, by_family: Mapping[str, str]) -> Preference:
    """Keep what a person chose. It concerns nobody else: the journal has no line of it."""
    values = {"rhythm": Rhythm(rhythm), "by_family": {code: Rhythm(chosen) for code, chosen in by_family.items()}}
    row, _ = Preference.objects.update_or_create(user=user, defaults=values)
    return row
