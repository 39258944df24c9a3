"""The editable copy of a letter: the same words as its PDF, in the least that a word processor asks for (OOXML).

The PDF is the record; this one is to be changed by hand. It has no macro, no picture, no link, and names no author.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ML = "application/vnd.openxmlformats-officedocument.wordprocessingml"

_FIXED = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_ML}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_ML}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
    "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "word/styles.xml": f'<w:styles xmlns:w="{_WORD}"><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="23"/><w:lang w:val="fr-FR"/>'
    '</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="180" w:line="276" w:lineRule="auto"/></w:pPr>'
    '</w:pPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/>'
    '<w:pPr><w:keepNext/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="30"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:basedOn w:val="Normal"/>'
    '<w:pPr><w:keepNext/><w:outlineLvl w:val="1"/></w:pPr><w:rPr><w:b/><w:sz w:val="25"/></w:rPr></w:style></w:styles>',
}  # fmt: skip
_PAGE = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1361" w:bottom="1247" w:left="1361"'
_PAGE += ' w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>'


def docx(text: Mapping[str, Any]) -> bytes:
    """`text`: subject, blocks, sender, recipient and dated, as `Letter.text` keeps them. The same text, the same bytes."""
    body = "".join(_body(text)) + _PAGE
    parts = {**_FIXED, "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'}
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), _XML + content)
    return made.getvalue()


def _body(text: Mapping[str, Any]) -> Iterator[str]:
    yield _paragraph(text["sender"])
    yield _paragraph(text["recipient"], '<w:ind w:left="4820"/>')
    yield _paragraph([text["dated"]], '<w:jc w:val="right"/>')
    yield _paragraph([text["subject"]], '<w:pStyle w:val="Heading1"/>')
    for block in text["blocks"]:
        kind = block["kind"]
        if kind == "heading":
            yield _paragraph([block["text"]], '<w:pStyle w:val="Heading2"/>')
        elif kind == "list":
            yield from (
                _paragraph([f"–\u00a0{item}"], '<w:ind w:left="567" w:hanging="227"/>') for item in block["items"]
            )
        elif kind == "signature":
            yield from (_paragraph([item], '<w:jc w:val="right"/>') for item in block["items"])
        elif kind == "attachments":
            yield _paragraph(block["items"])
        else:
            yield _paragraph(block["text"].splitlines())


def _paragraph(lines: Sequence[str], looks: str = "") -> str:
    """The looks in the order that the schema asks for: one at a time is enough here."""
    said = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(_printable(line))}</w:t>' for line in lines)
    return f"<w:p><w:pPr>{looks}</w:pPr><w:r>{said}</w:r></w:p>"


def _printable(line: str) -> str:
    """Without what XML refuses."""
    return "".join(letter for letter in line if letter >= " " and letter not in "\ufffe\uffff")
