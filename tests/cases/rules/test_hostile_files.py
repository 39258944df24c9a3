"""Files that somebody hostile sends, made here: each is refused, in words, without a process lost.

No test asserts a time by the clock: the seconds are those of the processor, ours and our children’s.
"""

import resource
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from cases.rules.uploads import RefusedFile, accept_file
from tests.uploads import hidden, pdf, photo
from workflows.imports.read import CannotRead, read_table

SECONDS = 5
ACTIONS = {
    "javascript": b"<< /S /JavaScript /JS (app.alert) >>",
    "javascript by a stream": b"<< /S /JavaScript /JS 4 0 R >>",
    "launch": b"<< /S /Launch /F (cmd.exe) >>",
    "launch with parameters": b"<< /S /Launch /Win << /F (powershell) /P (-e) >> >>",
    "submit": b"<< /S /SubmitForm /F (https://exemple.test/) >>",
    "import data": b"<< /S /ImportData /F (a.fdf) >>",
    "another file": b"<< /S /GoToR /F (\\\\\\\\serveur\\\\a.pdf) /D [0 /Fit] >>",
    "an embedded file to open": b"<< /S /GoToE /T << /R /C /N (a) >> >>",
    "embedded files": b"<< /Names << /EmbeddedFiles << /Names [(a) 4 0 R] >> >> >>",
    "an attachment": b"<< /Type /Annot /Subtype /FileAttachment /FS << /EF << /F 4 0 R >> /Type /EmbeddedFile >> >>",
    "rich media": b"<< /Type /Annot /Subtype /RichMedia >>",
    "xfa": b"<< /AcroForm << /XFA 4 0 R >> >>",
    "rendition": b"<< /S /Rendition /OP 0 >>",
    "when a page opens": b"<< /AA << /O << /S /URI /URI (https://exemple.test/vu) >> >> >>",
    "a link to a local file": b"<< /S /URI /URI (file:///etc/passwd) >>",
    "a link to a share": b"<< /S /URI /URI (\\\\\\\\serveur\\\\partage) >>",
    "a link that is a script": b"<< /S /URI /URI ( JavaScript:app.alert) >>",
    "a link in an annotation": b"<< /Annots [ << /A << /S /URI /URI (smb://serveur/a) >> >> ] >>",
}


def in_hexadecimal(content: bytes) -> bytes:
    """Each name of the object, its letters said by their codes."""
    words = content.split(b"/")
    return b"/".join([words[0], *(_coded(word) for word in words[1:])])


def _coded(word: bytes) -> bytes:
    letters = word[: next((at for at, each in enumerate(word) if not chr(each).isalpha()), len(word))]
    return b"".join(b"#%02x" % each for each in letters) + word[len(letters) :]


def opening(action: bytes) -> bytes:
    """It is done when the file is opened."""
    return pdf(action).replace(b"/Type /Catalog", b"/OpenAction 6 0 R /Type /Catalog", 1)


def repaired(content: bytes) -> bytes:
    """With a right table again."""
    made = BytesIO()
    with pikepdf.open(BytesIO(content)) as file:
        file.save(made)
    return made.getvalue()


def packed(*, objects: int, size: int) -> bytes:
    return pdf(*(hidden(b" " * size) for _ in range(objects)))


def archive(**entries: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return made.getvalue()


def png(width: int, height: int, *, body: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(body)), (b"IEND", b"")]
    made = b"\x89PNG\r\n\x1a\n"
    for kind, data in parts:
        made += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return made


Content = bytes | Callable[[], bytes]
"""Or how to make it: each process that runs a test reads this file, and bombs take seconds to pack."""


def make_content(said: Content) -> bytes:
    return said() if callable(said) else said


