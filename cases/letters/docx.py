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
from docx.text.paragraph import Paragraph

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "Calibri"
SIZES = {"Normal": 11.5, "Heading 1": 15, "Heading 2": 12.5}
"""Of each style, in points."""
BLACK = RGBColor(0, 0, 0)
RIGHT = WD_ALIGN_PARAGRAPH.RIGHT
NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)


def render_docx(text: Mapping[str, Any]) -> bytes:
    """`text`: subject, blocks, sender, recipient and dated, as `Letter.text` keeps them."""
    paper = create_blank_document(title=text["subject"])
    _add_paragraph(paper, text["sender"])
    _add_paragraph(paper, text["recipient"]).paragraph_format.left_indent = Cm(8.5)
    _add_paragraph(paper, [text["dated"]]).alignment = RIGHT
    paper.add_heading(strip_unprintable(text["subject"]), level=1)
    for block in text["blocks"]:
        _add_block(paper, block)
    made = BytesIO()
    paper.save(made)
    return made.getvalue()


def create_blank_document(*, title: str) -> Paper:
    """A sheet of ours, in French, that names no author."""
    paper = Document()
    about, page = paper.core_properties, paper.sections[0]
    about.author = about.last_modified_by = about.comments = ""
    about.title, about.language, about.created, about.modified = strip_unprintable(title), "fr-FR", NO_DATE, NO_DATE
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


def _add_block(paper: Paper, block: Mapping[str, Any]) -> None:
    kind = block["kind"]
    if kind == "heading":
        paper.add_heading(strip_unprintable(block["text"]), level=2)
    elif kind == "list":
        for item in block["items"]:
            paper.add_paragraph(strip_unprintable(item), style="List Bullet")
    elif kind == "signature":
        _add_paragraph(paper, block["items"]).alignment = RIGHT
    elif kind == "attachments":
        _add_paragraph(paper, block["items"])
    else:
        _add_paragraph(paper, block["text"].splitlines())


def _add_paragraph(paper: Paper, lines: Sequence[str]) -> Paragraph:
    """One paragraph, in which a new line is a line."""
    return paper.add_paragraph("\n".join(strip_unprintable(line) for line in lines))


def strip_unprintable(line: str) -> str:
    """The text without the characters that XML refuses."""
    return "".join(letter for letter in line if letter >= " " and letter not in "\ufffe\uffff")
