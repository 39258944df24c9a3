"""An indicator by two dimensions at once, over a quarter: hidden together with each of them month by month."""

from collections.abc import Iterable, Sequence
from itertools import product

from cases.rules.hidden_cell_rings import TOTAL, Cell as Spot
from cases.rules.small_tables_by_period import hidden_inside
from workflows.indicators.compute import CountedCell, placed_in
from workflows.indicators.tables import (
    HIDDEN,
    NOBODY,
    TOGETHER,
    Grid,
    IndicatorTable,
    ShownCell,
    TableLine,
    hide_together,
    label_keys,
    numbers_of,
    show_cell,
)
from workflows.indicators.words import Words


class Crossing:
    def __init__(self, cells: Iterable[CountedCell], *, rows: Grid, columns: Grid) -> None:
        """`rows`, `columns`: the two faces of the same cases that are shown by period."""
        self.rows, self.columns = rows, columns
        self.indicator = rows.indicator
        self._cells = {(cell.key, cell.column): cell for cell in cells}
        self.hidden: frozenset[Spot] = frozenset()

    def hide_small_numbers(self, *, shown_from: int) -> None:
        """Once its faces have hidden what they must."""
        cubed = {
            (row, column, period): self._cells.get((row, placed_in(column, period)), NOBODY)
            for row, column, period in product(self.rows.keys, self.columns.keys, self.rows.columns)
        }
        self.hidden = hidden_inside(
            numbers_of(self.indicator, cubed),
            rows=self.rows.keys,
            columns=self.columns.keys,
            periods=self.rows.columns,
            sealed_rows={row for row, _ in self.rows.hidden},
            sealed_columns={column for column, _ in self.columns.hidden},
            shown_from=shown_from,
        )

    def table(self, *, words: Words) -> IndicatorTable:
        columns = label_keys(self.columns.by, self.columns.keys, words)
        headings = [*(label for _, label in columns), TOGETHER]
        return IndicatorTable(
            indicator=self.indicator,
            by=self.rows.by,
            headings=headings,
            total=TableLine(
                label="Ensemble",
                cells=[*(self.columns.shown_cell(key, TOTAL) for key, _ in columns), self._total_cell()],
            ),
            split=headings,
            lines=[
                TableLine(
                    label=label,
                    cells=[
                        *(self._shown_cell(row, column) for column, _ in columns),
                        self.rows.shown_cell(row, TOTAL),
                    ],
                )
                for row, label in label_keys(self.rows.by, self.rows.keys, words)
            ],
        )

    def _shown_cell(self, row: str, column: str) -> ShownCell:
        spot = (row, placed_in(column, None))
        return HIDDEN if (row, column) in self.hidden else show_cell(self._cells.get(spot, NOBODY))

    def _total_cell(self) -> ShownCell:
        """Hidden where it is small, in either."""
        wholes = [face.shown_cell(TOTAL, TOTAL) for face in (self.rows, self.columns)]
        return next((each for each in wholes if each.is_hidden), wholes[0])


def hide_crossings(crossings: Sequence[Crossing], *, shown_from: int) -> None:
    """Hides small numbers in each: in the faces of all together first, then in the cells of each."""
    hide_together([face for each in crossings for face in (each.rows, each.columns)], shown_from=shown_from)
    for crossing in crossings:
        crossing.hide_small_numbers(shown_from=shown_from)
