"""Files that people send: a plain PDF, photos as cameras make them, and those that must be refused."""

import zlib
from io import BytesIO

from PIL import Image


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A page of one word, with these objects besides."""
    page = b"BT /F1 24 Tf 72 720 Td (Bonjour) Tj ET"
    body = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *objects,
    ]
    made, places = b"%PDF-1.5\n", []
    for number, content in enumerate(body, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(body) + 1
    return made + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, trailer, len(made))
    )


def hidden(*contents: bytes) -> bytes:
    """Objects packed in a compressed stream, as most programs write them."""
    data = zlib.compress(b"10 0 " + b" ".join(contents))
    return b"<< /Type /ObjStm /N 1 /First 5 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (
        len(data),
        data,
    )


def photo(*, size: tuple[int, int] = (400, 300), form: str = "JPEG", gps: bool = True, turned: bool = False) -> bytes:
    """The left half red, the right half blue; `turned`: the camera was held upright and says so."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0110] = "Fairphone 5"
    if turned:
        exif[0x0112] = 6
    if gps:
        exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 39.0, 0.0), 3: "E", 4: (2.0, 23.0, 0.0)})
    made = BytesIO()
    image.save(made, form, exif=exif)
    return made.getvalue()
