"""What an indicator is: its words, what it measures, and the rows it is counted from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    """Of the roadmap; the code stands in addresses."""

    ARREARS = "impayes"
    OVERPAYMENTS = "trop-percus"
    REFERENTS = "referents"


ACTIONS: Mapping[Action, str] = {
    Action.ARREARS: "Impayés de loyer (action 12)",
    Action.OVERPAYMENTS: "Trop-perçus (action 13)",
    Action.REFERENTS: "Référents (action 11)",
}


class Aggregation(StrEnum):
    COUNT = "count"
    DISTINCT = "distinct"
    """Of structures: how many different ones."""
    SUM = "sum"
    """Euros."""
    MEDIAN = "median"
    SHARE = "share"


@dataclass(frozen=True, kw_only=True)
class StockBand:
    code: str
    words: str
    below: int | None = None
    """Days, or cases; None for the last one."""


OF_CASES = (
    StockBand(code="m0", words="moins d’un mois", below=30),
    StockBand(code="m1", words="1 à 3 mois", below=91),
    StockBand(code="m3", words="3 à 6 mois", below=182),
    StockBand(code="m6", words="6 à 12 mois", below=365),
    StockBand(code="m12", words="plus d’un an"),
)
OF_PLACES = (
    StockBand(code="d0", words="moins de 15 jours", below=15),
    StockBand(code="d15", words="15 à 29 jours", below=30),
    StockBand(code="d30", words="30 jours et plus"),
)
OF_LOADS = (
    StockBand(code="n1", words="1 à 9", below=10),
    StockBand(code="n10", words="10 à 19", below=20),
    StockBand(code="n20", words="20 à 39", below=40),
    StockBand(code="n40", words="40 et plus"),
)
AS_A_WHOLE = (StockBand(code="all", words="au dernier jour"),)


OF_LEASE = ("landlord_type", "housing")
STRUCTURE_FIRST = ("structure", *OF_LEASE)
LANDLORD_FIRST = ("landlord_type", "structure", "housing")
"""By what a case of arrears may be split, and by what first."""
CROSSED = ("structure", "landlord_type")
"""The two dimensions by which what has both may be split at once, instead of by month."""
CROSS = "structure_landlord"
"""Their code: stored in rows."""


@dataclass(frozen=True, kw_only=True)
class Indicator:
    code: str
    """Stored in rows: it never changes meaning."""
    action: Action
    section: str
    title: str
    definition: str
    unit: str
    measure: Aggregation
    source: str = ""
    """SQL of the rows it is counted from. Columns: `day`, those of `dimensions`, `value` or `hit` as it is measured.

    Of a stock: what there is on the last day `p.last` (until the instant `p.ended`), with `age`, in days or in cases, where it has
    bands. Indicators with the same source are counted by one reading of it.
    """
    parts: tuple[tuple[str, str], ...] = ()
    """Codes of others and words: what these show as a whole, side by side. Nothing is counted, nothing more is told."""
    keep: str = ""
    """Which of these rows `o` count: SQL; all of them when empty."""
    dimensions: tuple[str, ...] = ()
    """By what it may be split besides the month; the first one is its own, shown unless another is asked for."""
    bands: tuple[StockBand, ...] = ()
    """Of a stock: its columns."""
    moves: str = ""
    """Code of the stock that it fills or empties: of what moves the same stock, one hides where another does, and where the
    stock hides at either end of the period."""
    counts: str = ""
    """Code of another whose cases it counts too, all of them: it hides what that one hides, and where the others are few."""
    counts_after: int = 0
    """It counts them so many quarters later: it hides its whole where that one hid it then."""
    tells: tuple[str, ...] = ()
    """Code of another, then the lines of it that it counts together, or none: all but a few. Where one of these hides, its whole
    hides, which would tell it."""
    of_workers: bool = False
    """Of the professionals: small numbers are hidden from all, from who pilots the action too."""
    of_people: bool = True
    """Small numbers would say something of somebody. Not of landlords that take part, unless few of them are private: `tables`."""

    @property
    def is_stock(self) -> bool:
        return bool(self.bands)

    @property
    def default_split(self) -> str:
        return self.dimensions[0] if self.dimensions else ""

    @property
    def can_be_crossed(self) -> bool:
        return set(CROSSED) <= set(self.dimensions)

    @property
    def splits(self) -> tuple[str, ...]:
        """All that is counted of it: as a whole, by each of its dimensions, by two of them at once."""
        return ("", *self.dimensions, *([CROSS] if self.can_be_crossed else []))


@dataclass(frozen=True)
class IndicatorSection:
    """Part of an action under one title. Each makes an indicator of it (code, title, definition); `more`: its other fields."""

    action: Action
    title: str

    def count(self, *said: str, unit: str = "dossiers", **more: Any) -> Indicator:
        return self._make(Aggregation.COUNT, unit, *said, **more)

    def median(self, *said: str, unit: str = "jours", **more: Any) -> Indicator:
        return self._make(Aggregation.MEDIAN, unit, *said, **more)

    def share(self, *said: str, **more: Any) -> Indicator:
        return self._make(Aggregation.SHARE, "%", *said, **more)

    def sum_euros(self, *said: str, **more: Any) -> Indicator:
        return self._make(Aggregation.SUM, "€", *said, **more)

    def count_structures(self, *said: str, unit: str, **more: Any) -> Indicator:
        """An indicator that counts different structures."""
        return self._make(Aggregation.DISTINCT, unit, *said, **more)

    def _make(self, measure: Aggregation, unit: str, code: str, title: str, definition: str, **more: Any) -> Indicator:
        return Indicator(
            action=self.action, section=self.title, measure=measure, unit=unit,
            code=code, title=title, definition=definition, **more,
        )  # fmt: skip
