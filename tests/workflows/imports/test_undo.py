"""An import is undone as a whole, exactly, and only until someone acts on a case."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.base import ContentFile
from django.db import connection

from cases.actions.case import CannotOpen, reopen_case
from cases.invariants import INVARIANTS as OF_CASES
from cases.models import (
    Beneficiary,
    Case,
    DebtStatement,
    Household,
    HouseholdFact,
    JournalEntry,
    Milestone,
    Participation,
    Report,
    Tenancy,
    Watch,
)
from cases.permissions import visible_cases, visible_reports
from tests import factories
from tests.factories import NOON
from tests.workflows.imports.files import write_csv
from tests.workflows.imports.test_concurrency import together
from tests.workflows.walk import Walk
from workflows.actions import leases
from workflows.actions.tasks import give_task
from workflows.imports import doubts, run, undo
from workflows.imports.columns import suggest_mapping
from workflows.invariants import INVARIANTS as OF_WORKFLOWS
from workflows.models import CaseTask, IdentityDecision, ImportJob, ImportRow

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HEADINGS = ["Réf. locataire", "Nom", "Prénom", "Né(e) le", "Téléphone", "Loyer HC", "Charges", "Solde débiteur"]
MARTIN = ["L7001", "MARTIN", "Alice", "17/05/1980", "", "450,00", "80,00", "1 060,00"]
SMALL = ["L7002", "DURAND", "Alice", "17/05/1981", "", "450,00", "80,00", "100,00"]
OCTOBER, NOVEMBER = date(2026, 10, 24), NOON.date()


def imported(
    folder: Path,
    *lines: list[str],
    as_of: date = NOVEMBER,
    headings: list[str] = HEADINGS,
    code: str = "bailleur-a",
    by: Any = None,
) -> ImportJob:
    file = write_csv(folder / "impayes.csv", [headings, *lines])
    job = ImportJob(
        structure=factories.structure(code),
        file_name=f"impayes_{as_of:%Y-%m}.csv",
        columns=suggest_mapping(headings),
        as_of=as_of,
        by=by,
        state=ImportJob.State.RUNNING,
    )
    job.file.save("file", ContentFile(file.read_bytes()), save=True)
    run.run_waiting(at=NOON)
    job.refresh_from_db()
    assert job.state == "done", job.message
    return job


def undone(job: ImportJob, by: Any = None) -> ImportJob:
    undo.ask_undo(job, by=by or factories.member("bailleur-a", "correspondent"), at=NOON)
    run.run_waiting(at=NOON)
    job.refresh_from_db()
    return job


def broken() -> list[str]:
    return [check.code for check in (*OF_CASES, *OF_WORKFLOWS) if list(check.broken(NOVEMBER))]


def outcomes(job: ImportJob) -> list[str]:
    return list(ImportRow.objects.filter(job=job).order_by("line").values_list("outcome", flat=True))


def test_a_case_that_an_import_opened_is_voided_and_stays_in_the_journal(tmp_path):
    job = undone(imported(tmp_path, MARTIN))
    case = Case.objects.get()
    assert (job.state, case.outcome, case.closed_on) == ("undone", "voided", NOVEMBER)
    assert CaseTask.objects.open().count() == 0
    assert Participation.objects.filter(until=None).count() == 0
    assert set(JournalEntry.objects.filter(case=case).values_list("kind", flat=True)) >= {
        "case.opened", "report.made", "import.undone", "case.closed"
    }  # fmt: skip
    assert (DebtStatement.objects.count(), DebtStatement.everything.count()) == (0, 1)
    assert broken() == []


def test_nobody_sees_a_voided_case_any_more(tmp_path):
    pilot, landlord = factories.member("caf-91-pilotage", "pilot"), factories.member("bailleur-a", "correspondent")
    job = imported(tmp_path, MARTIN)
    assert visible_cases(pilot, at=NOVEMBER).count() == 1
    assert visible_reports(landlord, at=NOVEMBER).count() == 1
    undone(job)
    assert visible_cases(pilot, at=NOVEMBER).count() == 0
    assert visible_reports(landlord, at=NOVEMBER).count() == 0
    with pytest.raises(CannotOpen):
        reopen_case(case=Case.objects.get(), at=NOON, by=pilot)


def test_the_same_file_can_be_imported_anew(tmp_path):
    undone(imported(tmp_path, MARTIN, SMALL))
    again = imported(tmp_path, MARTIN, SMALL)
    assert outcomes(again) == ["created", "watched"]
    assert sorted(Case.objects.values_list("outcome", flat=True)) == ["", "voided"]
    assert Household.objects.count() == 2
    assert broken() == []


def test_a_small_debt_and_its_household_leave_nothing(tmp_path):
    undone(imported(tmp_path, SMALL))
    assert [model.objects.count() for model in (Watch, Tenancy, Household, Beneficiary)] == [0, 0, 0, 0]


def test_what_the_import_changed_of_an_open_case_is_put_back(tmp_path):
    imported(tmp_path, MARTIN, as_of=OCTOBER)
    job = imported(tmp_path, [*MARTIN[:4], "06 12 34 56 78", "470,00", "80,00", "1 590,00"])
    tenancy = Tenancy.objects.get()
    assert (tenancy.rent, Beneficiary.objects.get().phone) == (Decimal("470.00"), "+33612345678")
    undone(job)
    tenancy.refresh_from_db()
    assert (tenancy.rent, Beneficiary.objects.get().phone) == (Decimal("450.00"), "")
    assert [str(row.balance) for row in DebtStatement.objects.all()] == ["1060.00"]
    assert Case.objects.get().is_open
    assert broken() == []


def test_a_balance_that_the_import_corrected_is_what_it_was(tmp_path):
    imported(tmp_path, MARTIN)
    job = imported(tmp_path, [*MARTIN[:7], "9 999,00"])
    assert DebtStatement.objects.get().balance == Decimal("9999.00")
    undone(job)
    assert DebtStatement.objects.get().balance == Decimal("1060.00")


def test_what_someone_has_corrected_since_stays(tmp_path):
    imported(tmp_path, MARTIN, as_of=OCTOBER)
    job = imported(tmp_path, [*MARTIN[:5], "470,00", "80,00", "1 590,00"])
    Tenancy.objects.update(rent=Decimal("480.00"))
    undone(job)
    assert Tenancy.objects.get().rent == Decimal("480.00")


def test_a_watch_that_the_import_ended_goes_on(tmp_path):
    imported(tmp_path, SMALL, as_of=OCTOBER)
    job = imported(tmp_path, [*SMALL[:7], "1 060,00"])
    assert Watch.objects.count() == 0
    undone(job)
    assert Watch.objects.get().tenancy.reference == "L7002"
    assert broken() == []


def test_a_dated_fact_that_the_import_corrected_is_true_again(tmp_path):
    headings = [*HEADINGS, "Date commandement"]
    imported(tmp_path, [*MARTIN, "03/10/2026"], as_of=OCTOBER, headings=headings)
    job = imported(tmp_path, [*MARTIN, "05/11/2026"], headings=headings)
    assert Milestone.objects.get(replaced_by=None).happened_on == date(2026, 11, 5)
    undone(job)
    assert Milestone.objects.get().happened_on == date(2026, 10, 3)
    assert Milestone.objects.get().replaced_by is None


def test_a_case_routed_by_what_the_list_of_the_caf_told_waits_again(tmp_path):
    imported(tmp_path, MARTIN, as_of=OCTOBER)
    walk = Walk(Case.objects.get())
    assert walk.waiting_for == {"qualify": "caf-91-pilotage"}
    headings = [*HEADINGS, "Nb enfants à charge", "PF", "RSA", "Nature aide"]
    job = imported(tmp_path, [*MARTIN, "2", "oui", "oui", "APL"], headings=headings, code="caf-91")
    assert list(walk.waiting_for) == ["answer"]
    undone(job, by=factories.member("caf-91", "manager"))
    assert walk.waiting_for == {"qualify": "caf-91-pilotage"}
    assert HouseholdFact.objects.count() == 0
    assert Report.objects.count() == 1
    assert broken() == []


def test_an_import_that_someone_has_acted_on_is_refused_and_names_the_case(tmp_path):
    job = imported(tmp_path, MARTIN, by=factories.member("bailleur-a", "correspondent"))
    case = Case.objects.get()
    pilot = factories.member("caf-91-pilotage", "pilot")
    give_task(task=Walk(case).task("qualify"), to=pilot, by=pilot, at=NOON)
    with pytest.raises(undo.CannotUndo, match=case.reference):
        undone(job)
    case.refresh_from_db()
    assert case.is_open


def test_an_act_between_the_request_and_the_undo_keeps_everything(tmp_path):
    job = imported(tmp_path, MARTIN, SMALL)
    case = Case.objects.get()
    undo.ask_undo(job, by=factories.member("bailleur-a", "correspondent"), at=NOON)
    pilot = factories.member("caf-91-pilotage", "pilot")
    give_task(task=Walk(case).task("qualify"), to=pilot, by=pilot, at=NOON)
    run.run_waiting(at=NOON)
    job.refresh_from_db()
    assert job.state == "done"
    assert case.reference in job.message
    assert (Watch.objects.count(), DebtStatement.objects.count()) == (1, 2)


def test_an_undo_that_the_worker_has_no_time_for_is_said_and_is_not_tried_for_ever(tmp_path, monkeypatch):
    job = imported(tmp_path, MARTIN)
    undo.ask_undo(job, by=factories.member("bailleur-a", "correspondent"), at=NOON)

    def runs_out_of_time(undoing: undo.Undoing) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(undo.Undoing, "forget_unused_tenancy", runs_out_of_time)
    with pytest.raises(SoftTimeLimitExceeded):
        run.run_waiting(at=NOON)
    job.refresh_from_db()
    assert job.state == "undoing"  # something else had taken the time of that task
    monkeypatch.setattr(run, "LONG_UNDO", 0)
    with pytest.raises(SoftTimeLimitExceeded):
        run.run_waiting(at=NOON)
    job.refresh_from_db()
    assert (job.state, job.undone_by) == ("done", None)
    assert "trop de lignes pour être annulé en une fois : rien n’a changé" in job.message
    assert not JournalEntry.objects.filter(kind="import.undone").exists()


def test_imports_are_undone_from_the_last_to_the_first(tmp_path):
    sender = factories.member("bailleur-a", "correspondent")
    first = imported(tmp_path, MARTIN, as_of=OCTOBER, by=sender)
    second = imported(tmp_path, [*MARTIN[:7], "1 590,00"], by=sender)
    with pytest.raises(undo.CannotUndo, match="impayes_2026-11"):
        undone(first)
    undone(second)
    assert undone(first).state == "undone"
    assert Case.objects.get().outcome == "voided"


LATE = ["L7003", "KONE", "Ali", "17/05/1979", "", "450,00", "80,00", "beaucoup"]


def correct_balance(job: ImportJob, line: int, balance: str) -> None:
    """The line that waited is written after whatever was imported meanwhile."""
    row, by = ImportRow.objects.get(job=job, line=line), factories.member("bailleur-a", "correspondent")
    doubts.correct_cells(row, typed={"Solde débiteur": balance}, by=by, at=NOON, today=NOVEMBER)
    assert ImportRow.objects.get(job=job, line=line).written


def test_a_line_that_is_corrected_later_does_not_let_its_import_be_undone_before_the_next(tmp_path):
    first = imported(tmp_path, SMALL, LATE, as_of=OCTOBER)
    second = imported(tmp_path, [*SMALL[:7], "120,00"])
    correct_balance(first, 3, "90,00")
    with pytest.raises(undo.CannotUndo, match="impayes_2026-11"):
        undone(first)
    assert sorted(str(row.balance) for row in DebtStatement.objects.all()) == ["100.00", "120.00", "90.00"]
    assert undone(second).state == "undone"
    assert undone(first).state == "undone"
    assert (Watch.objects.count(), Tenancy.objects.count()) == (0, 0)


def test_two_imports_that_wrote_of_the_same_households_by_turns_are_not_undone(tmp_path):
    first = imported(tmp_path, SMALL, LATE, as_of=OCTOBER)
    second = imported(tmp_path, [*SMALL[:7], "120,00"], [*LATE[:7], "95,00"])
    correct_balance(first, 3, "90,00")
    for job in (first, second):
        with pytest.raises(undo.CannotUndo, match="tour à tour"):
            undone(job)
    assert Watch.objects.count() == 2


def test_an_act_between_two_imports_keeps_the_first_once_the_second_is_undone(tmp_path):
    sender = factories.member("bailleur-a", "correspondent")
    first = imported(tmp_path, MARTIN, as_of=OCTOBER, by=sender)
    pilot = factories.member("caf-91-pilotage", "pilot")
    give_task(task=Walk(Case.objects.get()).task("qualify"), to=pilot, by=pilot, at=NOON)
    undone(imported(tmp_path, [*MARTIN[:7], "1 590,00"], by=sender))
    with pytest.raises(undo.CannotUndo, match="déjà agi"):
        undone(first)


def test_an_import_is_not_undone_twice_nor_two_months_later(tmp_path):
    job = imported(tmp_path, MARTIN)
    with pytest.raises(undo.CannotUndo, match="plus de 60 jours"):
        undo.ask_undo(job, by=factories.user(), at=NOON + timedelta(days=61))
    undone(job)
    with pytest.raises(undo.CannotUndo):
        undone(job)


def test_what_was_written_is_no_longer_kept_with_the_lines_after_two_months(tmp_path):
    job = imported(tmp_path, MARTIN)
    assert undo.forget_traces(at=NOON + timedelta(days=59)) == 0
    assert undo.forget_traces(at=NOON + timedelta(days=61)) == 1
    assert ImportRow.objects.get(job=job).written == {}


def test_a_decision_of_which_no_household_came_is_forgotten_after_two_months_and_the_others_stay(tmp_path):
    imported(tmp_path, MARTIN)
    sender, by = factories.structure("bailleur-a"), factories.user()
    home = Case.objects.get().household
    for key, household, at in (
        ("vain", None, NOON),
        ("recent", None, NOON + timedelta(days=30)),
        ("of a household", home, NOON),
    ):
        IdentityDecision.objects.create(
            structure=sender,
            key=key,
            household=household,
            address_key="5 rue de la plaine",
            decided_by=by,
            decided_at=at,
        )
    undo.forget_traces(at=NOON + timedelta(days=61))
    assert set(IdentityDecision.objects.values_list("key", flat=True)) == {"recent", "of a household"}


def test_the_first_file_of_a_landlord_is_its_initial_stock(tmp_path):
    first = imported(tmp_path, MARTIN, as_of=OCTOBER)
    imported(tmp_path, [*SMALL[:7], "1 060,00"])
    assert first.is_initial_stock
    stock = dict(Case.objects.values_list("tenancy__reference", "is_initial_stock"))
    assert stock == {"L7001": True, "L7002": False}


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(120)
def test_an_import_and_an_undo_of_one_landlord_at_once_never_mix(tmp_path):
    """Whichever comes first, the other sees all of it: the undo is refused, or the import opens anew."""
    lines = [[f"L71{place:02}", "MARTIN", "Alice", f"17/05/19{60 + place}", *MARTIN[4:]] for place in range(6)]
    first = imported(tmp_path, *lines, as_of=OCTOBER)
    undo.ask_undo(first, by=factories.member("bailleur-a", "correspondent"), at=NOON)
    file = write_csv(tmp_path / "november.csv", [HEADINGS, *lines])
    second = ImportJob(
        structure=first.structure, file_name=file.name, columns=first.columns, as_of=NOVEMBER, state="running"
    )
    second.file.save("file", ContentFile(file.read_bytes()), save=True)

    def one(job: ImportJob) -> None:
        with leases.wait_for(run.lease_name("grigny")) as lease:
            job = ImportJob.objects.select_related("structure", "by").get(pk=job.pk)
            run.run_job(job, lease=lease, at=NOON)
        connection.close()

    together(lambda: one(first), lambda: one(second))
    states = dict(ImportJob.objects.values_list("pk", "state"))
    open_cases, voided = Case.objects.filter(closed_on=None).count(), Case.objects.filter(outcome="voided").count()
    found = (states[first.pk], states[second.pk], open_cases, voided)
    assert found in {("undone", "done", 6, 6), ("done", "done", 6, 0)}
    assert broken() == []
