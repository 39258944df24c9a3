"""The public page of a territory: published figures, as all may read them; nothing else, and only while it is open."""

import copy
import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import JournalEntry, Territory, User
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.two_cities import City, make_valbrune
from tests.workflows.indicators.conftest import JULY, social_case
from workflows.actions.indicators import comment_report, publish_report, refresh_figures, reissue_report
from workflows.actions.observatory import CannotOpenObservatory, close_observatory, open_observatory
from workflows.indicators.quarters import Quarter
from workflows.models import CommitteeReport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("third_quarter", "at_noon")]
THIRD = Quarter(date(2026, 7, 1))
PAGE, FILE = "/observatoire/grigny/", "/observatoire/grigny/2026-T3/csv/"
SWITCH = "/pilotage/observatoire/grigny/"
WORDS = "Dix-neuf signalements : un commentaire du comité."


@pytest.fixture
def pilot() -> User:
    return factories.member("caf-91-pilotage", "pilot")


@pytest.fixture
def by(pilot: User) -> dict[str, Any]:
    return {"by": pilot, "structure": factories.structure("caf-91-pilotage"), "at": NOON}


@pytest.fixture
def report(by: dict[str, Any]) -> CommitteeReport:
    """Nineteen cases: twelve in July, six in August, one in September."""
    comment_report(quarter=THIRD, words={"impayes-signaler-tot": WORDS}, **by)
    return publish_report(quarter=THIRD, **by)


@pytest.fixture
def opened(report: CommitteeReport, by: dict[str, Any]) -> CommitteeReport:
    open_observatory(**by)
    return report


def read(path: str = PAGE) -> str:
    return html_of(Client().get(path))


def csv_of() -> str:
    return Client().get(FILE).content.decode("utf-8-sig")


def test_it_is_closed_until_somebody_opens_it_and_closed_at_once(report: CommitteeReport, by: dict[str, Any]):
    addresses = [PAGE, FILE, "/observatoire/", "/observatoire/grigny/2026-T3/"]
    assert [Client().get(path).status_code for path in addresses] == [404] * 4
    open_observatory(**by)
    assert [Client().get(path).status_code for path in addresses] == [200, 200, 302, 200]
    assert "no-cache" in Client().get(PAGE).headers["Cache-Control"]
    assert "/observatoire/" in read("/plan-du-site/")
    close_observatory(**by)
    assert [Client().get(path).status_code for path in addresses] == [404] * 4
    assert "/observatoire/" not in read("/plan-du-site/")


def test_a_pilot_or_an_administrator_opens_it_and_nobody_else(client: Client, report: CommitteeReport):
    for who in (factories.member("caf-91-pilotage", "agent"), factories.member("mds-grigny", "manager")):
        client.force_login(who)
        assert client.get(SWITCH).status_code == client.post(SWITCH, {"act": "open"}).status_code == 404
    administrator = factories.member("ville-grigny", "administrator")
    client.force_login(administrator)
    assert "Ouvrir la page à tous" in html_of(client.get(SWITCH))
    assert "Page publique ouverte" in html_of(client.post(SWITCH, {"act": "open"}, follow=True))
    again = html_of(client.post(SWITCH, {"act": "open"}))
    assert "La page publique est déjà ouverte." in again
    client.force_login(factories.member("caf-91-pilotage", "pilot"))
    assert SWITCH in html_of(client.get(reverse("committee_reports")))
    client.post(SWITCH, {"act": "close"})
    lines = JournalEntry.objects.filter(kind__startswith="observatory.").order_by("pk")
    assert list(lines.values_list("kind", "structure__code")) == [
        ("observatory.opened", "ville-grigny"),
        ("observatory.closed", "caf-91-pilotage"),
    ]


LICENCE = f"{SWITCH}licence/"


def test_an_administrator_says_the_licence_which_the_page_and_each_line_of_the_file_say(
    client: Client, opened: CommitteeReport
):
    source = "Partenaires sociaux de Grigny"
    page = read()
    assert 'rel="license">Licence Ouverte 2.0</a>, à vérifier. À citer :' in page
    assert f"« {source}, chiffres arrêtés au 24/11/2026 »" in page
    etalab = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
    assert {tuple(line[-3:]) for line in lines_of(csv_of())} == {(source, "Licence Ouverte 2.0 (à vérifier)", etalab)}

    client.force_login(factories.member("caf-91-pilotage", "pilot"))
    assert client.get(LICENCE).status_code == client.post(LICENCE).status_code == 404
    assert "Un administrateur la change" in html_of(client.get(SWITCH))
    client.force_login(factories.member("ville-grigny", "administrator"))
    assert LICENCE in html_of(client.get(SWITCH))
    typed = {
        "name": "ODbL 1.0",
        "source": "https://opendatacommons.org/licenses/odbl/1-0/",
        "checked_on": "2026-11-25",
    }
    refused = html_of(client.post(LICENCE, typed))
    assert "Cette date est à venir" in refused
    assert 'value="ODbL 1.0"' in refused
    assert "Écrire une adresse complète" in html_of(client.post(LICENCE, typed | {"source": "javascript:alert(1)"}))
    assert not JournalEntry.objects.filter(kind="observatory.licence_set").exists()
    client.post(LICENCE, typed | {"checked_on": "2026-11-20"})
    assert 'rel="license">ODbL 1.0</a>, vérifiée le 20/11/2026.' in read()
    said = (source, "ODbL 1.0 (vérifiée le 20/11/2026)", typed["source"])
    assert {tuple(line[-3:]) for line in lines_of(csv_of())} == {said}
    assert JournalEntry.objects.get(kind="observatory.licence_set").structure == factories.structure("ville-grigny")


