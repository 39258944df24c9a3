"""The report for a word processor: slides are made from it. The same words, tables and pictures as the PDF."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table

from cases.letters.docx import create_blank_document, strip_unprintable
from workflows.indicators.papers.blocks import as_of_words, build_blocks, report_subject
from workflows.indicators.papers.pdf import png_of
from workflows.indicators.report import Printed

LEVELS = {"chapter": 2, "part": 3, "indicator": 4}
SMALL = ("small", "definition")
BOLD = ("answer",)
TABLES = ("table", "summary")
WIDE = Cm(13.5)


def build_docx(report: Printed) -> bytes:
    paper = create_blank_document(title=report_subject(report))
    for name, size in (("Heading 3", 12), ("Heading 4", 11)):
        paper.styles[name].font.size = Pt(size)
    paper.add_heading(strip_unprintable(report_subject(report)), level=1)
    paper.add_paragraph(strip_unprintable(as_of_words(report)))
    for block in build_blocks(report):
        _add_block(paper, block)
    made = BytesIO()
    paper.save(made)
    return made.getvalue()


def _add_block(paper: Paper, block: Mapping[str, Any]) -> None:
    kind = block["kind"]
    if kind in LEVELS:
        paper.add_heading(strip_unprintable(block["text"]), level=LEVELS[kind])
    elif kind in TABLES:
        _add_table(paper, block)
    elif kind == "figure":
        _add_figure(paper, block)
    elif kind == "page":
        paper.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    elif kind == "picture":
        _add_picture(paper, block)
    elif kind == "comment":
        paper.add_paragraph(strip_unprintable(block["text"]), style="Quote")
    else:
        said = paper.add_paragraph().add_run(strip_unprintable(block["text"]))
        said.bold = kind in BOLD or None
        if kind in SMALL:
            said.font.size = Pt(9)


def _add_figure(paper: Paper, block: Mapping[str, Any]) -> None:
    """A figure of the first page: what it is, what became of it, and the pilot’s words."""
    paper.add_heading(strip_unprintable(block["title"]), level=3)
    paper.add_paragraph().add_run(strip_unprintable(block["definition"])).font.size = Pt(9)
    paper.add_paragraph(strip_unprintable(block["text"]))
    if block["comment"]:
        paper.add_paragraph(strip_unprintable(block["comment"]), style="Quote")


def _add_table(paper: Paper, block: Mapping[str, Any]) -> None:
    rows = [row for row in (block["columns"], *block["rows"], block["total"]) if row]
    table = paper.add_table(rows=len(rows), cols=len(block["columns"]), style="Light List")
    for line, row in zip(table.rows, rows, strict=True):
        for place, (cell, text) in enumerate(zip(line.cells, row, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.add_run(strip_unprintable(text)).font.size = Pt(9)
            if place:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _repeat_heading(table)
    paper.add_paragraph()


def _repeat_heading(table: Table) -> None:
    """On each page; and what screen readers take for the heading."""
    properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no other way
    properties.append(properties.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))


def _add_picture(paper: Paper, block: Mapping[str, Any]) -> None:
    shape = paper.add_picture(BytesIO(png_of(block["svg"])), width=WIDE)
    shape._inline.docPr.set("descr", block["alt"])  # noqa: SLF001 - python-docx has no other way
