"""Lines that only say the next balance are written many at once: the same rows as by the ordinary acts, one by one."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils.timezone import localdate

from cases.actions import case as cases, debts
from cases.models import Case, DebtStatement, JournalEntry, PastRow, Report, Tenancy, Watch
from tests import factories
from tests.factories import NOON
from tests.workflows.actions.all_rows import Rows, WorldInWords, changed_tables, read_all
from tests.workflows.imports.files import write_csv
from workflows.actions import leases
from workflows.actions.next_balances import report_next_balances
from workflows.imports import file_writer
from workflows.imports.balance_outcome import Judgement
from workflows.imports.columns import suggest_mapping
from workflows.imports.file_writer import FileWriter
from workflows.imports.lines import FilePlanner
from workflows.imports.plan import LinePlan
from workflows.imports.read import FileTable, read_table
from workflows.imports.run import import_table, lease_name
from workflows.models import ImportJob, ImportRow

pytestmark = pytest.mark.django_db
HEADINGS = ["Réf. locataire", "Nom", "Prénom", "Né(e) le", "Tél.", "Loyer HC", "Charges", "Solde débiteur", "Nb mois"]
NAMES = (
    "MARTIN", "DURAND", "PETIT", "OKAFOR", "YILMAZ", "NGUYEN", "BERNARD", "DIALLO", "LEROY", "MOREAU", "SIMON",
    "LAURENT", "GARCIA", "ROUX", "FONTAINE", "CHEVALIER",
)  # fmt: skip
NEXT_MONTH = NOON + timedelta(days=31)
SENDER = "bailleur-a"
Cells = list[str]


def cells(number: int, balance: str, *, phone: str = "", months: str = "2") -> Cells:
    born = f"1{number % 9 + 1}/0{number % 8 + 1}/19{60 + number}"
    return [f"L{number:04}", NAMES[number], "Alice", born, phone, "450,00", "80,00", balance, months]


def depose(folder: Path, rows: Sequence[Cells], *, at: Any) -> tuple[ImportJob, FileTable]:
    factories.say_basis(factories.structure(SENDER))
    job = ImportJob.objects.create(
        structure=factories.structure(SENDER), columns=suggest_mapping(HEADINGS), as_of=localdate(at), state="running"
    )
    return job, read_table(write_csv(folder / f"{job.pk}.csv", [HEADINGS, *rows]))


def import_now(job: ImportJob, table: FileTable, *, at: Any) -> None:
    with leases.wait_for(lease_name("grigny")) as lease:
        import_table(ImportJob.objects.get(pk=job.pk), table, lease=lease, at=at)


FIRST = [
    *(cells(number, "1 060,00") for number in range(11)),
    cells(11, "100,00"),
    cells(12, "100,00"),
]
"""Eleven cases, and two debts that are watched."""
NEXT = [
    cells(0, "1 590,00", months="3"),
    cells(1, "1 590,50"),
    cells(11, "120,00"),  # watched again
    cells(3, "1 700,00"),
    cells(4, "1 800,00", phone="06 12 34 56 78"),  # more than its balance
    cells(5, "0,00"),  # paid
    cells(6, "1 900,00"),  # closed since the file was planned
    cells(13, "1 060,00"),  # new
    cells(7, "1 910,00"),  # watched by mistake
    cells(8, "beaucoup"),  # not read
    cells(9, "1 920,00"),  # its report was taken back
    cells(12, "1 060,00"),  # a watched debt that grows
    cells(10, "1 930,00"),  # told for that day already
    cells(0, "1 590,00", months="3"),  # said twice
    cells(2, "2 000,00"),  # refused by the database
    cells(14, "0,00"),  # nothing
    cells(15, "80,00"),  # small
    cells(2, "2 100,00"),  # the one that was refused, said twice
    ["L0001", "MARTIN", "Alice", "", "", "450,00", "80,00", "700,00", "2"],  # whose?
]


def of(number: int) -> Tenancy:
    return Tenancy.objects.get(reference=f"L{number:04}")


def change_meanwhile() -> None:
    cases.close_case(case=Case.objects.get(tenancy=of(6)), outcome="settled", at=NEXT_MONTH, by=None)
    debts.watch(tenancy=of(7), structure=factories.structure(SENDER), on=localdate(NEXT_MONTH))
    Report.objects.filter(tenancy=of(9)).update(voided_at=NEXT_MONTH)
    debts.record_statement(
        tenancy=of(10), source=factories.structure(SENDER), as_of=localdate(NEXT_MONTH), balance=Decimal(5),
        at=NEXT_MONTH,
    )  # fmt: skip


@pytest.fixture
def next_month(tmp_path, monkeypatch):
    """The file of the next month, of which the database refuses a line."""
    import_now(*depose(tmp_path, FIRST, at=NOON), at=NOON)
    assert (Case.objects.count(), Watch.objects.count()) == (11, 2)
    judged = Judgement.judge

    def judge(judgement: Judgement, plan: LinePlan) -> None:
        judged(judgement, plan)
        if plan.statement and plan.row.values["debt"] == 2000:
            plan.statement.balance = Decimal(-1)

    monkeypatch.setattr(Judgement, "judge", judge)
    return depose(tmp_path, NEXT, at=NEXT_MONTH)


@pytest.fixture
def changed_meanwhile(monkeypatch):
    """Some cases change once the lines of the file were looked up."""
    looked_up = FilePlanner.load_known_homes

    def look_up(planner: FilePlanner, rows: Any) -> None:
        looked_up(planner, rows)
        if len(rows) == len(NEXT):
            change_meanwhile()

    monkeypatch.setattr(FilePlanner, "load_known_homes", look_up)


def in_a_copy(before: Rows, act: Callable[[], object]) -> tuple[WorldInWords, Counter[str]]:
    """Each row after an act, and what the database kept of those that it changed; then all is as before."""
    newest = PastRow.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    copy = transaction.savepoint()
    act()
    rows, past = read_all(), PastRow.objects.filter(pk__gt=newest)
    kept = Counter(
        f"{each.table_name} {each.row if each.row in before_of(before, each.table_name) else 'new'}"
        f" {'deleted' if each.is_deleted else ''} {sorted(each.was)}"
        for each in past
    )
    transaction.savepoint_rollback(copy)
    assert read_all() == before
    return WorldInWords(before, rows), kept


def before_of(before: Rows, table: str) -> dict[Any, Any]:
    return before.get(table.split("_", 1)[1], {})


def every_row(world: WorldInWords) -> Counter[str]:
    """But of the lease, which says the time of the server."""
    return Counter({row: count for row, count in world.every_row().items() if not row.startswith("lease ")})


def difference(expected: Counter[str], found: Counter[str]) -> tuple[list[str], list[str]]:
    return sorted((expected - found).elements()), sorted((found - expected).elements())


def test_in_two_copies_of_a_world_every_row_of_every_table_is_the_same(next_month, changed_meanwhile, monkeypatch):
    job, table = next_month
    before, together = read_all(), []
    written = FileWriter.write_together

    def write_together(writer: FileWriter, plans: Sequence[LinePlan]) -> list[LinePlan]:
        apart = written(writer, plans)
        together.append((len(plans), len(apart)))
        return apart

    monkeypatch.setattr(FileWriter, "write_together", write_together)
    with monkeypatch.context() as ordinary:
        ordinary.setattr(file_writer, "may_wait", lambda plan: False)
        by_hand, kept_by_hand = in_a_copy(before, lambda: import_now(job, table, at=NEXT_MONTH))
    at_once, kept_at_once = in_a_copy(before, lambda: import_now(job, table, at=NEXT_MONTH))
    expected = every_row(by_hand)
    assert difference(expected, every_row(at_once)) == ([], [])
    assert difference(kept_by_hand, kept_at_once) == ([], [])
    assert changed_tables(before, by_hand.now) >= {"debtstatement", "journalentry", "outbox", "importrow", "watch"}
    outcomes = Counter(row["outcome"] for row in by_hand.now["importrow"].values() if row["job_id"] == job.pk)
    assert outcomes == {"updated": 10, "created": 2, "ignored": 2, "watched": 2, "rejected": 2, "to_check": 1}
    assert together == [(8, 4), (3, 3), (2, 0)]


def test_what_was_killed_goes_on_and_nothing_is_written_twice(next_month, monkeypatch):
    job, table = next_month
    before = read_all()
    monkeypatch.setattr(file_writer, "TOGETHER", 2)
    whole, _ = in_a_copy(before, lambda: import_now(job, table, at=NEXT_MONTH))
    times: list[int] = []

    def killed(*args: Any, **named: Any) -> Any:
        done = report_next_balances(*args, **named)
        times.append(len(done))
        if len(times) == 3:
            raise KeyboardInterrupt
        return done

    def import_in_two_runs() -> None:
        with monkeypatch.context() as until:
            until.setattr(file_writer, "report_next_balances", killed)
            with pytest.raises(KeyboardInterrupt):
                import_now(job, table, at=NEXT_MONTH)
        assert 0 < ImportRow.objects.filter(job=job).count() < len(NEXT)
        import_now(job, table, at=NEXT_MONTH)

    in_two, _ = in_a_copy(before, import_in_two_runs)
    assert difference(every_row(whole), every_row(in_two)) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_each_line_is_an_act_of_its_own(tmp_path):
    """What a row said before is found by the act that changed it: no two lines of a file share one."""
    import_now(*depose(tmp_path, FIRST[:3], at=NOON), at=NOON)
    import_now(*depose(tmp_path, [cells(number, "1 590,00") for number in range(3)], at=NEXT_MONTH), at=NEXT_MONTH)
    lines = JournalEntry.objects.filter(kind="statement.recorded", happened_at=NEXT_MONTH)
    assert len(set(lines.values_list("act", flat=True)) - {None}) == 3
    statements = DebtStatement.objects.filter(as_of=localdate(NEXT_MONTH)).order_by("pk")
    assert [line.data for line in lines.order_by("pk")] == [
        {"statement": row.pk, "corrected": False} for row in statements
    ]
    kept = ImportRow.objects.filter(job__as_of=localdate(NEXT_MONTH)).order_by("line")
    assert [row.written["entries"][1] for row in kept] == [line.pk for line in lines.order_by("pk")]
