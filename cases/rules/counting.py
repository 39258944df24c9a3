"""How a delay is counted: code de procédure civile, articles 640 to 642, délai franc, working days, back from a hearing.

Every count returns the day and the steps that lead to it, in words that a social worker can check with a calendar.
Public holidays and weekends extend a legal delay; a structure's own closures never do: they only
lengthen delays counted in working days.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cases.calendar import (
    DateRange,
    add_working_days,
    holiday_name,
    is_working_day,
    working_day_on_or_after,
    working_day_on_or_before,
    working_days_between,
)
from cases.rules.pauses import Pause


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    WORKING_DAY = "working_day"


class Mode(StrEnum):
    FORWARD = "forward"
    """The first day doesn't count, the last one does (CPC 640, 641)."""
    FRANC = "franc"
    """Neither the first day nor the last one counts: the act is still in time on the day after. Calendar units only."""
    BEFORE = "before"
    """Counted backwards from the event, for the partnership's own delays."""
    BACK_FROM_EVE = "back_from_eve"
    """Counted backwards from the eve of a hearing, whole days, nothing extended (Cass. avis 6 Nov 2025, 25-70.018)."""


BACKWARDS = frozenset({Mode.BEFORE, Mode.BACK_FROM_EVE})


@dataclass(frozen=True, kw_only=True)
class Counted:
    legal_date: date
    steps: tuple[str, ...]


def count_delay(
    start: date,
    *,
    length: int,
    unit: Unit,
    mode: Mode,
    extend: bool,
    closures: Iterable[DateRange] = (),
    pauses: Iterable[Pause] = (),
    restarts: Iterable[date] = (),
) -> Counted:
    """The last day of a delay. `extend` moves a last day that isn't worked to the next one that is (CPC 642).

    `pauses`, in their order, push the last day back; on each day of `restarts` the whole delay begins again, if it still
    ran. What is counted backwards has neither.
    """
    if length < 0 or (mode is Mode.FRANC and unit is Unit.WORKING_DAY):
        raise ValueError(f"no delay is counted so: {length} {unit} {mode}")
    if mode in BACKWARDS:
        return _count_back(start, length=length, unit=unit, mode=mode, closures=closures)
    closures, pauses = tuple(closures), tuple(pauses)
    counted = _count_on(start, length=length, unit=unit, mode=mode, extend=extend, closures=closures, pauses=pauses)
    for day in sorted(set(restarts)):
        if not start < day <= counted.legal_date:
            continue
        start, left = day, tuple(pause for pause in pauses if pause.since >= day)
        again = _count_on(day, length=length, unit=unit, mode=mode, extend=extend, closures=closures, pauses=left)
        counted = Counted(
            legal_date=again.legal_date, steps=(f"Le délai recommence le {_format_day(day)}", *again.steps)
        )
    return counted


def _count_on(
    start: date,
    *,
    length: int,
    unit: Unit,
    mode: Mode,
    extend: bool,
    closures: tuple[DateRange, ...],
    pauses: tuple[Pause, ...],
) -> Counted:
    last, steps = _move_by_unit(start, length, unit, closures=closures)
    if mode is Mode.FRANC:
        last += timedelta(days=1)
        steps.append(f"Délai franc : le dernier jour ne compte pas → {_format_day(last)}")
    last, suspended = _apply_pauses(last, pauses, unit, extend=extend, closures=closures)
    steps += suspended
    if unit is Unit.WORKING_DAY:
        return Counted(legal_date=last, steps=tuple(steps))
    if is_working_day(last):
        return Counted(legal_date=last, steps=(*steps, f"{_weekday(last).capitalize()} : pas de report"))
    if not extend:
        return Counted(legal_date=last, steps=(*steps, f"{_why_closed(last)} : cette règle ne prévoit pas de report"))
    extended = working_day_on_or_after(last)
    steps.append(f"{_why_closed(last)} : report au premier jour ouvrable → {_format_day(extended)}")
    return Counted(legal_date=extended, steps=tuple(steps))


def safe_date(legal: date, *, margin_working_days: int, closures: Iterable[DateRange] = ()) -> date:
    """The day to aim at: so many working days before the last day on which one can act."""
    closures = tuple(closures)
    last_worked = working_day_on_or_before(legal, closures=closures)
    return add_working_days(last_worked, -margin_working_days, closures=closures)


