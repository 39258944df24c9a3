"""What becomes of a line, by what is known: of one in credit, that nothing is owed any more where something was."""

from datetime import date
from decimal import Decimal

import pytest

from cases.models import Case, DebtStatement, Household, JournalEntry, Tenancy, Watch
from tests.factories import NOON
from tests.workflows.imports.test_doubts import WAITING, checked
from tests.workflows.imports.test_run import SEPTEMBER
from tests.workflows.imports.test_undo import HEADINGS, MARTIN, NOVEMBER, OCTOBER, SMALL, imported, outcomes
from workflows.imports import jobs, run
from workflows.models import ImportJob, ImportRow

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

IGNORED = "solde créditeur : le solde est en faveur du locataire : il n’y a pas d’impayé."


def owing(line: list[str], balance: str) -> list[str]:
    return [*line[:7], balance]


def reasons(job: ImportJob) -> list[str]:
    return list(ImportRow.objects.filter(job=job).order_by("line").values_list("reason", flat=True))


def balances() -> list[tuple[date, str]]:
    return [(row.as_of, str(row.balance)) for row in DebtStatement.objects.order_by("as_of", "pk")]


def test_a_line_in_credit_clears_the_debt_of_an_open_case(tmp_path):
    imported(tmp_path, MARTIN, as_of=OCTOBER)
    job = imported(tmp_path, owing(MARTIN, "-12,00"))
    assert (outcomes(job), reasons(job)) == (["updated"], ["dette soldée : clôture proposée (solde créditeur)"])
    assert balances() == [(OCTOBER, "1060.00"), (NOVEMBER, "0.00")]
    assert JournalEntry.objects.get(kind="debt.cleared").case == Case.objects.get()
    assert (ImportRow.objects.get(job=job).debt, job.total_debt) == (Decimal("0.00"), Decimal("0.00"))
    again = imported(tmp_path, owing(MARTIN, "-12,00"))
    assert reasons(again) == ["déjà enregistrée (solde créditeur)"]


def test_a_line_in_credit_ends_a_watch(tmp_path):
    imported(tmp_path, SMALL, as_of=OCTOBER)
    job = imported(tmp_path, owing(SMALL, "-0,50"))
    assert (reasons(job), Watch.objects.count()) == (["dette soldée : fin de la veille (solde créditeur)"], 0)


def test_a_line_in_credit_of_whoever_owed_nothing_is_ignored(tmp_path):
    imported(tmp_path, SMALL, as_of=SEPTEMBER)
    imported(tmp_path, owing(SMALL, "0,00"), as_of=OCTOBER)
    job = imported(tmp_path, owing(SMALL, "-12,00"), owing(MARTIN, "-30,00"))
    assert (outcomes(job), reasons(job)) == (["ignored", "ignored"], [IGNORED, IGNORED])
    assert (Household.objects.count(), DebtStatement.objects.filter(as_of=NOVEMBER).count()) == (1, 0)
    assert ImportRow.objects.filter(job=job, tenancy=None).count() == 2


@pytest.mark.parametrize("lines", [["-12,00", "1 590,00"], ["1 590,00", "-12,00"]])
def test_of_a_tenant_who_has_two_lines_what_he_owes_counts(tmp_path, lines):
    imported(tmp_path, MARTIN, as_of=OCTOBER)
    job = imported(tmp_path, *(owing(MARTIN, balance) for balance in lines))
    assert sorted(outcomes(job)) == ["ignored", "updated"]
    assert balances() == [(OCTOBER, "1060.00"), (NOVEMBER, "1590.00")]
    assert not JournalEntry.objects.filter(kind="debt.cleared").exists()


UNREAD = owing(MARTIN, "beaucoup")
OF_ANOTHER_NAME = ["L7001", "DUPONT", "Zoé", "", "", "450,00", "80,00", "1 590,00"]


@pytest.mark.parametrize(("line", "outcome"), [(UNREAD, "rejected"), (OF_ANOTHER_NAME, "to_check")])
def test_a_line_in_credit_clears_nothing_while_another_of_its_number_may_owe(tmp_path, line, outcome):
    imported(tmp_path, MARTIN, as_of=OCTOBER)
    job = imported(tmp_path, owing(MARTIN, "-12,00"), line)
    assert (outcomes(job), reasons(job)[0]) == (["ignored", outcome], WAITING.format(3))
    assert balances() == [(OCTOBER, "1060.00")]


def test_a_line_that_may_owe_is_remembered_when_an_import_goes_on_after_a_stop(tmp_path):
    imported(tmp_path, MARTIN, as_of=OCTOBER)
    job = checked(tmp_path, owing(MARTIN, "-12,00"), UNREAD, as_of=NOVEMBER, headings=HEADINGS)
    jobs.ask_import(job, at=NOON)
    run.run_waiting(at=NOON, limit=1)
    assert outcomes(job) == ["rejected"]
    run.run_waiting(at=NOON)
    assert (outcomes(job), reasons(job)[0]) == (["ignored", "rejected"], WAITING.format(3))


@pytest.mark.parametrize("balance", ["", "0,00"])
def test_a_line_that_owes_nothing_keeps_none_in_credit_from_clearing(tmp_path, balance):
    imported(tmp_path, MARTIN, as_of=OCTOBER)
    job = imported(tmp_path, ["L7001", "DUPONT", "Zoé", "", "", "450,00", "80,00", balance], owing(MARTIN, "-12,00"))
    assert outcomes(job)[1] == "updated"


def test_nobody_is_asked_whose_a_line_in_credit_is(tmp_path):
    headings = HEADINGS[1:3] + HEADINGS[5:]
    imported(tmp_path, MARTIN, as_of=OCTOBER)
    job = imported(tmp_path, ["MARTIN", "Alice", "450,00", "80,00", "-12,00"], headings=headings)
    assert (outcomes(job), reasons(job)) == (["ignored"], [IGNORED])


@pytest.mark.parametrize(("before", "after"), [("1 060,00", "to_check"), ("0,00", "ignored")])
def test_another_address_is_asked_about_only_where_something_was_owed(tmp_path, before, after):
    headings = [*HEADINGS, "Adresse", "CP", "Commune"]
    imported(
        tmp_path, [*owing(SMALL, "80,00"), "4 rue de la Plaine", "91350", "GRIGNY"], as_of=SEPTEMBER, headings=headings
    )
    imported(
        tmp_path, [*owing(SMALL, before), "4 rue de la Plaine", "91350", "GRIGNY"], as_of=OCTOBER, headings=headings
    )
    job = imported(tmp_path, [*owing(SMALL, "-12,00"), "12 avenue des Sablons", "91350", "GRIGNY"], headings=headings)
    assert outcomes(job) == [after]


def test_a_car_park_in_credit_tells_nothing_of_the_dwelling(tmp_path):
    headings, home = [*HEADINGS, "Adresse", "CP", "Commune"], ["4 rue de la Plaine", "91350", "GRIGNY"]
    imported(tmp_path, [*MARTIN, *home], as_of=OCTOBER, headings=headings)
    job = imported(tmp_path, ["G12", *owing(MARTIN, "-15,00")[1:], *home], headings=headings)
    assert (outcomes(job), reasons(job)) == (["ignored"], [IGNORED])
    assert (balances(), Tenancy.objects.get().reference) == ([(OCTOBER, "1060.00")], "L7001")
