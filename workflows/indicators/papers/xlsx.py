"""The report as a workbook: a sheet to be read first, one for each action, with tables and pictures; numbers are numbers."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Literal
from xml.sax.saxutils import escape

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from workflows.indicators.charts import chart_of
from workflows.indicators.first_page import TITLE, SummaryRow
from workflows.indicators.first_page_words import answer, count_trends, describe
from workflows.indicators.formatting import COUNTED, SMALL, displayed_value
from workflows.indicators.kinds import ACTIONS
from workflows.indicators.papers.blocks import (
    FIRST_PAGE_NOTE,
    PrintedGrid,
    as_of_words,
    compared_headings,
    grids_of,
    reading_instructions,
    report_subject,
    standing_words,
)
from workflows.indicators.papers.pdf import png_of
from workflows.indicators.quarters import Quarter
from workflows.indicators.report import Printed, PrintedSection
from workflows.indicators.tables import IndicatorTable, ShownCell, TableLine

SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""What somebody typed stays text: no sheet runs it."""
NAMES = dict(zip(ACTIONS, ("Impayés", "Trop-perçus", "Référents"), strict=True))
FIRST_PAGE = "Plus tôt ou plus tard"
"""A sheet’s name holds no question mark."""
PICTURE_ROWS, SMALLER = 20, 0.6
"""The height of a row in points; the size of a picture in a sheet."""


class TextSheet(Worksheet):
    """XlsxWriter takes a text between these two marks for its own and writes it as it is: no program opens the file, then."""

    def write_string(self, row: int, col: int, string: str, cell_format: Format | None = None) -> Literal[0, -1, -2]:
        if string.startswith("<r>") and string.endswith("</r>"):
            string = f'<r><t xml:space="preserve">{escape(string)}</t></r>'
        return super().write_string(row, col, string, cell_format)


class TextWorkbook(Workbook):
    worksheet_class = TextSheet


def build_xlsx(report: Printed) -> bytes:
    made = BytesIO()
    with TextWorkbook(made, SAFE) as book:
        book.set_properties({"title": report_subject(report)})
        _write_first_sheet(book, report)
        if report.first_page:
            FirstPageSheet(book, report).write()
        for action in report.actions_in_short:
            SummarySheet(book, f"{NAMES[action]} en bref", report.quarter).write(report.summaries[action])
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
        *standing_words(report),
        reading_instructions(),
    ]
    lines.append(f"Interne au partenariat. Les chiffres ouverts à tous sont ceux du fichier CSV du {report.quarter}.")
    for place, line in enumerate(lines):
        sheet.write_string(place, 0, line, book.add_format({"bold": True, "font_size": 14}) if not place else wrap)


class ComparedSheet:
    """Figures as a whole, a line each: this quarter and its past; a number stays a number, its N beside it."""

    def __init__(self, book: Any, name: str, quarter: Quarter) -> None:
        self.sheet = book.add_worksheet(name)
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.number = book.add_format({"num_format": "#,##0.##", "valign": "top"})
        shorts = compared_headings(quarter)
        self.headings = ["Chiffre", "Unité", *shorts, *(f"N, {each}" for each in shorts)]
        self.sheet.set_column(0, 0, 44)
        self.sheet.set_column(1, 12, 14)

    def write_headings(self, row: int, headings: list[str]) -> None:
        for place, heading in enumerate(headings):
            self.sheet.write_string(row, place, heading, self.head)

    def write_figure(self, row: int, figure: SummaryRow) -> None:
        self.sheet.write_string(row, 0, figure.indicator.title, self.text)
        self.sheet.write_string(row, 1, figure.indicator.unit, self.text)
        for place, cell in enumerate(figure.cells, start=2):
            self._write_cell(row, place, None if cell is None else displayed_value(figure.indicator, cell), cell)
            if cell is not None and not cell.is_hidden and figure.indicator.measure not in COUNTED:
                self.sheet.write_number(row, place + len(figure.cells), cell.number, self.number)

    def _write_cell(self, row: int, place: int, value: float | None, cell: ShownCell | None) -> None:
        if cell is None:
            self.sheet.write_string(row, place, "non compté", self.text)
        elif cell.is_hidden:
            self.sheet.write_string(row, place, SMALL, self.text)
        elif value is not None:
            self.sheet.write_number(row, place, round(value, 2), self.number)


class SummarySheet(ComparedSheet):
    def write(self, figures: Sequence[SummaryRow]) -> None:
        self.write_headings(0, self.headings)
        for row, figure in enumerate(figures, start=1):
            self.write_figure(row, figure)


class FirstPageSheet(ComparedSheet):
    """Its five figures, with their target, their trend, what they mean and the pilot’s words."""

    def __init__(self, book: Any, report: Printed) -> None:
        super().__init__(book, FIRST_PAGE, report.quarter)
        self.lines = report.first_page
        self.big = book.add_format({"bold": True, "font_size": 13})
        self.sheet.set_column(8, 9, 18)
        self.sheet.set_column(10, 12, 60)

    def write(self) -> None:
        for row, words in enumerate((TITLE, answer(self.lines), count_trends(self.lines))):
            self.sheet.write_string(row, 0, words, self.big if row == 0 else None)
        self.write_headings(3, [*self.headings, "Objectif", "Tendance", "Lecture", "Définition", "Commentaire"])
        for row, line in enumerate(self.lines, start=4):
            self.write_figure(row, line)
            said = (line.target_text, line.trend, describe(line), line.definition, line.comment)
            for place, words in enumerate(said, start=len(self.headings)):
                self.sheet.write_string(row, place, words, self.text)
        self.sheet.write_string(5 + len(self.lines), 0, FIRST_PAGE_NOTE, self.text)


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
