"""A month of dates as a calendar: weeks of days, each with what falls on it and why nobody may be at work."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cases.calendar import holiday_name, is_working_day
from cases.models import Closure, Deadline
from cases.templatetags.relais import DAYS
from workflows.queries.months import Month

SHOWN = 6
"""Dates of one day; the others are in the list of that day."""
SHORT = 46
"""Letters of a title that fit in a day of the month, at most."""


@dataclass(frozen=True, kw_only=True)
class CalendarEntry:
    """A deadline on a day."""

    deadline: Deadline
    person: str
    url: str

    @property
    def title(self) -> str:
        words = self.deadline.words
        return words if len(words) <= SHORT else f"{words[: SHORT - 1].rstrip()}…"


@dataclass(frozen=True, kw_only=True)
class EntryOccurrence:
    entry: CalendarEntry
    is_last: bool
    """It is its last day, and no longer its safe date only."""


@dataclass(frozen=True, kw_only=True)
class CalendarDay:
    date: date
    name: str
    is_today: bool
    is_off: bool
    """Nobody is expected to work."""
    note: str
    """Why nobody works that day, when it is not a weekend."""
    shown: Sequence[EntryOccurrence]
    more: int
    """Dates that there is no room for."""
    more_url: str


def weeks(
    month: Month,
    entries: Iterable[CalendarEntry],
    *,
    today: date,
    closures: Sequence[Closure],
    address: Callable[[date], str],
) -> list[list[CalendarDay | None]]:
    """From Monday to Sunday; None for the days of other months. `address`: of the list of a day."""
    by_day = _by_day(entries)

    def day_of(day: date) -> CalendarDay:
        closed = [closure for closure in closures if closure.first_day <= day <= closure.last_day]
        found = by_day[day]
        return CalendarDay(
            date=day,
            name=DAYS[day.weekday()],
            is_today=day == today,
            is_off=bool(closed) or not is_working_day(day),
            note=", ".join(filter(None, [holiday_name(day), *map(_closure_words, closed)])),
            shown=found[:SHOWN],
            more=len(found[SHOWN:]),
            more_url=address(day) if found[SHOWN:] else "",
        )

    monday = month.first - timedelta(days=month.first.weekday())
    found: list[list[CalendarDay | None]] = []
    while monday <= month.last:
        week = [monday + timedelta(days=number) for number in range(7)]
        found.append([day_of(day) if month.first <= day <= month.last else None for day in week])
        monday += timedelta(days=7)
    return found


def _by_day(entries: Iterable[CalendarEntry]) -> dict[date, list[EntryOccurrence]]:
    """A deadline stands on its safe date, and once more on its last day. Last days come first."""
    found: dict[date, list[EntryOccurrence]] = defaultdict(list)
    for entry in entries:
        safe, legal = entry.deadline.safe_date, entry.deadline.legal_date
        found[legal].append(EntryOccurrence(entry=entry, is_last=True))
        if safe != legal:
            found[safe].append(EntryOccurrence(entry=entry, is_last=False))
    for shown in found.values():
        shown.sort(key=lambda each: not each.is_last)
    return found


def _closure_words(closure: Closure) -> str:
    return f"{closure.structure} : {closure.label}"
