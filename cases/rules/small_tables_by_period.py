"""Which cells of a table are hidden when its rows and its columns are shown by period too, in tables of their own. Pure.

Rows by columns, rows by period and columns by period are three faces of one cube: a reader has them all, and what one
hides must follow neither from it nor from the two others. The two by period are decided first, without this one.

1. A row that is not shown entirely by period is sealed here, as is such a column. Among sealed rows, cases may then be
   exchanged in each period as the other face would have it, with this face’s unknown cells following: what it hides is
   as safe as without this one.
2. What is small is hidden. A hidden cell must be able to be another number, and a small one large enough to be shown,
   by exchanges inside periods: they leave both other faces as they are.
3. Where that cannot be, nothing inside is shown: the two others tell its totals, and it tells nothing more.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import product

from cases.rules.hidden_cell_rings import TOTAL, Cell, cheapest_ring, movable_amount

Cube = Mapping[tuple[str, str, str], int]
"""Row, column and period → how many."""


def hidden_inside(
    cubes: Sequence[Cube],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    periods: Sequence[str],
    sealed_rows: Collection[str],
    sealed_columns: Collection[str],
    shown_from: int,
) -> frozenset[Cell]:
    """The cells to hide in all of these cubes, which are shown together: the cases of a share, and those left out.

    Totals are decided elsewhere: each is that of another face. A row or a column of nothing says so: it stays, unless it is
    sealed, where its total is hidden.
    """
    kept_rows, kept_columns = _with_cases(cubes[0], rows, columns, periods)
    # Its totals are not unknown here: whatever a period hides of them, another face shows their sum, or hides it itself.
    sealed_rows, sealed_columns = {*sealed_rows} - {TOTAL}, {*sealed_columns} - {TOTAL}
    everything = frozenset(product(kept_rows | sealed_rows, kept_columns | sealed_columns))
    layers = [_Layers(cube, cells=everything, periods=periods, shown_from=shown_from) for cube in cubes]
    hidden = {(row, column) for row, column in everything if row in sealed_rows or column in sealed_columns}
    hidden |= {cell for each in layers for cell in each.small_cells}
    while True:
        more = {cell for each in layers for cell in each.to_hide_besides(frozenset(hidden))}
        if not more:
            return frozenset(hidden)
        hidden |= more


def _with_cases(
    cube: Cube, rows: Sequence[str], columns: Sequence[str], periods: Sequence[str]
) -> tuple[set[str], set[str]]:
    """The rows and the columns of something."""
    filled = {
        (row, column) for row, column, period in product(rows, columns, periods) if cube.get((row, column, period))
    }
    return {row for row, _ in filled}, {column for _, column in filled}


class _Layers:
    """The cells of a cube, period by period and summed over them all, and which of them are small."""

    def __init__(self, cube: Cube, *, cells: frozenset[Cell], periods: Sequence[str], shown_from: int) -> None:
        self.cells = cells
        self.shown_from = shown_from
        self.layers = [{cell: cube.get((*cell, period), 0) for cell in cells} for period in periods]
        self.sums = {cell: sum(layer[cell] for layer in self.layers) for cell in cells}

    @property
    def small_cells(self) -> set[Cell]:
        return {cell for cell in self.cells if self._is_small(cell)}

    def to_hide_besides(self, hidden: frozenset[Cell]) -> set[Cell]:
        """What the first cell that is not safe needs; all when nothing helps. A zero that is found again tells nothing."""
        for cell in sorted(hidden):
            if self.sums[cell] and not self._is_safe(cell, hidden):
                return self._find_ring(cell, hidden) or set(self.cells - hidden)
        return set()

    def _is_small(self, cell: Cell) -> bool:
        return 0 < self.sums[cell] < self.shown_from

    def _is_safe(self, cell: Cell, hidden: frozenset[Cell]) -> bool:
        if self._is_small(cell):
            return self._can_move(cell, hidden, enough=self.shown_from - self.sums[cell])
        return self._can_move(cell, hidden, enough=1) or self._can_move(cell, hidden, enough=1, down=True)

    def _can_move(self, cell: Cell, hidden: frozenset[Cell], *, enough: int, down: bool = False) -> bool:
        moved = 0
        for layer in self.layers:
            moved += movable_amount(layer, hidden, cell, enough=enough - moved, down=down)
        return moved >= enough

    def _find_ring(self, cell: Cell, hidden: frozenset[Cell]) -> set[Cell]:
        """The cheapest cells that let it move more, in one period; the more at once the better."""
        for amount in range(self._needed_amount(cell), 0, -1):
            found = (
                cheapest_ring(layer, hidden, cell, usable=self.cells, amount=amount) or set() for layer in self.layers
            )
            closing = sorted((sum(self.sums[each] for each in ring), sorted(ring)) for ring in found if ring)
            if closing:
                return set(closing[0][1])
        return set()

    def _needed_amount(self, cell: Cell) -> int:
        return self.shown_from - self.sums[cell] if self._is_small(cell) else 1
