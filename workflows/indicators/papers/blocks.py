"""What the PDF and the Word copy of a report are made of, block by block. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from cases.templatetags.relais import long_date
from workflows.indicators.charts import chart_of
from workflows.indicators.first_page import TITLE, ComparedQuarter, FirstPageLine, cell_text
from workflows.indicators.first_page_words import answer, count_trends, describe
from workflows.indicators.formatting import of_all, with_count
from workflows.indicators.kinds import ACTIONS, Action, Aggregation, Indicator
from workflows.indicators.quarters import Quarter
from workflows.indicators.report import Printed, PrintedSection
from workflows.indicators.tables import FOR_PARTNERS, IndicatorTable, TableLine
from workflows.indicators.words import SPLITS
from workflows.models import CommitteeReport

Block = dict[str, Any]
FIGURE_COLUMNS = 5
"""Of the table of the first page, besides the name of the figure."""
NOT_PUBLISHED = "Projet : ce bilan n’est pas publié, ses chiffres changent encore."


def first_page_note(shown_from: int) -> str:
    return (
        f"Entre parenthèses, N : le nombre de cas. « Petit nombre » : moins de {shown_from} cas, ou ce qui permettrait de les "
        "retrouver. La tendance est celle depuis le trimestre précédent. Les trimestres passés sont ceux des bilans publiés, "
        "sinon ceux comptés à ce jour."
    )


FIRST_PAGE_NOTE = first_page_note(FOR_PARTNERS)


def report_subject(report: Printed) -> str:
    return f"Bilan du {report.quarter}"


def as_of_words(report: Printed) -> str:
    return f"Chiffres arrêtés au {long_date(report.as_of)}"


def issue_words(report: Printed | CommitteeReport) -> str:
    """Of a report that was published again; nothing of the first issue."""
    if report.issue == 1:
        return ""
    return f"Édition {report.issue}, qui remplace la précédente. Ce qui change : {' '.join(report.note.split())}"


def standing_words(report: Printed) -> list[str]:
    """What its reader is to know first: it is not published, or it replaces another."""
    return [words for words in ("" if report.is_published else NOT_PUBLISHED, issue_words(report)) if words]


def reading_instructions(shown_from: int = FOR_PARTNERS) -> str:
    """How tables are to be read."""
    return (
        f"Un nombre de personnes ou de dossiers inférieur à {shown_from} n’est pas montré, ni ce qui permettrait de le "
        "retrouver : « petit nombre ». Entre parenthèses, N : le nombre de cas dont une médiane, une part ou une somme est tirée. "
        "Le stock initial n’est pas compté dans les délais."
    )


def build_blocks(report: Printed) -> Iterator[Block]:
    for words in standing_words(report):
        yield {"kind": "note", "text": words}
    if report.first_page:
        yield from _of_first_page(report)
    for action in report.actions_in_short:
        yield {"kind": "page"}
        yield {"kind": "chapter", "text": f"{ACTIONS[action]}, en bref"}
        yield _summary_table(report, action)
    if report.first_page:
        yield {"kind": "page"}
    yield {"kind": "paragraph", "text": reading_instructions()}
    for action, parts in report.by_action.items():
        if parts:
            yield {"kind": "chapter", "text": ACTIONS[action]}
        for part in parts:
            yield from _of_part(part)


def _of_first_page(report: Printed) -> Iterator[Block]:
    lines = report.first_page
    yield {"kind": "chapter", "text": TITLE}
    yield {"kind": "answer", "text": answer(lines)}
    yield {"kind": "lead", "text": count_trends(lines)}
    yield {
        "kind": "table",
        "columns": ["Chiffre", *compared_headings(report.quarter), "Objectif", "Tendance"],
        "sums": FIGURE_COLUMNS,
        "rows": [first_page_row(line) for line in lines],
        "total": [],
    }
    for line in lines:
        yield {
            "kind": "figure",
            "title": line.title,
            "definition": line.definition,
            "text": describe(line),
            "comment": " ".join(line.comment.split()),
        }
    yield {"kind": "small", "text": FIRST_PAGE_NOTE}


def first_page_row(line: FirstPageLine) -> list[str]:
    return [line.title, *(cell_text(line, cell) for cell in line.cells), line.target_text, line.trend]


def compared_headings(quarter: Quarter) -> list[str]:
    """« T3 2026 », the quarter before, and that of a year ago."""
    return [quarter.short, *(past.quarter_of(quarter).short for past in ComparedQuarter)]


def _summary_table(report: Printed, action: Action) -> Block:
    rows = report.summaries[action]
    return {
        "kind": "summary",
        "columns": ["Chiffre", *compared_headings(report.quarter)],
        "sums": FIGURE_COLUMNS - 2,
        "rows": [[title_with_unit(row.indicator), *(cell_text(row, cell) for cell in row.cells)] for row in rows],
        "total": [],
    }


def title_with_unit(indicator: Indicator) -> str:
    """With its unit, where neither the title nor the cell says it."""
    is_said = indicator.unit in ("%", "€", "jours") or indicator.unit in indicator.title.lower()
    return indicator.title if is_said else f"{indicator.title} ({indicator.unit})"


def _of_part(part: PrintedSection) -> Iterator[Block]:
    yield {"kind": "part", "text": part.section.title}
    for paragraph in part.comment.splitlines():
        if paragraph.strip():
            yield {"kind": "comment", "text": paragraph.strip()}
    for table in part.tables:
        if not table.is_empty and not table.is_hidden:
            yield from _of_table(table)
    hidden = [table.indicator.title for table in part.tables if table.is_hidden]
    if hidden:
        yield {"kind": "small", "text": f"Trop peu de cas pour être montrés : {' ; '.join(hidden)}."}
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
    total = table.total and TableLine(label=_label_of_whole(table), cells=table.total.cells)
    whole = PrintedGrid(heading=capfirst(unit), columns=table.headings, lines=[], total=total)
    if not table.lines:
        return [whole]
    if total is None:
        return [PrintedGrid(heading=capfirst(SPLITS[table.by]), columns=table.split, lines=table.lines, total=None)]
    last = TableLine(label=total.label, cells=total.cells[-len(table.split) :])
    split = PrintedGrid(heading=capfirst(SPLITS[table.by]), columns=table.split, lines=table.lines, total=last)
    return [split] if table.is_crossed else [whole, split]


def _label_of_whole(table: IndicatorTable) -> str:
    """Of different things, that it is no sum: who stands in several lines or months is counted once."""
    whole = table.total.label if table.total else ""
    return f"{whole}, chacun compté une fois" if table.indicator.measure == Aggregation.DISTINCT else whole


def _row(table: IndicatorTable, line: TableLine) -> list[str]:
    return [line.label, *(with_count(table.indicator, cell) for cell in line.cells)]
