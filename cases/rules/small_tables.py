"""Which cells of a table with totals are hidden, so that no small number follows from rows, columns and totals. Pure.

A hidden cell is safe when it could be another number, and a small one when it could be large enough to be shown, with
all that is shown unchanged: numbers then move round a ring of hidden cells, row by row and column by column. A ring is
a way through a graph whose nodes are the rows and the columns, and whose arcs are the hidden cells.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from cases.rules.small_counts import masked

TOTAL = "∑"
"""The row, and the column, of totals."""

Cell = tuple[str, str]
Counts = Mapping[Cell, int]
Node = tuple[str, str]
MANY = 10**9
HIDING = 10**6
"""What it costs to hide one more cell, whatever its number."""


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
       with other rows, or without what stands inside.
    2. Then each table hides what is above zero and below `shown_from` inside, and what it takes to keep all that safe.
       Hiding all the inside is always enough: a cell may then be as large as the smaller of its two totals.
    `also`: what another table of the same numbers hides already.
    """
    hidden = set(also)
    for counts in tables:
        hidden |= _hidden_totals(counts, rows=rows, columns=columns, shown_from=shown_from)
    decided = frozenset(hidden)
    found: set[Cell] = set(decided)
    for counts in tables:
        table = _Table(with_totals(counts, rows=rows, columns=columns), hidden=decided, shown_from=shown_from)
        found |= table.protected()
    return frozenset(found)


def _hidden_totals(counts: Counts, *, rows: Sequence[str], columns: Sequence[str], shown_from: int) -> set[Cell]:
    full = with_totals(counts, rows=rows, columns=columns)
    found: set[Cell] = set()
    for spots in ([(TOTAL, column) for column in columns], [(row, TOTAL) for row in rows]):
        cells, total = masked({"".join(spot): full[spot] for spot in spots}, shown_from=shown_from)
        found |= {spot for spot in spots if cells["".join(spot)] is None}
        found |= {(TOTAL, TOTAL)} if total is None else set()
    return found


class _Table:
    def __init__(self, full: dict[Cell, int], *, hidden: frozenset[Cell], shown_from: int) -> None:
        self.full = full
        self.shown_from = shown_from
        self.hidden = {cell for cell in hidden if cell in full}
        self.hidden |= {cell for cell, number in full.items() if _is_inside(cell) and self._is_small(number)}

    def protected(self) -> set[Cell]:
        """Numbers that move still move when more is hidden: each cell is looked at once."""
        waiting = deque(sorted(self.hidden))
        while waiting:
            cell = waiting.popleft()
            if not self._is_safe(cell):
                more = self._ring(cell)
                self.hidden |= more
                waiting.extend(sorted(more))
        return self.hidden

    def _is_small(self, number: int) -> bool:
        return 0 < number < self.shown_from

    def _needs(self, cell: Cell) -> int:
        """By how much it must be able to grow."""
        return self.shown_from - self.full[cell] if self._is_small(self.full[cell]) else 1

    def _is_safe(self, cell: Cell) -> bool:
        start, end = _ends(cell)
        needed = self._needs(cell)
        return self._flow(end, start, but=cell, enough=needed) >= needed or (
            not self._is_small(self.full[cell]) and self._flow(start, end, but=cell, enough=1) >= 1
        )

    def _arcs(self, cells: Iterable[Cell]) -> dict[Node, dict[Node, int]]:
        """From node to node, how much may move: a cell grows as it will, and never goes below zero."""
        arcs: dict[Node, dict[Node, int]] = defaultdict(dict)
        for cell in cells:
            start, end = _ends(cell)
            arcs[start][end] = MANY
            arcs[end][start] = self.full[cell]
        return arcs

    def _flow(self, source: Node, sink: Node, *, but: Cell, enough: int) -> int:
        left = self._arcs(self.hidden - {but})
        moved = 0
        while moved < enough and (way := _way(left, source, sink)):
            amount = min(left[a][b] for a, b in way)
            for a, b in way:
                left[a][b] -= amount
                left[b][a] += amount
            moved += amount
        return moved

    def _ring(self, cell: Cell) -> set[Cell]:
        """The cheapest cells inside that close a ring with it; all of them when there is none."""
        start, end = _ends(cell)
        found = self._cheapest(end, start, but=cell, amount=self._needs(cell))
        if found is None and not self._is_small(self.full[cell]):
            found = self._cheapest(start, end, but=cell, amount=1)
        return self._everything() - self.hidden if found is None else found

    def _everything(self) -> set[Cell]:
        """But the zeros that a total of nothing tells."""
        return {
            (row, column)
            for row, column in self.full
            if _is_inside((row, column)) and self.full[row, TOTAL] and self.full[TOTAL, column]
        }

    def _cheapest(self, source: Node, sink: Node, *, but: Cell, amount: int) -> set[Cell] | None:
        usable = {cell for cell in self.full if cell in self.hidden or _is_inside(cell)} - {but}
        arcs = self._arcs(usable)
        queue: list[tuple[int, Node, tuple[Cell, ...]]] = [(0, source, ())]
        seen: set[Node] = set()
        while queue:
            cost, node, path = heapq.heappop(queue)
            if node == sink:
                return set(path) - self.hidden
            if node in seen:
                continue
            seen.add(node)
            for after, room in arcs[node].items():
                cell = _cell_between(node, after)
                if room >= amount and after not in seen:
                    heapq.heappush(queue, (cost + self._cost(cell), after, (*path, cell)))
        return None

    def _cost(self, cell: Cell) -> int:
        return 0 if cell in self.hidden else self.full[cell] + HIDING


def _is_inside(cell: Cell) -> bool:
    return TOTAL not in cell


def _ends(cell: Cell) -> tuple[Node, Node]:
    """A total is what it sums, taken away: its arc goes the other way."""
    row, column = ("row", cell[0]), ("column", cell[1])
    return (column, row) if (cell[0] == TOTAL) != (cell[1] == TOTAL) else (row, column)


def _cell_between(one: Node, other: Node) -> Cell:
    return (one[1], other[1]) if one[0] == "row" else (other[1], one[1])


def _way(left: Mapping[Node, Mapping[Node, int]], source: Node, sink: Node) -> list[tuple[Node, Node]]:
    before: dict[Node, Node] = {source: source}
    waiting = deque([source])
    while waiting and sink not in before:
        node = waiting.popleft()
        for after, room in left.get(node, {}).items():
            if room > 0 and after not in before:
                before[after] = node
                waiting.append(after)
    found: list[tuple[Node, Node]] = []
    node = sink
    while node in before and node != source:
        found.append((before[node], node))
        node = before[node]
    return found
