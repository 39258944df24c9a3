"""From counted cells to tables that may be read: small numbers hidden, words for codes, sums for a reader.

A quarter hides what it must (`cases.rules.small_tables`). A year is made of what its four quarters show, and sums only
what they show entirely: it can tell nothing that they hide.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any, TypeVar

from cases.rules.hidden_cell_rings import TOTAL
from cases.rules.small_tables import hidden_cells
from workflows.indicators.compute import CountedCell
from workflows.indicators.kinds import Aggregation, Indicator
from workflows.indicators.quarters import Quarter
from workflows.indicators.words import PRIVATE_LANDLORDS, UNKNOWN, Words, columns_of

FOR_PARTNERS, FOR_ALL = 5, 10
"""Below, a number is hidden: between partners, and in what is published (domain §6; to be agreed upon)."""

Spot = tuple[str, str]
WHOLE: Spot = (TOTAL, TOTAL)
Key = TypeVar("Key")


@dataclass(frozen=True, kw_only=True)
class ShownCell:
    """A cell of a table. Hidden, it holds nothing."""

    number: int = 0
    value: float | None = None
    high: float | None = None
    is_hidden: bool = False

    def __add__(self, other: "ShownCell") -> "ShownCell":
        """Of what adds up: numbers, euros, cases of a share."""
        if self.is_hidden or other.is_hidden:
            return HIDDEN
        values = [each for each in (self.value, other.value) if each is not None]
        return ShownCell(number=self.number + other.number, value=sum(values) if values else None)


TOGETHER = "Total"
HIDDEN = ShownCell(is_hidden=True)
NOTHING = ShownCell()
NOBODY = CountedCell(column=None, key=None, number=0, value=None, high=None)


def show_cell(cell: CountedCell) -> ShownCell:
    return ShownCell(number=cell.number, value=cell.value, high=cell.high)


@dataclass(frozen=True, kw_only=True)
class TableLine:
    label: str
    cells: list[ShownCell]


@dataclass(frozen=True, kw_only=True)
class IndicatorTable:
    indicator: Indicator
    by: str
    headings: list[str]
    """Of the columns of the whole; the last one is a total where there are several."""
    total: TableLine | None
    """None where lines are of different things, which make no sum."""
    split: list[str]
    """Headings of the columns of lines: the same when split by two things at once, else the last one."""
    lines: list[TableLine]

    @property
    def is_empty(self) -> bool:
        lines = [self.total] if self.total else self.lines
        return not any(cell.number or cell.is_hidden for line in lines for cell in line.cells)

    @property
    def is_hidden(self) -> bool:
        """Its reader may read nothing of it: each number is small, or would tell a small one."""
        lines = [*self.lines, *([self.total] if self.total else [])]
        return all(cell.is_hidden for line in lines for cell in line.cells) and not self.is_empty

    @property
    def has_whole(self) -> bool:
        """Is the last column all the period? Medians of quarters make no median of a year."""
        return len(self.headings) == 1 or self.headings[-1] == TOGETHER

    @property
    def is_crossed(self) -> bool:
        """One table shows lines and whole; else the whole has one of its own."""
        return not self.lines or self.split == self.headings


class Grid:
    """The cells of one quarter and split, and which of them are hidden."""

    def __init__(self, indicator: Indicator, by: str, cells: Iterable[CountedCell], *, columns: Sequence[str]) -> None:
        self.indicator = indicator
        self.by = by
        self.columns = tuple(columns)
        self.cells: dict[Spot, CountedCell] = {
            (TOTAL if cell.key is None else cell.key, TOTAL if cell.column is None else cell.column): cell
            for cell in cells
        }
        self.keys = tuple(sorted({row for row, _ in self.cells} - {TOTAL}))
        self.hidden: frozenset[Spot] = frozenset()
        self.hides_lines = False

    def hide_small_numbers(self, *, shown_from: int) -> None:
        """Hide more than is hidden already: what is hidden from partners is hidden from all."""
        if not self.indicator.of_people:
            self._hide_few_people(shown_from=shown_from)
            return
        rows = self.keys or ("",)
        self.hidden = hidden_cells(
            self.numbers_to_check(rows), rows=rows, columns=self.columns, shown_from=shown_from, also=self.hidden
        )

    def _hide_few_people(self, *, shown_from: int) -> None:
        """A landlord may be somebody: then no line says of which nature they are, and no small total who he was."""
        told = [cell.number for (row, _), cell in self.cells.items() if row in PRIVATE_LANDLORDS]
        if self.hides_lines or any(0 < number < shown_from for number in told):
            self.hides_lines, self.keys = True, ()
            wholes = {spot: self.cells[spot].number for spot in self.cells if spot[0] == TOTAL}
            self.hidden |= {spot for spot, number in wholes.items() if 0 < number < shown_from}

    @property
    def hidden_totals(self) -> frozenset[Spot]:
        """Those hidden over all the period."""
        return frozenset(spot for spot in self.hidden if spot[1] == TOTAL)

    def hide_also(self, spots: frozenset[Spot], *, shown_from: int) -> None:
        """These too, a line of nothing among them."""
        if self.by:
            self.keys = tuple(sorted({*self.keys, *(row for row, _ in spots)} - {TOTAL}))
        self.hidden |= spots
        self.hide_small_numbers(shown_from=shown_from)

    def numbers_to_check(self, rows: Sequence[str]) -> list[dict[Spot, int]]:
        return numbers_of(self.indicator, {spot: self._cell_at(spot) for spot in product(rows, self.columns)})

    def _cell_at(self, spot: Spot) -> CountedCell:
        row, column = spot
        found = self.cells.get((row, column)) or (None if self.keys else self.cells.get((TOTAL, column)))
        return found or NOBODY

    def shown_cell(self, row: str, column: str) -> ShownCell:
        is_hidden = (row, column) in self.hidden or (self.hides_lines and row != TOTAL)
        return HIDDEN if is_hidden else show_cell(self.cells.get((row, column), NOBODY))


def hide_together(
    grids: Iterable[Grid],
    *,
    shown_from: int,
    stocks: Iterable[Grid] = (),
    lines: Iterable[Grid] = (),
    hidden_before: Collection[str] = (),
) -> None:
    """Hide what each must; alike in what moves the same stock over a quarter, and where that stock hides at its beginning or
    at its end (`stocks`): what was opened less what was closed is their difference. What counts the same cases follows,
    in that quarter or quarters later (`hidden_before`, codes), and what counts together what is told apart elsewhere (`lines`,
    as they are split there)."""
    shown, apart = list(grids), list(lines)
    for grid in (*shown, *apart):
        grid.hide_small_numbers(shown_from=shown_from)
    _hide_movements(shown, stocks, shown_from=shown_from)
    follows = True
    while follows:
        follows = False
        for grid in shown:
            spots = _hidden_by(grid, [*shown, *apart], shown_from=shown_from)
            spots |= {WHOLE} if grid.indicator.code in hidden_before else set()
            if spots - grid.hidden:
                grid.hide_also(spots, shown_from=shown_from)
                follows = True


def _hide_movements(grids: Iterable[Grid], stocks: Iterable[Grid], *, shown_from: int) -> None:
    moving: dict[tuple[str, str], list[Grid]] = {}
    for grid in grids:
        if grid.indicator.moves:
            moving.setdefault((grid.by, grid.indicator.moves), []).append(grid)
    ends: dict[tuple[str, str], frozenset[Spot]] = {}
    for stock in stocks:
        stock.hide_small_numbers(shown_from=shown_from)
        place = stock.by, stock.indicator.code
        ends[place] = ends.get(place, frozenset()) | stock.hidden_totals
    for place, alike in moving.items():
        wholes = ends.get(place, frozenset()).union(*(grid.hidden_totals for grid in alike))
        while {grid.hidden_totals for grid in alike} != {wholes}:
            for grid in alike:
                grid.hide_also(wholes, shown_from=shown_from)
            wholes = wholes.union(*(grid.hidden_totals for grid in alike))


def _hidden_by(grid: Grid, others: Iterable[Grid], *, shown_from: int) -> frozenset[Spot]:
    """What hides of the cases that a grid counts too: their totals, and its own lines where both are split alike; and where it
    counts few others beside them."""
    found = frozenset[Spot]()
    for other in others:
        if other.indicator.code == grid.indicator.counts and not grid.indicator.counts_after:
            found |= {spot for spot in other.hidden if spot[0] == TOTAL}
            found |= other.hidden_totals if other.by == grid.by else frozenset()
            found |= _of_few_others(grid, other, shown_from=shown_from)
        if (other.indicator.code,) == grid.indicator.tells[:1] and other.by == other.indicator.default_split:
            told = {TOTAL, *grid.indicator.tells[1:]}
            found |= {(TOTAL, column) for row, column in other.hidden if row in told or len(told) == 1}
    return found


def _of_few_others(grid: Grid, other: Grid, *, shown_from: int) -> frozenset[Spot]:
    """Where a grid counts a few cases that the other, which it counts all, does not."""
    alike = (spot for spot in grid.cells if spot[0] == TOTAL or grid.by == other.by)
    more = {spot: grid.cells[spot].number - other.cells.get(spot, NOBODY).number for spot in alike}
    return frozenset(spot for spot, number in more.items() if 0 < number < shown_from)


def numbers_of(indicator: Indicator, cells: Mapping[Key, CountedCell]) -> list[dict[Key, int]]:
    """Of a share: all, those in it, and those who are not."""
    everyone = {key: cell.number for key, cell in cells.items()}
    if indicator.measure != Aggregation.SHARE:
        return [everyone]
    within = {key: int(cell.value or 0) for key, cell in cells.items()}
    return [everyone, within, {key: everyone[key] - within[key] for key in cells}]


def of_quarter(grid: Grid, quarter: Quarter, *, as_of: date, words: Words, crossed: bool = False) -> IndicatorTable:
    """`crossed`: each line month by month too."""
    headings, spots = _headings_and_columns(grid, quarter, as_of=as_of)
    of_lines = spots if crossed else [TOTAL]
    return IndicatorTable(
        indicator=grid.indicator,
        by=grid.by,
        headings=headings,
        total=TableLine(label="Ensemble", cells=[grid.shown_cell(TOTAL, column) for column in spots]),
        split=headings if crossed else [str(quarter)],
        lines=[
            TableLine(label=label, cells=[grid.shown_cell(key, column) for column in of_lines])
            for key, label in label_keys(grid.by, grid.keys, words)
        ],
    )


def _headings_and_columns(grid: Grid, quarter: Quarter, *, as_of: date) -> tuple[list[str], list[str]]:
    """Their headings, and the columns, with a total where there are several."""
    named = columns_of(grid.indicator, quarter, as_of=as_of)
    headings = [named[column] for column in grid.columns]
    return ([*headings, TOGETHER], [*grid.columns, TOTAL]) if len(headings) > 1 else (headings, list(grid.columns))


def of_year(grids: Sequence[tuple[Quarter, Grid]], *, words: Words) -> IndicatorTable:
    """The oldest quarter first; at least one."""
    indicator, by = grids[0][1].indicator, grids[0][1].by
    adds = not indicator.is_stock and indicator.measure not in (Aggregation.MEDIAN, Aggregation.DISTINCT)
    keys = {key for _, grid in grids for key in grid.keys}

    def line(label: str, row: str) -> TableLine:
        cells = [grid.shown_cell(row, TOTAL) for _, grid in grids]
        return TableLine(label=label, cells=[*cells, sum(cells, NOTHING)] if adds else cells)

    headings = [*(quarter.short for quarter, _ in grids), *([TOGETHER] if adds else [])]
    return IndicatorTable(
        indicator=indicator,
        by=by,
        headings=headings,
        total=line("Ensemble", TOTAL),
        split=headings,
        lines=[line(label, key) for key, label in label_keys(by, keys, words)],
    )


def of_one_structure(grid: Grid, structure: str, quarter: Quarter, *, as_of: date) -> IndicatorTable:
    """Of a structure that its reader manages: nothing of it is hidden from him."""
    headings, spots = _headings_and_columns(grid, quarter, as_of=as_of)
    return IndicatorTable(
        indicator=grid.indicator,
        by="",
        headings=headings,
        total=TableLine(label="Votre structure", cells=[grid.shown_cell(structure, column) for column in spots]),
        split=[],
        lines=[],
    )


def label_keys(by: str, keys: Iterable[str], words: Words) -> list[tuple[str, str]]:
    """In the order of the words, never of size: that would say which hidden number is the larger."""
    if not by:
        return []
    named: Mapping[str, str] = words.labels_of(by)
    order = {code: place for place, code in enumerate(named)}
    ordered = sorted(keys, key=lambda code: (order.get(code, len(order)), code))
    return [(code, named.get(code, code or UNKNOWN)) for code in ordered]


# Kept with a report that was published: as it was shown, never counted again


def freeze_table(table: IndicatorTable) -> dict[str, Any]:
    def cells(line: TableLine) -> list[list[float | int | None] | None]:
        return [None if each.is_hidden else [each.number, each.value, each.high] for each in line.cells]

    return {
        "code": table.indicator.code,
        "by": table.by,
        "headings": table.headings,
        "split": table.split,
        "lines": [[line.label, cells(line)] for line in table.lines],
        "total": cells(table.total) if table.total else [],
    }


def thaw_table(data: Mapping[str, Any], indicator: Indicator) -> IndicatorTable:
    def line(label: str, cells: Sequence[Any]) -> TableLine:
        shown = [HIDDEN if each is None else ShownCell(number=each[0], value=each[1], high=each[2]) for each in cells]
        return TableLine(label=label, cells=shown)

    return IndicatorTable(
        indicator=indicator,
        by=data["by"],
        headings=list(data["headings"]),
        total=line("Ensemble", data["total"]) if data["total"] else None,
        split=list(data["split"]),
        lines=[line(label, cells) for label, cells in data["lines"]],
    )


# A second lock before what all read: whatever was kept, no small number leaves


def table_for_all(table: IndicatorTable) -> IndicatorTable:
    def line(each: TableLine) -> TableLine:
        return replace(each, cells=[hidden_from_all(cell, table.indicator) for cell in each.cells])

    if _tells_of_few_people(table):
        return _without_lines(table)
    return replace(table, total=table.total and line(table.total), lines=[line(each) for each in table.lines])


def _tells_of_few_people(table: IndicatorTable) -> bool:
    """Of landlords, in what was kept before `Grid` hid them so."""
    if table.indicator.of_people or table.by != "landlord_type":
        return False
    told = [cell.number for line in table.lines if line.label in PRIVATE_LANDLORDS.values() for cell in line.cells]
    return any(0 < number < FOR_ALL for number in told)


def _without_lines(table: IndicatorTable) -> IndicatorTable:
    cells = [HIDDEN if 0 < each.number < FOR_ALL else each for each in table.total.cells] if table.total else []
    return replace(table, total=table.total and replace(table.total, cells=cells), lines=[])


def hidden_from_all(cell: ShownCell, indicator: Indicator) -> ShownCell:
    """Hidden already by what was published, as a rule: see `hide_together`."""
    if not indicator.of_people or cell.is_hidden:
        return cell
    counted = CountedCell(column=None, key=None, number=cell.number, value=cell.value, high=cell.high)
    told = [numbers[""] for numbers in numbers_of(indicator, {"": counted})]
    return HIDDEN if any(0 < number < FOR_ALL for number in told) else cell
