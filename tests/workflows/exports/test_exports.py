"""Exports: at once or by the worker, told in the journal, for whoever may see the list and for nobody else."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from cases.actions import members
from cases.models import Case, JournalEntry, User
from config.ticking import tick
from tests import factories
from tests.cases.actions.test_referents import somebody
from tests.factories import NOON
from tests.journeys.scene import case_at, to_arbitrate
from tests.pages import html_of
from tests.workflows.flows.test_referent import in_place
from tests.workflows.walk import Walk
from workflows.exports import jobs, run
from workflows.exports.run import run_waiting
from workflows.models import Export
from workflows.tasks import run_exports

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def manager(client: Client) -> User:
    person = factories.member("caf-91", "manager")
    client.force_login(person)
    return person


def asked_of_the_caf(**person: Any) -> Case:
    lease = factories.tenancy(
        landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=factories.household(**person)
    )
    return factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)


def export(client: Client, code: str = "situations", file_type: str = "xlsx", **asked: str) -> Any:
    return client.post(reverse("export_ask", args=[code]), {"format": file_type, **asked})


def rows_of(answer: Any) -> list[list[Any]]:
    content = b"".join(answer.streaming_content)
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.fixture
def _long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two lines are many."""
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    monkeypatch.setattr(jobs, "BATCH", 2)


def asked_by(client: Client, **asked: str) -> Export:
    answer = export(client, **asked)
    assert answer.status_code == 302, html_of(answer)
    return Export.objects.get()


# At once


def test_a_short_list_is_a_file_at_once_with_its_filters_on_the_first_line(client: Client, manager: User):
    case = asked_of_the_caf(usual_name="Delaunay", first_names="Inès")
    answer = export(client, etape="answer")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="relais-situations-2026-11-24.xlsx"'
    first, titles, line = rows_of(answer)
    assert first[0] == "Situations au 24/11/2026. Filtres : Ouvertes ; Répondre à l’orientation."
    said = dict(zip(titles, line, strict=True))
    assert {name: said[name] for name in ("Dossier", "Ménage", "Étape", "Chez qui")} == {
        "Dossier": case.reference,
        "Ménage": "DELAUNAY Inès",
        "Étape": "Répondre à l’orientation",
        "Chez qui": "CAF 91 – travail social",
    }
    assert said["Ouverte le"].isoformat()[:10] == "2026-11-24"


def test_a_search_is_exported_by_its_number_and_stands_in_the_file_alone(client: Client, manager: User):
    asked_of_the_caf(usual_name="Delaunay")
    asked_of_the_caf(usual_name="Karaman")
    [(address, _)] = client.post(reverse("cases"), {"texte": "karaman"}, follow=True).redirect_chain
    number = address.rpartition("=")[2]
    first, _, line = rows_of(export(client, recherche=number))
    assert "« karaman »" in first[0]
    assert line[1].startswith("KARAMAN")
    assert "karaman" not in str(JournalEntry.objects.filter(kind="list.exported").values_list("data")).lower()
    lost = export(client, recherche="inconnu")
    assert lost.status_code == 302
    assert "a expiré" in html_of(client.get(lost.headers["Location"]))


def test_the_journal_says_which_list_and_how_many_lines(client: Client, manager: User):
    asked_of_the_caf()
    asked_of_the_caf()
    rows = b"".join(export(client, file_type="csv").streaming_content).decode("utf-8-sig").splitlines()
    assert len(rows) == 4
    entry = JournalEntry.objects.get(kind="list.exported")
    assert (entry.actor, entry.data) == (manager, {"list": "situations", "format": "csv", "rows": 2})


def test_a_backlog_is_exported_step_by_step(client: Client, manager: User):
    asked_of_the_caf(usual_name="Delaunay", first_names="Inès")
    Walk(asked_of_the_caf(usual_name="Karaman")).take("answer", by=manager, accept=True, professional=manager)
    first, titles, line = rows_of(export(client, "encours", structure="caf-91", etape="answer"))
    assert first[0].startswith("Étapes en attente, CAF 91 – travail social au 24/11/2026. Filtres : Répondre")
    assert line[1:3] == ["DELAUNAY Inès", "Répondre à l’orientation"]
    assert titles[-2:] == ["Chez qui", "Étiquettes"]
    assert line[-2:] == ["à prendre", ""]


