"""What is said of one part of the installation: its level, in words, with figures and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum

NOW = timedelta(0)
UNITS = ((86400, "jour", "jours"), (3600, "heure", "heures"), (60, "minute", "minutes"), (1, "seconde", "secondes"))
BYTES = ((10**9, "Go"), (10**6, "Mo"), (10**3, "ko"), (1, "octets"))


class Level(IntEnum):
    GOOD = 0
    WATCH = 1
    DOWN = 2

    @property
    def words(self) -> str:
        return ("bien", "à surveiller", "en panne")[self]


@dataclass(frozen=True, kw_only=True)
class ServiceItem:
    code: str
    name: str
    level: Level
    words: str
    advice: str = ""
    """What to do; empty when all is well."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """By the name of the metric, without its `relais_service_` (see `config.service_metrics`)."""
    patience: timedelta = NOW
    """How long it may be down before administrators are written to."""


def level_of(value: float, *, watch: float, down: float) -> Level:
    """Worse as the value grows; each limit is the first value of its level."""
    if value >= down:
        return Level.DOWN
    return Level.WATCH if value >= watch else Level.GOOD


def duration_in_words(length: timedelta) -> str:
    """In its largest unit: « 3 heures » is read at a glance."""
    seconds = max(int(length.total_seconds()), 0)
    for size, singular, plural in UNITS:
        if seconds >= size:
            number = seconds // size
            return f"{number} {plural if number > 1 else singular}"
    return "moins d’une seconde"


def size_in_words(size: float) -> str:
    for unit, name in BYTES:
        if size >= unit:
            return f"{size / unit:.1f}".replace(".0", "").replace(".", ",") + f" {name}"
    return "0 octet"


def count_in_words(count: int, singular: str, plural: str) -> str:
    """« aucun courriel » is for the sentence that says it: here, a number and its noun."""
    return f"{count} {plural if count > 1 else singular}"
