"""A sheet of xlsx or csv, written line after line: neither the lines nor the file are ever held in memory.

The xlsx is written by hand, as the few parts that one sheet needs: docs/decisions/0013 says why.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from workflows.lists.base import Column, Kind, Line

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a text must not begin with: a spreadsheet would run it."""
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What XML cannot hold."""


class Csv:
    """As a French spreadsheet opens it: UTF-8 with its mark, semicolons, `24/11/2026`, `1234,56`."""

    def __init__(self, out: Any, *, heading: str, columns: Sequence[Column]) -> None:
        self.out, self.columns = out, columns
        self.text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
        self.lines = csv.writer(self.text, delimiter=";", lineterminator="\r\n")
        self.lines.writerow([_harmless(heading)])
        self.lines.writerow([column.title for column in columns])
        self.say = [CSV[column.kind] for column in columns]

    def __enter__(self) -> "Csv":
        return self

    def write(self, line: Line) -> None:
        self.lines.writerow(["" if cell is None else say(cell) for say, cell in zip(self.say, line, strict=True)])

    def __exit__(self, *error: object) -> None:
        self.text.flush()
        self.text.detach()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULAS) else text


CSV: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: _harmless,
    Kind.DATE: lambda day: f"{day:%d/%m/%Y}",
    Kind.MONEY: lambda amount: f"{amount:.2f}".replace(".", ","),
}


DAY_ZERO = date(1899, 12, 30).toordinal()
PLAIN, BOLD, DAY, MONEY, QUOTED = range(5)
"""The styles below, in their order."""
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="Relais" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>'
    '<numFmt numFmtId="165" formatCode="#,##0.00\\ &quot;€&quot;"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
TITLES_LINE = 2
"""Below the filters; both stay in sight."""
STAYS = (
    f'<sheetViews><sheetView workbookViewId="0"><pane ySplit="{TITLES_LINE}" topLeftCell="A{TITLES_LINE + 1}" '
    'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
)


class Xlsx:
    """Texts are texts, whatever they begin with; days are days, sums are numbers."""

    def __init__(self, out: Any, *, heading: str, columns: Sequence[Column]) -> None:
        self.book = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        for name, part in PARTS.items():
            self.book.writestr(name, HEAD + part)
        self.sheet = self.book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        widths = "".join(
            f'<col min="{number}" max="{number}" width="{column.width}" customWidth="1"/>'
            for number, column in enumerate(columns, 1)
        )
        self.waiting = [
            HEAD + f'<worksheet xmlns="{MAIN}">{STAYS}<cols>{widths}</cols><sheetData>',
            f"<row>{_text(heading, PLAIN)}</row>",
            f"<row>{''.join(_text(column.title, BOLD) for column in columns)}</row>",
        ]
        self.say = [XLSX[column.kind] for column in columns]

    def __enter__(self) -> "Xlsx":
        return self

    def write(self, line: Line) -> None:
        cells = ["<c/>" if cell is None or cell == "" else say(cell) for say, cell in zip(self.say, line, strict=True)]
        self.waiting.append(f"<row>{''.join(cells)}</row>")
        if len(self.waiting) > 500:
            self.flush()

    def flush(self) -> None:
        self.sheet.write("".join(self.waiting).encode())
        self.waiting = []

    def __exit__(self, *error: object) -> None:
        self.waiting.append("</sheetData></worksheet>")
        self.flush()
        self.sheet.close()
        self.book.close()


def _text(text: str, style: int = PLAIN) -> str:
    if text.startswith(FORMULAS):
        style = QUOTED
    text = escape(UNWRITABLE.sub("", text))
    styled = f' s="{style}"' if style else ""
    return f'<c t="inlineStr"{styled}><is><t xml:space="preserve">{text}</t></is></c>'


XLSX: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: _text,
    Kind.DATE: lambda day: f'<c s="{DAY}"><v>{day.toordinal() - DAY_ZERO}</v></c>',
    Kind.MONEY: lambda amount: f'<c s="{MONEY}"><v>{amount}</v></c>',
}

SHEETS: dict[str, tuple[type[Csv] | type[Xlsx], str]] = {
    "csv": (Csv, "text/csv; charset=utf-8"),
    "xlsx": (Xlsx, f"{TYPE}.sheet"),
}
"""Format → what writes it, and what browsers call it."""


def write(out: Any, lines: Iterable[Line], *, file_type: str, heading: str, columns: Sequence[Column]) -> None:
    writer, _ = SHEETS[file_type]
    with writer(out, heading=heading, columns=columns) as sheet:
        for line in lines:
            sheet.write(line)
