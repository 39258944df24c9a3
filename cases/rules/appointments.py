"""What one asks before an appointment is made: a closed day, an unusual hour, another appointment. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cases.calendar import holiday_name, is_working_day

EARLIEST, LATEST = 7, 20
"""Hours between which nobody asks: half past two typed for half past fourteen is the usual mistake."""
FAR = timedelta(days=184)
"""Beyond, a wrong year is more likely than a far appointment."""
NAMES = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@dataclass(frozen=True)
class AppointmentQuestion:
    key: str
    """What exactly is asked: an answer to one question is none to another."""
    text: str


@dataclass(frozen=True)
class TakenSlot:
    """A moment that is taken already."""

    key: int
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Closed:
    first: date
    last: date
    label: str


def appointment_questions(
    starts: datetime,
    *,
    minutes: int,
    today: date,
    who: str,
    taken: Iterable[TakenSlot],
    closed: Iterable[Closed],
    away_until: date | None = None,
) -> list[AppointmentQuestion]:
    """`starts` and `taken` as read on the wall; `who` has the appointment. `away_until`: he is absent, and back that day."""
    day = starts.date()
    found = []
    if reason := _why_closed(day, closed):
        found.append(AppointmentQuestion(f"closed-{day}", f"{reason} Fixer le rendez-vous ce jour-là ?"))
    if away_until:
        last_day = away_until - timedelta(days=1)
        found.append(
            AppointmentQuestion(
                f"away-{day}", f"{who} est en absence jusqu’au {last_day:%d/%m/%Y}. Fixer le rendez-vous ce jour-là ?"
            )
        )
    if not EARLIEST <= starts.hour < LATEST:
        found.append(
            AppointmentQuestion(f"hour-{starts:%H%M}", f"Le rendez-vous est à {clock(starts)}. Est-ce bien l’heure ?")
        )
    if day - today > FAR:
        found.append(
            AppointmentQuestion(f"far-{day}", f"Le {day:%d/%m/%Y} est dans plus de six mois. Est-ce bien l’année ?")
        )
    ends = starts + timedelta(minutes=minutes)
    found += [
        AppointmentQuestion(
            f"taken-{other.key}-{starts:%Y%m%d%H%M}-{minutes}",
            f"{who} a déjà un rendez-vous de {clock(other.starts)} à {clock(other.ends)}. Fixer celui-ci quand même ?",
        )
        for other in taken
        if other.starts < ends and starts < other.ends
    ]
    return found


def _why_closed(day: date, closed: Iterable[Closed]) -> str:
    """Why nobody is expected to work that day; empty when people do."""
    if name := holiday_name(day):
        return f"Le {day:%d/%m/%Y} est férié ({name})."
    if not is_working_day(day):
        return f"Le {day:%d/%m/%Y} est un {NAMES[day.weekday()]}."
    for closure in closed:
        if closure.first <= day <= closure.last:
            return f"Votre service est fermé le {day:%d/%m/%Y} ({closure.label})."
    return ""


def clock(moment: datetime) -> str:
    """An hour as French writes it: « 9 h », « 14 h 30 »."""
    return f"{moment.hour}\u00a0h" + (f"\u00a0{moment:%M}" if moment.minute else "")
