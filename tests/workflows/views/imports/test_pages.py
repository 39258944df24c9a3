"""The pages of imports, as a landlord’s correspondent and the CAF use them."""

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.models import Case, Household, JournalEntry, Tenancy
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.two_cities import make_valbrune
from tests.workflows.views.imports.sending import DATA, HEADINGS, LINE, as_shown, checked, deposited, imported
from workflows.imports import run
from workflows.imports.jobs import NotNow
from workflows.imports.run import forget_abandoned, is_first, run_waiting
from workflows.models import IdentityDecision, ImportJob, ImportMapping, ImportRow

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_a_file_is_deposited_checked_then_imported(landlord):
    job = deposited(landlord)
    assert job.state == "uploaded"
    landlord.post(reverse("import_columns", args=[job.public_id]), as_shown(landlord, job))
    assert "Vérification en cours" in landlord.get(reverse("import", args=[job.public_id])).content.decode()
    run_waiting(at=NOON)
    page = landlord.get(reverse("import", args=[job.public_id])).content.decode()
    assert "Rien n’est encore enregistré" in page
    assert Household.objects.count() == 0
    landlord.post(reverse("start_import", args=[job.public_id]))
    run_waiting(at=NOON)
    page = landlord.get(reverse("import", args=[job.public_id])).content.decode()
    assert "Voir le suivi" in page
    assert Case.objects.get(tenancy__reference="L7001").is_open
    job.refresh_from_db()
    assert (job.state, job.counts["created"]) == ("done", 1)


def test_the_file_is_deleted_once_imported_and_its_columns_are_remembered(
    landlord, django_capture_on_commit_callbacks
):
    job = checked(landlord)
    landlord.post(reverse("start_import", args=[job.public_id]))
    with django_capture_on_commit_callbacks(execute=True):
        run_waiting(at=NOON)
    job.refresh_from_db()
    assert not job.file
    assert ImportMapping.objects.get().columns["Solde débiteur"] == "debt"
    assert ImportRow.objects.get().values == {}


def test_a_file_that_can_no_longer_be_read_leads_back_to_the_list(landlord):
    job = deposited(landlord)
    job.file.storage.delete(str(job.file.name))
    answer = landlord.get(reverse("import_columns", args=[job.public_id]), follow=True)
    assert [url for url, _ in answer.redirect_chain] == [reverse("imports")]
    assert "introuvable" in answer.content.decode()


def test_next_month_needs_no_mapping(landlord):
    strange = HEADINGS.replace("Solde débiteur", "Zorglub")
    job = deposited(landlord, strange + LINE)
    data = as_shown(landlord, job) | {"column_9": "debt"}
    landlord.post(reverse("import_columns", args=[job.public_id]), data)
    run_waiting(at=NOON)
    landlord.post(reverse("start_import", args=[job.public_id]))
    run_waiting(at=NOON)
    following = deposited(landlord, strange + LINE.replace("1 060,00", "1 590,00"))
    assert as_shown(landlord, following)["column_9"] == "debt"


def test_a_mapping_without_debt_is_refused_with_what_to_do(landlord):
    job = deposited(landlord)
    data = as_shown(landlord, job) | {"column_9": ""}
    page = landlord.post(reverse("import_columns", args=[job.public_id]), data).content.decode()
    assert "Aucune colonne ne donne la dette" in page
    job.refresh_from_db()
    assert job.state == "uploaded"


def test_another_header_line_reads_the_file_again(landlord):
    job = deposited(landlord, "Liste;des;impayés\n" + HEADINGS + LINE)
    data = as_shown(landlord, job)
    assert data["header_line"] == 2
    page = landlord.post(reverse("import_columns", args=[job.public_id]), data | {"header_line": 1})
    assert "Le fichier a été relu" in page.content.decode()
    assert page.context["columns"].table.headings[:3] == ("Liste", "des", "impayés")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "vide"),
        ((DATA / "protected.xlsx").read_bytes(), "mot de passe"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "n’est pas"),
        ((DATA / "syndic-b_2026-11.xlsx").read_bytes()[:3000], "abîmé"),
    ],
    ids=["empty", "protected", "renamed", "truncated"],
)
def test_a_file_that_cannot_be_read_is_refused_and_not_kept(landlord, content, message):
    structure = factories.structure("bailleur-a")
    sent = SimpleUploadedFile("impayes.xlsx", content)
    page = landlord.post(reverse("imports"), {"structure": structure.pk, "file": sent}).content.decode()
    assert message in page
    assert ImportJob.objects.count() == 0


