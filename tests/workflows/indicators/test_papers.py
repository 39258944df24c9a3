"""The report of a quarter: published once, then the same in each of its files, with no small number in any."""

import csv
import zipfile
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from cases.models import JournalEntry
from tests import factories
from tests.factories import NOON
from tests.workflows.indicators.conftest import JULY, social_case
from workflows.actions.indicators import CannotPublishReport, comment_report, publish_report, refresh_figures
from workflows.indicators.catalogue import indicators_of
from workflows.indicators.kinds import Action
from workflows.indicators.papers import FORMATS
from workflows.indicators.papers.blocks import build_blocks
from workflows.indicators.papers.open_csv import open_csv_of
from workflows.indicators.quarters import Quarter
from workflows.indicators.report import Printed, PrintedSection, build_printed_report, sections
from workflows.indicators.tables import HIDDEN, IndicatorTable, ShownCell, TableLine
from workflows.models import CommitteeReport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("third_quarter")]
THIRD = Quarter(date(2026, 7, 1))
SECTION = "impayes-signaler-tot"


@pytest.fixture
def by() -> dict[str, Any]:
    pilot = factories.member("caf-91-pilotage", "pilot")
    return {"by": pilot, "structure": factories.structure("caf-91-pilotage"), "at": NOON}


@pytest.fixture
def report(by: dict[str, Any]) -> CommitteeReport:
    comment_report(quarter=THIRD, words={SECTION: "=HYPERLINK(1)\n<r>Deux & trois</r>\nDeux fichiers de plus."}, **by)
    return publish_report(quarter=THIRD, **by)


def made(report: CommitteeReport, code: str) -> bytes:
    found = build_printed_report(report, on=NOON.date())
    assert found is not None
    return FORMATS[code].make(found)


def test_each_act_has_its_line(report: CommitteeReport):
    kinds = JournalEntry.objects.filter(kind__startswith="committee").order_by("pk").values_list("kind", "data")
    assert list(kinds) == [
        ("committee.commented", {"report": report.pk}),
        ("committee.published", {"report": report.pk}),
    ]


def test_a_published_report_does_not_change_when_its_figures_are_counted_again(
    report: CommitteeReport, by: dict[str, Any]
):
    before = made(report, "pdf")

    social_case(JULY)
    refresh_figures(at=NOON)
    assert made(CommitteeReport.objects.get(), "pdf") == before
    with pytest.raises(CannotPublishReport, match="est publié : il ne change plus"):
        comment_report(quarter=THIRD, words={}, **by)
    with pytest.raises(CannotPublishReport, match="est publié"):
        publish_report(quarter=THIRD, **by)


def test_a_quarter_that_is_not_over_or_without_data_is_not_published(by: dict[str, Any]):
    with pytest.raises(CannotPublishReport, match="Le 4e trimestre 2026 n’est pas fini"):
        publish_report(quarter=THIRD.shifted_by(1), **by)
    with pytest.raises(CannotPublishReport, match="Aucun chiffre pour le 1er trimestre 2025"):
        publish_report(quarter=Quarter(date(2025, 1, 1)), **by)
    assert not CommitteeReport.objects.exists()


def test_the_pdf_is_accessible_and_says_when_how_many_what_and_why(report: CommitteeReport):
    read: Any = PdfReader(BytesIO(made(report, "pdf")))
    assert b"pdfuaid:part" in read.trailer["/Root"]["/Metadata"].get_data()
    text = " ".join(page.extract_text() for page in read.pages)
    for words in (
        "Bilan du 3e trimestre 2026",
        "Chiffres arrêtés au 24",
        "Deux fichiers de plus.",
        "Impayés signalés",
        "Signalements reçus (fichiers, liste de la CAF, saisies)",
        "19",
        "(N",
    ):
        assert words in text.replace("\n", " "), words
    assert "Projet" not in text


def test_a_report_that_is_not_published_says_so():
    text = (
        PdfReader(BytesIO(made(CommitteeReport(quarter=THIRD.first, territory="grigny"), "pdf")))
        .pages[0]
        .extract_text()
    )
    assert "Projet : ce bilan n’est pas publié" in text.replace("\n", " ")


def test_the_word_copy_has_headings_tables_and_described_pictures(report: CommitteeReport):
    paper: Any = Document(BytesIO(made(report, "docx")))
    headings = [each.text for each in paper.paragraphs if each.style.name.startswith("Heading")]
    assert headings[:2] == ["Bilan du 3e trimestre 2026", "Plus tôt ou plus tard ?"]
    place = headings.index("Impayés de loyer (action 12)")
    assert headings[place - 1] == "Impayés de loyer (action 12), en bref"
    assert headings[place + 1 : place + 3] == ["Signaler tôt", "Impayés signalés"]
    assert [cell.text for cell in paper.tables[2].rows[1].cells] == [
        "Ensemble",
        "12",
        "petit nombre",
        "petit nombre",
        "19",
    ]
    pictures = paper.element.xpath("//wp:docPr/@descr")
    assert pictures
    assert all(" : " in each for each in pictures)


