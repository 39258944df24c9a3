"""The first page of the report of an invented quarter, read in each of its forms; every number was reckoned by hand."""

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
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from workflows.actions.indicators import comment_report, publish_report, set_target
from workflows.indicators.catalogue import BY_CODE
from workflows.indicators.first_page import KEY_FIGURES, SUMMARIES
from workflows.indicators.papers import FORMATS
from workflows.indicators.quarters import Quarter
from workflows.indicators.report import build_printed_report
from workflows.models import CommitteeReport, IndicatorFigures, IndicatorTarget

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
THIRD = Quarter(date(2026, 7, 1))
SECOND, YEAR_AGO = THIRD.shifted_by(-1), THIRD.shifted_by(-4)
ADDRESS = "/pilotage/bilans/2026-T3/"

COUNTED: list[tuple[str, str, Quarter, int, float]] = [
    # Indicator, split, quarter, N, and those in the share or the median.
    ("reported_early", "landlord_type", THIRD, 120, 55),
    ("reported_early", "landlord_type", SECOND, 100, 44),
    ("reported_early", "landlord_type", YEAR_AGO, 94, 50),
    ("report_to_meeting", "landlord_type", THIRD, 40, 18.5),
    ("report_to_meeting", "landlord_type", SECOND, 35, 16),
    ("plans_kept_6", "landlord_type", THIRD, 12, 5),
    ("plans_kept_6", "landlord_type", SECOND, 10, 5),
    ("plans_kept_6", "landlord_type", YEAR_AGO, 6, 2),
    ("op_taken_soon", "operator", THIRD, 0, 0),
    ("op_taken_soon", "operator", SECOND, 50, 25),
    ("op_taken_soon", "operator", YEAR_AGO, 50, 25),
    ("ref_held", "structure", THIRD, 80, 72),
    ("ref_held", "structure", SECOND, 80, 72),
    ("ref_held", "structure", YEAR_AGO, 75, 60),
]
ROWS = [
    ["Signalés dans les deux mois", "46 % (120)", "44 % (100)", "53 % (94)", "60 %", "plus tôt"],
    ["Du signalement au premier contact", "18,5 j (40)", "16 j (35)", "non compté", "0 jour", "plus tard"],
    ["Plans tenus à 6 mois", "42 % (12)", "50 % (10)", "petit nombre", "aucun", "moins bien tenu (peu de cas)"],
    ["Courriers pris en main en 10 jours", "–", "50 % (50)", "50 % (50)", "80 % (à vérifier)", "–"],
    ["Places de référent pourvues", "90 % (80)", "90 % (80)", "80 % (75)", "85 %", "stable"],
]
ANSWER = "Plus tôt qu’au trimestre précédent, plus tard qu’un an avant."
TRENDS = (
    "Depuis le 2e trimestre 2026, de ces cinq chiffres : plus tôt ou mieux tenu, un ; plus tard ou moins bien tenu, deux ; "
    "sans changement, un ; sans comparaison, un."
)
SENTENCES = [
    (
        "46 % des impayés ont été signalés dans les deux mois du premier terme impayé. "
        "C’est plus tôt qu’au 2e trimestre 2026 (44 %) : 2 points de plus. "
        "C’est plus tard qu’au 3e trimestre 2025 (53 %) : 7 points de moins. "
        "L’objectif des partenaires est de 60 % : il n’est pas atteint, il manque 14 points."
    ),
    (
        "Du signalement au premier contact réel, il s’est passé 18,5 jours (médiane). "
        "C’est plus tard qu’au 2e trimestre 2026 (16 jours) : 2,5 jours de plus. "
        "Le 3e trimestre 2025 n’a pas été compté : pas de comparaison. "
        "L’objectif des partenaires est de 0 jour : il n’est pas atteint, 18,5 jours de trop."
    ),
    (
        "42 % des plans d’apurement n’étaient pas rompus à six mois. "
        "C’est moins bien tenu qu’au 2e trimestre 2026 (50 %) : 8 points de moins. "
        "Au 3e trimestre 2025, trop peu de cas pour être montrés : pas de comparaison. "
        "Aucun objectif n’est fixé. "
        "Peu de cas (12 ce trimestre, 10 au 2e trimestre 2026) : quelques-uns de plus ou de moins changent ce chiffre."
    ),
    "Aucun cas ce trimestre : rien à comparer.",
    (
        "90 % des places de référent étaient tenues le dernier jour. "
        "C’est autant qu’au 2e trimestre 2026. "
        "C’est mieux tenu qu’au 3e trimestre 2025 (80 %) : 10 points de plus. "
        "L’objectif des partenaires est de 85 % : il est atteint."
    ),
]
COMMENT = "Deux bailleurs ont commencé à transmettre leur fichier chaque mois."
IN_CELLS = [
    # Unit, three numbers, their N, target and trend, as a workbook holds them.
    ["Signalés dans les deux mois", "%", 45.83, 44, 53.19, 120, 100, 94, "60 %", "plus tôt"],
    ["Du signalement au premier contact", "jours", 18.5, 16, "non compté", 40, 35, "", "0 jour", "plus tard"],
    ["Plans tenus à 6 mois", "%", 41.67, 50, "petit nombre", 12, 10, "", "aucun", "moins bien tenu (peu de cas)"],
    ["Courriers pris en main en 10 jours", "%", "", 50, 50, 0, 50, 50, "80 % (à vérifier)", "–"],
    ["Places de référent pourvues", "%", 90, 90, 80, 80, 80, 75, "85 %", "stable"],
]
OPEN = {
    # Of all: nothing below ten, of a share neither those in it nor those left out.
    ("reported_early", "2026-T3", "ce trimestre"): ("45,8", "120"),
    ("reported_early", "2026-T2", "trimestre précédent"): ("44", "100"),
    ("reported_early", "2025-T3", "même trimestre, un an avant"): ("53,2", "94"),
    ("reported_early", "2026-T3", "objectif"): ("60", ""),
    ("report_to_meeting", "2026-T3", "ce trimestre"): ("18,5", "40"),
    ("report_to_meeting", "2026-T2", "trimestre précédent"): ("16", "35"),
    ("report_to_meeting", "2026-T3", "objectif"): ("0", ""),
    ("plans_kept_6", "2026-T3", "ce trimestre"): ("", ""),
    ("plans_kept_6", "2026-T2", "trimestre précédent"): ("", ""),
    ("plans_kept_6", "2025-T3", "même trimestre, un an avant"): ("", ""),
    ("op_taken_soon", "2026-T3", "ce trimestre"): ("", "0"),
    ("op_taken_soon", "2026-T2", "trimestre précédent"): ("50", "50"),
    ("op_taken_soon", "2025-T3", "même trimestre, un an avant"): ("50", "50"),
    ("op_taken_soon", "2026-T3", "objectif à vérifier"): ("80", ""),
    ("ref_held", "2026-T3", "ce trimestre"): ("", ""),
    ("ref_held", "2026-T2", "trimestre précédent"): ("", ""),
    ("ref_held", "2025-T3", "même trimestre, un an avant"): ("80", "75"),
    ("ref_held", "2026-T3", "objectif"): ("85", ""),
}