def pieces() -> Iterator[tuple[str, Content]]:
    for name, action in ACTIONS.items():
        yield f"pdf: {name}", pdf(action)
        yield f"pdf: {name}, in a stream of objects", pdf(hidden(in_hexadecimal(action)))
    for name in ("javascript", "launch", "submit", "another file", "when a page opens"):
        yield f"pdf: {name}, by codes", pdf(in_hexadecimal(ACTIONS[name]))
    yield "pdf: a link when it is opened", repaired(opening(b"<< /S /URI /URI (https://exemple.test/vu) >>"))
    yield "pdf: a page, then a link", repaired(opening(b"<< /S /GoTo /D [3 0 R /Fit] /Next << /S /URI >> >>"))
    yield "pdf: many bombs", lambda: packed(objects=40, size=1_000_000)
    yield "pdf: one bomb", lambda: packed(objects=1, size=60_000_000)
    yield "pdf: nested arrays", b"%PDF-1.4\n1 0 obj " + b"[" * 2_000_000 + b"%%EOF"
    yield "pdf: nested dictionaries", b"%PDF-1.4\n1 0 obj " + b"<</A" * 1_000_000 + b"%%EOF"
    yield "pdf: streams", b"%PDF-1.4\n" + b"stream\n" * 1_400_000 + b"%%EOF"
    yield "pdf: objects", b"%PDF-1.4\n" + b"1 0 obj\n<<" * 600_000 + b"%%EOF"
    yield "pdf: trailers", b"%PDF-1.4\ntrailer <</Root 1 0 R /Prev 0>>\nstartxref\n0\n" * 40_000 + b"%%EOF"
    yield "pdf: no page", pdf().replace(b"/Kids [3 0 R] /Count 1", b"/Kids [     ] /Count 0")
    yield "pdf: cut", pdf()[:-200]
    yield "pdf: head only", b"%PDF-1.7"
    yield "pdf: an archive behind it", pdf()[:-6] + archive(a=b"x") + b"\n" * 3000
    yield "image: twenty thousand a side", png(20_000, 20_000)
    yield "image: two thousand million a side", png(2_000_000_000, 2)
    yield "image: nothing in it", png(10, 10)
    yield "image: a bomb of zeros", lambda: png(60_000, 60_000, body=b"\0" * 8_000_000)
    yield "image: cut", photo()[:400]
    yield "image: head only", b"\xff\xd8\xff\xe0"
    yield "image: a png that says jpeg", b"\xff\xd8\xff" + photo(form="PNG")
    yield "image: a page that says png", b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script></html>"
    yield "image: gif", b"GIF89a" + b"\0" * 20 + b"<script>"
    yield "image: tiff", b"II*\0" + b"\0" * 100
    yield "image: webp", b"RIFF\x10\0\0\0WEBPVP8 "
    yield "image: svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    yield "page", b"<!doctype html><script>alert(1)</script>"
    yield "page with a file behind", b"<script>alert(1)</script>" + pdf()
    yield "program", b"MZ\x90\0" + b"\0" * 500
    yield "program of linux", b"\x7fELF" + b"\0" * 500
    yield "shell", b"#!/bin/sh\nrm -rf /\n"
    yield "archive", archive(a=b"x")
    yield "archive: a bomb", lambda: archive(a=b"\0" * 40_000_000)
    yield "archive: outside its folder", archive(**{"../../etc/passwd": b"x"})
    yield "document with macros", archive(**{"word/document.xml": b"<w/>", "word/vbaProject.bin": b"x"})
    yield "old document", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    yield "rich text", b"{\\rtf1{\\object\\objdata 0105}}"
    yield "nothing", b""
    yield "too much", b"%PDF-1.5" + b"0" * (10 * 1024 * 1024)
    yield "zeros", b"\0" * 1_000_000


PIECES = dict(pieces())
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
LAUGHS = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ah">' + "".join(
    f'<!ENTITY {chr(98 + rank)} "{f"&{chr(97 + rank)};" * 10}">' for rank in range(9)
)


def sheets() -> Iterator[tuple[str, str, Content]]:
    workbook = {"[Content_Types].xml": TYPES.encode(), "xl/workbook.xml": b"<workbook/>"}
    sheet, laughs = "xl/worksheets/sheet1.xml", f"{LAUGHS}]><worksheet>&j;</worksheet>".encode()
    yield "a bomb", "a.xlsx", lambda: archive(**workbook, **{sheet: b"\0" * 60_000_000})
    yield "a billion laughs", "a.xlsx", archive(**workbook, **{sheet: laughs})
    yield "nothing in it", "a.xlsx", archive(**workbook)
    yield "an archive", "a.xlsx", archive(a=b"x")
    yield "a piece", "a.xlsx", pdf()
    yield "a picture", "a.csv", photo()
    yield "zeros", "a.csv", b"\0" * 1_000_000
    yield "one line without end", "a.csv", b"a" * 9_000_000
    yield "separators alone", "a.csv", b";" * 9_000_000
    yield "quotes that never close", "a.csv", b'reference;nom\n"' + b"a;\n" * 2_000_000
    yield "an old document", "a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    yield "a program", "a.csv", b"MZ\x90\0" + b"\0" * 500


SHEETS = {name: (file, content) for name, file, content in sheets()}


@pytest.fixture(autouse=True)
def _few_seconds_of_processor() -> Iterator[None]:
    before = _spent()
    yield
    assert _spent() - before < SECONDS


def _spent() -> float:
    ours, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in (ours, children))


def test_sixty_files_at_least_are_hostile():
    assert len(PIECES) + len(SHEETS) > 60


@pytest.mark.parametrize("name", PIECES)
def test_a_hostile_piece_is_refused(name: str):
    with pytest.raises(RefusedFile):
        accept_file(make_content(PIECES[name]))


@pytest.mark.parametrize("name", SHEETS)
def test_a_hostile_list_is_refused(name: str, tmp_path: Path):
    file, content = SHEETS[name]
    path = tmp_path / file
    path.write_bytes(make_content(content))
    with pytest.raises(CannotRead):
        read_table(path)


def test_a_piece_as_offices_send_them_is_taken():
    """Links that are clicked, a page to show first."""
    link = b"<< /Annots [ << /Subtype /Link /A << /S /URI /URI (https://www.caf.fr/) >> >> ] >>"
    accept_file(pdf(link))
    accept_file(pdf(b"<< /S /URI /URI (https://www.caf.fr/) >>"))
    accept_file(pdf(b"<< /S /URI /URI (mailto:service@example.fr) >>"))
    accept_file(repaired(opening(b"<< /S /GoTo /D [3 0 R /Fit] >>")))
