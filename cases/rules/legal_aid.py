"""Whether legal aid may be granted, by the ceilings that a pilot typed for the year: an estimate, or none. Pure.

The bureau of legal aid decides. No ceiling and no year is written here: without those of its own year, nothing is estimated.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

from cases.rules.reading import (
    DataRow,
    make_row,
    parse_amount,
    parse_day,
    refuse_faults,
    row_faults,
    wrong_confidence,
    wrong_days,
)


class LikelyAid(StrEnum):
    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class HouseholdCeiling:
    """Of a household of so many persons: yearly income up to which the aid is whole, then partial. In euros."""

    persons: int
    full: Decimal
    partial: Decimal


@dataclass(frozen=True, kw_only=True)
class AidCeilings:
    """Those of a year, as its text gives them."""

    code: str
    title: str
    since: date = field(metadata={"column": "from"})
    until: date
    households: tuple[HouseholdCeiling, ...]
    reference: str
    confidence: str

    def holds(self, on: date) -> bool:
        return self.since <= on <= self.until

    def find_household(self, persons: int) -> HouseholdCeiling | None:
        """None for one larger than those that were typed: nothing is guessed beyond them."""
        return next((each for each in self.households if each.persons == persons), None)


@dataclass(frozen=True, kw_only=True)
class AidEstimate:
    likely: LikelyAid
    ceilings: AidCeilings
    household: HouseholdCeiling


def find_ceilings(known: Sequence[AidCeilings], *, on: date) -> AidCeilings | None:
    return next((each for each in known if each.holds(on)), None)


def estimate_aid(income: Decimal, *, persons: int, ceilings: AidCeilings) -> AidEstimate | None:
    """By the yearly income of the household. None where the ceilings say nothing of one so large."""
    household = ceilings.find_household(persons)
    if household is None:
        return None
    if income <= household.full:
        likely = LikelyAid.FULL
    else:
        likely = LikelyAid.PARTIAL if income <= household.partial else LikelyAid.NONE
    return AidEstimate(likely=likely, ceilings=ceilings, household=household)


def read_ceilings(rows: Sequence[Mapping[str, Any]]) -> tuple[AidCeilings, ...]:
    """The checked ceilings of each year, or `FaultyRules` with every fault at once."""
    refuse_faults(row_faults(rows, AidCeilings, name="Plafonds", more=_row_faults))
    return tuple(
        make_row(AidCeilings, row, households=tuple(make_row(HouseholdCeiling, each) for each in row["households"]))
        for row in rows
    )


def _row_faults(row: DataRow, where: str) -> Iterator[str]:
    yield from wrong_confidence(row, where=where)
    yield from wrong_days(row, ("from", "until"), where=where)
    first, last = parse_day(row["from"]), parse_day(row["until"])
    if first and last and first.year != last.year:
        yield f"{where} : ils valent pour une seule année. En saisir par année."
    yield from _household_faults(row["households"], where)


def _household_faults(rows: Sequence[DataRow], where: str) -> Iterator[str]:
    sums: list[tuple[int, Decimal, Decimal]] = []
    for each in rows:
        persons, full, partial = each.get("persons"), parse_amount(each.get("full")), parse_amount(each.get("partial"))
        if not isinstance(persons, int) or full is None or partial is None:
            yield f"{where} : chaque foyer donne « persons », « full » et « partial », en euros."
            return
        sums.append((persons, full, partial))
        if partial < full:
            yield f"{where} : pour {persons} personne{'s' if persons > 1 else ''}, l’aide partielle va plus haut que l’aide totale."
    if any(after[rank] <= before[rank] for before, after in pairwise(sums) for rank in range(3)):
        yield f"{where} : les plafonds montent avec le nombre de personnes."
