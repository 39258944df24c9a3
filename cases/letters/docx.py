"""The editable copy of a letter: the same words as its PDF, for a word processor.

The PDF is the record; this one is to be changed by hand. It has no macro, no picture, no link, and names no author.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "Calibri"
SIZES = {"Normal": 11.5, "Heading 1": 15, "Heading 2": 12.5}
"""Of each style, in points."""
BLACK = RGBColor(0, 0, 0)
RIGHT = WD_ALIGN_PARAGRAPH.RIGHT
NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)


def docx(text: Mapping[str, Any]) -> bytes:
    """`text`: subject, blocks, sender, recipient and dated, as `Letter.text` keeps them."""
    paper = blank(title=text["subject"])
    _lines(paper, text["sender"])
    _lines(paper, text["recipient"]).paragraph_format.left_indent = Cm(8.5)
    _lines(paper, [text["dated"]]).alignment = RIGHT
    paper.add_heading(printable(text["subject"]), level=1)
    for block in text["blocks"]:
        _put(paper, block)
    made = BytesIO()
    paper.save(made)
    return made.getvalue()


def blank(*, title: str) -> Paper:
    """A sheet of ours, in French, that names no author."""
    paper = Document()
    about, page = paper.core_properties, paper.sections[0]
    about.author = about.last_modified_by = about.comments = ""
    about.title, about.language, about.created, about.modified = printable(title), "fr-FR", NO_DATE, NO_DATE
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.4)
    page.top_margin, page.bottom_margin = Cm(2), Cm(2.2)
    for name, size in SIZES.items():
        style = paper.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), BLACK
        fonts = style.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # or the theme’s font wins
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    paper.styles["Heading 1"].paragraph_format.space_after = Pt(6)
    paper.styles.element.find(f".//{qn('w:lang')}").set(qn("w:val"), "fr-FR")  # of spelling
    return paper


def _put(paper: Paper, block: Mapping[str, Any]) -> None:
    kind = block["kind"]
    if kind == "heading":
        paper.add_heading(printable(block["text"]), level=2)
    elif kind == "list":
        for item in block["items"]:
            paper.add_paragraph(printable(item), style="List Bullet")
    elif kind == "signature":
        _lines(paper, block["items"]).alignment = RIGHT
    elif kind == "attachments":
        _lines(paper, block["items"])
    else:
        _lines(paper, block["text"].splitlines())


def _lines(paper: Paper, lines: Sequence[str]) -> Any:
    """One paragraph, in which a new line is a line."""
    return paper.add_paragraph("\n".join(printable(line) for line in lines))


def printable(line: str) -> str:
    """Without what XML refuses."""
    return "".join(letter for letter in line if letter >= " " and letter not in "\ufffe\uffff")