def test_dates_are_exported_as_days(client: Client, manager: User):
    asked_of_the_caf(usual_name="Delaunay", first_names="Inès")
    rows = rows_of(export(client, "echeances", liste="ma-structure"))
    said = dict(zip(rows[1], rows[2], strict=True))
    assert (said["Délai"], said["Ménage"], said["État"]) == ("Répondre à l’orientation", "DELAUNAY Inès", "en cours")
    assert said["Dernier jour"].isoformat()[:10] == "2026-12-01"


def test_the_people_that_one_follows_are_exported(client: Client):
    person = factories.member("mds-grigny")
    in_place(somebody(), person)
    client.force_login(person)
    rows = rows_of(export(client, "beneficiaires"))
    assert len(rows) == 3
    assert rows[2][1] == "MDS de Grigny"


def test_what_the_referents_of_a_structure_carry_is_exported_as_on_their_page(client: Client):
    """Numbers are numbers, and a name that begins as a formula is a text."""
    manager = factories.member("mds-grigny", "manager", first_name="Hugo", last_name="Renard")
    person = factories.member("mds-grigny", first_name="=Nadia()", last_name="Belkacem")
    in_place(somebody(), person)
    client.force_login(manager)
    assert "Exporter cette liste" in html_of(client.get(reverse("referents")))
    first, titles, one, other = rows_of(export(client, "referents", structure="mds-grigny"))
    assert first[0].startswith("Charge des référents, MDS de Grigny au 24/11/2026.")
    assert titles == [
        "Référent", "Personnes suivies", "Coordinations", "Autres dossiers dont il est responsable", "Charge élevée", "Absence",
    ]  # fmt: skip
    assert (one[:4], other[0]) == (["=Nadia() Belkacem", 1, 0, 0], "Hugo Renard")
    answer = export(client, "referents", file_type="csv", structure="mds-grigny")
    assert "'=Nadia() Belkacem;1;0;0;non;" in b"".join(answer.streaming_content).decode()
    entry = JournalEntry.objects.filter(kind="list.exported").latest("pk")
    assert (entry.structure, entry.data["list"], entry.data["rows"]) == (
        factories.structure("mds-grigny"),
        "referents",
        2,
    )


def test_the_referents_of_a_structure_are_exported_by_its_managers_alone(client: Client):
    for code, role in (
        ("mds-grigny", "agent"),
        ("caf-91", "manager"),
        ("mds-grigny", "dpo"),
        ("caf-91-pilotage", "pilot"),
    ):
        client.force_login(factories.member(code, role))
        for structure in ("mds-grigny", "caf-91-pilotage"):
            assert export(client, "referents", structure=structure).status_code == 404


def test_a_sum_is_read_of_cases_seen_whole_and_the_column_by_those_who_follow_some(client: Client, manager: User):
    whole = case_at("diagnose", worker=manager, usual_name="Delaunay").case
    card = case_at("contact", worker=manager, usual_name="Karaman").case
    titles, *lines = rows_of(export(client))[1:]
    sums = {line[0]: line[titles.index("Dernier solde de loyer connu")] for line in lines}
    assert sums == {whole.reference: 1060.0, card.reference: ""}
    to_arbitrate(by=manager)
    client.force_login(factories.member("caf-91-pilotage", "pilot"))
    assert "Dernier solde de loyer connu" not in rows_of(export(client))[1]


@pytest.mark.parametrize(
    ("code", "asked", "words"),
    [
        ("situations", {"etape": "disparue"}, "Un filtre n’est plus proposé (Étape)"),
        ("situations", {"retard": "on"}, "La liste est vide"),
        ("encours", {"structure": "caf-91", "age": "400"}, "Un filtre n’est plus proposé (Ancienneté)"),
        ("encours", {"structure": "caf-91", "qui": "personne"}, "Un filtre n’est plus proposé (Professionnel)"),
        ("echeances", {"jour": "demain", "liste": "autre"}, "Un filtre n’est plus proposé (Liste, Jour)"),
        ("echeances", {"nature": "rien"}, "Un filtre n’est plus proposé (Nature du délai)"),
    ],
)
def test_what_cannot_be_exported_is_said_on_the_list(
    client: Client, manager: User, code: str, asked: dict[str, str], words: str
):
    asked_of_the_caf()
    answer = export(client, code, **asked)
    assert words in html_of(client.get(answer.headers["Location"]))
    assert not JournalEntry.objects.filter(kind="list.exported").exists()


