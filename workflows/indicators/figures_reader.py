"""The figures that the worker counted, as tables to be shown. One query, and those of the words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from cases.models import Structure
from workflows.indicators.catalogue import BY_CODE, choose_split
from workflows.indicators.compute import CountedCell
from workflows.indicators.crossing import Crossing, hide_crossings
from workflows.indicators.joined_tables import with_joined
from workflows.indicators.kinds import CROSS, CROSSED, Indicator
from workflows.indicators.quarters import Quarter
from workflows.indicators.tables import (
    FOR_PARTNERS,
    WHOLE,
    Grid,
    IndicatorTable,
    hide_together,
    of_one_structure,
    of_quarter,
    of_year,
)
from workflows.indicators.words import Words, columns_of
from workflows.models import IndicatorFigures

YEAR = 4
Place = tuple[str, Quarter, str]
"""Of what was counted: code, quarter and split."""


def _moving_with(indicator: Indicator) -> list[Indicator]:
    """All that moves the same stock, itself included."""
    return [each for each in BY_CODE.values() if each.moves and each.moves == indicator.moves]


@dataclass(frozen=True, kw_only=True)
class ReadFigures:
    tables: list[IndicatorTable]
    as_of: date | None
    """None: nothing was counted."""
    computed_at: datetime | None


class Reader:
    def __init__(
        self, indicators: Sequence[Indicator], *, by: str, quarters: Sequence[Quarter], territory: str, on: date
    ) -> None:
        self.territory = territory
        self.indicators = indicators
        self.quarters = quarters
        self.words = Words(territory=territory, on=on)
        self._by = by
        asked = {each.code for each in indicators}
        self._rows: dict[Place, IndicatorFigures] = {}
        self._beside: dict[Place, IndicatorFigures] = {}
        for row in self._find_figures():
            place = row.indicator, Quarter(row.quarter), row.by
            self._beside[place] = row
            is_asked = place[1] in quarters and row.indicator in asked
            if is_asked and row.by in self._splits(BY_CODE[row.indicator]):
                self._rows[place] = row

    def _find_figures(self) -> Iterable[IndicatorFigures]:
        """Of stocks that something moves, those at the beginning of each quarter too, split as what moves them; of what
        counts cases again quarters later, all that moved their stock then; the lines that others count together."""
        days = [each.first for each in self.quarters]
        before = [each.shifted_by(-1).first for each in self.quarters]
        wanted = Q(pk__in=[])
        for each in self.indicators:
            splits = self._splits(each)
            wanted |= Q(indicator=each.code, by__in=splits, quarter__in=days)
            wanted |= Q(indicator=each.moves, by__in=splits, quarter__in=[*days, *before]) if each.moves else Q()
            wanted |= Q(indicator=each.tells[0], by=_lines_of(each), quarter__in=days) if each.tells else Q()
            for quarter in self.quarters if each.counts_after else ():
                then = quarter.shifted_by(-each.counts_after)
                moving = _moving_with(BY_CODE[each.counts])
                wanted |= Q(indicator__in=[mover.code for mover in moving], by="", quarter=then.first)
                ends = [then.shifted_by(-1).first, then.first]
                wanted |= Q(indicator=BY_CODE[each.counts].moves, by="", quarter__in=ends)
        return IndicatorFigures.objects.filter(wanted, territory=self.territory)

    def _splits(self, indicator: Indicator) -> list[str]:
        by = choose_split(indicator, self._by)
        return [CROSS, *CROSSED] if by == CROSS else [by]

    @property
    def as_of(self) -> date | None:
        return min((row.as_of for row in self._rows.values()), default=None)

    @property
    def computed_at(self) -> datetime | None:
        return min((row.computed_at for row in self._rows.values()), default=None)

    def grid(self, indicator: Indicator, quarter: Quarter, *, by: str | None = None) -> Grid | None:
        row = self._rows.get((indicator.code, quarter, choose_split(indicator, self._by) if by is None else by))
        if row is None:
            return None
        return self._grid_of(row, indicator, quarter)

    @staticmethod
    def _grid_of(row: IndicatorFigures, indicator: Indicator, quarter: Quarter) -> Grid:
        cells = [CountedCell(*each) for each in row.cells]
        return Grid(indicator, row.by, cells, columns=list(columns_of(indicator, quarter, as_of=row.as_of)))

    def grids(self, quarter: Quarter) -> list[Grid]:
        """The tables of a quarter that are split by one dimension at most."""
        found = (self.grid(each, quarter) for each in self.indicators if choose_split(each, self._by) != CROSS)
        return [grid for grid in found if grid is not None]

    def stocks(self, quarter: Quarter) -> list[Grid]:
        """Those at the beginning and at the end of a quarter that something moves, split as what moves them."""
        moved = {
            (each.moves, by) for each in self.indicators if each.moves for by in self._splits(each) if by != CROSS
        }
        return [grid for code, by in sorted(moved) for grid in self._ends_of(code, quarter, by=by)]

    def _ends_of(self, stock: str, quarter: Quarter, *, by: str) -> list[Grid]:
        found = ((then, self._beside.get((stock, then, by))) for then in (quarter.shifted_by(-1), quarter))
        return [self._grid_of(row, BY_CODE[stock], then) for then, row in found if row]

    def find_line_tables(self, quarter: Quarter) -> list[Grid]:
        """Of what is counted together, the tables where it is told apart."""
        together = [each for each in self.indicators if each.tells]
        rows = ((each.tells[0], self._beside.get((each.tells[0], quarter, _lines_of(each)))) for each in together)
        return [self._grid_of(row, BY_CODE[code], quarter) for code, row in rows if row]

    def hidden_before(self, quarter: Quarter, *, shown_from: int) -> frozenset[str]:
        """Of what counts cases again quarters later, the codes of what would tell a whole that was hidden then."""
        return frozenset(
            each.code
            for each in self.indicators
            if each.counts_after
            and self._hid_whole(each.counts, quarter.shifted_by(-each.counts_after), shown_from=shown_from)
        )

    def _hid_whole(self, code: str, then: Quarter, *, shown_from: int) -> bool:
        rows = {each.code: self._beside.get((each.code, then, "")) for each in _moving_with(BY_CODE[code])}
        grids = {each: self._grid_of(row, BY_CODE[each], then) for each, row in rows.items() if row}
        hide_together(grids.values(), stocks=self._ends_of(BY_CODE[code].moves, then, by=""), shown_from=shown_from)
        return code in grids and WHOLE in grids[code].hidden

    def hide(self, grids: Iterable[Grid], quarter: Quarter, *, shown_from: int) -> None:
        """Hide in these, of a quarter, what they must together, and what other quarters would tell by them."""
        before = self.hidden_before(quarter, shown_from=shown_from)
        told = {"stocks": self.stocks(quarter), "lines": self.find_line_tables(quarter)}
        hide_together(grids, **told, hidden_before=before, shown_from=shown_from)

    def crossings(self, quarter: Quarter) -> list[Crossing]:
        """Of two dimensions; not of what was counted before they were."""
        found = []
        for each in self.indicators:
            row = self._rows.get((each.code, quarter, CROSS))
            faces = [grid for by in CROSSED if row and (grid := self.grid(each, quarter, by=by))]
            if row and len(faces) == len(CROSSED):
                found.append(Crossing([CountedCell(*cell) for cell in row.cells], rows=faces[0], columns=faces[1]))
        return found

    def day_of(self, grid: Grid, quarter: Quarter) -> date:
        return self._rows[grid.indicator.code, quarter, grid.by].as_of


def _lines_of(indicator: Indicator) -> str:
    """By what the table is split whose lines this one counts together."""
    return BY_CODE[indicator.tells[0]].default_split


def of_one_quarter(
    indicators: Sequence[Indicator],
    *,
    by: str,
    quarter: Quarter,
    territory: str,
    on: date,
    crossed: bool = False,
    is_plain: bool = False,
) -> ReadFigures:
    """`is_plain`: its reader pilots the action (`permissions.piloted_kinds`)."""
    reader = Reader(indicators, by=by, quarters=[quarter], territory=territory, on=on)
    grids, crossings = reader.grids(quarter), reader.crossings(quarter)
    faces = [face for each in crossings for face in (each.rows, each.columns)]
    _hide_small_numbers(reader, quarter, [*grids, *faces], is_plain=is_plain)
    tables = [
        of_quarter(grid, quarter, as_of=reader.day_of(grid, quarter), words=reader.words, crossed=crossed)
        for grid in grids
    ]
    if not is_plain:
        hide_crossings(crossings, shown_from=FOR_PARTNERS)
    by_two = [crossing.table(words=reader.words) for crossing in crossings]
    return ReadFigures(
        tables=[*with_joined(tables, indicators), *by_two], as_of=reader.as_of, computed_at=reader.computed_at
    )


def _hide_small_numbers(reader: Reader, quarter: Quarter, grids: Sequence[Grid], *, is_plain: bool) -> None:
    """What says something of a professional is hidden from all."""
    hidden = [grid for grid in grids if grid.indicator.of_workers or not is_plain]
    reader.hide(hidden, quarter, shown_from=FOR_PARTNERS)


def of_one_year(
    indicators: Sequence[Indicator], *, by: str, last: Quarter, territory: str, on: date, is_plain: bool = False
) -> ReadFigures:
    """Four quarters, the last one included: these are one dimension already."""
    by = "structure" if by == CROSS else by
    quarters = [last.shifted_by(-behind) for behind in reversed(range(YEAR))]
    reader = Reader(indicators, by=by, quarters=quarters, territory=territory, on=on)
    of_each: dict[str, list[tuple[Quarter, Grid]]] = {}
    for quarter in quarters:
        grids = reader.grids(quarter)
        _hide_small_numbers(reader, quarter, grids, is_plain=is_plain)
        for grid in grids:
            of_each.setdefault(grid.indicator.code, []).append((quarter, grid))
    tables = [of_year(of_each[each.code], words=reader.words) for each in indicators if each.code in of_each]
    return ReadFigures(tables=with_joined(tables, indicators), as_of=reader.as_of, computed_at=reader.computed_at)


def of_a_structure(
    indicators: Sequence[Indicator], *, structure: Structure, quarter: Quarter, on: date
) -> ReadFigures:
    """Those that are of a structure, for who manages it."""
    own = [each for each in indicators if "structure" in each.dimensions]
    reader = Reader(own, by="structure", quarters=[quarter], territory=structure.territory, on=on)
    tables = [
        of_one_structure(grid, str(structure.pk), quarter, as_of=reader.day_of(grid, quarter))
        for grid in reader.grids(quarter)
    ]
    return ReadFigures(tables=with_joined(tables, indicators), as_of=reader.as_of, computed_at=reader.computed_at)
