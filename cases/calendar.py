"""Working days: weekends, the French public holidays and the closures of a structure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache

import holidays

DateRange = tuple[date, date]
"""A first and a last day, both included."""

_DAY = timedelta(days=1)
_SATURDAY = 5


@cache
def public_holidays(year: int) -> Mapping[date, str]:
    """The eleven national holidays; the local ones of Alsace-Moselle and overseas don't concern Essonne."""
    names = holidays.country_holidays("FR", language="fr", years=year)
    return {day: name.replace("'", "’") for day, name in names.items()}


def holiday_name(day: date) -> str:
    return public_holidays(day.year).get(day, "")


def is_working_day(day: date, *, closures: Iterable[DateRange] = ()) -> bool:
    if day.weekday() >= _SATURDAY or day in public_holidays(day.year):
        return False
    return not any(first <= day <= last for first, last in closures)


def working_day_on_or_after(day: date, *, closures: Iterable[DateRange] = ()) -> date:
    return _nearest_working_day(day, step=_DAY, closures=closures)


def working_day_on_or_before(day: date, *, closures: Iterable[DateRange] = ()) -> date:
    return _nearest_working_day(day, step=-_DAY, closures=closures)


def add_working_days(day: date, count: int, *, closures: Iterable[DateRange] = ()) -> date:
    """The count-th working day after `day`, which itself doesn't count; before it when the count is negative."""
    closures = tuple(closures)
    step = _DAY if count >= 0 else -_DAY
    for _ in range(abs(count)):
        day = _nearest_working_day(day + step, step=step, closures=closures)
    return day


def working_days_between(first: date, last: date, *, closures: Iterable[DateRange] = ()) -> int:
    """How many working days follow `first`, up to and including `last`; negative when `last` comes before."""
    if last < first:
        return -working_days_between(last, first, closures=closures)
    closures = tuple(closures)
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(is_working_day(day, closures=closures) for day in days)


def _nearest_working_day(day: date, *, step: timedelta, closures: Iterable[DateRange]) -> date:
    closures = tuple(closures)
    while not is_working_day(day, closures=closures):
        day += step
    return day
