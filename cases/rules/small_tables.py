"""Which cells of a table with totals are hidden, so that no small number follows from rows, columns and totals. Pure.

A hidden cell is safe when it could be another number, and a small one when it could be large enough to be shown, with
all that is shown unchanged: numbers then move round a ring of hidden cells (`cases.rules.hidden_cell_rings`).
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence, Set as AbstractSet
from itertools import product

from cases.rules.hidden_cell_rings import TOTAL, Cell, cheapest_ring, is_inside, movable_amount
from cases.rules.small_counts import mask_counts

Counts = Mapping[Cell, int]


def with_totals(counts: Counts, *, rows: Sequence[str], columns: Sequence[str]) -> dict[Cell, int]:
    full = dict.fromkeys(product((*rows, TOTAL), (*columns, TOTAL)), 0)
    for row, column in product(rows, columns):
        for cell in product((row, TOTAL), (column, TOTAL)):
            full[cell] += counts.get((row, column), 0)
    return full


def hidden_cells(
    tables: Sequence[Counts],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    shown_from: int,
    also: Iterable[Cell] = (),
) -> frozenset[Cell]:
    """The cells to hide in all of these tables, which are shown together: the cases of a share, and those left out.

    1. Totals are decided alone, as `masked` does, those of rows and those of columns: other tables show the same ones,
       with other rows, or without what stands inside. Where the whole is hidden already, so is what would make its sum.
    2. Then each table hides what is above zero and below `shown_from` inside, and what it takes to keep all that safe.
       Hiding all the inside is always enough: a cell may then be as large as the smaller of its two totals.
    `also`: what another table of the same numbers hides already.
    """
    hidden = set(also)
    is_whole_hidden = (TOTAL, TOTAL) in hidden
    for counts in tables:
        hidden |= _hidden_totals(
            counts, rows=rows, columns=columns, shown_from=shown_from, is_whole_hidden=is_whole_hidden
        )
    decided = frozenset(hidden)
    found: set[Cell] = set(decided)
    for counts in tables:
        table = _TableProtection(
            with_totals(counts, rows=rows, columns=columns), hidden=decided, shown_from=shown_from
        )
        found |= table.protect_cells()
    return frozenset(found)


def _hidden_totals(
    counts: Counts, *, rows: Sequence[str], columns: Sequence[str], shown_from: int, is_whole_hidden: bool
) -> set[Cell]:
    full = with_totals(counts, rows=rows, columns=columns)
    found: set[Cell] = set()
    for spots in ([(TOTAL, column) for column in columns], [(row, TOTAL) for row in rows]):
        cells, total = mask_counts({"".join(spot): full[spot] for spot in spots}, shown_from=shown_from)
        found |= {spot for spot in spots if cells["".join(spot)] is None}
        found |= {(TOTAL, TOTAL)} if total is None else set()
        if is_whole_hidden:
            found |= _terms_to_hide({spot: full[spot] for spot in spots}, found, shown_from=shown_from)
    return found


def _terms_to_hide(terms: Counts, hidden: AbstractSet[Cell], *, shown_from: int) -> set[Cell]:
    """So that the sum could be another: the smallest ones, until they make `shown_from`; else all of them, zeros too."""
    found: set[Cell] = set()
    made = sum(number for spot, number in terms.items() if spot in hidden)
    for number, spot in sorted((number, spot) for spot, number in terms.items() if number and spot not in hidden):
        if made >= shown_from:
            break
        made += number
        found.add(spot)
    return found if made >= shown_from else set(terms)


class _TableProtection:
    def __init__(self, full: dict[Cell, int], *, hidden: frozenset[Cell], shown_from: int) -> None:
        self.full = full
        self.shown_from = shown_from
        self.hidden = {cell for cell in hidden if cell in full}
        self.hidden |= {cell for cell, number in full.items() if is_inside(cell) and self._is_small(number)}

    def protect_cells(self) -> set[Cell]:
        """Numbers that move still move when more is hidden: each cell is looked at once."""
        waiting = deque(sorted(self.hidden))
        while waiting:
            cell = waiting.popleft()
            if not self._is_safe(cell):
                more = self._find_ring(cell)
                self.hidden |= more
                waiting.extend(sorted(more))
        return self.hidden

    def _is_small(self, number: int) -> bool:
        return 0 < number < self.shown_from

    def _needed_amount(self, cell: Cell) -> int:
        """By how much it must be able to grow."""
        return self.shown_from - self.full[cell] if self._is_small(self.full[cell]) else 1

    def _is_safe(self, cell: Cell) -> bool:
        needed = self._needed_amount(cell)
        return movable_amount(self.full, self.hidden, cell, enough=needed) >= needed or (
            not self._is_small(self.full[cell])
            and movable_amount(self.full, self.hidden, cell, enough=1, down=True) >= 1
        )

    def _find_ring(self, cell: Cell) -> set[Cell]:
        """The cheapest cells inside that close a ring with it; all of them when there is none."""
        usable = {each for each in self.full if each in self.hidden or is_inside(each)}
        found = cheapest_ring(self.full, self.hidden, cell, usable=usable, amount=self._needed_amount(cell))
        if found is None and not self._is_small(self.full[cell]):
            found = cheapest_ring(self.full, self.hidden, cell, usable=usable, amount=1, down=True)
        return self._cells_inside() - self.hidden if found is None else found

    def _cells_inside(self) -> set[Cell]:
        """But the zeros that a total of nothing tells."""
        return {
            (row, column)
            for row, column in self.full
            if is_inside((row, column)) and self.full[row, TOTAL] and self.full[TOTAL, column]
        }