def count(code: str, by: str, quarter: Quarter, number: int, value: float) -> None:
    """As the worker writes it, all of it in one line of the first month, or of the last day."""
    column = "all" if code == "ref_held" else f"{quarter.first:%Y-%m}"
    rows = [(None, None), (column, None), (None, "x"), (column, "x")] if number else []
    for split in ("", by):
        IndicatorFigures.objects.create(
            indicator=code,
            quarter=quarter.first,
            by=split,
            cells=[[month, key, number, value, None] for month, key in rows if split or key is None],
            as_of=NOON.date(),
            computed_at=NOON,
            territory="grigny",
        )


@pytest.fixture
def desk(pilot: User) -> dict[str, Any]:
    return {"by": pilot, "structure": factories.structure("caf-91-pilotage"), "at": NOON}


@pytest.fixture
def invented_quarter(desk: dict[str, Any]) -> None:
    for each in COUNTED:
        count(*each)
    for code, value, agreed_on in [
        ("reported_early", 60, date(2026, 6, 12)),
        ("report_to_meeting", 0, date(2026, 6, 12)),
        ("op_taken_soon", 80, None),
        ("ref_held", 85, date(2026, 6, 12)),
    ]:
        set_target(indicator=BY_CODE[code], since=SECOND, value=value, agreed_on=agreed_on, **desk)
    comment_report(quarter=THIRD, words={"premiere-page-reported_early": COMMENT}, **desk)


