"""Files that senders could send, well-meant or not, written for the tests."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import odf.opendocument
import odf.table
import odf.text
import xlsxwriter
import xlwt

Table = list[list[Any]]


def write_csv(path: Path, rows: Table, *, separator: str = ";", encoding: str = "utf-8") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, rows: Table, *, hidden: Table | None = None, first_cell: tuple[int, int] = (0, 0)) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        if hidden:
            sheet = book.add_worksheet("Caché")
            sheet.hide()
            fill(sheet, hidden, (0, 0))
        sheet = book.add_worksheet("Liste")
        sheet.activate()
        sheet.set_first_sheet()
        fill(sheet, rows, first_cell)
    return path


def fill(sheet: Any, rows: Table, first_cell: tuple[int, int]) -> None:
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(first_cell[0] + number, first_cell[1] + place, cell)


def write_xls(path: Path, rows: Table) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Impayés")
    date = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell, *([date] if hasattr(cell, "year") else []))
    book.save(str(path))
    return path


def write_ods(path: Path, rows: Table) -> Path:
    book = odf.opendocument.OpenDocumentSpreadsheet()
    sheet = odf.table.Table(name="Retards")
    for row in rows:
        line = odf.table.TableRow()
        for cell in row:
            line.addElement(ods_cell(cell))
        sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    book.save(str(path))
    return path


def ods_cell(cell: Any) -> Any:
    if hasattr(cell, "year"):
        return odf.table.TableCell(valuetype="date", datevalue=cell.isoformat())
    if isinstance(cell, int | float):
        return odf.table.TableCell(valuetype="float", value=cell)
    element = odf.table.TableCell(valuetype="string")
    element.addElement(odf.text.P(text=cell))
    return element


def zip_of(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def write_far_cells(path: Path) -> Path:
    """A few bytes that describe a sheet of seventeen billion cells."""
    write_xlsx(path, [["Nom", "Dette"]])
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    far = b'</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    sheet = "xl/worksheets/sheet1.xml"
    assert b"</row></sheetData>" in entries[sheet]
    entries[sheet] = entries[sheet].replace(b"</row></sheetData>", far)
    return zip_of(path, entries)