def test_refused_lines_come_back_as_a_file_that_a_spreadsheet_may_open(landlord):
    bad = "L7002;=SOMME(A1);Bob;12/03/1980;5 rue de la Plaine;91350;GRIGNY;450,00;80,00;mille\n"
    job = imported(landlord, HEADINGS + LINE + bad)
    response = landlord.post(reverse("import_errors", args=[job.public_id]))
    text = response.content.decode("utf-8-sig")
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert text.splitlines()[0].startswith("Ligne;Raison;Colonne;Réf. locataire;Nom")
    assert text.splitlines()[1].startswith("3;montant illisible")
    assert ";'=SOMME(A1);" in text
    entry = JournalEntry.objects.get(kind="list.exported")
    assert (entry.actor, entry.structure) == (job.by, job.structure)
    assert {name: entry.data[name] for name in ("list", "format", "rows")} == {
        "list": "import_errors",
        "format": "csv",
        "rows": 1,
    }


def test_a_balance_in_credit_is_ignored_and_is_no_unreadable_value(landlord):
    credit = LINE.replace("L7001", "L7002").replace("1 060,00", "-312,40")
    unreadable = LINE.replace("L7001", "L7003").replace("450,00", "cher")
    job = imported(landlord, HEADINGS + LINE + credit + unreadable)

    def lines(tab: str) -> list[int]:
        shown = landlord.get(reverse("import", args=[job.public_id]), {"voir": tab}).context
        found = [line.row.line for line, *_ in shown["lines"]]
        assert [each["count"] for each in shown["tabs"] if each["current"]] == [len(found)]
        return found

    assert lines("incompletes") == [4]
    assert lines("ignored") == [3]


def test_a_social_security_number_is_kept_nowhere(landlord):
    text = HEADINGS.replace("Prénom", "N° alloc.") + LINE.replace("Alice", "180059135012345")
    job = imported(landlord, text)
    row = ImportRow.objects.get()
    assert row.outcome == "created"
    assert "numéro de sécurité sociale" in row.reason
    assert "180059135012345" not in repr([job.__dict__, row.__dict__, Household.objects.get().__dict__])


OTHER_BIRTH = LINE.replace("17/05/1980", "23/11/1994")


def test_a_doubtful_line_waits_until_someone_says_that_it_is_the_same(landlord):
    first = imported(landlord)
    job = imported(landlord, HEADINGS + OTHER_BIRTH.replace("1 060,00", "1 590,00"), replaces=first.public_id)
    assert job.counts["to_check"] == 1
    address = reverse("import_line", args=[job.public_id, 2])
    page = landlord.get(address).content.decode()
    assert "autre date de naissance" in page
    household = Household.objects.get()
    landlord.post(address, {"household": household.public_id})
    assert Household.objects.count() == 1
    debt = Tenancy.objects.get().debt
    assert {str(statement.balance) for statement in debt.statements.all()} == {"1590.00"}
    assert IdentityDecision.objects.get().household == household
    again = imported(landlord, HEADINGS + OTHER_BIRTH.replace("1 060,00", "1 590,00"))
    assert again.counts["unchanged"] == 1


def test_a_doubtful_line_may_be_of_another_household(landlord):
    imported(landlord)
    job = imported(landlord, HEADINGS + OTHER_BIRTH.replace("L7001", "L7009"))
    landlord.post(reverse("import_line", args=[job.public_id, 2]), {"household": "none"})
    assert Household.objects.count() == 2
    assert ImportRow.objects.get(job=job).outcome == "created"


def test_a_number_that_names_somebody_else_now_ends_the_lease_of_who_had_it(landlord):
    first = imported(landlord)
    job = imported(landlord, HEADINGS + OTHER_BIRTH.replace("1 060,00", "1 590,00"), replaces=first.public_id)
    landlord.post(reverse("import_line", args=[job.public_id, 2]), {"household": "none"})
    assert ImportRow.objects.get(job=job).outcome == "created"
    assert Household.objects.count() == 2
    assert [lease.ended_on is None for lease in Tenancy.objects.filter(reference="L7001").order_by("pk")] == [
        False,
        True,
    ]
    again = imported(landlord, HEADINGS + OTHER_BIRTH.replace("1 060,00", "1 590,00"))
    assert again.counts["unchanged"] == 1