@pytest.fixture
def published_quarter(invented_quarter: None, desk: dict[str, Any]) -> CommitteeReport:
    return publish_report(quarter=THIRD, **desk)


def plain(text: str) -> str:
    """Of spaces of any width, one."""
    return re.sub(r"\s+", " ", unescape(text)).strip()


def file_of(client: Client, extension: str) -> bytes:
    answer = client.get(reverse("committee_file", args=["2026-T3", extension]))
    assert answer.status_code == 200
    return answer.content


def test_the_screen_shows_the_five_figures_and_what_they_say(client: Client, invented_quarter: None):
    page = html_of(client.get(ADDRESS))
    section = page[page.index('<section class="panel first-page"') :]
    section = section[: section.index("</section>")]
    rows = re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)
    cells = [[plain(re.sub("<[^>]*>", "", c)) for c in re.findall(r"<t[hd].*?</t[hd]>", r, re.DOTALL)] for r in rows]
    assert cells == [["Chiffre", "T3 2026", "T2 2026", "T3 2025", "Objectif", "Tendance"], *ROWS]
    text = plain(re.sub("<[^>]*>", " ", section))
    for words in (ANSWER, TRENDS, *SENTENCES, COMMENT):
        assert words in text


def test_the_pdf_begins_with_the_five_figures_on_one_page(client: Client, published_quarter: CommitteeReport):
    first, second, *_ = PdfReader(BytesIO(file_of(client, "pdf"))).pages
    text = plain(first.extract_text())
    for words in ("Plus tôt ou plus tard", ANSWER, TRENDS, *(" ".join(row) for row in ROWS)):
        assert words in text
    assert "en bref" not in text
    assert "Impayés de loyer (action 12), en bref" in plain(second.extract_text())


def test_the_pdf_says_each_sentence_beside_the_pilots_words(client: Client, published_quarter: CommitteeReport):
    text = plain(PdfReader(BytesIO(file_of(client, "pdf"))).pages[0].extract_text())
    for words in SENTENCES[1:]:
        assert words in text
    # Two columns: a reader of text takes them one after the other.
    assert SENTENCES[0] in text
    assert COMMENT in text


def test_the_word_copy_holds_the_same_table_and_sentences(client: Client, published_quarter: CommitteeReport):
    paper = Document(BytesIO(file_of(client, "docx")))
    tables = [block for block in paper.iter_inner_content() if isinstance(block, WordTable)]
    assert [[plain(cell.text) for cell in row.cells] for row in tables[0].rows[1:]] == ROWS
    texts = [plain(each.text) for each in paper.paragraphs]
    assert [words for words in (ANSWER, TRENDS, *SENTENCES, COMMENT) if words not in texts] == []


def test_the_workbook_holds_the_same_numbers_as_numbers(client: Client, published_quarter: CommitteeReport):
    book = CalamineWorkbook.from_filelike(BytesIO(file_of(client, "xlsx")))
    assert book.sheet_names[:3] == ["À lire", "Plus tôt ou plus tard", "Impayés en bref"]
    rows = book.get_sheet_by_name("Plus tôt ou plus tard").to_python()
    assert [plain(str(rows[place][0])) for place in (1, 2)] == [ANSWER, TRENDS]
    read = [[plain(cell) if isinstance(cell, str) else cell for cell in row] for row in rows[4:9]]
    assert [row[:10] for row in read] == IN_CELLS
    assert [row[10] for row in read] == SENTENCES
    assert read[0][12] == COMMENT


