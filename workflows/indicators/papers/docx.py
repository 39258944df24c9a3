"""The report for a word processor: slides are made from it. The same words, tables and pictures as the PDF."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from cases.letters.docx import blank, printable
from workflows.indicators.papers.blocks import blocks, dated, subject
from workflows.indicators.papers.pdf import png_of
from workflows.indicators.report import Printed

LEVELS = {"chapter": 2, "part": 3, "indicator": 4}
SMALL = ("small", "definition")
WIDE = Cm(13.5)


def docx(report: Printed) -> bytes:
    paper = blank(title=subject(report))
    for name, size in (("Heading 3", 12), ("Heading 4", 11)):
        paper.styles[name].font.size = Pt(size)
    paper.add_heading(printable(subject(report)), level=1)
    paper.add_paragraph(printable(dated(report)))
    for block in blocks(report):
        _put(paper, block)
    made = BytesIO()
    paper.save(made)
    return made.getvalue()


def _put(paper: Paper, block: Mapping[str, Any]) -> None:
    kind = block["kind"]
    if kind in LEVELS:
        paper.add_heading(printable(block["text"]), level=LEVELS[kind])
    elif kind == "table":
        _table(paper, block)
    elif kind == "picture":
        _picture(paper, block)
    elif kind == "comment":
        paper.add_paragraph(printable(block["text"]), style="Quote")
    else:
        said = paper.add_paragraph().add_run(printable(block["text"]))
        if kind in SMALL:
            said.font.size = Pt(9)


def _table(paper: Paper, block: Mapping[str, Any]) -> None:
    rows = [row for row in (block["columns"], *block["rows"], block["total"]) if row]
    table = paper.add_table(rows=len(rows), cols=len(block["columns"]), style="Light List")
    for line, row in zip(table.rows, rows, strict=True):
        for place, (cell, text) in enumerate(zip(line.cells, row, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.add_run(printable(text)).font.size = Pt(9)
            if place:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _repeat_heading(table)
    paper.add_paragraph()


def _repeat_heading(table: Any) -> None:
    """On each page; and what screen readers take for the heading."""
    properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no other way
    properties.append(properties.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))


def _picture(paper: Paper, block: Mapping[str, Any]) -> None:
    shape = paper.add_picture(BytesIO(png_of(block["svg"])), width=WIDE)
    shape._inline.docPr.set("descr", block["alt"])  # noqa: SLF001 - python-docx has no other way
