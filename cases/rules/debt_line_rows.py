"""The rows of `cases/reference/debt_lines.toml`: states of a line, options, combinations, deadlines that bar a withholding. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.rules.reading import DataRow, make_row, refuse_faults, row_faults


@dataclass(frozen=True, kw_only=True)
class DebtLineState:
    code: str
    title: str
    track: str
    means: str
    next: str
    rank: int = 0
    reached_by: frozenset[str] = frozenset()
    reached_after: tuple[str, ...] = ()
    undone_by: frozenset[str] = frozenset()
    stays: bool = False
    """No deadline that passes later takes its place."""
    stays_until: tuple[str, ...] = ()
    """Facts after which one does again."""
    even_late: bool = False
    """Reached too by what was not asked in time."""
    press: int = 0
    suspends: str = ""
    because: str = ""
    """Why recovery is then suspended, in words."""
    reference: str = ""
    """Its text; empty: the one of the matrix."""
    suspends_for: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    ends: bool = False
    asks_way: bool = False
    """What comes next is to choose a way: not said once one is chosen."""


@dataclass(frozen=True, kw_only=True)
class Option:
    code: str
    title: str
    letter: str = ""
    rules: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    urgent: bool = False
    warning: str = ""


@dataclass(frozen=True, kw_only=True)
class Combination:
    chosen: frozenset[str]
    text: str
    without: frozenset[str] = frozenset()
    refused: bool = False


@dataclass(frozen=True, kw_only=True)
class WithholdingBar:
    """A deadline before whose last day nothing may be withheld."""

    rule: str
    because: str
    reference: str


def read_states(rows: Sequence[DataRow]) -> tuple[DebtLineState, ...]:
    """In the order of the file, which is their rank. Refuses (`FaultyRules`) with every fault."""
    refuse_faults(row_faults(rows, DebtLineState, name="État"))
    return tuple(make_row(DebtLineState, row, rank=rank) for rank, row in enumerate(rows))
