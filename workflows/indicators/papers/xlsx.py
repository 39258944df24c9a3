"""The report as a workbook: a sheet to be read first, one for each action, with tables and pictures; numbers are numbers."""

from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter import Workbook

from workflows.indicators.charts import chart_of
from workflows.indicators.formatting import COUNTED, SMALL, displayed_value
from workflows.indicators.kinds import ACTIONS
from workflows.indicators.papers.blocks import (
    NOT_PUBLISHED,
    PrintedGrid,
    as_of_words,
    grids_of,
    reading_instructions,
    report_subject,
)
from workflows.indicators.papers.pdf import png_of
from workflows.indicators.report import Printed, PrintedSection
from workflows.indicators.tables import IndicatorTable, ShownCell, TableLine

SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""What somebody typed stays text: no sheet runs it."""
NAMES = dict(zip(ACTIONS, ("Impayés", "Trop-perçus", "Référents"), strict=True))
PICTURE_ROWS, SMALLER = 20, 0.6
"""The height of a row in points; the size of a picture in a sheet."""


def build_xlsx(report: Printed) -> bytes:
    made = BytesIO()
    with xlsxwriter.Workbook(made, SAFE) as book:
        book.set_properties({"title": report_subject(report)})
        _write_first_sheet(book, report)
        for action, parts in report.by_action.items():
            if any(not table.is_empty for part in parts for table in part.tables):
                ActionSheet(book, NAMES[action]).write(parts)
    return made.getvalue()


def _write_first_sheet(book: Workbook, report: Printed) -> None:
    sheet = book.add_worksheet("À lire")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 100, wrap)
    lines = [
        report_subject(report),
        as_of_words(report),
        *([] if report.is_published else [NOT_PUBLISHED]),
        reading_instructions(),
    ]
    lines.append(f"Interne au partenariat. Les chiffres ouverts à tous sont ceux du fichier CSV du {report.quarter}.")
    for place, line in enumerate(lines):
        sheet.write_string(place, 0, line, book.add_format({"bold": True, "font_size": 14}) if not place else wrap)


class ActionSheet:
    """Written from top to bottom: the title of an indicator, its definition, its table, its picture."""

    def __init__(self, book: Any, name: str) -> None:
        self.sheet = book.add_worksheet(name)
        self.row = 0
        self.big = book.add_format({"bold": True, "font_size": 13})
        self.bold = book.add_format({"bold": True})
        self.grey = book.add_format({"font_color": "#555555", "italic": True})
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.numbers = book.add_format({"num_format": "#,##0.##"})
        self.totals = book.add_format({"num_format": "#,##0.##", "bold": True})
        self.sheet.set_column(0, 0, 44)
        self.sheet.set_column(1, 12, 14)

    def write(self, parts: list[PrintedSection]) -> None:
        for part in parts:
            self._write_line(part.section.title, self.big)
            for paragraph in part.comment.splitlines():
                self._write_line(paragraph)
            for table in part.tables:
                if not table.is_empty:
                    self._write_table(table)

    def _write_line(self, text: str, style: object = None) -> None:
        self.sheet.write_string(self.row, 0, text, style)
        self.row += 1

    def _write_table(self, table: IndicatorTable) -> None:
        self.row += 1
        self._write_line(table.indicator.title, self.bold)
        self._write_line(table.indicator.definition, self.grey)
        for grid in grids_of(table):
            self._write_grid(table, grid)
        self._insert_picture(table)

    def _write_grid(self, table: IndicatorTable, grid: PrintedGrid) -> None:
        counts = table.indicator.measure not in COUNTED
        headings = [grid.heading, *grid.columns, *([f"N, {each}" for each in grid.columns] if counts else [])]
        for place, heading in enumerate(headings):
            self.sheet.write_string(self.row, place, heading, self.head)
        self.row += 1
        for line in grid.lines:
            self._write_number_row(table, line, counts=counts, style=self.numbers)
        if grid.total:
            self._write_number_row(table, grid.total, counts=counts, style=self.totals)
        self.row += 1

    def _write_number_row(self, table: IndicatorTable, line: TableLine, *, counts: bool, style: object) -> None:
        self.sheet.write_string(self.row, 0, line.label)
        cells = [*((cell, displayed_value(table.indicator, cell)) for cell in line.cells)]
        cells += [(cell, cell.number) for cell in line.cells] if counts else []
        for place, (cell, value) in enumerate(cells, start=1):
            self._write_number_cell(place, cell, value, style)
        self.row += 1

    def _write_number_cell(self, place: int, cell: ShownCell, value: float | None, style: object) -> None:
        if cell.is_hidden:
            self.sheet.write_string(self.row, place, SMALL)
        elif value is not None:
            self.sheet.write_number(self.row, place, round(value, 2), style)

    def _insert_picture(self, table: IndicatorTable) -> None:
        chart = chart_of(table)
        if chart:
            options = {
                "image_data": BytesIO(png_of(chart.svg)),
                "description": chart.says,
                "x_scale": SMALLER,
                "y_scale": SMALLER,
            }
            self.sheet.insert_image(self.row + 1, 0, "graphique.png", options)
            self.row += 2 + chart.height // PICTURE_ROWS
