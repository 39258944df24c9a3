"""Tables made of what others show as a whole, side by side: they hide what these hide, so they tell nothing more."""

from collections.abc import Iterable, Mapping, Sequence

from workflows.indicators.kinds import Indicator
from workflows.indicators.tables import IndicatorTable, TableLine


def with_joined(tables: Sequence[IndicatorTable], indicators: Iterable[Indicator]) -> list[IndicatorTable]:
    """These tables, and those that they make."""
    by_code = {table.indicator.code: table for table in tables}
    made = (_join_totals(each, by_code) for each in indicators if each.parts)
    return [*tables, *(table for table in made if table is not None)]


def _join_totals(indicator: Indicator, by_code: Mapping[str, IndicatorTable]) -> IndicatorTable | None:
    """None where one is missing, or of other columns: an older report, a quarter that was not counted."""
    parts = [(words, by_code.get(code)) for code, words in indicator.parts]
    lines = [(words, table.headings, table.total) for words, table in parts if table]
    headings = lines[0][1] if lines else []
    wholes = [
        TableLine(label=words, cells=total.cells) for words, columns, total in lines if total and columns == headings
    ]
    if len(wholes) < len(parts):
        return None
    return IndicatorTable(indicator=indicator, by="move", headings=headings, total=None, split=headings, lines=wholes)