def test_a_list_that_is_too_long_asks_for_a_filter(client: Client, manager: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobs, "MOST", 1)
    asked_of_the_caf()
    asked_of_the_caf()
    assert "ajouter un filtre" in html_of(client.get(export(client).headers["Location"]))


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("inconnue", {}),
        ("encours", {}),
        ("encours", {"structure": "mds-grigny"}),
        ("encours", {"structure": "nulle-part"}),
        ("beneficiaires", {"format": "pdf"}),
    ],
)
def test_a_list_that_one_may_not_see_does_not_exist(client: Client, manager: User, code: str, asked: dict[str, str]):
    assert client.post(reverse("export_ask", args=[code]), {"format": "csv", **asked}).status_code == 404


def test_a_landlord_has_no_list_of_cases(client: Client):
    asked_of_the_caf()
    client.force_login(factories.member("gestionnaire-b", "manager"))
    for code in ("situations", "echeances", "encours"):
        assert export(client, code, structure="caf-91").status_code == 404, code


# In the worker


@pytest.mark.usefixtures("_long")
def test_a_long_list_is_written_by_the_worker_then_taken_by_its_author(client: Client, manager: User):
    for number in range(5):
        asked_of_the_caf(usual_name=f"Menage{number}")
    found = asked_by(client)
    page = reverse("export", args=[found.public_id])
    assert "L’export va commencer : 5 lignes." in html_of(client.get(page))
    run_exports()
    found.refresh_from_db()
    assert (found.state, found.done, found.total) == ("done", 5, 5)
    assert client.get(page, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "gardé jusqu’au 1er décembre 2026" in html_of(client.get(page)).replace("\u00a0", " ")
    rows = rows_of(client.post(reverse("export_file", args=[found.public_id])))
    assert [row[1].split()[0] for row in rows[2:]] == ["MENAGE4", "MENAGE3", "MENAGE2", "MENAGE1", "MENAGE0"]
    lines = JournalEntry.objects.filter(kind__in=["list.exported", "export.downloaded"]).order_by("pk")
    assert [(line.kind, line.actor, line.data) for line in lines] == [
        ("list.exported", manager, {"list": "situations", "format": "xlsx", "rows": 5}),
        ("export.downloaded", manager, {"list": "situations", "export": found.pk, "rows": 5}),
    ]


@pytest.mark.usefixtures("_long")
def test_the_page_of_exports_costs_as_much_for_twenty_as_for_one(
    client: Client, manager: User, django_assert_max_num_queries: Any
):
    asked_of_the_caf()
    asked_of_the_caf()
    found = asked_by(client)
    run_waiting(at=NOON)
    found.refresh_from_db()
    for _ in range(19):
        found.pk, found.public_id = None, uuid4()
        found.save(force_insert=True)
    with django_assert_max_num_queries(10):
        page = client.get(reverse("exports"))
    assert len(page.context["exports"]) == 20


@pytest.mark.usefixtures("_long")
def test_an_export_is_its_authors_alone(client: Client, manager: User):
    asked_of_the_caf()
    asked_of_the_caf()
    found = asked_by(client)
    run_waiting(at=NOON)
    client.force_login(factories.member("caf-91", "manager"))
    assert client.get(reverse("export", args=[found.public_id])).status_code == 404
    assert client.post(reverse("export_file", args=[found.public_id])).status_code == 404
    assert "Aucun export" in html_of(client.get(reverse("exports")))


@pytest.mark.usefixtures("_long")
def test_whoever_lost_a_right_since_then_no_longer_has_the_file(client: Client, manager: User):
    """Even if he works elsewhere now, where he may export other lists."""
    asked_of_the_caf()
    asked_of_the_caf()
    found = asked_by(client)
    run_waiting(at=NOON)
    assert client.get(reverse("export", args=[found.public_id])).status_code == 200
    members.end_membership(membership=factories.membership_of(manager), on=NOON.date(), at=NOON)
    structure = factories.structure("mds-grigny")
    members.join(user=manager, structure=structure, role="manager", since=NOON.date(), at=NOON)
    assert client.get(reverse("export", args=[found.public_id])).status_code == 404
    assert client.post(reverse("export_file", args=[found.public_id])).status_code == 404
    assert not JournalEntry.objects.filter(kind="export.downloaded").exists()


@pytest.mark.usefixtures("_long")
def test_nothing_is_written_for_whoever_lost_a_right_before(client: Client, manager: User):
    asked_of_the_caf()
    asked_of_the_caf()
    found = asked_by(client)
    members.end_membership(membership=factories.membership_of(manager), on=NOON.date(), at=NOON)
    assert run_waiting(at=NOON) == 0
    found.refresh_from_db()
    assert (found.state, found.message, found.file.name) == ("failed", run.NO_LONGER, "")


@pytest.mark.usefixtures("_long")
def test_one_export_at_a_time(client: Client, manager: User):
    asked_of_the_caf()
    asked_of_the_caf()
    asked_by(client)
    again = export(client)
    assert "attendre qu’il soit prêt" in html_of(client.get(again.headers["Location"]))
    assert Export.objects.count() == 1


@pytest.mark.usefixtures("_long")
def test_a_worker_that_died_is_replaced_until_it_died_three_times(client: Client, manager: User):
    asked_of_the_caf()
    asked_of_the_caf()
    found = asked_by(client)
    in_use = {"state": "running", "attempts": 1, "done": 0, "file": ""}
    Export.objects.update(**in_use, seen_at=Now())
    assert run_waiting(at=NOON) == 0
    Export.objects.update(**in_use, seen_at=Now() - timedelta(minutes=6))
    assert run_waiting(at=NOON) == 1
    Export.objects.update(**in_use | {"attempts": 3}, seen_at=Now() - timedelta(minutes=6))
    assert run_waiting(at=NOON) == 0
    found.refresh_from_db()
    assert (found.state, found.message) == ("failed", run.INTERRUPTED)


@pytest.mark.usefixtures("_long")
def test_a_worker_that_was_overtaken_stops(client: Client, manager: User, monkeypatch: pytest.MonkeyPatch):
    asked_of_the_caf()
    asked_of_the_caf()
    found = asked_by(client)

    def overtaken(asked: Any, ids: list[int]) -> Iterator[Any]:
        Export.objects.update(attempts=9)
        yield from ()

    monkeypatch.setattr("workflows.lists.cases.CasesListing.read_lines", overtaken)
    assert run_waiting(at=NOON) == 0
    found.refresh_from_db()
    assert (found.state, found.attempts, found.file.name) == ("running", 9, "")


@pytest.mark.usefixtures("_long")
def test_an_export_that_fails_says_so(client: Client, manager: User, monkeypatch: pytest.MonkeyPatch):
    asked_of_the_caf()
    asked_of_the_caf()
    found = asked_by(client)

    def broken(asked: Any, ids: list[int]) -> Any:
        raise OSError("disque plein")

    with monkeypatch.context() as patch:
        patch.setattr("workflows.lists.cases.CasesListing.read_lines", broken)
        with pytest.raises(OSError, match="disque plein"):
            run_waiting(at=NOON)
    page = html_of(client.get(reverse("export", args=[found.public_id])))
    assert "Le demander de nouveau" in page
    assert client.post(reverse("export_file", args=[found.public_id])).status_code == 302
    assert not JournalEntry.objects.filter(kind="list.exported").exists()


def test_exports_are_deleted_after_a_week_with_their_files(manager: User):
    found = Export(by=manager, list_code="situations", format="csv", asked_at=NOON, state="done")
    found.file.save("exports/essai", ContentFile(b"x"), save=True)
    storage, name = found.file.storage, str(found.file.name)
    assert run.delete_old_exports(at=NOON + timedelta(days=7)) == 0
    assert tick(at=NOON + timedelta(days=7, seconds=1))["exports supprimés"] == 1
    assert not storage.exists(name)
    assert not Export.objects.exists()
