"""A made-up quarter whose numbers are typed by hand, read on screen, in the PDF, the Word copy, the workbook and the open CSV.

Five ways of measuring, each split « selon l’indicateur »; numbers that must be hidden are hidden in each of them.
"""

import csv
import re
from datetime import date
from html import unescape
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.table import Table as WordTable
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from cases.models import User
from tests.factories import NOON
from tests.pages import html_of
from workflows.models import IndicatorFigures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
THIRD = date(2026, 7, 1)
JULY, AUGUST, SEPTEMBER = "2026-07", "2026-08", "2026-09"

Numbers = list[tuple[str, str | None, int, float | None, float | None]]
"""Key, month (None: the quarter), number, value, and what nine of ten do not exceed."""

QUARTER: dict[tuple[str, str], tuple[Numbers, Numbers]] = {
    # Of each indicator and its own split: lines, then the whole.
    ("contacts", "contact"): (
        [
            ("reached", JULY, 20, None, None),
            ("reached", AUGUST, 15, None, None),
            ("reached", SEPTEMBER, 10, None, None),
            ("reached", None, 45, None, None),
            ("declined", JULY, 12, None, None),
            ("declined", AUGUST, 11, None, None),
            ("declined", SEPTEMBER, 13, None, None),
            ("declined", None, 36, None, None),
            ("not_reached", JULY, 10, None, None),
            ("not_reached", AUGUST, 10, None, None),
            ("not_reached", SEPTEMBER, 12, None, None),
            ("not_reached", None, 32, None, None),
        ],
        [("", JULY, 42, None, None), ("", AUGUST, 36, None, None), ("", SEPTEMBER, 35, None, None), ("", None, 113, None, None)],
    ),
    ("declines", "reason"): (
        [
            ("out_of_criteria", JULY, 14, None, None),
            ("out_of_criteria", None, 14, None, None),
            ("no_capacity", JULY, 11, None, None),
            ("no_capacity", None, 11, None, None),
            ("moved", JULY, 3, None, None),
            ("moved", None, 3, None, None),
        ],
        [("", JULY, 28, None, None), ("", None, 28, None, None)],
    ),
    ("outcomes", "outcome"): (
        [
            ("cleared", JULY, 25, None, None),
            ("cleared", None, 25, None, None),
            ("fsl", JULY, 8, None, None),
            ("fsl", None, 8, None, None),
            ("left", JULY, 6, None, None),
            ("left", None, 6, None, None),
        ],
        [("", JULY, 39, None, None), ("", None, 39, None, None)],
    ),
    ("debt_age", "landlord_type"): (
        [
            ("hlm", JULY, 20, 60, 90),
            ("hlm", None, 20, 60, 90),
            ("person", JULY, 15, 75, 120),
            ("person", None, 15, 75, 120),
        ],
        [("", JULY, 35, 64, 110), ("", None, 35, 64, 110)],
    ),
    ("reported_early", "landlord_type"): (
        [
            ("hlm", JULY, 20, 9, None),
            ("hlm", None, 20, 9, None),
            ("person", JULY, 15, 6, None),
            ("person", None, 15, 6, None),
        ],
        [("", JULY, 35, 15, None), ("", None, 35, 15, None)],
    ),
    ("fsl_euros", "landlord_type"): (
        [
            ("hlm", JULY, 12, 9600, None),
            ("hlm", None, 12, 9600, None),
            ("person", JULY, 11, 5400, None),
            ("person", None, 11, 5400, None),
        ],
        [("", JULY, 23, 15000, None), ("", None, 23, 15000, None)],
    ),
}  # fmt: skip

