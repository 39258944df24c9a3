"""The pages that compare an import with the one before, and undo it."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from cases.models import Case, ProcessingRestriction, Tenancy
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.workflows.imports.test_undo import MARTIN, NOVEMBER, OCTOBER, SMALL, imported
from tests.workflows.walk import Walk
from workflows.actions.tasks import give_task
from workflows.imports import run
from workflows.models import ImportJob

pytestmark = pytest.mark.django_db


def text(client: Any, name: str, job: Any, **query: str) -> str:
    return client.get(reverse(name, args=[job.public_id]), query, follow=True).content.decode()


def test_an_import_is_undone_from_its_report(landlord, tmp_path):
    job = imported(tmp_path, MARTIN, SMALL)
    assert "Annuler cet import" in text(landlord, "import", job)
    assert "1 ligne : dossier ouvert" in text(landlord, "undo_import", job)
    landlord.post(reverse("undo_import", args=[job.public_id]))
    assert "Annulation en cours" in text(landlord, "import", job)
    run.run_waiting(at=NOON)
    shown = text(landlord, "import", job)
    assert "Import annulé" in shown
    assert "Annuler cet import" not in shown
    assert "Voir le suivi de la ligne" not in shown
    assert "Situation ouverte" not in landlord.get(reverse("reports")).content.decode()


def test_a_refusal_names_the_cases(landlord, tmp_path):
    job = imported(tmp_path, MARTIN)
    case, pilot = Case.objects.get(), factories.member("caf-91-pilotage", "pilot")
    give_task(task=Walk(case).task("qualify"), to=pilot, by=pilot, at=NOON)
    shown = text(landlord, "undo_import", job)
    assert f"Quelqu’un a déjà agi sur le dossier {case.reference}" in shown
    landlord.post(reverse("undo_import", args=[job.public_id]))
    job.refresh_from_db()
    assert job.state == "done"


def test_an_import_undone_twice_leads_to_its_page_which_says_that_it_is_undone_already(landlord, tmp_path):
    job = imported(tmp_path, MARTIN)
    address, page = reverse("undo_import", args=[job.public_id]), reverse("import", args=[job.public_id])
    landlord.post(address)
    assert "Cet import est en cours d’annulation." in told(landlord.post(address, follow=True))
    run.run_waiting(at=NOON)
    for answer in (landlord.post(address, follow=True), landlord.get(address, follow=True)):
        assert answer.redirect_chain == [(page, 302)]
        assert told(answer) == ["Cet import est déjà annulé."]


def told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_what_is_refused_of_an_import_is_said_on_its_page(landlord, tmp_path):
    job = imported(tmp_path, MARTIN)
    ImportJob.objects.update(state="checked")
    answer = landlord.get(reverse("undo_import", args=[job.public_id]), follow=True)
    assert answer.redirect_chain == [(reverse("import", args=[job.public_id]), 302)]
    assert told(answer) == ["Seul un import terminé peut être annulé : recharger la page."]


def test_the_page_of_an_undone_import_says_that_nothing_of_it_counts_and_leads_to_a_new_deposit(landlord, tmp_path):
    job = imported(tmp_path, MARTIN, SMALL)
    landlord.post(reverse("undo_import", args=[job.public_id]))
    run.run_waiting(at=NOON)
    html = html_of(landlord.get(reverse("import", args=[job.public_id])))
    assert "<title>Import annulé" in html
    assert f'<a href="{reverse("imports")}">Déposer de nouveau ce fichier</a>' in html
    assert "avant l’annulation : dossier ouvert, seuil d’ouverture atteint" in html
    assert html.count('<span class="badge badge-outline">annulé</span>') == 2
    assert "badge-ok" not in html


def test_nobody_undoes_the_import_of_another(client, tmp_path):
    job = imported(tmp_path, MARTIN)
    for name in ("undo_import", "compare_import"):
        client.force_login(factories.member("gestionnaire-b", "correspondent"))
        assert client.get(reverse(name, args=[job.public_id])).status_code == 404
    assert client.post(reverse("undo_import", args=[job.public_id])).status_code == 404


def debtor(reference: str, place: int, debt: str) -> list[str]:
    return [reference, f"NOM{place}", "Alice", f"17/05/198{place}", "", "450,00", "80,00", debt]


def test_a_file_is_compared_with_the_one_before(landlord, tmp_path, django_assert_max_num_queries):
    then = {"L01": "600,00", "L02": "600,00", "L03": "600,00", "L04": "600,00", "L05": "600,00"}
    now = {"L01": "700,00", "L02": "500,00", "L03": "0,00", "L05": "600,00", "L06": "800,00"}
    imported(tmp_path, *[debtor(key, int(key[1:]), debt) for key, debt in then.items()], as_of=OCTOBER)
    job = imported(tmp_path, *[debtor(key, int(key[1:]), debt) for key, debt in now.items()])
    wanted = {
        "nouveaux": ["L06"],
        "en-hausse": ["L01"],
        "en-baisse": ["L02"],
        "soldes": ["L03"],
        "disparus": ["L04"],
        "stables": ["L05"],
    }
    for change, references in wanted.items():
        with django_assert_max_num_queries(18):
            page = landlord.get(reverse("compare_import", args=[job.public_id]), {"voir": change})
        assert [line.tenancy.reference for line, _name in page.context["lines"]] == references


def test_who_is_not_in_the_file_before_has_the_balance_that_his_landlord_said_of_him_otherwise(landlord, tmp_path):
    imported(tmp_path, debtor("L01", 1, "600,00"), debtor("L02", 2, "1 085,70"), as_of=date(2026, 9, 24))
    imported(tmp_path, debtor("L01", 1, "600,00"), as_of=OCTOBER)
    job = imported(tmp_path, debtor("L02", 2, "1 900,00"), debtor("L03", 3, "700,00"))
    answer = landlord.get(reverse("compare_import", args=[job.public_id]), {"voir": "nouveaux"})
    html = html_of(answer).replace("\xa0", " ").replace("\u202f", " ")
    assert '1 085,70 € <span class="muted small">au 24/09/2026, absent du fichier précédent</span>' in html
    assert html.count("absent du fichier précédent") == 1
    differences = {line.tenancy.reference: str(line.difference) for line, _name in answer.context["lines"]}
    assert differences == {"L02": "814.30", "L03": "700.00"}


def test_a_comparison_names_those_alone_whom_the_page_of_the_import_names(landlord, tmp_path):
    """Of two tenants, one left to another landlord, and one had what is done with her restricted."""
    lines = [debtor(f"L0{place}", place, "700,00") for place in (1, 2, 3)]
    imported(tmp_path, *lines, as_of=OCTOBER)
    job = imported(tmp_path, *lines, as_of=NOVEMBER)
    Tenancy.objects.filter(reference="L01").update(landlord=factories.structure("gestionnaire-b"))
    ProcessingRestriction.objects.create(
        household=Tenancy.objects.get(reference="L02").household,
        ground="accuracy",
        put_by=factories.member("caf-91-pilotage", "dpo"),
        put_at=NOON,
    )
    page = landlord.get(reverse("compare_import", args=[job.public_id]), {"voir": "stables"})
    named = {line.tenancy.reference: bool(name) for line, name in page.context["lines"]}
    assert named == {"L01": False, "L02": False, "L03": True}
    assert page.content.decode().count("nom non montré") == 2


def test_a_first_file_has_nothing_to_be_compared_with(landlord, tmp_path):
    job = imported(tmp_path, MARTIN)
    assert "Aucun fichier plus ancien" in text(landlord, "compare_import", job)
