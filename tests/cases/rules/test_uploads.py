"""What may be kept as a piece, judged by its content whatever its name says."""

import zipfile
import zlib
from contextlib import suppress
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, strategies as some
from PIL import Image, ImageStat

from cases.rules.uploads import MAX_BYTES, RefusedFile, accept_file
from tests.uploads import hidden, pdf, photo


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def mostly(image: Image.Image) -> str:
    shares = dict(zip(("red", "green", "blue"), ImageStat.Stat(image.convert("RGB")).mean, strict=True))
    return max(shares, key=lambda colour: shares[colour])


def test_a_plain_pdf_is_kept_as_it_is():
    accepted = accept_file(pdf())
    assert (accepted.content, accepted.content_type) == (pdf(), "application/pdf")


def test_a_photo_is_drawn_again_without_where_and_when_it_was_taken():
    sent = photo(gps=True)
    assert dict(opened(sent).getexif().get_ifd(0x8825))[1] == "N"
    accepted = accept_file(sent)
    kept = opened(accepted.content)
    assert accepted.content_type == "image/jpeg"
    assert (kept.format, kept.size) == ("JPEG", (400, 300))
    assert not kept.getexif()
    assert b"Fairphone" not in accepted.content


def test_the_comment_of_a_photo_does_not_stay():
    made = BytesIO()
    Image.new("RGB", (20, 20)).save(made, "JPEG", comment=b"chez M. Diallo")
    assert b"Diallo" in made.getvalue()
    assert b"Diallo" not in accept_file(made.getvalue()).content


def test_a_photo_taken_upright_is_turned_upright():
    kept = opened(accept_file(photo(turned=True)).content)
    assert kept.size == (300, 400)
    top, bottom = kept.crop((0, 0, 300, 100)), kept.crop((0, 300, 300, 400))
    assert (mostly(top), mostly(bottom)) == ("red", "blue")


def test_a_large_photo_is_made_smaller_and_stays_readable():
    assert opened(accept_file(photo(size=(4000, 2000))).content).size == (3000, 1500)


def test_a_picture_of_a_screen_stays_png_with_its_transparency():
    made = BytesIO()
    Image.new("RGBA", (30, 20), (0, 0, 0, 0)).save(made, "PNG")
    kept = opened(accept_file(made.getvalue()).content)
    assert (kept.format, kept.mode, kept.size) == ("PNG", "RGBA", (30, 20))


def test_the_same_photo_twice_gives_the_same_file():
    assert accept_file(photo()).content == accept_file(photo()).content


def zipped() -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    return made.getvalue()


def bomb() -> bytes:
    """A picture of 400 million points that says so in a few bytes."""
    head = bytearray(photo(form="PNG"))
    head[16:24] = (20_000).to_bytes(4, "big") * 2
    head[29:33] = zlib.crc32(head[12:29]).to_bytes(4, "big")
    return bytes(head)


def protected(*, user: str) -> bytes:
    """Against printing by its owner; closed too when the one who opens it needs a word."""
    made = BytesIO()
    with pikepdf.open(BytesIO(pdf())) as plain:
        plain.save(made, encryption=pikepdf.Encryption(user=user, owner="propriétaire"))
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"%PDF-1.5" + b"0" * MAX_BYTES, "dépasse 10 Mo"),
        (b"<html><script>alert(1)</script></html>", "Seuls les PDF"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "Seuls les PDF"),
        (b"MZ\x90\x00", "Seuls les PDF"),
        (b"GIF89a" + b"\0" * 20, "Seuls les PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "le plus compatible"),
        (zipped(), "enregistrer au format PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "enregistrer au format PDF"),
        (pdf()[:300], "incomplet"),
        (b"%PDF-1.4\nrien\n%%EOF", "incomplet"),
        (protected(user=""), "protégé"),
        (protected(user="secret"), "protégé"),
        (pdf(b"<< /S /JavaScript /JS (app.alert) >>"), "programme"),
        (pdf(b"<< /S /J#61vaScript >>"), "programme"),
        (pdf(b"<< /S /Launch /F (cmd.exe) >>"), "programme"),
        (pdf(b"<< /Names << /EmbeddedFiles 7 0 R >> >>", b"<< /Names [] >>"), "fichier joint"),
        (pdf(b"<< /S /SubmitForm /F (https://exemple.test/) >>"), "formulaire"),
        (pdf(b"<< /S /GoToR /F (autre.pdf) >>"), "fichier joint"),
        (pdf(hidden(b"<< /S /JavaScript /JS (app.alert) >>")), "programme"),
        (pdf(hidden(b" " * 25_000_000)), "trop complexe"),
        (photo()[:500], "abîmée"),
        (b"\xff\xd8\xff\xe0" + b"rien", "abîmée"),
        (bomb(), "trop de points"),
    ],
)
def test_what_is_refused_says_what_to_do(content, words):
    with pytest.raises(RefusedFile, match=words):
        accept_file(content)


@pytest.mark.parametrize(
    "content",
    [
        b"<< /Subtype /Image /Length 20 >>\nstream\nxx /JS /Encrypt zz\nendstream",  # a picture is made of any bytes
        b"<< /Title (les /JS et /Launch) >>",
    ],
)
def test_words_of_a_picture_or_of_a_title_are_not_taken_for_a_program(content):
    accept_file(pdf(content))


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4\n" + b"stream\n" * 1_400_000 + b"%%EOF",
        b"%PDF-1.4\n" + b"1 0 obj\n<<" * 600_000 + b"%%EOF",
        b"%PDF-1.4\n1 0 obj " + b"[" * 3_000_000 + b"%%EOF",
        b"%PDF-1.4\ntrailer <</Root 1 0 R /Prev 0>>\nstartxref\n0\n" * 40_000 + b"%%EOF",
    ],
    ids=["streams", "objects", "nested", "trailers"],
)
def test_a_file_made_to_be_slow_is_given_up(content):
    with pytest.raises(RefusedFile, match=r"incomplet|trop complexe"):
        accept_file(content)


@given(some.binary(max_size=400), some.sampled_from([b"", b"%PDF-1.4\n", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]))
def test_any_bytes_are_accepted_or_refused_and_nothing_else_happens(noise, head):
    with suppress(RefusedFile):
        assert accept_file(head + noise).content