def test_the_workbook_holds_numbers_and_runs_nothing_that_was_typed(report: CommitteeReport):
    content = made(report, "xlsx")
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    assert book.sheet_names == ["À lire", "Plus tôt ou plus tard", "Impayés en bref", "Impayés"]
    rows = book.get_sheet_by_name("Impayés").to_python()
    assert [cell for row in rows[1:3] for cell in row if cell] == ["=HYPERLINK(1)", "<r>Deux & trois</r>"]
    sheets = [name for name in zipfile.ZipFile(BytesIO(content)).namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in zipfile.ZipFile(BytesIO(content)).read(name) for name in sheets)
    assert any(name.startswith("xl/media/") for name in zipfile.ZipFile(BytesIO(content)).namelist())


def test_the_open_file_has_no_number_below_ten(report: CommitteeReport):
    content = (open_csv_of(report) or b"").decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(content), delimiter=";"))
    shown = {(row["code"], row["periode"], row["modalite"]): row["valeur"] for row in rows if row["masque"] == "non"}
    assert shown["reports", "Total", "ensemble"] == "19"
    small = [row for row in rows if row["effectif"].isdigit() and 0 < int(row["effectif"]) < 10]
    assert {row["code"] for row in small} <= {"landlords"}
    hidden = [row for row in rows if row["masque"] == "oui"]
    assert hidden
    assert all(row["valeur"] == row["effectif"] == "" for row in hidden)


def test_no_small_number_is_kept_with_a_published_report(report: CommitteeReport):
    for each in report.figures:
        if each["code"] == "landlords":
            continue
        for name, least in (("partners", 5), ("open", 10)):
            lines = [*(cells for _, cells in each[name]["lines"]), each[name]["total"]]
            assert not [cell for cells in lines for cell in cells if cell and 0 < cell[0] < least], each["code"]


@pytest.mark.parametrize("lines", range(3, 13))
def test_a_heading_stays_with_its_tables_even_where_no_picture_ends_them(lines: int):
    """Titles, tables of small numbers, and nothing more, page after page: as in the first quarters of a partnership."""
    tables = [
        IndicatorTable(
            indicator=each,
            by="structure",
            headings=["juillet", "août", "Total"],
            total=TableLine(label="Ensemble", cells=[HIDDEN, HIDDEN, ShownCell(number=9)]),
            split=["3e trimestre"],
            lines=[TableLine(label=f"Structure {number}", cells=[HIDDEN]) for number in range(lines)],
        )
        for each in indicators_of(Action.ARREARS)[:18]
    ]
    part = PrintedSection(section=sections()[0], tables=tables, comment="Peu de chiffres ce trimestre.")
    report = Printed(territory="grigny", quarter=THIRD, as_of=NOON.date(), is_published=True, parts=[part])
    for page in PdfReader(BytesIO(FORMATS["pdf"].make(report))).pages:
        text = page.extract_text().split("\n")
        titles = [line for line in text if line in {table.indicator.title for table in tables}]
        assert len(
            [line for line in text if line.startswith(("Ensemble ", "Ensemble,")) and ":" not in line]
        ) == 2 * len(titles)


def test_tables_of_which_nothing_may_be_read_are_one_line_on_paper():
    """And the file to calculate with keeps them all."""
    one, other, *_ = indicators_of(Action.ARREARS)
    tables = [
        IndicatorTable(
            indicator=each,
            by="structure",
            headings=["juillet", "Total"],
            total=TableLine(label="Ensemble", cells=[HIDDEN, whole]),
            split=["3e trimestre"],
            lines=[TableLine(label="CCAS", cells=[HIDDEN])],
        )
        for each, whole in ((one, HIDDEN), (other, ShownCell(number=9)))
    ]
    part = PrintedSection(section=sections()[0], tables=tables, comment="")
    report = Printed(territory="grigny", quarter=THIRD, as_of=NOON.date(), is_published=True, parts=[part])
    blocks = list(build_blocks(report))
    assert [each["text"] for each in blocks if each["kind"] == "indicator"] == [other.title]
    assert [each["text"] for each in blocks if each["kind"] == "small"] == [
        f"Trop peu de cas pour être montrés : {one.title}."
    ]
    workbook = CalamineWorkbook.from_filelike(BytesIO(FORMATS["xlsx"].make(report)))
    said = [
        str(cell)
        for name in workbook.sheet_names
        for row in workbook.get_sheet_by_name(name).to_python()
        for cell in row
    ]
    assert any(one.title in each for each in said)
