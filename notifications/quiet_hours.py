"""When people are written to: on working days, from 8 h to 19 h. Pure: moments are aware, days are those of Paris."""

from datetime import date, datetime, time, timedelta

from django.utils.timezone import get_default_timezone, localtime

from cases.calendar import is_working_day, working_day_on_or_after

OPENS, CLOSES = time(8, 0), time(19, 0)
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def is_quiet(at: datetime) -> bool:
    """At night, on weekends and on public holidays nobody is written to."""
    local = _local(at)
    return not is_working_day(local.date()) or not OPENS <= local.time() < CLOSES


def opening_time(day: date) -> datetime:
    """The first moment of that day at which one is written to: 8 h, French time."""
    return datetime.combine(day, OPENS, tzinfo=get_default_timezone())


def next_morning(at: datetime) -> datetime:
    """8 h on the first working day that has not begun yet."""
    local = _local(at)
    day = local.date() if local.time() <= OPENS else local.date() + _DAY
    return opening_time(working_day_on_or_after(day))


def next_monday(at: datetime) -> datetime:
    """8 h on the Monday to come; when it is a holiday, on the first working day after it."""
    day = _local(at).date()
    monday = day - timedelta(days=day.weekday())
    this_week = opening_time(working_day_on_or_after(monday))
    return this_week if at <= this_week else opening_time(working_day_on_or_after(monday + _WEEK))


def _local(at: datetime) -> datetime:
    return localtime(at, get_default_timezone())
