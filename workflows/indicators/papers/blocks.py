"""What the PDF and the Word copy of a report are made of, block by block. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from cases.templatetags.relais import long_date
from workflows.indicators.charts import chart_of
from workflows.indicators.formatting import of_all, with_count
from workflows.indicators.kinds import ACTIONS
from workflows.indicators.report import Printed, PrintedSection
from workflows.indicators.tables import FOR_PARTNERS, IndicatorTable, TableLine
from workflows.indicators.words import SPLITS

Block = dict[str, Any]
NOT_PUBLISHED = "Projet : ce bilan n’est pas publié, ses chiffres changent encore."


def report_subject(report: Printed) -> str:
    return f"Bilan du {report.quarter}"


def as_of_words(report: Printed) -> str:
    return f"Chiffres arrêtés au {long_date(report.as_of)}"


def reading_instructions() -> str:
    """How tables are to be read."""
    return (
        f"Un nombre de personnes ou de dossiers inférieur à {FOR_PARTNERS} n’est pas montré, ni ce qui permettrait de le "
        "retrouver : « petit nombre ». Entre parenthèses, N : le nombre de cas dont une médiane, une part ou une somme est tirée. "
        "Le stock initial n’est pas compté dans les délais."
    )


def build_blocks(report: Printed) -> Iterator[Block]:
    if not report.is_published:
        yield {"kind": "note", "text": NOT_PUBLISHED}
    yield {"kind": "paragraph", "text": reading_instructions()}
    for action, parts in report.by_action.items():
        if parts:
            yield {"kind": "chapter", "text": ACTIONS[action]}
        for part in parts:
            yield from _of_part(part)


def _of_part(part: PrintedSection) -> Iterator[Block]:
    yield {"kind": "part", "text": part.section.title}
    for paragraph in part.comment.splitlines():
        if paragraph.strip():
            yield {"kind": "comment", "text": paragraph.strip()}
    for table in part.tables:
        if not table.is_empty:
            yield from _of_table(table)
    silent = [table.indicator.title for table in part.tables if table.is_empty]
    if silent:
        yield {"kind": "small", "text": f"Sans donnée ce trimestre : {' ; '.join(silent)}."}


def _of_table(table: IndicatorTable) -> Iterator[Block]:
    indicator = table.indicator
    yield {"kind": "indicator", "text": indicator.title}
    yield {"kind": "definition", "text": indicator.definition}
    whole = of_all(table)
    if whole:
        yield {"kind": "whole", "text": f"Ensemble : {whole}."}
    for grid in grids_of(table):
        yield {
            "kind": "table",
            "columns": [grid.heading, *grid.columns],
            "sums": len(grid.columns),
            "rows": [_row(table, line) for line in grid.lines],
            "total": _row(table, grid.total) if grid.total else [],
        }
    chart = chart_of(table)
    if chart:
        yield {"kind": "picture", "svg": chart.svg, "alt": chart.says}


@dataclass(frozen=True, kw_only=True)
class PrintedGrid:
    """A table as it is printed: lines, and the whole below."""

    heading: str
    """Of the first column: what its lines are."""
    columns: list[str]
    lines: list[TableLine]
    total: TableLine | None


def grids_of(table: IndicatorTable) -> list[PrintedGrid]:
    """The whole month by month, then what it is split by; one for both when each line is month by month too."""
    unit = {"%": "Part", "€": "Euros"}.get(table.indicator.unit, table.indicator.unit)
    whole = PrintedGrid(heading=capfirst(unit), columns=table.headings, lines=[], total=table.total)
    if not table.lines:
        return [whole]
    if table.total is None:
        return [PrintedGrid(heading=capfirst(SPLITS[table.by]), columns=table.split, lines=table.lines, total=None)]
    last = TableLine(label=table.total.label, cells=table.total.cells[-len(table.split) :])
    split = PrintedGrid(heading=capfirst(SPLITS[table.by]), columns=table.split, lines=table.lines, total=last)
    return [split] if table.is_crossed else [whole, split]


def _row(table: IndicatorTable, line: TableLine) -> list[str]:
    return [line.label, *(with_count(table.indicator, cell) for cell in line.cells)]
