"""The pages of figures: who reads which, what a pilot is told, and what they cost."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml.html import fromstring  # type: ignore[import-untyped]

from cases.models import JournalEntry, User
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from workflows.indicators import figures_reader
from workflows.indicators.catalogue import INDICATORS
from workflows.indicators.quarters import Quarter
from workflows.models import CommitteeReport, IndicatorFigures
from workflows.tasks import count_figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon", "third_quarter")]
PAGE = "/pilotage/indicateurs/"
THIRD = Quarter(date(2026, 7, 1))


@pytest.fixture
def partner(client: Client) -> User:
    """Who pilots another action."""
    person = factories.member("ville-grigny", "pilot")
    client.force_login(person)
    return person


def test_a_partner_reads_figures_with_their_day_their_definition_and_no_small_number(client: Client, partner: User):
    page = html_of(client.get(PAGE + "?periode=2026-T3"))
    assert "Chiffres arrêtés au 24\u00a0novembre\u00a02026" in page
    assert "19\u00a0signalements" in page
    assert "Signalements reçus (fichiers" in page
    assert "petit nombre" in page
    assert "<svg" in page


def test_a_partner_reads_structures_by_natures_of_landlords(client: Client, partner: User):
    page = html_of(client.get(PAGE + "?periode=2026-T3&par=structure_landlord"))
    reports = page[page.index('id="i-reports"') :]
    table = reports[reports.index("<thead>") : reports.index("</table>")]
    headings, *lines = [
        [cell.strip() for cell in re.findall(r">([^<>]+)<", row) if cell.strip()] for row in table.split("<tr>")[1:]
    ]
    assert headings == ["Structure", "Bailleur social (HLM)", "Particulier", "Total"]
    assert {line[0]: line[1:] for line in lines} == {
        "CAF 91 – cellule impayés (pilotage)": ["petit nombre", "petit nombre", "12"],
        "CAF 91 – travail social": ["petit nombre", "petit nombre", "7"],
        "Ensemble": ["7", "12", "19"],
    }


def test_no_table_of_two_dimensions_shows_a_small_number():
    figures = figures_reader.of_one_quarter(
        INDICATORS, by="structure_landlord", quarter=THIRD, on=NOON.date(), territory="grigny"
    )
    crossed = [table for table in figures.tables if table.indicator.can_be_crossed]
    assert len(crossed) == len([each for each in INDICATORS if each.can_be_crossed])
    cells = [cell for table in crossed for line in [*table.lines, table.total] if line for cell in line.cells]
    assert not [cell for cell in cells if 0 < cell.number < 5]


def test_a_year_is_split_by_structure_alone_where_two_dimensions_are_asked_for(client: Client, pilot: User):
    one, two = (html_of(client.get(PAGE + f"?periode=annee&par={by}")) for by in ("structure", "structure_landlord"))
    assert two[two.index("<h2") : two.index("</main>")] == one[one.index("<h2") : one.index("</main>")]


def test_before_anything_is_counted_the_page_says_so(client: Client, pilot: User):
    IndicatorFigures.objects.all().delete()
    assert "Aucun chiffre pour cette période" in html_of(client.get(PAGE))


@pytest.mark.parametrize("query", ["?periode=hier", "?periode=2031-T1", "?par=age", "?action=rien", "?periode=annee"])
def test_what_cannot_be_read_is_as_if_nothing_was_asked(client: Client, pilot: User, query: str):
    assert client.get(PAGE + query).status_code == 200


def test_who_manages_a_structure_reads_its_own_figures_and_no_other(client: Client):
    client.force_login(factories.member("caf-91", "manager"))
    page = html_of(client.get(PAGE + "?periode=2026-T3"))
    assert "CAF 91 – travail social" in page
    assert "MDS de Grigny" not in page
    assert "Calculer à nouveau" not in page
    # Seven were accepted; in each of the months nothing is hidden from who answers for them.
    assert "petit nombre" not in page
    assert client.get(PAGE + "?structure=mds-grigny").status_code == 404


@pytest.mark.parametrize("name", ["indicators", "committee_reports", "committee_report"])
def test_an_agent_has_none_of_these_pages(client: Client, name: str):
    client.force_login(factories.member("mds-grigny"))
    args = ["2026-T3"] if name == "committee_report" else []
    assert client.get(reverse(name, args=args)).status_code == 404


def test_asking_for_figures_of_now_is_an_act(client: Client, pilot: User):
    assert client.post(reverse("indicators_count")).status_code == 302
    assert JournalEntry.objects.filter(kind="figures.asked", actor=pilot).count() == 1


def test_the_worker_counts_every_morning_and_counts_anew_without_doubling():
    IndicatorFigures.objects.all().delete()
    count_figures()
    first = IndicatorFigures.objects.count()
    count_figures()
    assert IndicatorFigures.objects.count() == first > 0
    assert set(IndicatorFigures.objects.values_list("as_of", flat=True)) == {NOON.date()}


@pytest.mark.parametrize(
    "query",
    [
        "?periode=2026-T3",
        "?periode=2026-T3&par=structure&mois=on",
        "?periode=2026-T3&par=structure_landlord",
        "?periode=annee",
        "?action=trop-percus",
    ],
)
def test_the_page_costs_ten_queries_at_most(
    client: Client, pilot: User, django_assert_max_num_queries: Any, query: str
):
    with django_assert_max_num_queries(10):
        client.get(PAGE + query)


def test_a_pilot_comments_publishes_and_downloads_the_report_of_a_quarter(client: Client, pilot: User):
    address = reverse("committee_report", args=["2026-T3"])
    assert "Projet" in html_of(client.get(address))
    assert client.get(reverse("committee_file", args=["2026-T3", "csv"])).status_code == 404
    client.post(address, {"impayes-signaler-tot": "Deux fichiers de plus."})
    assert "Deux fichiers de plus." in html_of(client.get(address))
    page = fromstring(html_of(client.get(address)))
    assert page.xpath("//details[contains(p, 'ne se retire pas')]//button[.='Publier le bilan']")
    client.post(reverse("committee_publish", args=["2026-T3"]))
    page = html_of(client.get(address))
    assert "il ne change plus" in page
    assert "Publier le bilan" not in page
    for extension in ("pdf", "docx", "xlsx", "csv"):
        answer = client.get(reverse("committee_file", args=["2026-T3", extension]))
        assert (answer.status_code, answer.headers["Content-Disposition"]) == (
            200,
            f'attachment; filename="bilan-2026-T3.{extension}"',
        )
    assert "publié" in html_of(client.get(reverse("committee_reports")))


def test_a_comment_on_a_published_report_is_refused_with_the_reason(client: Client, pilot: User):
    client.post(reverse("committee_publish", args=["2026-T3"]))
    page = html_of(client.post(reverse("committee_report", args=["2026-T3"]), {"impayes-signaler-tot": "Trop tard."}))
    assert CommitteeReport.objects.get().comments == {}
    assert "Trop tard" not in html_of(client.get(reverse("committee_report", args=["2026-T3"])))
    assert "Le bilan du 3e trimestre 2026 est publié : il ne change plus." in page


def test_a_quarter_without_data_is_said_plainly_and_publishes_nothing(client: Client, pilot: User):
    assert "Aucun chiffre pour ce trimestre" in html_of(client.get(reverse("committee_report", args=["2025-T1"])))
    page = html_of(client.post(reverse("committee_publish", args=["2025-T1"]), follow=True))
    assert "Aucun chiffre pour le 1er trimestre 2025" in page
    assert not CommitteeReport.objects.exists()
    assert client.get(reverse("committee_file", args=["2025-T1", "pdf"])).status_code == 404


@pytest.mark.parametrize("quarter", ["2030-T1", "hier", "2026-T9"])
def test_a_quarter_that_has_not_begun_or_is_none_is_not_found(client: Client, pilot: User, quarter: str):
    assert client.get(f"/pilotage/bilans/{quarter}/").status_code == 404


def test_the_report_costs_ten_queries_at_most(client: Client, pilot: User, django_assert_max_num_queries: Any):
    for name, args in (("committee_reports", []), ("committee_report", ["2026-T3"])):
        with django_assert_max_num_queries(10):
            client.get(reverse(name, args=args))
