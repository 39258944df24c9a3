"""The causes of a year at one operator, on the page, on paper and as a table: masked for all but who pilots the action."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from cases.actions.notices import NoticeReception, record_notice
from cases.models import User
from cases.rules.notices import TypedLine
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.pages import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
RECOVERY = "caf-91-recouvrement"
YEAR, MONTH = "/questions/bilan/annee/", "/questions/bilan/"
HIDDEN = "petit nombre"


@pytest.fixture
def written(at_noon: Any) -> None:
    """Of 2025: errors of the operator, nine in January, eight in March, two in May; couples, six in March, three in June."""
    worker = factories.member("caf-91")
    case = scene.lettered(worker=worker)
    for month, cause, number in (
        (1, "body_error", 9),
        (3, "body_error", 8),
        (5, "body_error", 2),
        (3, "couple_status", 6),
        (6, "couple_status", 3),
    ):
        day = date(2025, month, 10)
        record_notice(
            case=case,
            operator="caf",
            letter_date=day,
            received=NoticeReception(on=day, how="post"),
            lines=[TypedLine(benefit="rsa", amount=Decimal(100 + n), cause=cause) for n in range(number)],
            structure=factories.structure("caf-91"),
            by=worker,
            at=NOON,
        )


def reader_of(code: str, role: str) -> Client:
    client = Client()
    client.force_login(factories.member(code, role))
    return client


def year_of(client: Client, year: str = "2025") -> dict[str, dict[str, str]]:
    """Cause → period → what the open table says of it."""
    answer = client.get(reverse("questions_year_file", args=["csv"]), {"structure": RECOVERY, "annee": year})
    assert answer.status_code == 200
    found: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"):
        assert (row["masque"] == "oui") == (row["lignes"] == "")
        found.setdefault(row["motif"], {})[row["periode"]] = row["lignes"] or HIDDEN
    return found


def test_who_pilots_the_action_reads_every_number(written: None):
    found = year_of(reader_of("ville-grigny", "pilot"))
    assert {cause: months["année"] for cause, months in found.items()} == {
        "Erreur de l’organisme": "19",
        "Vie de couple": "9",
        "Total": "28",
    }
    assert (found["Vie de couple"]["juin"], found["Vie de couple"]["mars"], found["Total"]["mars"]) == ("3", "6", "14")
    page = html_of(reader_of("ville-grigny", "pilot").get(MONTH, {"structure": RECOVERY, "mois": "2025-06"}))
    assert HIDDEN not in page
    assert "ne pas diffuser" in page


def test_the_operator_reads_no_small_number_and_nothing_that_makes_it(written: None):
    """May and June are hidden with their totals, two of them and three: no month of the year tells them by its total."""
    found = year_of(reader_of(RECOVERY, "correspondent"))
    assert (found["Erreur de l’organisme"]["année"], found["Vie de couple"]["année"]) == ("19", "9")
    assert found["Total"]["année"] == "28"
    small = [
        (cause, month) for cause, months in found.items() for month, said in months.items() if said in set("1234")
    ]
    assert small == []
    # What is shown of each series, taken from its total, leaves the sum of two numbers at least, and of five lines.
    for cause, months in found.items():
        of_months = [said for month, said in months.items() if month != "année"]
        hidden = of_months.count(HIDDEN)
        left = int(months["année"]) - sum(int(said) for said in of_months if said != HIDDEN)
        assert hidden != 1, cause
        assert not 0 < left < 5, cause


def test_a_month_hides_what_its_year_hides(written: None):
    """The same numbers on two pages: neither tells what the other hides."""
    client = reader_of(RECOVERY, "correspondent")
    found = year_of(client)
    for number, word in ((1, "janv."), (3, "mars"), (5, "mai"), (6, "juin")):
        html = html_of(client.get(MONTH, {"structure": RECOVERY, "mois": f"2025-{number:02}"}))
        text = re.sub(r"<[^>]+>", " ", html).replace("\n", " ")
        total = re.findall(r"Total +(petit nombre|\d+)", re.sub(r" +", " ", text))
        assert set(total) == {found["Total"][word]}, word
        if found["Total"][word] == HIDDEN:
            assert not re.search(r"(RSA|En cours|organisme) +\d", re.sub(r" +", " ", text)), word


def test_a_year_under_way_says_so_and_a_year_without_data_too(written: None):
    client = reader_of(RECOVERY, "correspondent")
    assert "Année 2026, en cours" in html_of(client.get(YEAR))
    assert "Année 2026, en cours" in html_of(client.get(YEAR, {"annee": "2031"}))
    assert "Année 2026, en cours" in html_of(client.get(YEAR, {"annee": "l’an passé"}))
    last = html_of(client.get(YEAR, {"annee": "2025"}))
    assert "en cours" not in last[last.index("<main") :]
    nothing = html_of(client.get(YEAR, {"annee": "2019"}))
    assert "Aucune ligne de trop-perçu de cet organisme n’a été saisie pour 2019." in nothing


def test_it_is_printed_from_the_same_numbers(written: None):
    client = reader_of(RECOVERY, "correspondent")
    for year, said in (
        ("2025", "Erreur de l’organisme 19"),
        ("2019", "n’a été saisie pour 2019"),
        ("2026", "en cours"),
    ):
        answer = client.get(reverse("questions_year_file", args=["pdf"]), {"annee": year})
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages).split())
        assert said in text, year
        assert "Trop-perçus par motif" in text
    assert client.get(reverse("questions_year_file", args=["exe"])).status_code == 404


@pytest.mark.parametrize(
    ("code", "role"),
    [("cpam-91", "correspondent"), (RECOVERY, "manager"), ("caf-91", "manager"), ("caf-91-pilotage", "pilot")],
)
def test_nobody_else_reads_it(written: None, code: str, role: str):
    client = reader_of(code, role)
    for path in (YEAR, reverse("questions_year_file", args=["csv"])):
        assert client.get(path, {"structure": RECOVERY}).status_code == 404


def test_the_page_takes_ten_queries(written: None, django_assert_max_num_queries: Any):
    user: User = factories.member(RECOVERY, "correspondent")
    client = Client()
    client.force_login(user)
    with django_assert_max_num_queries(12):
        client.get(YEAR, {"annee": "2025"})
