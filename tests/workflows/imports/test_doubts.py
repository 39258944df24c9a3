"""A line that waits for someone, before its file is imported or once it is."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from cases.models import Case, DebtStatement, Household, JournalEntry, Tenancy
from tests import factories
from tests.factories import NOON
from tests.workflows.imports.files import write_csv
from tests.workflows.imports.test_run import SEPTEMBER
from tests.workflows.imports.test_undo import HEADINGS, MARTIN, NOVEMBER, OCTOBER, SMALL, imported, outcomes, undone
from workflows.imports import doubts, jobs, run
from workflows.imports.columns import suggest_mapping
from workflows.models import IdentityDecision, ImportJob, ImportRow

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_a_corrected_line_is_not_repeated_where_another_told_nothing_of_its_lease(tmp_path):
    imported(tmp_path, SMALL, as_of=SEPTEMBER)
    imported(tmp_path, [*SMALL[:7], "0,00"], as_of=OCTOBER)
    job = imported(tmp_path, [*SMALL[:7], "0,00"], [*SMALL[:7], "beaucoup"])
    assert outcomes(job) == ["ignored", "rejected"]
    by = factories.member("bailleur-a", "correspondent")
    row = ImportRow.objects.get(job=job, line=3)
    doubts.correct_cells(row, typed={"Solde débiteur": "250,00"}, by=by, at=NOON, today=NOVEMBER)
    assert outcomes(job) == ["ignored", "watched"]


WAITING = (
    "solde créditeur, mais la ligne {}, de même numéro, reste à corriger ou à vérifier :"
    " c’est elle qui dira ce qui est dû"
)


def test_what_is_owed_is_kept_once_corrected_although_another_line_of_the_lease_is_in_credit(tmp_path):
    imported(tmp_path, MARTIN, as_of=OCTOBER)
    job = imported(tmp_path, [*MARTIN[:7], "beaucoup"], [*MARTIN[:7], "-12,00"])
    assert outcomes(job) == ["rejected", "ignored"]
    by = factories.member("bailleur-a", "correspondent")
    row = ImportRow.objects.get(job=job, line=2)
    doubts.correct_cells(row, typed={"Solde débiteur": "1 590,00"}, by=by, at=NOON, today=NOVEMBER)
    assert outcomes(job) == ["updated", "ignored"]
    assert [str(each.balance) for each in DebtStatement.objects.order_by("as_of")] == ["1060.00", "1590.00"]
    assert not JournalEntry.objects.filter(kind="debt.cleared").exists()


def test_a_line_that_is_in_credit_once_corrected_clears_nothing_while_another_of_its_number_waits(tmp_path):
    imported(tmp_path, MARTIN, as_of=OCTOBER)
    job = imported(tmp_path, [*MARTIN[:7], "beaucoup"], [*MARTIN[:7], "peu"])
    by = factories.member("bailleur-a", "correspondent")
    for line, (outcome, reason) in (
        (3, ("ignored", WAITING.format(2))),
        (2, ("updated", "dette soldée : clôture proposée (solde créditeur)")),
    ):
        row = ImportRow.objects.get(job=job, line=line)
        doubts.correct_cells(row, typed={"Solde débiteur": "-12,00"}, by=by, at=NOON, today=NOVEMBER)
        row = ImportRow.objects.get(job=job, line=line)
        assert (row.outcome, row.reason) == (outcome, reason)


NAMES = ["Nom", "Prénom", "Loyer HC", "Charges", "Solde débiteur"]
"""Nothing but a name says whose a line is."""


def checked(folder: Path, *lines: list[str], as_of: date, headings: list[str] = NAMES) -> ImportJob:
    file = write_csv(folder / "impayes.csv", [headings, *lines])
    sender = factories.structure("bailleur-a")
    job = ImportJob(structure=sender, file_name=file.name, columns=suggest_mapping(headings), as_of=as_of)
    job.state = ImportJob.State.CHECKING
    job.file.save("file", ContentFile(file.read_bytes()), save=True)
    run.run_waiting(at=NOON)
    return job


def then_imported(job: ImportJob) -> list[str]:
    jobs.ask_import(job, at=NOON)
    run.run_waiting(at=NOON)
    job.refresh_from_db()
    assert job.state == "done", job.message
    return outcomes(job)


def say_none_of_those(job: ImportJob, line: int) -> None:
    row, by = ImportRow.objects.get(job=job, line=line), factories.user()
    doubts.decide_household(row, household=None, by=by, at=NOON, today=NOVEMBER)


def of_martin(balance: str) -> list[str]:
    return ["MARTIN", "Alice", "450,00", "80,00", balance]


def test_another_household_that_was_said_before_the_import_is_that_of_the_next_months(tmp_path):
    assert then_imported(checked(tmp_path, of_martin("1 060,00"), as_of=date(2026, 8, 24))) == ["created"]
    job = checked(tmp_path, of_martin("1 200,00"), as_of=SEPTEMBER)
    assert outcomes(job) == ["to_check"]
    say_none_of_those(job, 2)
    assert then_imported(job) == ["created"]
    second = Household.objects.latest("pk")
    assert IdentityDecision.objects.get().household == second
    for as_of, balance in ((OCTOBER, "1 300,00"), (NOVEMBER, "1 400,00")):
        assert then_imported(checked(tmp_path, of_martin(balance), as_of=as_of)) == ["updated"]
    assert (Household.objects.count(), Case.objects.count()) == (2, 2)
    balances = [str(each.balance) for each in Tenancy.objects.get(household=second).debt.statements.order_by("as_of")]
    assert balances == ["1200.00", "1300.00", "1400.00"]


def test_another_household_that_owes_little_is_that_of_the_next_months_too(tmp_path):
    assert then_imported(checked(tmp_path, of_martin("1 060,00"), as_of=SEPTEMBER)) == ["created"]
    job = checked(tmp_path, of_martin("100,00"), ["DURAND", "Léa", "450,00", "80,00", "90,00"], as_of=OCTOBER)
    say_none_of_those(job, 2)
    assert then_imported(job) == ["watched", "watched"]  # written together
    assert then_imported(checked(tmp_path, of_martin("110,00"), as_of=NOVEMBER)) == ["watched"]
    assert Household.objects.count() == 3


def test_a_line_that_is_there_twice_makes_one_other_household(tmp_path):
    then_imported(checked(tmp_path, of_martin("1 060,00"), as_of=OCTOBER))
    job = checked(tmp_path, of_martin("1 200,00"), of_martin("1 200,00"), as_of=NOVEMBER)
    say_none_of_those(job, 2)
    assert then_imported(job) == ["created", "ignored"]
    assert Household.objects.count() == 2


def test_what_was_said_of_one_namesake_is_not_said_of_the_other_who_lives_elsewhere(tmp_path):
    then_imported(checked(tmp_path, of_martin("1 060,00"), as_of=OCTOBER))
    headings = ["Adresse", "CP", "Commune", *NAMES]
    plain, lakes = (
        [address, "91350", "GRIGNY", *of_martin(balance)]
        for address, balance in (("4 rue de la Plaine", "1 200,00"), ("9 rue des Lacs", "1 300,00"))
    )
    job = checked(tmp_path, plain, lakes, as_of=NOVEMBER, headings=headings)
    assert outcomes(job) == ["to_check", "to_check"]
    say_none_of_those(job, 2)
    assert then_imported(job) == ["created", "to_check"]
    say_none_of_those(job, 3)
    assert outcomes(job) == ["created", "created"]
    debts = Tenancy.objects.exclude(address="").order_by("pk").values_list("address", "debt__statements__balance")
    assert [(address, str(balance)) for address, balance in debts] == [
        ("4 rue de la Plaine", "1200.00"),
        ("9 rue des Lacs", "1300.00"),
    ]


@pytest.mark.parametrize("balance", ["-12,00", "0,00"])
@pytest.mark.parametrize("answer", ["moved", "other"])
def test_a_lease_that_was_left_ends_even_where_nothing_is_owed_at_the_new_address(tmp_path, answer, balance):
    headings = [*HEADINGS, "Adresse", "CP", "Commune"]
    imported(tmp_path, [*MARTIN, "4 rue de la Plaine", "91350", "GRIGNY"], as_of=OCTOBER, headings=headings)
    line = [*MARTIN[:7], balance, "12 avenue des Sablons", "91350", "GRIGNY"]
    job = imported(tmp_path, line, headings=headings)
    assert outcomes(job) == ["to_check"]
    by = factories.member("bailleur-a", "correspondent")
    doubts.decide_address(ImportRow.objects.get(job=job), answer=answer, by=by, at=NOON, today=NOVEMBER)
    row, lease = ImportRow.objects.get(job=job), Tenancy.objects.get()
    in_credit = " (solde créditeur)" if balance == "-12,00" else ""
    said = f"solde nul à la nouvelle adresse : ancien bail terminé{in_credit}"
    assert (row.outcome, row.reason) == ("updated", said)
    assert (lease.address, lease.ended_on) == ("4 rue de la Plaine", NOVEMBER)
    assert JournalEntry.objects.get(kind="tenancy.ended").case == Case.objects.get()
    assert [str(each.balance) for each in DebtStatement.objects.all()] == ["1060.00"]
    assert outcomes(imported(tmp_path, line, headings=headings)) == ["ignored"]
    undone_job = undone(job)
    assert (undone_job.state, Tenancy.objects.get().ended_on) == ("undone", None)


def test_whoever_has_taken_a_number_over_keeps_it_in_the_next_months(tmp_path):
    """Said before the import, of a line of which something else had been said the month before."""
    headings = ["Réf. locataire", "Adresse", "CP", "Commune", *NAMES]

    def living(address: str) -> list[str]:
        return ["L7001", address, "91350", "GRIGNY", *of_martin("1 060,00")]

    then_imported(checked(tmp_path, living("4 rue de la Plaine"), as_of=SEPTEMBER, headings=headings))
    by = factories.user()
    for as_of, place, answer in (
        (OCTOBER, "12 avenue des Sablons", "corrected"),
        (NOVEMBER, "9 rue des Lilas", "other"),
    ):
        job = checked(tmp_path, living(place), as_of=as_of, headings=headings)
        row = ImportRow.objects.get(job=job)
        doubts.decide_address(row, answer=answer, by=by, at=NOON, today=NOVEMBER)
        then_imported(job)
    decided = IdentityDecision.objects.get()
    assert decided.household == Tenancy.objects.get(address="9 rue des Lilas").household
    assert Household.objects.count() == 2