def add_months(day: date, months: int) -> date:
    """The same day of the month, or the last one of a shorter month (CPC 641)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last_of_month = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last_of_month))


def _count_back(start: date, *, length: int, unit: Unit, mode: Mode, closures: Iterable[DateRange]) -> Counted:
    if mode is Mode.BEFORE:
        last, steps = _move_by_unit(start, -length, unit, closures=closures)
        return Counted(legal_date=last, steps=tuple(steps))
    eve = start - timedelta(days=1)
    counted, steps = _move_by_unit(eve, -length, unit, closures=closures)
    # By the opinion the delay ends on the 42nd day at 0 h: the day counted is the last one. Known by a note alone, hence
    # the day before is kept, and both are said.
    last = counted - timedelta(days=1)
    return Counted(
        legal_date=last,
        steps=(
            f"Veille de l’audience du {_format_day(start)} → {_format_day(eve)}",
            *steps,
            f"D’après l’avis n° 25-70.018, dernier jour utile → {_format_day(counted)}",
            f"Gardé ici par prudence, la veille : lu dans une note seulement, à vérifier → {_format_day(last)}",
            "Délai à rebours : pas de report, les jours non ouvrés comptent",
        ),
    )


def _move_by_unit(start: date, length: int, unit: Unit, *, closures: Iterable[DateRange]) -> tuple[date, list[str]]:
    if unit is Unit.MONTH:
        return _move_months(start, length)
    if unit is Unit.WORKING_DAY:
        return _move_working_days(start, length, closures=closures)
    days = length * 7 if unit is Unit.WEEK else length
    last = start + timedelta(days=days)
    return last, [f"{_format_addition(start, length, unit)} → {_format_day(last)}"]


def _move_months(start: date, months: int) -> tuple[date, list[str]]:
    last = add_months(start, months)
    steps = [f"{_format_addition(start, months, Unit.MONTH)} → {_format_day(last)}"]
    if last.day != start.day:
        steps.append(f"Ce mois n’a pas de {start.day} : son dernier jour")
    return last, steps


def _move_working_days(start: date, length: int, *, closures: Iterable[DateRange]) -> tuple[date, list[str]]:
    closures = tuple(closures)
    last = add_working_days(start, length, closures=closures)
    steps = [f"{_format_addition(start, length, Unit.WORKING_DAY)} → {_format_day(last)}"]
    skipped = _skipped_days(min(start, last), max(start, last), closures=closures)
    if skipped:
        steps.append(f"Jours non comptés, outre les samedis et dimanches : {', '.join(skipped)}")
    return last, steps


def _apply_pauses(
    last: date, pauses: Iterable[Pause], unit: Unit, *, extend: bool, closures: tuple[DateRange, ...]
) -> tuple[date, list[str]]:
    """What stops a delay after its last day was over comes too late."""
    steps = []
    for pause in pauses:
        if pause.since > (working_day_on_or_after(last) if extend else last):
            break
        last, words = _push_back(last, pause, unit, closures=closures)
        steps.append(words)
    return last, steps


def _push_back(last: date, pause: Pause, unit: Unit, *, closures: tuple[DateRange, ...]) -> tuple[date, str]:
    """A delay of law is pushed back by the days of the calendar; one in working days, by those."""
    if unit is Unit.WORKING_DAY:
        number = working_days_between(pause.since, pause.until, closures=closures)
        last = add_working_days(last, number, closures=closures)
        lost = in_words(number, unit)
    else:
        last += timedelta(days=pause.days)
        lost = in_words(pause.days, Unit.DAY)
    return last, f"Suspendu du {pause.since:%d/%m/%Y} au {pause.until:%d/%m/%Y} : {lost} → {_format_day(last)}"


def _skipped_days(first: date, last: date, *, closures: tuple[DateRange, ...]) -> list[str]:
    days = (first + timedelta(days=n) for n in range(1, (last - first).days))
    holidays = [
        f"{day:%d/%m/%Y} ({holiday_name(day)})" for day in days if holiday_name(day) and day.weekday() < _SATURDAY
    ]
    closed = [f"fermeture du {a:%d/%m/%Y} au {b:%d/%m/%Y}" for a, b in closures if a <= last and b >= first]
    return holidays + closed


_SATURDAY = 5
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

_UNITS = {
    Unit.DAY: ("jour", "jours"),
    Unit.WEEK: ("semaine", "semaines"),
    Unit.MONTH: ("mois", "mois"),
    Unit.WORKING_DAY: ("jour ouvré", "jours ouvrés"),
}


def in_words(length: int, unit: Unit) -> str:
    one, many = _UNITS[unit]
    return f"{length} {many if length > 1 else one}"


def _format_addition(start: date, length: int, unit: Unit) -> str:
    return f"{start:%d/%m/%Y} {'+' if length >= 0 else '−'} {in_words(abs(length), unit)}"


def _format_day(day: date) -> str:
    return f"{day:%d/%m/%Y} ({_weekday(day)})"


def _weekday(day: date) -> str:
    return _DAYS[day.weekday()]


def _why_closed(day: date) -> str:
    return holiday_name(day) or _weekday(day).capitalize()
