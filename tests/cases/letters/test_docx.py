"""The editable copy of a letter, read back as a word processor reads it."""

from io import BytesIO
from typing import Any

from docx import Document

from cases.letters.docx import render_docx

TEXT: dict[str, Any] = {
    "sender": ["Mme Fatim Delaunay-Traoré", "3 rue des Lilas", "91350 Grigny"],
    "recipient": ["CAF de l’Essonne"],
    "dated": "Le 25 novembre 2026",
    "subject": "Recours contre un indu",
    "blocks": [
        {"kind": "heading", "text": "Les faits", "items": []},
        {"kind": "paragraph", "text": "Première ligne\nseconde ligne, 2 < 3 & 4", "items": []},
        {"kind": "list", "text": "", "items": ["un", "deux"]},
        {"kind": "attachments", "text": "", "items": ["copie de la notification"]},
        {"kind": "signature", "text": "", "items": ["Mme Fatim Delaunay-Traoré"]},
    ],
}


def opened(**changes: Any) -> Any:
    return Document(BytesIO(render_docx(TEXT | changes)))


def test_each_part_has_the_style_that_a_screen_reader_announces():
    assert [(each.style.name, each.text) for each in opened().paragraphs] == [
        ("Normal", "Mme Fatim Delaunay-Traoré\n3 rue des Lilas\n91350 Grigny"),
        ("Normal", "CAF de l’Essonne"),
        ("Normal", "Le 25 novembre 2026"),
        ("Heading 1", "Recours contre un indu"),
        ("Heading 2", "Les faits"),
        ("Normal", "Première ligne\nseconde ligne, 2 < 3 & 4"),
        ("List Bullet", "un"),
        ("List Bullet", "deux"),
        ("Normal", "copie de la notification"),
        ("Normal", "Mme Fatim Delaunay-Traoré"),
    ]


def test_the_copy_is_in_french_and_names_no_author():
    about = opened().core_properties
    assert (about.title, about.language) == ("Recours contre un indu", "fr-FR")
    assert (about.author, about.last_modified_by, about.comments) == ("", "", "")


def test_what_a_word_processor_refuses_is_left_out():
    [subject] = [each for each in opened(subject="Un\x00 mot\x0b\uffff").paragraphs if each.style.name == "Heading 1"]
    assert subject.text == "Un mot"
