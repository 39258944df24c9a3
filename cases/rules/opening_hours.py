"""The hours of a structure: read as people write them, « 9h-12h et 14h-17h30 », kept by weekday, said in few words.

They inform, and nothing more: no delay is counted with them. Days on which it is closed are closures.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MOST_RANGES = 2
NO_BREAK = "\u00a0"
TIME = r"(\d{1,2})\s*(?:h|:)\s*(\d{2})?"
RANGE = re.compile(rf"(?:de\s+)?{TIME}\s*(?:-|–|à|a)\s*{TIME}")
BY_APPOINTMENT = re.compile(r"(?:sur\s+)?(?:rdv|rendez-vous)")
CLOSED = re.compile(r"ferm[ée]e?")
BETWEEN = re.compile(r"[\s,;/]|\bet\b|\bpuis\b")

Day = dict[str, Any]
"""`ranges`: pairs of times, « 09:00 »; `by_appointment`. As JSON keeps it."""


class UnreadableHours(ValueError):
    """What was typed says no hours. Its words say what to write."""


def read_day(typed: str) -> Day | None:
    """The hours of a weekday; None when it is closed."""
    written = typed.strip().lower()
    ranges = [(_time(*found[:2]), _time(*found[2:])) for found in RANGE.findall(written)]
    rest = RANGE.sub(" ", written)
    by_appointment = bool(BY_APPOINTMENT.search(rest))
    rest = BETWEEN.sub("", CLOSED.sub(" ", BY_APPOINTMENT.sub(" ", rest)))
    if rest or (CLOSED.search(written) and (ranges or by_appointment)):
        raise UnreadableHours("Écrire les heures ainsi : 9h-12h, 14h-17h30 ; ou « sur rendez-vous » ; vide si fermé.")
    if len(ranges) > MOST_RANGES:
        raise UnreadableHours("Deux plages au plus par jour : le reste se dit dans la précision.")
    times = [time for pair in ranges for time in pair]
    if any(later <= earlier for earlier, later in itertools.pairwise(times)):
        raise UnreadableHours("Ces heures ne se suivent pas : écrire la plus tôt d’abord.")
    return (
        {"ranges": [list(pair) for pair in ranges], "by_appointment": by_appointment}
        if written and not (CLOSED.search(written))
        else None
    )


def _time(hour: str, minute: str) -> str:
    if int(hour) > 24 or int(minute or 0) > 59 or (int(hour) == 24 and int(minute or 0)):
        raise UnreadableHours(f"« {hour}h{minute} » n’est pas une heure : la corriger.")
    return f"{int(hour):02}:{int(minute or 0):02}"


def day_in_words(day: Day) -> str:
    """« 9 h – 12 h et 14 h – 17 h 30, sur rendez-vous », which `read_day` reads again."""
    ranges = " et ".join(f"{_time_in_words(start)} – {_time_in_words(end)}" for start, end in day["ranges"])
    return ", ".join(filter(None, (ranges, "sur rendez-vous" if day["by_appointment"] else "")))


def _time_in_words(time: str) -> str:
    hour, minute = time.split(":")
    return f"{int(hour)}{NO_BREAK}h" + (f"{NO_BREAK}{minute}" if minute != "00" else "")


def week_in_words(hours: Mapping[str, Day]) -> list[str]:
    """A line for each run of days that are alike: « lundi à jeudi : 9 h – 12 h ». Closed days are not said."""
    lines = []
    runs: list[tuple[list[str], str]] = []
    for number, name in enumerate(WEEKDAYS):
        said = day_in_words(hours[str(number)]) if str(number) in hours else ""
        if runs and runs[-1][1] == said:
            runs[-1][0].append(name)
        else:
            runs.append(([name], said))
    for names, said in runs:
        if said:
            lines.append(f"{_names(names)} : {said}")
    return lines


def _names(names: Sequence[str]) -> str:
    if len(names) < 3:
        return " et ".join(names)
    return f"{names[0]} à {names[-1]}"
