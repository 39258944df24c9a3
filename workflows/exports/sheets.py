"""A sheet of xlsx or csv, written line after line: neither the lines nor the file are ever held in memory."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from workflows.lists.base import Column, ColumnKind, Line

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a text must not begin with: a spreadsheet would run it."""
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What XML cannot hold, and no name does."""


class Csv:
    """As a French spreadsheet opens it: UTF-8 with its mark, semicolons, `24/11/2026`, `1234,56`."""

    def __init__(self, out: Any, *, heading: str, columns: Sequence[Column]) -> None:
        self.out, self.columns = out, columns
        self.text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
        self.lines = csv.writer(self.text, delimiter=";", lineterminator="\r\n")
        self.lines.writerow([_escape_formula(heading)])
        self.lines.writerow([column.title for column in columns])
        self.say = [CSV[column.kind] for column in columns]

    def __enter__(self) -> "Csv":
        return self

    def write(self, line: Line) -> None:
        self.lines.writerow(["" if cell is None else say(cell) for say, cell in zip(self.say, line, strict=True)])

    def __exit__(self, *error: object) -> None:
        self.text.flush()
        self.text.detach()


def _escape_formula(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULAS) else text


CSV: dict[ColumnKind, Callable[[Any], str]] = {
    ColumnKind.TEXT: _escape_formula,
    ColumnKind.DATE: lambda day: f"{day:%d/%m/%Y}",
    ColumnKind.MONEY: lambda amount: f"{amount:.2f}".replace(".", ","),
    ColumnKind.NUMBER: str,
}


TITLES_LINE = 2
"""Below the filters; both stay in sight."""
LEAN = {"constant_memory": True}
DAY_ZERO = date(1899, 12, 30).toordinal()
"""From which spreadsheets count days."""


class Xlsx:
    """Texts are texts, whatever they begin with; days are days, sums are numbers."""

    def __init__(self, out: object, *, heading: str, columns: Sequence[Column]) -> None:
        self.book = xlsxwriter.Workbook(out, LEAN)
        bold = self.book.add_format({"bold": True})
        self.kept_as_text = self.book.add_format({"quote_prefix": True})
        self.formats = {
            ColumnKind.DATE: self.book.add_format({"num_format": "dd/mm/yyyy"}),
            ColumnKind.MONEY: self.book.add_format({"num_format": "#,##0.00 [$€-40C]"}),
        }
        self.sheet = self.book.add_worksheet("Relais")
        self.puts = [self._cell_writer(column.kind) for column in columns]
        self.sheet.freeze_panes(TITLES_LINE, 0)
        for number, column in enumerate(columns):
            self.sheet.set_column(number, number, column.width)
        self._write_text(0, 0, heading)
        for number, column in enumerate(columns):
            self.sheet.write_string(1, number, column.title, bold)
        self.row = TITLES_LINE

    def __enter__(self) -> "Xlsx":
        return self

    def write(self, line: Line) -> None:
        row = self.row
        for number, (put, cell) in enumerate(zip(self.puts, line, strict=True)):
            if cell is not None and cell != "":
                put(row, number, cell)
        self.row += 1

    def _cell_writer(self, kind: ColumnKind) -> Callable[[int, int, Any], object]:
        """What writes a cell of that kind."""
        write, form = self.sheet.write_number, self.formats.get(kind)
        if kind is ColumnKind.DATE:
            return lambda row, number, day: write(row, number, day.toordinal() - DAY_ZERO, form)
        if kind in (ColumnKind.MONEY, ColumnKind.NUMBER):
            return lambda row, number, sum_: write(row, number, sum_, form)
        return self._write_text

    def _write_text(self, row: int, number: int, text: str) -> None:
        kept = self.kept_as_text if text.startswith(FORMULAS) else None
        self.sheet.write_string(row, number, text if text.isprintable() else UNWRITABLE.sub("", text), kept)

    def __exit__(self, *error: object) -> None:
        self.book.close()


SHEETS: dict[str, tuple[type[Csv] | type[Xlsx], str]] = {
    "csv": (Csv, "text/csv; charset=utf-8"),
    "xlsx": (Xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
"""Format → what writes it, and what browsers call it."""


def write_sheet(
    out: object, lines: Iterable[Line], *, file_type: str, heading: str, columns: Sequence[Column]
) -> None:
    writer, _ = SHEETS[file_type]
    with writer(out, heading=heading, columns=columns) as sheet:
        for line in lines:
            sheet.write(line)
