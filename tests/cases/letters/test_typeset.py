"""Letters on paper: read back from the PDF, quick, accessible, and never run as source."""

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from cases.letters.typeset import CannotTypeset, Envelope, typeset
from cases.reference_data import FOLDER
from cases.rules.letters import FIELDS, fill_letter, read_letters
from cases.rules.reading import read_toml
from cases.rules.texts import Filled

LETTERS = read_letters(read_toml(FOLDER / "letters.toml"))
VALUES = {code: f"[{code}]" for code in FIELDS}
ROWS: dict[str, list[tuple[str, ...]]] = {
    "instalments": [(str(number), "5 décembre 2026", "106,00 €") for number in range(1, 37)],
    "participants": [("CAF 91",), ("CCAS de Grigny",)],
    "referents": [("CAF 91", "Camille Pro", "01 60 00 00 00")],
}


def envelope(*, hostile: str = "") -> Envelope:
    return Envelope(
        sender=(hostile or "CAF 91", "Camille Pro"),
        recipient=(hostile or "Mme FERREIRA Ana", "4 rue de la Plaine", "91350 Grigny"),
        reference="2026-00012",
        made_on=date(2026, 12, 1),
    )


def reader(pdf):
    return PdfReader(BytesIO(pdf))


def text_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in reader(pdf).pages).split())


def paragraph(text):
    return Filled(subject="Un mot", blocks=({"kind": "paragraph", "text": text, "items": []},))


@pytest.mark.parametrize("code", LETTERS)
def test_each_letter_is_set_and_says_its_values(code):
    filled = fill_letter(LETTERS[code], values=VALUES, rows=ROWS)
    text = text_of(typeset(filled, envelope=envelope()))
    for words in ["Mme FERREIRA Ana", "91350 Grigny", "Le 1er décembre 2026", "2026-00012", filled.subject]:
        assert words in text
    for field in LETTERS[code].field_names:
        assert f"[{field}]" in text


def test_the_table_of_a_long_plan_goes_on_over_the_page_with_its_headings():
    pdf = typeset(fill_letter(LETTERS["repayment_plan"], values=VALUES, rows=ROWS), envelope=envelope())
    pages = [page.extract_text() for page in reader(pdf).pages]
    assert len(pages) == 2
    assert all("À payer le" in page for page in pages)
    assert " ".join(pages).count("5 décembre 2026") == 36


def test_the_pdf_is_tagged_for_screen_readers():
    pdf = reader(typeset(paragraph("Bonjour"), envelope=envelope()))
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("fr")
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Un mot"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


@pytest.mark.parametrize(
    "hostile",
    ['#read("/etc/passwd")', "#panic()", "<>&", "*gras* _x_ $x$", "\\u{41}", "@ref <label>", "#{1+1}", '"; #1 //'],
)
def test_what_looks_like_source_is_printed_as_it_is(hostile):
    pdf = typeset(paragraph(f"Bonjour {hostile} !"), envelope=envelope(hostile=hostile))
    assert text_of(pdf).count(hostile) >= 3
    assert "root:" not in text_of(pdf)


def test_a_character_that_no_font_has_is_refused_without_being_quoted():
    with pytest.raises(CannotTypeset, match="ne peut pas être imprimé") as refused:
        typeset(paragraph("Bonjour 李"), envelope=envelope())
    assert "李" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_the_same_letter_gives_the_same_file():
    assert typeset(paragraph("Bonjour"), envelope=envelope()) == typeset(paragraph("Bonjour"), envelope=envelope())
