"""A sheet of xlsx or csv, written line after line: neither the lines nor the file are ever held in memory."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

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
KEPT_TEXTS = 10_000
"""Names of steps, of structures: most texts of a column come again."""


class Xlsx:
    """Texts are texts, whatever they begin with; days are days, sums are numbers."""

    def __init__(self, out: object, *, heading: str, columns: Sequence[Column]) -> None:
        self.book = xlsxwriter.Workbook(out, LEAN)
        self.sheet: RowSheet = self.book.add_worksheet("Relais", worksheet_class=RowSheet)
        self.sheet.freeze_panes(TITLES_LINE, 0)
        for number, column in enumerate(columns):
            self.sheet.set_column(number, number, column.width)
        bold, kept_as_text = self.book.add_format({"bold": True}), self.book.add_format({"quote_prefix": True})
        self.sheet.write_string(
            0, 0, _remove_unwritable(heading), kept_as_text if heading.startswith(FORMULAS) else None
        )
        for number, column in enumerate(columns):
            self.sheet.write_string(1, number, column.title, bold)
        day = self.book.add_format({"num_format": "dd/mm/yyyy"})
        euros = self.book.add_format({"num_format": "#,##0.00 [$€-40C]"})
        self.sheet.begin_rows([column.kind for column in columns], day=day, euros=euros, kept_as_text=kept_as_text)

    def __enter__(self) -> "Xlsx":
        return self

    def write(self, line: Line) -> None:
        self.sheet.write_line(line)

    def __exit__(self, *error: object) -> None:
        self.book.close()


class RowSheet(Worksheet):
    """A sheet whose rows, below its titles, are written whole, as XlsxWriter would write each of their cells: a third of the time."""

    def begin_rows(self, kinds: Sequence[ColumnKind], *, day: Format, euros: Format, kept_as_text: Format) -> None:
        """Nothing is written by cells from now on. `kinds`: of its columns; the formats are those of their cells."""
        self._write_single_row(TITLES_LINE)  # the titles: what was written by cells leaves for the file
        as_day, as_euros, as_text = (f' s="{each._get_xf_index()}"' for each in (day, euros, kept_as_text))  # noqa: SLF001

        @lru_cache(maxsize=KEPT_TEXTS)
        def write_text(words: str) -> str:
            form = as_text if words.startswith(FORMULAS) else ""
            words = _remove_unwritable(words)[: self.xls_strmax]
            space = ' xml:space="preserve"' if words != words.strip() else ""
            words = self._escape_data(self._escape_control_characters(words))
            return f'"{form} t="inlineStr"><is><t{space}>{words}</t></is></c>'

        say: dict[ColumnKind, Callable[..., str]] = {
            ColumnKind.TEXT: write_text,
            ColumnKind.DATE: lambda day: f'"{as_day}><v>{day.toordinal() - DAY_ZERO}</v></c>',
            ColumnKind.MONEY: lambda amount: f'"{as_euros}><v>{amount:.16G}</v></c>',
            ColumnKind.NUMBER: lambda number: f'"><v>{number:.16G}</v></c>',
        }
        self.cells = [(f'<c r="{xl_col_to_name(number)}', say[kind]) for number, kind in enumerate(kinds)]

    def write_line(self, line: Line) -> None:
        self.dim_rowmax += 1
        row = self.dim_rowmax + 1
        cells = [
            f"{begin}{row}{say(cell)}"
            for (begin, say), cell in zip(self.cells, line, strict=True)
            if cell is not None and cell != ""
        ]
        self.fh.write(f'<row r="{row}">{"".join(cells)}</row>')


def _remove_unwritable(text: str) -> str:
    return text if text.isprintable() else UNWRITABLE.sub("", text)


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