def test_only_the_pilot_decides_about_tenants_of_others(landlord, client):
    lease = factories.tenancy(
        landlord="gestionnaire-b",
        home=factories.household(usual_name="Martin", first_names="Alice", birth_date="1980-05-17"),
        address="9 avenue des Sablons",
    )
    factories.reported(lease, code="gestionnaire-b")
    job = imported(landlord, HEADINGS + LINE.replace("17/05/1980", "").replace("4 rue de la Plaine", ""))
    assert job.counts["to_check"] == 1
    address = reverse("import_line", args=[job.public_id, 2])
    page = landlord.get(address).content.decode()
    assert "9 avenue des Sablons" not in page
    assert "La décision revient au pilote" in page
    assert landlord.post(address, {"household": "none"}).status_code == 404
    client.force_login(factories.member("caf-91-pilotage", role="pilot"))
    assert address in client.get(reverse("imports")).content.decode()
    assert "9 avenue des Sablons" in client.get(address).content.decode()
    client.post(address, {"household": lease.household.public_id})
    assert ImportRow.objects.get(job=job).household == lease.household


def test_the_pilot_of_another_city_reads_no_line_of_this_one(landlord, client):
    imported(landlord)
    job = imported(landlord, HEADINGS + OTHER_BIRTH.replace("L7001", "L7009"))
    address = reverse("import_line", args=[job.public_id, 2])
    client.force_login(make_valbrune().people["pilot of the desk"])
    assert address not in client.get(reverse("imports")).content.decode()
    assert client.get(address).status_code == 404
    assert client.post(address, {"household": "none"}).status_code == 404
    assert ImportRow.objects.get(job=job).outcome == "to_check"


@pytest.mark.parametrize("code", ["mds-grigny", "gestionnaire-b", "caf-91", "bailleur-a-social"])
def test_others_do_not_find_an_import(landlord, client, code):
    job = checked(landlord, HEADINGS + LINE)
    client.force_login(factories.member(code))
    names = ["import", "import_columns", "start_import", "discard_import", "import_errors"]
    addresses = [reverse(name, args=[job.public_id]) for name in names]
    for address in [*addresses, reverse("import_line", args=[job.public_id, 2])]:
        assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}
        assert 404 in {client.get(address).status_code, client.post(address).status_code}


def test_who_sends_no_file_has_no_imports(client):
    client.force_login(factories.member("mds-grigny"))
    assert client.get(reverse("imports")).status_code == 404


def test_an_import_that_stopped_goes_on_where_it_was(landlord):
    lines = "".join(
        LINE.replace("L7001", f"L71{place:02}")
        .replace("MARTIN", name)
        .replace("17/05/1980", f"17/05/198{place}")
        .replace("4 rue de la Plaine", f"{place + 10} rue des Ateliers")
        for place, name in enumerate(["DURAND", "PETIT", "OKAFOR", "YILMAZ"])
    )
    job = checked(landlord, HEADINGS + lines)
    landlord.post(reverse("start_import", args=[job.public_id]))
    assert run_waiting(at=NOON, limit=2) == 2
    job.refresh_from_db()
    assert (job.state, Household.objects.count()) == ("running", 2)
    run_waiting(at=NOON)
    job.refresh_from_db()
    assert (job.state, job.counts["created"], Household.objects.count()) == ("done", 4, 4)


def test_starting_twice_imports_once(landlord):
    job = checked(landlord)
    for _ in range(2):
        landlord.post(reverse("start_import", args=[job.public_id]))
    run_waiting(at=NOON)
    landlord.post(reverse("start_import", args=[job.public_id]))
    run_waiting(at=NOON)
    assert Case.objects.count() == 1


def test_a_file_left_aside_is_deleted(landlord):
    job = deposited(landlord)
    assert forget_abandoned(at=NOON) == 0
    assert forget_abandoned(at=NOON + timedelta(days=8)) == 1
    job.refresh_from_db()
    assert not job.file


def test_an_import_that_stopped_and_that_nobody_goes_on_with_keeps_what_it_wrote_and_may_be_undone(
    landlord, django_capture_on_commit_callbacks
):
    lines = LINE + LINE.replace("L7001", "L7002").replace("MARTIN", "OKAFOR").replace("4 rue", "9 rue")
    job = checked(landlord, HEADINGS + lines)
    landlord.post(reverse("start_import", args=[job.public_id]))
    assert run_waiting(at=NOON, limit=1) == 1
    ImportJob.objects.filter(pk=job.pk).update(state="failed", message="L’import s’est interrompu.")
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_abandoned(at=NOON + timedelta(days=8)) == 0
    job.refresh_from_db()
    assert (job.state, bool(job.file), job.counts["created"]) == ("done", False, 1)
    assert job.is_initial_stock
    assert is_first(ImportJob(pk=job.pk + 1, structure=job.structure)), "the next brings the debts that are left"
    page = html_of(landlord.get(reverse("import", args=[job.public_id])))
    assert "Import arrêté avant la fin et jamais repris : 1 ligne a été écrite." in page
    landlord.post(reverse("undo_import", args=[job.public_id]))
    run_waiting(at=NOON + timedelta(days=8))
    job.refresh_from_db()
    assert (job.state, Case.objects.get().outcome) == ("undone", "voided")