def test_the_open_file_begins_with_the_five_figures_hidden_below_ten(
    client: Client, published_quarter: CommitteeReport
):
    rows = csv.DictReader(StringIO(file_of(client, "csv").decode("utf-8-sig")), delimiter=";")
    own = [row for row in rows if row["repartition"] == "Plus tôt ou plus tard ?"]
    assert {(row["code"], row["trimestre"], row["periode"]): (row["valeur"], row["effectif"]) for row in own} == OPEN
    assert len(own) == len(OPEN)
    assert {(row["code"], row["masque"]) for row in own if row["periode"] == "ce trimestre"} == {
        ("reported_early", "non"),
        ("report_to_meeting", "non"),
        ("plans_kept_6", "oui"),
        ("op_taken_soon", "non"),
        ("ref_held", "oui"),
    }


def test_a_page_of_each_action_compares_its_figures(client: Client, invented_quarter: None):
    page = html_of(client.get(ADDRESS))
    titles = re.findall(r'<h2 id="en-bref-[^"]*">(.*?)</h2>', page)
    assert titles == [
        "Impayés de loyer (action 12), en bref",
        "Trop-perçus (action 13), en bref",
        "Référents (action 11), en bref",
    ]
    referents = page[page.index('id="en-bref-referents"') :]
    row = referents[referents.index("Places de référent pourvues") :]
    assert [plain(each) for each in re.findall(r"<td[^>]*>(.*?)</td>", row)[:3]] == [
        "90 % (80)",
        "90 % (80)",
        "80 % (75)",
    ]


def test_a_published_first_page_keeps_its_numbers_and_its_targets(
    client: Client, published_quarter: CommitteeReport, desk: dict[str, Any]
):
    before = file_of(client, "pdf")
    IndicatorFigures.objects.all().delete()
    set_target(indicator=BY_CODE["reported_early"], since=SECOND, value=10, agreed_on=date(2026, 11, 1), **desk)
    assert file_of(client, "pdf") == before


def test_an_earlier_quarter_that_was_published_is_read_as_it_was_published(
    client: Client, invented_quarter: None, desk: dict[str, Any]
):
    publish_report(quarter=SECOND, **desk)
    late = IndicatorFigures.objects.filter(indicator="reported_early", quarter=SECOND.first)
    for figures in late:
        figures.cells = [[month, key, 100, 90, None] for month, key, *_ in figures.cells]
        figures.save()
    assert "44 % (100)" in plain(html_of(client.get(ADDRESS)))


def test_a_report_older_than_this_page_is_read_as_before(client: Client, published_quarter: CommitteeReport):
    report = CommitteeReport.objects.get()
    report.figures = [{key: each[key] for key in ("code", "partners", "open")} for each in report.figures]
    report.save()
    page = html_of(client.get(ADDRESS))
    assert "Plus tôt ou plus tard" not in page
    assert "Signalés dans les deux mois" in page
    for extension in ("pdf", "docx", "xlsx", "csv"):
        assert "Plus tôt".encode() not in file_of(client, extension)


def test_five_full_comments_leave_the_first_page_one_page(invented_quarter: None, desk: dict[str, Any]):
    words = {each.comment_code: ("Un commentaire aussi long que permis. " * 11)[:300] for each in KEY_FIGURES}
    comment_report(quarter=THIRD, words=words, **desk)
    found = build_printed_report(CommitteeReport.objects.get(), on=NOON.date())
    assert found is not None
    first, second, third, *_ = PdfReader(BytesIO(FORMATS["pdf"].make(found))).pages
    assert "Part des places tenues par un référent" in plain(first.extract_text())
    assert "sinon ceux comptés à ce jour." in plain(first.extract_text())
    assert "Impayés de loyer (action 12), en bref" in plain(second.extract_text())
    assert "Trop-perçus (action 13), en bref" in plain(third.extract_text())


