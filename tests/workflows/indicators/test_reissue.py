"""A published report that was wrong is published again with a note: each form says it, and both issues are read."""

import csv
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from cases.models import JournalEntry, User
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.workflows.indicators.conftest import JULY, social_case
from workflows.actions.indicators import (
    CannotPublishReport,
    comment_report,
    publish_report,
    refresh_figures,
    reissue_report,
    set_target,
)
from workflows.indicators.catalogue import BY_CODE
from workflows.indicators.quarters import Quarter
from workflows.models import CommitteeReport, EarlierIssue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("third_quarter"), pytest.mark.slow]
THIRD = Quarter(date(2026, 7, 1))
SECTION = "impayes-signaler-tot"
NOTE = "Un dossier de juillet avait été saisi après la publication."
SAID = f"Édition 2, qui remplace la précédente. Ce qui change : {NOTE}"
PAGE, AGAIN = "/pilotage/bilans/2026-T3/", "/pilotage/bilans/2026-T3/corriger/"


@pytest.fixture
def pilot() -> User:
    return factories.member("caf-91-pilotage", "pilot")


@pytest.fixture
def by(pilot: User) -> dict[str, Any]:
    return {"by": pilot, "structure": factories.structure("caf-91-pilotage"), "at": NOON}


@pytest.fixture
def published(by: dict[str, Any]) -> CommitteeReport:
    """Then a case of July is typed late."""
    comment_report(quarter=THIRD, words={SECTION: "Dix-neuf signalements."}, **by)
    report = publish_report(quarter=THIRD, **by)
    social_case(JULY)
    refresh_figures(at=NOON)
    return report


@pytest.fixture
def client(pilot: User, client: Client) -> Client:
    client.force_login(pilot)
    return client


def file_of(client: Client, extension: str, query: str = "") -> bytes:
    answer = client.get(reverse("committee_file", args=["2026-T3", extension]) + query)
    assert answer.status_code == 200
    return answer.content


def reports_in(content: bytes) -> str:
    """How many cases the open file says were reported."""
    rows = csv.DictReader(StringIO(content.decode("utf-8-sig")), delimiter=";")
    [found] = [
        row["valeur"]
        for row in rows
        if (row["code"], row["periode"], row["modalite"]) == ("reports", "Total", "ensemble")
    ]
    return found


def publish_again(client: Client, **more: str) -> Any:
    return client.post(AGAIN, {"replaces": "1", "note": NOTE, SECTION: "Vingt signalements.", **more})


def test_a_published_report_is_published_again_and_the_first_issue_stays_as_it_was(
    client: Client, published: CommitteeReport
):
    before = {extension: file_of(client, extension) for extension in ("pdf", "csv")}
    assert AGAIN in html_of(client.get(PAGE))
    assert publish_again(client).headers["Location"] == PAGE
    page = html_of(client.get(PAGE))
    assert SAID in page
    assert "Vingt signalements." in page
    assert 'href="?edition=1"' in page
    assert (reports_in(before["csv"]), reports_in(file_of(client, "csv"))) == ("19", "20")

    first = html_of(client.get(f"{PAGE}?edition=1"))
    assert "Cette édition a été remplacée" in first
    assert "Dix-neuf signalements." in first
    assert "Vingt signalements." not in first
    assert AGAIN not in first
    for extension, content in before.items():
        assert file_of(client, extension, "?edition=1") == content
    assert client.get(f"{PAGE}?edition=3").status_code == 404