SPLIT = {
    "Résultat de la prise de contact": [
        ("contact établi", "45"),
        ("ne souhaite pas être accompagné", "36"),
        ("contact non établi", "32"),
        ("ensemble", "113"),
    ],
    "Orientations déclinées": [
        ("hors des critères d’intervention de la structure", "14"),
        ("capacité dépassée", "petit nombre"),
        ("le ménage a quitté le secteur", "petit nombre"),
        ("ensemble", "28"),
    ],
    "Issues des dossiers clos": [
        ("dette apurée", "25"),
        ("fsl accordé", "8"),
        ("départ volontaire", "6"),
        ("ensemble", "39"),
    ],
    "Ancienneté de la dette au signalement": [
        ("bailleur social (hlm)", "60 (20)"),
        ("particulier", "75 (15)"),
        ("ensemble", "64 (35)"),
    ],
    "Signalés dans les deux mois": [
        ("bailleur social (hlm)", "45 % (20)"),
        ("particulier", "40 % (15)"),
        ("ensemble", "43 % (35)"),
    ],
    "Montants accordés par le FSL": [
        ("bailleur social (hlm)", "9 600 € (12)"),
        ("particulier", "5 400 € (11)"),
        ("ensemble", "15 000 € (23)"),
    ],
}
"""Between partners: nothing below five, nor what would give it back. Typed by hand from the definitions."""

IN_CELLS = {
    **SPLIT,
    "Ancienneté de la dette au signalement": [
        ("bailleur social (hlm)", "60", "20"),
        ("particulier", "75", "15"),
        ("ensemble", "64", "35"),
    ],
    "Signalés dans les deux mois": [
        ("bailleur social (hlm)", "45", "20"),
        ("particulier", "40", "15"),
        ("ensemble", "42.86", "35"),
    ],
    "Montants accordés par le FSL": [
        ("bailleur social (hlm)", "9600", "12"),
        ("particulier", "5400", "11"),
        ("ensemble", "15000", "23"),
    ],
}
"""In a sheet: numbers, N beside."""

FOR_ALL = {
    "contacts": {
        ("résultat", "contact établi", "45", "45"),
        ("résultat", "ne souhaite pas être accompagné", "36", "36"),
        ("résultat", "contact non établi", "32", "32"),
        ("sans répartition", "ensemble", "113", "113"),
    },
    "declines": {
        ("motif", "hors des critères d’intervention de la structure", "14", "14"),
        ("motif", "capacité dépassée", "", ""),
        ("motif", "le ménage a quitté le secteur", "", ""),
        ("sans répartition", "ensemble", "28", "28"),
    },
    "outcomes": {
        ("issue", "dette apurée", "25", "25"),
        ("issue", "FSL accordé", "", ""),
        ("issue", "départ volontaire", "", ""),
        ("sans répartition", "ensemble", "39", "39"),
    },
    "debt_age": {
        ("nature du bailleur", "bailleur social (HLM)", "60", "20"),
        ("nature du bailleur", "particulier", "75", "15"),
        ("sans répartition", "ensemble", "64", "35"),
    },
    "reported_early": {
        ("nature du bailleur", "bailleur social (HLM)", "", ""),
        ("nature du bailleur", "particulier", "", ""),
        ("sans répartition", "ensemble", "42,9", "35"),
    },
    "fsl_euros": {
        ("nature du bailleur", "bailleur social (HLM)", "9600", "12"),
        ("nature du bailleur", "particulier", "5400", "11"),
        ("sans répartition", "ensemble", "15000", "23"),
    },
}
"""Open to all: nothing below ten; of a share, neither those in it nor those left out."""


@pytest.fixture
def made_up_quarter(pilot: User) -> None:
    """As the worker would have counted it: the whole alone, and the whole with its lines."""
    for (code, by), (lines, whole) in QUARTER.items():
        for split, numbers in (("", whole), (by, [*lines, *whole])):
            IndicatorFigures.objects.create(
                indicator=code,
                quarter=THIRD,
                by=split,
                cells=[[month, key or None, number, value, high] for key, month, number, value, high in numbers],
                as_of=NOON.date(),
                computed_at=NOON,
                territory="grigny",
            )


def plain(text: str) -> str:
    """Of spaces of any width, one."""
    return re.sub(r"\s+", " ", unescape(text)).strip()


def split_on_screen(html: str) -> dict[str, list[tuple[str, ...]]]:
    """The last table of each indicator: the title, then its lines."""
    found = {}
    for article in html.split('<article class="panel indicator"')[1:]:
        title = re.search(r"<h3[^>]*>(.*?)</h3>", article)
        assert title
        rows = re.findall(r"<tr>(.*?)</tr>", article[article.rindex("<table") :], re.DOTALL)
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows[1:]]
        found[plain(title[1])] = [tuple(plain(re.sub("<[^>]*>", "", cell)).lower() for cell in row) for row in cells]
    return found


