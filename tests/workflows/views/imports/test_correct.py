"""A line is corrected on screen, before or after its file is imported."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.actions.retention.anonymise import forget_past_rows
from cases.models import Case, PastRow, Tenancy
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.workflows.views.imports.sending import (
    HEADINGS,
    LINE,
    as_shown as columns_as_shown,
    checked,
    deposited,
    imported,
)
from workflows.imports.columns import in_order, suggest_mapping
from workflows.imports.run import run_waiting
from workflows.imports.undo import forget_traces
from workflows.models import ImportCorrection, ImportJob, ImportRow

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BAD = "L7002;DIALLO;Awa;31/02/1991;6 rue de la Plaine;91350;GRIGNY;510,00;90,00;1 410,00\n"
WORSE = "L7003;KONE;Ali;17/05/1979;8 rue de la Plaine;91350;GRIGNY;450,00;80,00;beaucoup\n"


def page(job: ImportJob, line: int) -> str:
    return reverse("correct_line", args=[job.public_id, line])


def as_shown(client: Any, job: ImportJob, line: int) -> dict[str, Any]:
    """The form as the browser would send it back, with what it showed first."""
    form = client.get(page(job, line)).context["form"]
    shown = {name: field.initial for name, field in form.fields.items()}
    return shown | {form.add_initial_prefix(name): text for name, text in shown.items()}


def cell(heading: str) -> str:
    return f"cell_{in_order(suggest_mapping(HEADINGS.strip().split(';'))).index(heading)}"


def correct(client: Any, job: ImportJob, line: int, **more: str) -> Any:
    data = as_shown(client, job, line) | {cell(heading.replace("_", " ")): text for heading, text in more.items()}
    return client.post(page(job, line), data, follow=True)


def row(job: ImportJob, line: int) -> ImportRow:
    return ImportRow.objects.get(job=job, line=line)


def test_what_is_corrected_before_the_import_is_imported_with_the_rest(landlord):
    job = checked(landlord, HEADINGS + LINE + WORSE)
    shown = landlord.get(page(job, 3)).content.decode()
    assert "Dans le fichier : « beaucoup »." in shown
    answer = correct(landlord, job, 3, Solde_débiteur="1 200,00").content.decode()
    said = "Ligne 3 corrigée. À l’import : dossier ouvert, seuil d’ouverture atteint (530,00\u202f€)."
    assert said in answer.replace("\xa0", "\u202f")
    assert row(job, 3).outcome == "created"
    kept = ImportCorrection.objects.get()
    assert (kept.heading, kept.original, kept.value) == ("Solde débiteur", "beaucoup", "1 200,00")
    assert Case.objects.count() == 0
    landlord.post(reverse("start_import", args=[job.public_id]))
    run_waiting(at=NOON)
    assert sorted(str(report.balance) for case in Case.objects.all() for report in case.reports.all()) == [
        "1060.00",
        "1200.00",
    ]


def test_a_correction_is_of_the_sheet_that_was_read_and_of_no_other(landlord, tmp_path):
    """Line 2 of November is of another tenant than line 2 of October."""
    content = BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name, line in (("Octobre", WORSE), ("Novembre", LINE)):
            sheet = book.add_worksheet(name)
            for number, text in enumerate((HEADINGS, line)):
                sheet.write_row(number, 0, text.strip().split(";"))
    job = deposited(landlord, file=SimpleUploadedFile("impayes.xlsx", content.getvalue()))
    read_sheet(landlord, job, "Octobre")
    correct(landlord, job, 2, Solde_débiteur="1 200,00")
    assert row(job, 2).debt == Decimal("1200.00")
    answer = read_sheet(landlord, job, "Novembre")
    assert "les corrections faites sur ses lignes d’avant ne sont pas reprises" in answer
    assert (row(job, 2).debt, ImportCorrection.objects.count()) == (Decimal("1060.00"), 0)


def read_sheet(client: Any, job: ImportJob, sheet: str) -> str:
    """Chosen, shown first, then checked."""
    address = reverse("import_columns", args=[job.public_id])
    shown = client.post(address, columns_as_shown(client, job) | {"sheet": sheet, "read_again": ""})
    forms = (shown.context["reading"], shown.context["columns"])
    data = {name: form.get_initial_for_field(field, name) for form in forms for name, field in form.fields.items()}
    answer = client.post(address, data | {"sheet": sheet}, follow=True).content.decode()
    run_waiting(at=NOON)
    return answer


def test_what_is_corrected_of_a_file_that_is_given_up_is_forgotten_in_the_night(landlord):
    job = checked(landlord, HEADINGS + LINE + WORSE)
    correct(landlord, job, 3, Solde_débiteur="1 200,00")
    kept = ImportCorrection.objects.get()
    landlord.post(reverse("discard_import", args=[job.public_id]))
    of_it = {"table_name": "workflows_importcorrection", "row": kept.pk}
    assert PastRow.objects.filter(**of_it).exists()
    forget_past_rows()
    assert not PastRow.objects.filter(**of_it).exists()


def test_what_is_corrected_after_the_import_is_written_at_once_and_nothing_else_runs(landlord):
    job = imported(landlord, HEADINGS + LINE + WORSE)
    before = set(ImportRow.objects.filter(job=job, line=2).values_list("pk", flat=True))
    correct(landlord, job, 3, Solde_débiteur="1 200,00")
    assert Tenancy.objects.get(reference="L7003").cases.get().is_open
    assert set(ImportRow.objects.filter(job=job, line=2).values_list("pk", flat=True)) == before
    job.refresh_from_db()
    assert (job.counts["created"], job.counts["rejected"]) == (2, 0)
    assert landlord.get(page(job, 3)).status_code == 404


def test_a_line_that_is_still_wrong_says_why_and_keeps_what_was_typed(landlord):
    job = checked(landlord, HEADINGS + LINE + BAD)
    shown = correct(landlord, job, 3, **{"Né(e)_le": "32/02/1991"}).content.decode()
    assert "date impossible" in shown
    assert 'value="32/02/1991"' in shown
    assert ImportCorrection.objects.get().original == "31/02/1991"
    correct(landlord, job, 3, **{"Né(e)_le": "28/02/1991"})
    assert row(job, 3).outcome == "created"
    assert ImportCorrection.objects.get().original == "31/02/1991"


def test_what_was_typed_is_never_said_to_be_in_the_file(landlord):
    job = checked(landlord, HEADINGS + LINE + WORSE)
    answer = html_of(correct(landlord, job, 3, Solde_débiteur="douze cents"))
    assert "Dans le fichier : « beaucoup »." in answer
    assert "Dans le fichier : « douze cents »" not in answer
    assert 'value="douze cents"' in answer
    assert "par exemple 1 234,56." in answer
    assert "1 234,56.." not in answer


def test_once_the_file_is_imported_a_corrected_line_says_what_became_of_it(landlord):
    job = imported(landlord, HEADINGS + LINE + WORSE)
    answer = html_of(correct(landlord, job, 3, Solde_débiteur="1 200,00"))
    assert "Ligne 3 corrigée. Résultat : dossier ouvert, seuil d’ouverture atteint (530,00" in answer


def sent_with(client: Any, job: ImportJob, shown: dict[str, Any], **more: str) -> str:
    """By somebody who had opened the form before."""
    typed = {cell(heading.replace("_", " ")): text for heading, text in more.items()}
    return html_of(client.post(page(job, 3), shown | typed, follow=True))


def corrections() -> dict[str, str]:
    return dict(ImportCorrection.objects.values_list("heading", "value"))


def test_what_the_form_showed_is_in_the_page(landlord):
    job = checked(landlord, HEADINGS + LINE + WORSE)
    assert f'name="initial-{cell("Solde débiteur")}" value="beaucoup"' in html_of(landlord.get(page(job, 3)))


def test_two_people_who_correct_different_cells_of_a_line_keep_both(landlord):
    job = checked(landlord, HEADINGS + LINE + WORSE)
    opened_before = as_shown(landlord, job, 3)
    correct(landlord, job, 3, Solde_débiteur="1 200,00")
    sent_with(landlord, job, opened_before, Loyer_HC="470,00")
    assert corrections() == {"Solde débiteur": "1 200,00", "Loyer HC": "470,00"}
    assert (row(job, 3).outcome, row(job, 3).debt) == ("created", Decimal("1200.00"))


def test_the_second_who_corrects_the_same_cell_is_told_and_nothing_that_was_typed_is_lost(landlord):
    job = checked(landlord, HEADINGS + LINE + WORSE)
    opened_before = as_shown(landlord, job, 3)
    correct(landlord, job, 3, Solde_débiteur="1 200,00", Charges="85,00")
    answer = landlord.post(
        page(job, 3), opened_before | {cell("Solde débiteur"): "1 300,00", cell("Loyer HC"): "470,00"}
    )
    assert "Quelqu’un a corrigé cette cellule entre-temps : « 1 200,00 »." in html_of(answer)
    assert corrections() == {"Solde débiteur": "1 200,00", "Charges": "85,00"}
    form = answer.context["form"]
    values = {heading: form[cell(heading)].value() for heading in ("Solde débiteur", "Loyer HC", "Charges")}
    assert values == {"Solde débiteur": "1 300,00", "Loyer HC": "470,00", "Charges": "85,00"}
    assert form[cell("Solde débiteur")] in form.wrong_fields
    shown_again = {name: form.data[name] for name in opened_before}
    landlord.post(page(job, 3), shown_again)
    assert corrections() == {"Solde débiteur": "1 300,00", "Charges": "85,00", "Loyer HC": "470,00"}


def test_two_people_who_say_the_same_are_told_nothing(landlord):
    job = checked(landlord, HEADINGS + LINE + WORSE)
    opened_before = as_shown(landlord, job, 3)
    correct(landlord, job, 3, Solde_débiteur="1 200,00")
    assert "entre-temps" not in sent_with(landlord, job, opened_before, Solde_débiteur="1 200,00")
    assert corrections() == {"Solde débiteur": "1 200,00"}


def test_the_lines_in_error_are_corrected_one_after_the_other(landlord):
    job = checked(landlord, HEADINGS + LINE + BAD + WORSE)
    data = as_shown(landlord, job, 3) | {cell("Né(e) le"): "28/02/1991", "next": ""}
    answer = landlord.post(page(job, 3), data)
    assert answer.url == page(job, 4)
    data = as_shown(landlord, job, 4) | {cell("Solde débiteur"): "900", "next": ""}
    assert landlord.post(page(job, 4), data).url == reverse("import", args=[job.public_id])


def test_nothing_changed_is_said(landlord):
    job = checked(landlord, HEADINGS + LINE + WORSE)
    answer = landlord.post(page(job, 3), as_shown(landlord, job, 3)).content.decode()
    assert "Aucune cellule n’a été changée" in answer


def test_a_social_security_number_typed_as_a_correction_is_refused_and_not_kept_with_the_line(landlord):
    job = checked(landlord, HEADINGS + LINE + BAD)
    answer = correct(landlord, job, 3, Prénom="180059135012345").content.decode()
    assert "a la forme d’un numéro de sécurité sociale" in answer
    assert "180059135012345" not in repr([row(job, 3).__dict__])
    assert "180059135012345" not in repr(list(ImportCorrection.objects.values()))


def test_the_corrected_line_of_an_import_is_undone_with_it(landlord):
    job = imported(landlord, HEADINGS + LINE + WORSE)
    correct(landlord, job, 3, Solde_débiteur="1 200,00")
    landlord.post(reverse("undo_import", args=[job.public_id]))
    run_waiting(at=NOON)
    assert set(Case.objects.values_list("outcome", flat=True)) == {"voided"}


def test_counts_are_those_of_the_lists(landlord):
    job = checked(landlord, HEADINGS + LINE + BAD + WORSE)
    for _ in range(2):
        address = reverse("import", args=[job.public_id])
        for tab in landlord.get(address).context["tabs"]:
            assert len(landlord.get(tab["url"]).context["lines"]) == tab["count"]
        correct(landlord, job, 3, **{"Né(e)_le": "28/02/1991"})


def test_what_nobody_corrected_is_forgotten_after_two_months(landlord):
    job = imported(landlord, HEADINGS + LINE + WORSE)
    forget_traces(at=NOON + timedelta(days=61))
    kept = row(job, 3)
    assert (kept.values, kept.refused, kept.outcome) == ({}, {}, "rejected")
    assert "À corriger dans le fichier" in landlord.get(page(job, 3)).content.decode()


@pytest.mark.parametrize("code", ["gestionnaire-b", "caf-91-pilotage", "mds-grigny"])
def test_only_those_who_send_the_file_correct_it(landlord, client, code):
    job = checked(landlord, HEADINGS + LINE + WORSE)
    client.force_login(factories.member(code, "manager"))
    assert client.get(page(job, 3)).status_code == 404
    assert client.post(page(job, 3)).status_code == 404


def test_each_line_says_whose_it_is_and_how_its_household_was_recognised(landlord):
    imported(landlord, HEADINGS + LINE)
    other = LINE.replace("L7001", "L7009").replace("MARTIN;Alice;17/05/1980", "PETIT;Zoé;12/03/1980")
    job = checked(landlord, HEADINGS + LINE.replace("1 060,00", "1 590,00") + other.replace("4 rue", "9 rue"))
    lines = [line for line, _url, _action in landlord.get(reverse("import", args=[job.public_id])).context["lines"]]
    assert [(line.tenant, line.balance, line.why) for line in lines] == [
        (
            "MARTIN Alice",
            "1\u202f590,00\u00a0€",
            "même référence chez le bailleur, même nom, même date de naissance, même adresse",
        ),
        ("PETIT Zoé", "1\u202f060,00\u00a0€", "nouveau locataire"),
    ]


def test_a_landlord_is_not_told_that_others_know_his_tenant(landlord):
    lease = factories.tenancy(
        landlord="gestionnaire-b",
        home=factories.household(usual_name="Martin", first_names="Alice", birth_date="1980-05-17"),
        address="9 avenue des Sablons",
    )
    factories.reported(lease, code="gestionnaire-b")
    for job in (checked(landlord, HEADINGS + LINE), imported(landlord, HEADINGS + LINE)):
        [(line, _url, _action)] = landlord.get(reverse("import", args=[job.public_id])).context["lines"]
        assert (line.row.household, line.why) == (lease.household, "nouveau locataire")