def test_a_comment_of_ten_pages_is_refused_and_not_lost(client: Client, invented_quarter: None):
    long = "Une phrase du pilote sur ce chiffre. " * 800
    page = html_of(client.post(ADDRESS, {"premiere-page-ref_held": long}))
    assert "Ce commentaire compte 29599 caractères, pour 300 au plus" in plain(page)
    assert long.strip() in unescape(page)
    assert CommitteeReport.objects.get().comments == {"premiere-page-reported_early": COMMENT}


def test_the_pilot_notes_targets_and_the_last_one_noted_holds(client: Client, invented_quarter: None):
    address = reverse("committee_targets")
    client.post(address, {"indicator": "plans_kept_6", "value": "70", "since": "2026-T3", "agreed_on": "2026-06-12"})
    client.post(address, {"indicator": "reported_early", "value": "", "since": "2026-T3", "agreed_on": ""})
    rows = plain(re.sub("<[^>]*>", " ", html_of(client.get(ADDRESS))))
    assert "L’objectif des partenaires est de 70 % : il n’est pas atteint, il manque 28 points." in rows
    assert "7 points de moins. Aucun objectif n’est fixé." in rows
    page = html_of(client.get(address))
    assert page.count("à vérifier") >= 2
    assert IndicatorTarget.objects.count() == 6


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"value": "160"}, "Une part va de 0 à 100 %."),
        ({"agreed_on": "2027-01-01"}, "Cette date est à venir"),
        ({"value": "beaucoup"}, "Saisir un nombre entier"),
        ({"value": "-1"}, "supérieure ou égale à 0"),
    ],
)
def test_a_target_that_cannot_be_is_refused_with_words(client: Client, pilot: User, typed: dict[str, str], words: str):
    good = {"indicator": "reported_early", "value": "60", "since": "2026-T3", "agreed_on": "2026-06-12"}
    page = html_of(client.post(reverse("committee_targets"), good | typed))
    assert words in page
    assert not IndicatorTarget.objects.exists()


def test_a_share_whose_target_is_zero_says_that_it_tells_nothing(client: Client, invented_quarter: None, desk: Any):
    set_target(indicator=BY_CODE["reported_early"], since=THIRD, value=0, agreed_on=date(2026, 9, 1), **desk)
    assert "est de 0 % : tout résultat l’atteint, il ne dit rien." in plain(html_of(client.get(ADDRESS)))


def test_quarters_without_a_case_are_said_in_one_sentence(client: Client, desk: Any):
    for quarter, number in ((THIRD, 20), (SECOND, 0), (THIRD.shifted_by(-4), 0)):
        count("reported_early", "landlord_type", quarter, number, 9)
    said = plain(html_of(client.get(ADDRESS)))
    assert (
        "45 % des impayés ont été signalés dans les deux mois du premier terme impayé. Ni le 2e trimestre 2026 ni le"
        in said
    )
    assert "ni le 3e trimestre 2025 n’ont de cas : pas de comparaison. Aucun objectif n’est fixé." in said


def test_whoever_pilots_nothing_has_no_targets(client: Client):
    client.force_login(factories.member("mds-grigny"))
    assert client.get(reverse("committee_targets")).status_code == 404


def test_the_codes_of_the_first_pages_are_in_the_catalogue():
    assert [each.code for each in KEY_FIGURES if each.code not in BY_CODE] == []
    assert [
        (action, code) for action, codes in SUMMARIES.items() for code in codes if BY_CODE[code].action != action
    ] == []


def test_the_page_with_its_first_page_costs_ten_queries_at_most(
    client: Client, invented_quarter: None, django_assert_max_num_queries: Any
):
    with django_assert_max_num_queries(10):
        client.get(ADDRESS)