def split_in_word(content: bytes) -> dict[str, list[tuple[str, ...]]]:
    """The last table below each heading; not those of the first pages."""
    found: dict[str, list[tuple[str, ...]]] = {}
    title = ""
    paper = Document(BytesIO(content))
    for block in paper.iter_inner_content():
        if isinstance(block, WordTable):
            rows = [tuple(plain(cell.text) for cell in row.cells) for row in block.rows]
            found[title] = [tuple(cell.lower() for cell in row) for row in rows[1:]]
        elif block.style and (block.style.name or "").startswith("Heading"):
            title = plain(block.text)
    return {title: lines for title, lines in found.items() if title in SPLIT}


def split_in_workbook(content: bytes) -> dict[str, list[tuple[str, ...]]]:
    """The last lines of numbers below each title; N, where there is one, last."""
    found: dict[str, list[tuple[str, ...]]] = {}
    title = ""
    for row in CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name("Impayés").to_python():
        cells = [written(cell) for cell in row if cell != ""]
        if len(cells) == 1 and cells[0] in SPLIT:
            title = cells[0]
        elif len(cells) > 1 and not any(
            each.replace(".", "").isdigit() or each == "petit nombre" for each in cells[1:]
        ):
            found[title] = []
        elif len(cells) > 1:
            found[title].append((cells[0].lower(), *cells[1:]))
    return found


def written(cell: Any) -> str:
    return f"{cell:g}" if isinstance(cell, float) else plain(str(cell))


def published(client: Client, extension: str) -> bytes:
    client.post(reverse("committee_publish", args=["2026-T3"]))
    answer = client.get(reverse("committee_file", args=["2026-T3", extension]))
    assert answer.status_code == 200
    return answer.content


def test_on_screen_each_indicator_of_a_report_is_split_by_its_own_dimension(client: Client, made_up_quarter: None):
    assert split_on_screen(html_of(client.get("/pilotage/bilans/2026-T3/"))) == SPLIT


def test_the_pilot_of_the_action_reads_the_same_with_its_small_numbers(client: Client, made_up_quarter: None):
    refused = [
        ("hors des critères d’intervention de la structure", "14"),
        ("capacité dépassée", "11"),
        ("le ménage a quitté le secteur", "3"),
        ("ensemble", "28"),
    ]
    shown = split_on_screen(html_of(client.get("/pilotage/indicateurs/?periode=2026-T3")))
    assert shown == SPLIT | {"Orientations déclinées": refused}


def test_the_word_copy_splits_each_indicator_by_its_own_dimension(client: Client, made_up_quarter: None):
    assert split_in_word(published(client, "docx")) == SPLIT


def test_the_pdf_splits_each_indicator_by_its_own_dimension(client: Client, made_up_quarter: None):
    pages = PdfReader(BytesIO(published(client, "pdf"))).pages
    text = plain(" ".join(page.extract_text() for page in pages)).lower()
    read = {
        title: [(label, number) for label, number in lines if f"{label} {number}" in text[text.index(title.lower()) :]]
        for title, lines in SPLIT.items()
    }
    assert read == SPLIT


def test_the_workbook_splits_each_indicator_by_its_own_dimension(client: Client, made_up_quarter: None):
    assert split_in_workbook(published(client, "xlsx")) == IN_CELLS


def test_the_open_file_splits_each_indicator_by_its_own_dimension(client: Client, made_up_quarter: None):
    rows = csv.DictReader(StringIO(published(client, "csv").decode("utf-8-sig")), delimiter=";")
    read: dict[str, set[tuple[str, ...]]] = {}
    for row in rows:
        if row["periode"] in ("Total", "3e trimestre 2026"):
            read.setdefault(row["code"], set()).add(
                (row["repartition"], row["modalite"], row["valeur"], row["effectif"])
            )
    assert read == FOR_ALL


def test_a_year_is_split_by_the_own_dimension_of_each_indicator_too(client: Client, made_up_quarter: None):
    shown = split_on_screen(html_of(client.get("/pilotage/indicateurs/?periode=annee")))
    assert shown["Résultat de la prise de contact"] == [
        ("contact établi", "45", "45"),
        ("ne souhaite pas être accompagné", "36", "36"),
        ("contact non établi", "32", "32"),
        ("ensemble", "113", "113"),
    ]