def test_an_import_that_somebody_resumes_at_this_moment_keeps_its_file(landlord):
    job = deposited(landlord)
    seen = list(ImportJob.objects.all())
    ImportJob.objects.update(state="running")
    with pytest.raises(NotNow):
        run._forget_file(seen[0], at=NOON + timedelta(days=8))
    job.refresh_from_db()
    assert (job.state, bool(job.file)) == ("running", True)


def test_a_file_that_cannot_be_forgotten_keeps_no_other_from_it(landlord, monkeypatch, caplog):
    stays, goes = deposited(landlord), deposited(landlord, HEADINGS + LINE + LINE)
    forget = run._forget_file

    def fail_for_one(job: ImportJob, *, at: datetime) -> bool:
        if job.pk == stays.pk:
            raise ValueError("no household")
        return forget(job, at=at)

    monkeypatch.setattr(run, "_forget_file", fail_for_one)
    assert forget_abandoned(at=NOON + timedelta(days=8)) == 1
    assert {bool(job.file) for job in ImportJob.objects.filter(pk=stays.pk)} == {True}
    assert not ImportJob.objects.get(pk=goes.pk).file
    assert f"import {stays.pk} could not be deleted" in caplog.text


def test_what_an_import_wrote_is_kept_whatever_it_counted_before_it_stopped(landlord):
    """A first group of lines is counted once all of them are done."""
    job = imported(landlord)
    ImportJob.objects.filter(pk=job.pk).update(state="failed", done_rows=0, file=deposited(landlord).file.name)
    address = reverse("import_columns", args=[job.public_id])
    answer = landlord.post(address, as_shown(landlord, job), follow=True).content.decode()
    assert "Cet import a commencé : le reprendre" in answer
    run_waiting(at=NOON)
    assert ImportRow.objects.filter(job=job).exclude(written={}).count() == 1


def test_the_pages_cost_few_queries(landlord, django_assert_max_num_queries):
    job = imported(landlord)
    for address in (reverse("imports"), reverse("import", args=[job.public_id])):
        with django_assert_max_num_queries(13):
            landlord.get(address)


@pytest.mark.parametrize(
    ("foot", "words"),
    [
        ("Total;;;;;;;;;1 060,00\n", "Le total du fichier est celui des lignes lues"),
        (
            "Total;;;;;;;;;1 500,00\n",
            "Le fichier dit 1 500,00 € ; les lignes lues font 1 060,00 € : écart de 440,00 €.",
        ),
    ],
)
def test_the_total_of_the_file_is_compared_with_its_lines_before_the_import(landlord, foot, words):
    job = checked(landlord, HEADINGS + LINE + foot)
    shown = html_of(landlord.get(reverse("import", args=[job.public_id])))
    assert words in shown.replace("\u202f", " ").replace("\u00a0", " ")


def test_what_failed_while_it_was_checked_is_not_imported_from_an_older_page(landlord):
    """Its lines are those of a dry run: nothing of them is written."""
    job = checked(landlord)
    assert "Importer" in html_of(landlord.get(reverse("import", args=[job.public_id])))
    landlord.post(reverse("import_columns", args=[job.public_id]), as_shown(landlord, job))
    ImportJob.objects.filter(pk=job.pk).update(state="failed", message="La lecture s’est interrompue.")
    answer = html_of(landlord.post(reverse("start_import", args=[job.public_id]), follow=True))
    assert "Rien n’a été enregistré de ce fichier" in answer
    run_waiting(at=NOON)
    job.refresh_from_db()
    assert (job.state, bool(job.file), Case.objects.count()) == ("failed", True, 0)
    landlord.post(reverse("import_columns", args=[job.public_id]), as_shown(landlord, job))
    run_waiting(at=NOON)
    landlord.post(reverse("start_import", args=[job.public_id]))
    run_waiting(at=NOON)
    job.refresh_from_db()
    assert (job.state, Case.objects.count()) == ("done", 1)
