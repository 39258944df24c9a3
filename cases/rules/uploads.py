"""What an uploaded file is, judged by its content. Only what every screen can show without running it is taken.

Bytes in, bytes out; a PDF is read in a process of its own. A photo is drawn again, so that where and when it was taken, and whatever else the camera
wrote in it, are left behind.
"""

import struct
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from cases.pdf_inspection import inspect_in_child
from cases.refusals import Refusal

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SIDE = 3000
"""Pixels of a photo as it is kept: a sheet of paper stays readable."""

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
EXTENSIONS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}


class RefusedFile(Refusal):
    """A file is not taken."""


@dataclass(frozen=True, kw_only=True)
class Accepted:
    content: bytes
    """As it is to be kept."""
    content_type: str


def accept_file(content: bytes) -> Accepted:
    """Refuses (`RefusedFile`) what is empty, too large, damaged, protected, active, or neither a PDF nor a photo."""
    if not content:
        raise RefusedFile("Ce fichier est vide : le choisir à nouveau.")
    if len(content) > MAX_BYTES:
        raise RefusedFile("Ce fichier dépasse 10 Mo : le réduire, ou le découper.")
    if content.lstrip()[:5] == b"%PDF-":
        _refuse_unsafe_pdf(content)
        return Accepted(content=content, content_type=PDF)
    if content.startswith(b"\xff\xd8\xff"):
        return Accepted(content=_drawn_again(content, "JPEG"), content_type=JPEG)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Accepted(content=_drawn_again(content, "PNG"), content_type=PNG)
    raise RefusedFile(_what_to_do_instead(content))


def _what_to_do_instead(content: bytes) -> str:
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"):
        return "Photo au format HEIC : dans les réglages de l’appareil photo, choisir « le plus compatible » (JPEG)."
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        return "Document de bureautique : l’enregistrer au format PDF, puis le joindre."
    return "Seuls les PDF et les photos JPEG ou PNG sont acceptés : enregistrer le document en PDF, puis le joindre."


# PDF

PRINTED_COPY = "l’ouvrir, l’imprimer au format PDF, puis joindre la copie."
DAMAGED_PDF = "Ce PDF est incomplet ou abîmé : l’enregistrer à nouveau, puis le joindre."
REFUSED_PDF = {
    "damaged": DAMAGED_PDF,
    "protected": f"Ce PDF est protégé : {PRINTED_COPY}",
    "active": f"Ce PDF contient un programme, un formulaire qui s’envoie ou un fichier joint : {PRINTED_COPY}",
    "complex": "Ce PDF est trop complexe : l’imprimer au format PDF, puis joindre la copie.",
}


def _refuse_unsafe_pdf(pdf: bytes) -> None:
    if b"%%EOF" not in pdf[-2048:]:
        raise RefusedFile(DAMAGED_PDF)
    if refusal := REFUSED_PDF.get(inspect_in_child(pdf)):
        raise RefusedFile(refusal)


# Photos


def _drawn_again(content: bytes, form: str) -> bytes:
    """The same picture, upright, no larger than needed, and nothing else."""
    try:
        with Image.open(BytesIO(content), formats=(form,)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise RefusedFile("Cette photo a trop de points : la réduire, puis la joindre.")
            image.draft("RGB", (MAX_SIDE, MAX_SIDE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            return _encode_clean_image(upright, form)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise RefusedFile("Cette photo a trop de points : la réduire, puis la joindre.") from error
    except (UnidentifiedImageError, OSError, EOFError, SyntaxError, ValueError, struct.error) as error:
        raise RefusedFile("Cette photo est abîmée ou incomplète : la prendre ou la choisir à nouveau.") from error


def _encode_clean_image(image: Image.Image, form: str) -> bytes:
    """A new image has no history: neither place, nor date, nor comment."""
    mode = "RGBA" if form == "PNG" and image.has_transparency_data else "RGB"
    clean = Image.new(mode, image.size)
    clean.paste(image.convert(mode))
    made = BytesIO()
    if form == "JPEG":
        clean.save(made, "JPEG", quality=85)
    else:
        clean.save(made, "PNG")
    return made.getvalue()
