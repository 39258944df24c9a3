"""Anonymous indicators for the Observatoire: one line a number, small ones hidden more than between partners."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from io import StringIO

from cases.models import Territory
from workflows.indicators.first_page import TITLE, ComparedQuarter, FirstPageLine
from workflows.indicators.formatting import displayed_value
from workflows.indicators.kinds import ACTIONS, Indicator
from workflows.indicators.open_terms import OpenTerms
from workflows.indicators.papers.blocks import issue_words
from workflows.indicators.quarters import Quarter
from workflows.indicators.report import open_first_page, open_tables
from workflows.indicators.tables import NOTHING, IndicatorTable, ShownCell, TableLine
from workflows.indicators.words import SPLITS
from workflows.models import CommitteeReport

HEADINGS = (
    "action", "code", "indicateur", "unite", "trimestre", "periode", "repartition", "modalite", "valeur", "effectif",
    "masque", "arretes_au", "definition", "edition", "note_edition", "source", "licence", "texte_licence",
)  # fmt: skip
"""The last three on each line: a file that is cut or joined to another still says whose it is, and how it may be used."""
PAST = {ComparedQuarter.BEFORE: "trimestre précédent", ComparedQuarter.YEAR_AGO: "même trimestre, un an avant"}
CONTENT_TYPE = "text/csv; charset=utf-8"


def open_csv_of(report: CommitteeReport, *, terms: OpenTerms | None = None) -> bytes | None:
    """What all may read of a published report, as a file; None of another. `terms`: if read already."""
    if report.as_of is None:
        return None
    terms = terms or OpenTerms.of(Territory.objects.get(code=report.territory))
    return open_csv(
        open_tables(report),
        quarter=Quarter(report.quarter),
        as_of=report.as_of,
        first_page=open_first_page(report),
        issue=report.issue,
        note=issue_words(report),
        terms=terms,
    )


def open_csv(
    tables: Sequence[IndicatorTable],
    *,
    quarter: Quarter,
    as_of: date,
    first_page: Sequence[FirstPageLine] = (),
    issue: int = 1,
    note: str = "",
    terms: OpenTerms,
) -> bytes:
    """Semicolons and a mark of encoding: opened by a double click in France. The five figures of the first page come first.

    `note`: what is said of an issue that replaces another (`blocks.issue_words`).
    """
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    said = [str(issue), note, terms.source, terms.licence_words, terms.text_url]
    writer.writerows([*row, *said] for row in _all_rows(tables, quarter, as_of, first_page))
    return text.getvalue().encode("utf-8-sig")


def _all_rows(
    tables: Sequence[IndicatorTable], quarter: Quarter, as_of: date, first_page: Sequence[FirstPageLine]
) -> Iterator[list[str]]:
    for line_of_page in first_page:
        yield from _first_page_rows(line_of_page, as_of)
    for table in tables:
        for line in table.lines:
            yield from _rows(table, line, table.split, quarter, as_of)
        if table.total:
            yield from _rows(table, table.total, table.headings, quarter, as_of)


def _first_page_rows(line: FirstPageLine, as_of: date) -> Iterator[list[str]]:
    """This quarter, those that it is compared with, and the target: one line a number."""
    quarters = [
        ("ce trimestre", line.quarter),
        *((PAST[past], past.quarter_of(line.quarter)) for past in ComparedQuarter),
    ]
    for (words, quarter), cell in zip(quarters, line.cells, strict=True):
        if cell is not None:
            yield _row(line.indicator, cell, (quarter.code, words, TITLE, "ensemble"), as_of)
    if line.target is not None:
        what = "objectif" if line.target.is_agreed else "objectif à vérifier"
        row = _row(line.indicator, NOTHING, (line.quarter.code, what, TITLE, "ensemble"), as_of)
        yield [*row[:8], str(line.target.value), "", *row[10:]]


def _rows(
    table: IndicatorTable, line: TableLine, headings: Sequence[str], quarter: Quarter, as_of: date
) -> Iterator[list[str]]:
    indicator = table.indicator
    is_total = line is table.total
    for heading, cell in zip(headings, line.cells, strict=True):
        spots = (quarter.code, heading, SPLITS["" if is_total else table.by], "ensemble" if is_total else line.label)
        yield _row(indicator, cell, spots, as_of)


def _row(indicator: Indicator, cell: ShownCell, spots: tuple[str, str, str, str], as_of: date) -> list[str]:
    """`spots`: the quarter, the period in it, by what it is split, and which part this is."""
    value = displayed_value(indicator, cell)
    return [
        ACTIONS[indicator.action],
        indicator.code,
        indicator.title,
        indicator.unit,
        *spots,
        "" if value is None else f"{value:.1f}".removesuffix(".0").replace(".", ","),
        "" if cell.is_hidden else str(cell.number),
        "oui" if cell.is_hidden else "non",
        as_of.isoformat(),
        indicator.definition,
    ]