def lines_of(rows: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(rows), delimiter=";"))[1:]


def test_a_visit_counts_nothing_and_leaves_no_cookie(opened: CommitteeReport):
    read()
    for path in (PAGE, FILE, "/observatoire/grigny/2026-T1/"):
        with CaptureQueriesContext(connection) as made:
            answer = Client().get(path)
        assert len(made.captured_queries) <= 3
        asked = " ".join(query["sql"] for query in made.captured_queries)
        assert set(re.findall(r'FROM "(\w+)"', asked)) <= {
            "cases_territory", "workflows_committeereport", "cases_installation",
        }  # fmt: skip
        assert not answer.cookies
    with CaptureQueriesContext(connection) as made:
        Client().get(PAGE)
    assert all('"figures"' not in query["sql"] for query in made.captured_queries)


def test_search_engines_may_keep_it_and_read_whose_it_is(opened: CommitteeReport):
    html = read()
    assert "noindex" not in html
    assert "noindex" in read("/observatoire/grigny/2026-T1/")
    assert 'href="/mentions-legales/"' in html
    assert 'lang="fr"' in html


def test_small_numbers_that_partners_read_are_on_no_form_of_it(opened: CommitteeReport):
    """Seven reports in August and September are shown to partners (from 5 on), and not to all (from 10 on)."""
    kept = {each["code"]: each for each in opened.figures}["reports"]
    assert kept["partners"]["total"][0][0] == 12
    assert kept["open"]["total"] == [None, None, None, [19, None, None]] or None in kept["open"]["total"]
    html, rows = read(), csv_of()
    assert "petit nombre" in html
    assert small_numbers_in(rows) == []
    assert WORDS not in html + rows


def small_numbers_in(rows: str) -> list[str]:
    """Of what is of people: cases, households, counted below ten."""
    lines = [line.split(";") for line in rows.splitlines()[1:]]
    return [";".join(line) for line in lines if line[9].isdigit() and 0 < int(line[9]) < 10 and line[3] != "bailleurs"]


def test_whatever_was_kept_no_small_number_leaves(opened: CommitteeReport):
    """Even if what was kept for all were what was kept for partners, or nothing were hidden at all."""
    figures = copy.deepcopy(opened.figures)
    for each in figures:
        each["open"] = each["partners"]
        each["past"]["open"] = {"before": [7, 3, None]}
    CommitteeReport.objects.update(figures=figures, issue=9)
    rows = csv_of()
    assert small_numbers_in(rows) == []
    assert "petit nombre" in read()


def test_a_quarter_without_a_report_is_said(opened: CommitteeReport, by: dict[str, Any]):
    html = read("/observatoire/grigny/2026-T2/")
    assert "2e trimestre 2026" in html
    assert "Aucun chiffre n’est publié pour ce trimestre" in html
    assert Client().get("/observatoire/grigny/2026-T2/csv/").status_code == 404
    assert Client().get("/observatoire/grigny/2031-T2/").status_code == 404
    old = CommitteeReport.objects.get()
    old.pk, old.public_id, old.quarter = None, "6f1c9b51-96a5-4e79-9a47-111111111111", date(2026, 1, 1)
    old.save()
    assert "2e trimestre 2026 : pas de chiffres publiés" in read()


def test_before_any_publication_it_says_so(by: dict[str, Any]):
    open_observatory(**by)
    comment_report(quarter=THIRD, words={"impayes-signaler-tot": WORDS}, **by)
    assert "Rien n’est encore publié" in read()
    assert "Aucun chiffre n’est publié" in read("/observatoire/grigny/2026-T3/")
    assert WORDS not in read("/observatoire/grigny/2026-T3/")


def test_the_last_issue_alone_is_read_with_its_note(opened: CommitteeReport, by: dict[str, Any]):
    assert "(CSV)" in read()
    assert ";19;" in csv_of()
    social_case(JULY)
    refresh_figures(at=NOON)
    assert ";20;" not in csv_of()
    reissue_report(quarter=THIRD, replaces=1, note="Un dossier de juillet saisi après.", words={}, **by)
    said = "Édition 2, qui remplace la précédente. Ce qui change : Un dossier de juillet saisi après."
    assert said in read()
    assert ";20;" in csv_of()
    assert said in csv_of()


def test_each_territory_has_its_own_page(opened: CommitteeReport):
    make_valbrune()
    there = City("valbrune")
    assert Client().get("/observatoire/valbrune/").status_code == 404
    pilot = there.people["pilot of the desk"]
    open_observatory(by=pilot, structure=there.structure("caf_pilot"), at=NOON)
    assert "Rien n’est encore publié" in read("/observatoire/valbrune/")
    both = read("/observatoire/")
    assert both.count("/observatoire/grigny/") == both.count("/observatoire/valbrune/") == 1
    client = Client()
    client.force_login(pilot)
    assert client.get(SWITCH).status_code == 404
    Territory.objects.filter(code="valbrune").update(is_active=False)
    assert Client().get("/observatoire/valbrune/").status_code == 404


def test_two_who_press_at_once_are_told(by: dict[str, Any]):
    with pytest.raises(CannotOpenObservatory, match="déjà fermée"):
        close_observatory(**by)
