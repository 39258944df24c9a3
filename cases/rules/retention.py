"""For how long each kind of data is kept: limits of law, the last contact with a person, what is due on a day. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from cases.rules.counting import add_months
from cases.rules.reading import FaultyRules, read_toml

REFERENCE = Path(__file__).parents[1] / "reference" / "retention.toml"
UNITS = {"months": "mois", "days": "jours"}
READ = "H"
"""The confidence of what was read in its text: anything else is « à vérifier »."""


@dataclass(frozen=True, kw_only=True)
class RetentionKind:
    """A kind of data: its first limit, from what it is counted, and what the law allows."""

    kind: str
    title: str
    counted_from: str
    unit: str
    length: int
    least: int
    most: int
    reference: str
    confidence: str

    @property
    def is_to_check(self) -> bool:
        return self.confidence != READ

    def say(self, length: int) -> str:
        """A length in words: 24 mois, 1 jour."""
        unit = UNITS[self.unit]
        return f"{length} {unit.removesuffix('s') if length == 1 and unit != 'mois' else unit}"

    def find_fault(self, length: int) -> str:
        """Why a length may not be chosen, in French; empty when it may."""
        if length < self.least:
            return f"La durée ne peut pas être inférieure à {self.say(self.least)} : plus courte, elle effacerait ce qui sert encore."
        if length > self.most:
            return f"La durée ne peut pas dépasser {self.say(self.most)} ({self.reference})."
        return ""

    def last_day_kept(self, since: date, length: int) -> date:
        """Until which day what dates from `since` is kept."""
        return add_months(since, length) if self.unit == "months" else since + timedelta(days=length)

    def oldest_kept(self, on: date, length: int) -> date:
        """What dates from before that day is over."""
        return add_months(on, -length) if self.unit == "months" else on - timedelta(days=length)


@cache
def load_kinds(path: Path = REFERENCE) -> dict[str, RetentionKind]:
    """Refuses (`FaultyRules`) bounds that hold nothing, and a first limit outside them."""
    kinds = [RetentionKind(**row) for row in read_toml(path)["limit"]]
    faults = [f"{each.kind} : {fault}" for each in kinds if (fault := each.find_fault(each.length))]
    faults += [f"{each.kind} : une durée d’au moins 1." for each in kinds if each.least < 1]
    if faults:
        raise FaultyRules(faults)
    return {each.kind: each for each in kinds}


# When a person was last in contact


def find_last_contact(*, opened: date, acts: Iterable[date | None], today: date) -> date:
    """The latest of the acts made for the person; an appointment to come counts from today, a missing day for nothing."""
    return max([opened, *(min(act, today) for act in acts if act is not None)])


def is_due(kind: RetentionKind, *, since: date, length: int, on: date) -> bool:
    """Is the time over? The last day is still kept."""
    return on > kind.last_day_kept(since, length)


# What is left of a birth date

AGE_BANDS = (25, 40, 60)
"""Of the figures of the steering committee: only in which of these the holder was is kept."""


def blur_birth(birth_date: str, *, opened: Sequence[date]) -> str:
    """A round year that leaves whoever was born then in the same band of age, the day each case opened. Empty when none does."""
    if not birth_date or not opened:
        return ""
    wanted = [_find_band(_count_years(birth_date, on)) for on in opened]
    born = int(birth_date[:4])
    for step in (10, 5, 1):
        for year in sorted(range(born - 20, born + 21), key=lambda each: abs(each - born)):
            if year % step == 0 and [_find_band(_count_years(f"{year:04d}", on)) for on in opened] == wanted:
                return f"{year:04d}"
    return ""


def _count_years(birth_date: str, on: date) -> int:
    """The age that one is sure to have, of which the day of birth may be unknown."""
    known = birth_date + "0000-12-31"[len(birth_date) :]
    return on.year - int(known[:4]) - (on.strftime("%m-%d") < known[5:])


def _find_band(age: int) -> int:
    return sum(age >= bound for bound in AGE_BANDS)