def test_each_form_says_the_note(client: Client, published: CommitteeReport):
    publish_again(client)
    assert SAID in " ".join(PdfReader(BytesIO(file_of(client, "pdf"))).pages[0].extract_text().split())
    assert SAID in [each.text for each in Document(BytesIO(file_of(client, "docx"))).paragraphs]
    sheet = CalamineWorkbook.from_filelike(BytesIO(file_of(client, "xlsx"))).get_sheet_by_name("À lire").to_python()
    assert SAID in [row[0] for row in sheet]
    rows = list(csv.DictReader(StringIO(file_of(client, "csv").decode("utf-8-sig")), delimiter=";"))
    assert {(row["edition"], row["note_edition"]) for row in rows} == {("2", SAID)}
    answer = client.get(reverse("committee_file", args=["2026-T3", "pdf"]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bilan-2026-T3-edition-2.pdf"'


def test_the_act_is_journalled_with_its_issue(client: Client, published: CommitteeReport, pilot: User):
    publish_again(client)
    line = JournalEntry.objects.get(kind="committee.reissued")
    assert (line.actor, line.data) == (pilot, {"report": published.pk, "issue": 2})
    kept = EarlierIssue.objects.get()
    assert (kept.report, kept.issue, kept.note, kept.published_by) == (published, 1, "", pilot)


def test_two_who_publish_again_at_once_make_one_issue_and_lose_no_word(client: Client, published: CommitteeReport):
    publish_again(client)
    page = html_of(publish_again(client, note="Autre raison, de la même page."))
    assert "L’édition 2 vient de paraître" in page
    assert "Autre raison, de la même page." in page
    assert EarlierIssue.objects.count() == 1
    assert CommitteeReport.objects.get().note == NOTE


def test_without_a_note_nothing_is_published_again(client: Client, published: CommitteeReport, by: dict[str, Any]):
    page = html_of(publish_again(client, note=" "))
    assert "Dire ce qui change" in page
    assert "Vingt signalements." in page
    with pytest.raises(CannotPublishReport, match="Dire ce qui change"):
        reissue_report(quarter=THIRD, replaces=1, note=" ", words={}, **by)
    assert not EarlierIssue.objects.exists()


def test_what_is_not_published_is_corrected_on_its_page(client: Client, by: dict[str, Any]):
    assert "Ce bilan n’est pas publié" in html_of(client.get(AGAIN))
    for note in ("", NOTE):
        client.post(AGAIN, {"replaces": "1", "note": note})
    with pytest.raises(CannotPublishReport, match="n’est pas publié : le corriger, puis le publier"):
        reissue_report(quarter=THIRD, replaces=1, note=NOTE, words={}, **by)
    assert not CommitteeReport.objects.exists()


def test_the_targets_stay_those_of_the_first_issue(client: Client, by: dict[str, Any]):
    early = BY_CODE["reported_early"]
    set_target(indicator=early, since=THIRD, value=60, agreed_on=None, **by)
    publish_report(quarter=THIRD, **by)
    set_target(indicator=early, since=THIRD, value=10, agreed_on=None, **by)
    publish_again(client)
    targets = {
        each["code"]: each["target"]["value"] for each in CommitteeReport.objects.get().figures if "target" in each
    }
    assert targets == {"reported_early": 60}


def test_a_note_that_holds_a_number_of_somebody_is_said_to_its_writer(client: Client, published: CommitteeReport):
    """It is open to all."""
    answer = client.post(AGAIN, {"replaces": "1", "note": "Dossier 1 85 05 78 006 084 91 oublié."}, follow=True)
    assert "À relire" in html_of(answer)


def test_a_report_that_shows_what_the_present_rule_hides_says_so_and_leads_to_its_correction(
    client: Client, by: dict[str, Any], django_assert_max_num_queries: Any
):
    """Reported: twelve in July, six in August, one in September. An older rule had shown them all to everybody."""
    report = publish_report(quarter=THIRD, **by)
    assert "Des petits nombres s’y lisent encore" not in html_of(client.get(PAGE))
    figures = {each["code"]: each for each in report.figures}
    for name in ("partners", "open"):
        figures["reports"][name]["total"] = [[12, None, None], [6, None, None], [1, None, None], [19, None, None]]
    CommitteeReport.objects.update(figures=list(figures.values()))
    with django_assert_max_num_queries(12):  # two of them are the session and the user
        page = html_of(client.get(PAGE))
    assert "Des petits nombres s’y lisent encore." in page
    assert (
        "Publié de nouveau, ce bilan masquerait 2 nombres de plus aux partenaires et 1 nombre de plus à tous. "
        f'<a href="{AGAIN}">Corriger et publier de nouveau</a>'
    ) in page
    publish_again(client)
    assert "Des petits nombres s’y lisent encore" not in html_of(client.get(PAGE))
    assert "Des petits nombres s’y lisent encore" not in html_of(client.get(f"{PAGE}?edition=1"))
