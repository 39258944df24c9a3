"""The figures that the worker counted, as tables to be shown. One query, and those of the words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from cases.models import Structure
from workflows.indicators.catalogue import choose_split
from workflows.indicators.compute import CountedCell
from workflows.indicators.crossing import Crossing, hide_crossings
from workflows.indicators.joined_tables import with_joined
from workflows.indicators.kinds import CROSS, CROSSED, Indicator
from workflows.indicators.quarters import Quarter
from workflows.indicators.tables import (
    FOR_PARTNERS,
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
        self._rows = {(row.indicator, Quarter(row.quarter), row.by): row for row in self._find_figures()}

    def _find_figures(self) -> Iterable[IndicatorFigures]:
        wanted = Q(pk__in=[])
        for each in self.indicators:
            by = choose_split(each, self._by)
            wanted |= Q(indicator=each.code, by__in=[CROSS, *CROSSED] if by == CROSS else [by])
        own = IndicatorFigures.objects.filter(territory=self.territory)
        return own.filter(wanted, quarter__in=[each.first for each in self.quarters])

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
        cells = [CountedCell(*each) for each in row.cells]
        columns = columns_of(indicator, quarter, as_of=row.as_of)
        return Grid(indicator, row.by, cells, columns=list(columns))

    def grids(self, quarter: Quarter) -> list[Grid]:
        """The tables of a quarter that are split by one dimension at most."""
        found = (self.grid(each, quarter) for each in self.indicators if choose_split(each, self._by) != CROSS)
        return [grid for grid in found if grid is not None]

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
    _hide_small_numbers(grids, is_plain=is_plain)
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


def _hide_small_numbers(grids: Sequence[Grid], *, is_plain: bool) -> None:
    """What says something of a professional is hidden from all."""
    hidden = [grid for grid in grids if grid.indicator.of_workers or not is_plain]
    hide_together(hidden, shown_from=FOR_PARTNERS)


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
        _hide_small_numbers(grids, is_plain=is_plain)
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
