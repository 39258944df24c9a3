"""Anonymous indicators for the Observatoire: one line a number, small ones hidden more than between partners."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from io import StringIO

from workflows.indicators.formatting import displayed_value
from workflows.indicators.kinds import ACTIONS
from workflows.indicators.quarters import Quarter
from workflows.indicators.tables import IndicatorTable, TableLine
from workflows.indicators.words import SPLITS

HEADINGS = (
    "action", "code", "indicateur", "unite", "trimestre", "periode", "repartition", "modalite", "valeur", "effectif",
    "masque", "arretes_au", "definition",
)  # fmt: skip
CONTENT_TYPE = "text/csv; charset=utf-8"


def open_csv(tables: Sequence[IndicatorTable], *, quarter: Quarter, as_of: date) -> bytes:
    """Semicolons and a mark of encoding: opened by a double click in France."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for table in tables:
        for line in table.lines:
            writer.writerows(_rows(table, line, table.split, quarter, as_of))
        if table.total:
            writer.writerows(_rows(table, table.total, table.headings, quarter, as_of))
    return text.getvalue().encode("utf-8-sig")


def _rows(
    table: IndicatorTable, line: TableLine, headings: Sequence[str], quarter: Quarter, as_of: date
) -> Iterator[list[str]]:
    indicator = table.indicator
    is_total = line is table.total
    for heading, cell in zip(headings, line.cells, strict=True):
        value = displayed_value(indicator, cell)
        yield [
            ACTIONS[indicator.action],
            indicator.code,
            indicator.title,
            indicator.unit,
            quarter.code,
            heading,
            SPLITS["" if is_total else table.by],
            "ensemble" if is_total else line.label,
            "" if value is None else f"{value:.1f}".removesuffix(".0").replace(".", ","),
            "" if cell.is_hidden else str(cell.number),
            "oui" if cell.is_hidden else "non",
            as_of.isoformat(),
            indicator.definition,
        ]
