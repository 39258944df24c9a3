"""Two files of one month that do not owe the same: someone says which one counts, before anything is written."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from cases.models import Case, DebtStatement
from tests.factories import NOON
from tests.pages import html_of
from tests.workflows.views.imports.sending import HEADINGS, LINE, as_shown, checked, deposited, imported
from workflows.imports.months import find_parts
from workflows.imports.run import run_waiting
from workflows.models import ImportJob, ImportRow

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SECOND = LINE.replace("1 060,00", "1 590,00")
OTHER = LINE.replace("L7001", "L7002").replace("MARTIN;Alice;17/05/1980;4", "PETIT;Zoé;12/03/1971;9")


def page(client: Any, job: ImportJob) -> str:
    return client.get(reverse("import", args=[job.public_id])).content.decode()


def balances() -> list[str]:
    return sorted(str(statement.balance) for statement in DebtStatement.objects.all())


def start(client: Any, job: ImportJob, **data: Any) -> Any:
    answer = client.post(reverse("start_import", args=[job.public_id]), data, follow=True)
    run_waiting(at=NOON)
    job.refresh_from_db()
    return answer


def test_both_totals_are_shown_and_nothing_is_imported_without_an_answer(landlord):
    imported(landlord, HEADINGS + LINE + OTHER)
    job = checked(landlord, HEADINGS + SECOND)
    shown = page(landlord, job)
    assert "Deux fichiers pour novembre 2026 : lequel compte, ou les deux ?" in shown
    assert "2\u202f120,00\u202f€" in shown
    assert "1\u202f590,00\u202f€" in shown
    assert "1 locataire du premier n’y figure pas et garde son solde" in shown
    assert ">Importer<" not in shown
    assert "dire lequel des deux compte" in start(landlord, job).content.decode()
    assert (job.state, balances()) == ("checked", ["1060.00", "1060.00"])


def test_the_second_file_replaces_the_first(landlord):
    first = imported(landlord, HEADINGS + LINE + OTHER)
    job = checked(landlord, HEADINGS + SECOND)
    start(landlord, job, replaces=first.public_id)
    assert (job.state, job.replaces, balances()) == ("done", first, ["1060.00", "1590.00"])


def compared(client: Any, job: ImportJob) -> list[tuple[str, str]]:
    """What the page of changes says of each tenant, by the tabs that hold some."""
    page = client.get(reverse("compare_import", args=[job.public_id]))
    found = []
    for tab in ("nouveaux", "en-hausse", "en-baisse", "soldes", "disparus", "stables"):
        lines = client.get(reverse("compare_import", args=[job.public_id]), {"voir": tab}).context["lines"]
        found += [(tab, line.tenancy.reference) for line, _name in lines]
    assert page.status_code == 200
    return found


def sent_in_october(client: Any, text: str) -> ImportJob:
    october = deposited(client, text)
    data = as_shown(client, october) | {"as_of": date(2026, 10, 24)}
    client.post(reverse("import_columns", args=[october.public_id]), data)
    run_waiting(at=NOON)
    start(client, october)
    return october


def test_what_each_choice_does_is_said_before(landlord):
    imported(landlord, HEADINGS + LINE + OTHER)
    shown = html_of(landlord.get(reverse("import", args=[checked(landlord, HEADINGS + SECOND).public_id])))
    assert "1 locataire du premier n’y figure pas et garde son solde, mais compte comme absent du mois" in shown
    assert "les deux fichiers disent le mois ensemble" in shown
    assert "1 locataire figure dans les deux : son solde est celui de ce fichier" in shown


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        ("completes", [("stables", "L7001"), ("stables", "L7002")]),
        ("replaces", [("disparus", "L7001"), ("stables", "L7002")]),
    ],
)
def test_who_is_only_in_the_first_file_is_absent_of_the_month_unless_the_second_completes_it(landlord, said, changes):
    sent_in_october(landlord, HEADINGS + LINE + OTHER)
    first = imported(landlord, HEADINGS + LINE)
    second = checked(landlord, HEADINGS + OTHER.replace("1 060,00", "1 060,01"))
    start(landlord, second, **{said: first.public_id})
    assert (second.state, getattr(second, said)) == ("done", first)
    assert balances() == ["1060.00", "1060.00", "1060.00", "1060.01"]
    grown = [("en-hausse", reference) if reference == "L7002" else (tab, reference) for tab, reference in changes]
    assert sorted(compared(landlord, second)) == sorted(grown)


def test_a_file_that_completes_the_month_closes_and_clears_nobody_of_the_first(landlord):
    first = imported(landlord, HEADINGS + LINE)
    second = checked(landlord, HEADINGS + OTHER + SECOND)
    start(landlord, second, completes=first.public_id)
    assert balances() == ["1060.00", "1590.00"]
    assert Case.objects.filter(closed_on=None).count() == 2
    assert not any(ImportRow.objects.filter(job=second, reason__contains="clôture"))


def test_the_next_month_is_compared_with_both_files(landlord):
    first = sent_in_october(landlord, HEADINGS + LINE)
    second = deposited(landlord, HEADINGS + OTHER.replace("1 060,00", "2 000,00"))
    landlord.post(
        reverse("import_columns", args=[second.public_id]), as_shown(landlord, second) | {"as_of": date(2026, 10, 20)}
    )
    run_waiting(at=NOON)
    start(landlord, second, completes=first.public_id)
    november = imported(landlord, HEADINGS + LINE)
    assert sorted(compared(landlord, november)) == [("disparus", "L7002"), ("stables", "L7001")]


def test_a_third_file_asks_again_and_one_undone_counts_no_more(landlord):
    first = imported(landlord, HEADINGS + LINE)
    second = checked(landlord, HEADINGS + OTHER + SECOND)
    start(landlord, second, completes=first.public_id)
    assert "Deux fichiers" in page(landlord, checked(landlord, HEADINGS + LINE))
    landlord.post(reverse("undo_import", args=[second.public_id]))
    run_waiting(at=NOON)
    assert find_parts(first) == [first]


def test_a_file_undone_between_two_others_separates_them_no_more(landlord):
    first = imported(landlord, HEADINGS + LINE)
    second = checked(landlord, HEADINGS + OTHER + SECOND)
    start(landlord, second, completes=first.public_id)
    third = checked(landlord, HEADINGS + OTHER)
    start(landlord, third, completes=second.public_id)
    landlord.post(reverse("undo_import", args=[second.public_id]))
    run_waiting(at=NOON)
    second.refresh_from_db()
    assert second.state == "undone"
    assert find_parts(third) == [third, first]


def test_the_first_file_is_kept(landlord):
    imported(landlord)
    job = checked(landlord, HEADINGS + SECOND)
    landlord.post(reverse("discard_import", args=[job.public_id]))
    assert (ImportJob.objects.count(), balances()) == (1, ["1060.00"])


def test_the_same_total_another_month_and_an_undone_file_ask_nothing(landlord):
    first = imported(landlord)
    assert "Deux fichiers" not in page(landlord, checked(landlord))
    october = deposited(landlord, HEADINGS + SECOND)
    data = as_shown(landlord, october) | {"as_of": date(2026, 10, 24)}
    landlord.post(reverse("import_columns", args=[october.public_id]), data)
    run_waiting(at=NOON)
    assert "Deux fichiers" not in page(landlord, october)
    landlord.post(reverse("undo_import", args=[first.public_id]))
    run_waiting(at=NOON)
    assert "Deux fichiers" not in page(landlord, checked(landlord, HEADINGS + SECOND))


def test_two_files_started_before_either_is_done_end_with_the_question(landlord):
    jobs = [checked(landlord, HEADINGS + line) for line in (LINE, SECOND)]
    for job in jobs:
        landlord.post(reverse("start_import", args=[job.public_id]))
    run_waiting(at=NOON)
    run_waiting(at=NOON)
    for job in jobs:
        job.refresh_from_db()
    assert [job.state for job in jobs] == ["done", "checked"]
    assert balances() == ["1060.00"]
    assert "lequel compte" in page(landlord, jobs[1])


def test_the_answer_about_one_file_is_not_that_about_another(landlord):
    """Between the question and the answer, a third file of the month was imported."""
    first = imported(landlord)
    job = checked(landlord, HEADINGS + SECOND)
    third = checked(landlord, HEADINGS + LINE.replace("1 060,00", "2 000,00"))
    start(landlord, third, replaces=first.public_id)
    start(landlord, job, replaces=first.public_id)
    assert (job.state, balances()) == ("checked", ["2000.00"])


def test_a_correction_in_place_changes_the_total(landlord):
    bad = OTHER.replace("1 060,00", "mille")
    imported(landlord, HEADINGS + LINE + OTHER)
    job = checked(landlord, HEADINGS + LINE + bad)
    assert "lequel compte" in page(landlord, job)
    form = landlord.get(reverse("correct_line", args=[job.public_id, 3])).context["form"]
    data = {name: field.initial for name, field in form.fields.items()}
    data |= {form.wrong_fields[0].name: "1 060,00"}
    landlord.post(reverse("correct_line", args=[job.public_id, 3]), data)
    assert "lequel compte" not in page(landlord, job)


def test_whoever_is_in_credit_has_paid_and_is_not_absent(landlord):
    sent_in_october(landlord, HEADINGS + LINE + OTHER)
    job = imported(landlord, HEADINGS + LINE.replace("1 060,00", "-12,00") + OTHER)
    assert compared(landlord, job) == [("soldes", "L7001"), ("stables", "L7002")]
