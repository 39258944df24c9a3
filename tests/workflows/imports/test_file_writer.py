"""The commonest lines are written many at once, the next balances and the newcomers: the same rows as by the ordinary acts, one
by one."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from cases.actions import case as cases, debts
from cases.models import Case, DebtStatement, JournalEntry, PastRow, Report, Tenancy, Watch
from tests import factories
from tests.factories import NOON
from tests.workflows.actions.all_rows import Rows, WorldInWords, changed_tables, read_all
from tests.workflows.imports.files import write_csv
from workflows.actions import leases
from workflows.imports import file_writer
from workflows.imports.balance_outcome import Judgement
from workflows.imports.columns import suggest_mapping
from workflows.imports.file_writer import FileWriter, WrittenLine
from workflows.imports.lines import FilePlanner
from workflows.imports.plan import LinePlan
from workflows.imports.read import FileTable, read_table
from workflows.imports.run import import_table, lease_name
from workflows.models import ImportJob, ImportRow

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HEADINGS = ["Réf. locataire", "Nom", "Prénom", "Né(e) le", "Tél.", "Loyer HC", "Charges", "Solde débiteur", "Nb mois"]
NAMES = (
    "MARTIN", "DURAND", "PETIT", "OKAFOR", "YILMAZ", "NGUYEN", "BERNARD", "DIALLO", "LEROY", "MOREAU", "SIMON",
    "LAURENT", "GARCIA", "ROUX", "FONTAINE", "CHEVALIER", "HENRY",
)  # fmt: skip
NEXT_MONTH = NOON + timedelta(days=31)
SENDER = "bailleur-a"
Cells = list[str]


def cells(number: int, balance: str, *, phone: str = "", months: str = "2") -> Cells:
    born = f"1{number % 9 + 1}/0{number % 8 + 1}/19{60 + number}"
    return [f"L{number:04}", NAMES[number], "Alice", born, phone, "450,00", "80,00", balance, months]


def depose(
    folder: Path, rows: Sequence[Cells], *, at: Any, sender: str = SENDER, headings: Cells = HEADINGS
) -> tuple[ImportJob, FileTable]:
    factories.say_basis(factories.structure(sender))
    job = ImportJob.objects.create(
        structure=factories.structure(sender), columns=suggest_mapping(headings), as_of=localdate(at), state="running"
    )
    return job, read_table(write_csv(folder / f"{job.pk}.csv", [headings, *rows]))


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
    refuse_balance(2000, monkeypatch)
    return depose(tmp_path, NEXT, at=NEXT_MONTH)


def refuse_balance(refused: int, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = Judgement.judge

    def judge(judgement: Judgement, plan: LinePlan) -> None:
        judged(judgement, plan)
        if plan.statement and plan.row.values["debt"] == refused:
            plan.statement.balance = Decimal(-1)

    monkeypatch.setattr(Judgement, "judge", judge)


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
    by_hand, together = write_in_two_copies(job, table, at=NEXT_MONTH, monkeypatch=monkeypatch)
    assert changed_tables(by_hand.before, by_hand.now) >= {
        "debtstatement",
        "journalentry",
        "outbox",
        "importrow",
        "watch",
    }
    assert outcomes_of(job, by_hand) == {
        "updated": 10, "created": 2, "ignored": 2, "watched": 2, "rejected": 2, "to_check": 1
    }  # fmt: skip
    assert together == [(9, 4), (4, 4), (2, 0)]


def write_in_two_copies(
    job: ImportJob, table: FileTable, *, at: Any, monkeypatch: pytest.MonkeyPatch
) -> tuple[WorldInWords, list[tuple[int, int]]]:
    """Every row is the same, and what the database kept of those that were there, whether the lines are written alone or
    together; of a new one, no state is kept that lasted for a part of its first act. Returns the world of those that were
    written alone; and how many lines were tried together, with how many were left."""
    before, together = read_all(), []
    written = FileWriter.write_together

    def write_together(writer: FileWriter, plans: Sequence[LinePlan]) -> list[LinePlan]:
        apart = written(writer, plans)
        together.append((len(plans), len(apart)))
        return apart

    monkeypatch.setattr(FileWriter, "write_together", write_together)
    with monkeypatch.context() as ordinary:
        ordinary.setattr(file_writer, "may_wait", lambda plan, sender: False)
        by_hand, kept_by_hand = in_a_copy(before, lambda: import_now(job, table, at=at))
    at_once, kept_at_once = in_a_copy(before, lambda: import_now(job, table, at=at))
    assert difference(every_row(by_hand), every_row(at_once)) == ([], [])
    only_by_hand, only_at_once = difference(kept_by_hand, kept_at_once)
    assert only_at_once == []
    assert [each for each in only_by_hand if " new " not in each] == []
    return by_hand, together


def outcomes_of(job: ImportJob, world: WorldInWords) -> Counter[str]:
    return Counter(row["outcome"] for row in world.now["importrow"].values() if row["job_id"] == job.pk)


NEWCOMER = {
    "Réf. locataire": "", "Nom": "", "Prénom": "Alice", "Né(e) le": "", "Cotitulaire": "", "Adresse": "", "CP": "91350",
    "Commune": "Grigny", "Loyer HC": "450,00", "Charges": "80,00", "Type aide": "", "Solde débiteur": "1 060,00",
    "Nb mois": "2", "Enfants": "", "Prestations familiales": "", "RSA": "", "Salarié": "", "Mesure de protection": "",
    "Organisme": "", "Type de bailleur": "", "Commandement de payer": "", "Commandement de quitter les lieux": "",
}  # fmt: skip


def newcomer(number: int, **said: str) -> Cells:
    """A tenant of whom nothing was known. `said`: by the first words of the headings."""
    plain = {"Réf": f"N{number:04}", "Nom": NAMES[number], "Né": f"1{number % 9}/05/19{60 + number}"}
    plain["Adresse"] = f"{number + 1} rue des Lacs"
    known = plain | said
    return [
        next((value for key, value in known.items() if name.startswith(key)), each) for name, each in NEWCOMER.items()
    ]


FAMILY = {"Enfants": "2", "Prestations": "oui", "Type aide": "APL", "RSA": "non", "Salarié": "oui"}
ALONE = {"Enfants": "0", "Prestations": "non", "Type aide": "APL", "RSA": "oui", "Salarié": "non"}
NEWCOMERS = [
    newcomer(0),
    newcomer(1, Cotitulaire="MARTIN Paul"),
    newcomer(2, **FAMILY),
    newcomer(3, **ALONE),
    newcomer(4, Organisme="MSA"),
    newcomer(5, Mesure="oui"),
    newcomer(6, Enfants="1"),  # not all that is asked
    newcomer(2, **FAMILY),  # said twice
    newcomer(7, **{"Commandement de payer": "02/11/2026"}, **FAMILY),
    newcomer(8, **{"Commandement de quitter": "02/11/2026"}),  # presses
    newcomer(9, Solde="100,00"),  # watched
    newcomer(16, Solde="90,00", Cotitulaire="HENRY Paul", **FAMILY),  # watched, with facts
    newcomer(16, Solde="90,00", Cotitulaire="HENRY Paul", **FAMILY),  # said twice
    newcomer(10, Solde="beaucoup"),  # not read
    newcomer(11, Solde="0,00"),  # nothing
    newcomer(12, Type="EPFIF", **{key: each for key, each in FAMILY.items() if key != "Type aide"}),
    newcomer(0, Réf="N9000", Adresse="30 rue des Lacs"),  # a second lease of the same household
    newcomer(13, Nb="", Type="EPFIF"),
    newcomer(14, **FAMILY),
    newcomer(14, Né="01/01/1990", Réf=""),  # whose?
    newcomer(15, **ALONE),
    newcomer(15, Réf="N9001", Adresse="31 rue des Lacs"),
]


OF_LANDLORD = (
    {"created": 15, "ignored": 3, "watched": 2, "rejected": 1, "to_check": 1},
    {"R0": 1, "R1": 1, "R4b": 3, "R5": 3, "R9": 2, "R11": 1},
    [(7, 0), (3, 0), (6, 0), (2, 0)],
)
"""What becomes of the lines, by which rows of the table cases were routed, and how many lines were tried together, with how many
were left."""
OF_CAF = (
    {"created": 17, "ignored": 3, "rejected": 1, "to_check": 1},
    {"R0": 1, "R1": 1, "R9": 2},
    [(7, 0), (3, 0), (6, 0), (2, 0)],
)


@pytest.mark.parametrize(
    ("sender", "is_first", "outcomes", "routed", "tried"),
    [(SENDER, True, *OF_LANDLORD), (SENDER, False, *OF_LANDLORD), ("caf-91", False, *OF_CAF)],
    ids=["first", "later", "caf"],
)
def test_newcomers_of_all_kinds_are_written_row_for_row(
    tmp_path, monkeypatch, sender, is_first, outcomes, routed, tried
):
    if not is_first:
        ImportJob.objects.create(
            structure=factories.structure(sender), columns={}, as_of=localdate(NOON), state="done"
        )
    job, table = depose(tmp_path, NEWCOMERS, at=NOON, sender=sender, headings=list(NEWCOMER))
    world, together = write_in_two_copies(job, table, at=NOON, monkeypatch=monkeypatch)
    assert outcomes_of(job, world) == outcomes
    assert Counter(row["rule_code"] for row in world.now["routingdecision"].values()) == routed
    assert together == tried


def test_a_newcomer_that_is_refused_leaves_the_others(tmp_path, monkeypatch):
    refuse_balance(2000, monkeypatch)
    rows = [newcomer(0), newcomer(1, Solde="2 000,00"), newcomer(2, **FAMILY), newcomer(1, Solde="2 100,00")]
    job, table = depose(tmp_path, rows, at=NOON, headings=list(NEWCOMER))
    world, together = write_in_two_copies(job, table, at=NOON, monkeypatch=monkeypatch)
    assert outcomes_of(job, world) == {"created": 3, "rejected": 1}
    assert together == [(3, 3)]


def test_a_household_that_waits_is_known_to_the_lines_after_one_that_was_refused_alone(tmp_path, monkeypatch):
    refuse_balance(2000, monkeypatch)
    refused = newcomer(1, Solde="2 000,00", **{"Commandement de payer": "02/11/2026"})
    rows = [newcomer(0), refused, newcomer(0, Réf="N9000", Adresse="30 rue des Lacs")]
    job, table = depose(tmp_path, rows, at=NOON, headings=list(NEWCOMER))
    import_now(job, table, at=NOON)
    assert Counter(job.rows.values_list("outcome", flat=True)) == {"created": 2, "rejected": 1}
    homes = Tenancy.objects.order_by("reference").values_list("reference", "household")
    assert [reference for reference, _ in homes] == ["N0000", "N9000"]
    assert len({home for _, home in homes}) == 1


def test_a_line_in_credit_is_still_one_when_it_is_planned_again(tmp_path, monkeypatch):
    """Of a household that has two leases, the line of the other was refused just before."""
    garage = newcomer(0, Réf="N9000", Adresse="30 rue des Lacs", Solde="900,00")
    import_now(*depose(tmp_path, [newcomer(0), garage], at=NOON, headings=list(NEWCOMER)), at=NOON)
    refuse_balance(2000, monkeypatch)
    rows = [newcomer(0, Solde="2 000,00"), newcomer(0, Réf="N9000", Adresse="30 rue des Lacs", Solde="-5,00")]
    job, table = depose(tmp_path, rows, at=NEXT_MONTH, headings=list(NEWCOMER))
    import_now(job, table, at=NEXT_MONTH)
    assert list(job.rows.order_by("line").values_list("outcome", "reason")) == [
        ("rejected", file_writer.NOT_WRITTEN),
        ("updated", "dette soldée : clôture proposée (solde créditeur)"),
    ]


def test_a_line_in_credit_clears_nothing_where_the_owing_one_of_its_number_was_refused(tmp_path, monkeypatch):
    import_now(*depose(tmp_path, [cells(0, "1 060,00"), cells(1, "1 060,00")], at=NOON), at=NOON)
    refuse_balance(2000, monkeypatch)
    owing = cells(0, "2 000,00", phone="06 12 34 56 78")  # more than its balance: written alone
    job, table = depose(tmp_path, [owing, cells(1, "90,00"), cells(0, "-5,00")], at=NEXT_MONTH)
    import_now(job, table, at=NEXT_MONTH)
    assert list(job.rows.order_by("line").values_list("outcome", flat=True)) == ["rejected", "updated", "ignored"]
    assert "la ligne 2, de même numéro, reste à corriger" in job.rows.get(line=4).reason


def test_a_small_debt_that_is_refused_leaves_the_others_and_the_cases_that_were_written_before_it(
    tmp_path, monkeypatch
):
    refuse_balance(95, monkeypatch)
    rows = [newcomer(0), newcomer(1, Solde="90,00"), newcomer(2, Solde="95,00"), newcomer(3, **FAMILY)]
    job, table = depose(tmp_path, rows, at=NOON, headings=list(NEWCOMER))
    world, together = write_in_two_copies(job, table, at=NOON, monkeypatch=monkeypatch)
    assert outcomes_of(job, world) == {"created": 2, "watched": 1, "rejected": 1}
    assert together == [(4, 4)]


def test_lines_of_which_nothing_could_be_kept_are_written_one_by_one(tmp_path, monkeypatch):
    kept, refused = FileWriter.write_rows, list[int]()

    def refuse_once(writer: FileWriter, written: Sequence[WrittenLine]) -> None:
        kept(writer, written)
        if not refused:
            refused.append(len(written))
            raise DatabaseError

    monkeypatch.setattr(FileWriter, "write_rows", refuse_once)
    rows = [newcomer(0), newcomer(1, Solde="90,00"), newcomer(2, **FAMILY)]
    job, table = depose(tmp_path, rows, at=NOON, headings=list(NEWCOMER))
    import_now(job, table, at=NOON)
    assert refused == [3]
    assert Counter(job.rows.values_list("outcome", flat=True)) == {"created": 2, "watched": 1}
    assert (Case.objects.count(), Watch.objects.count(), Tenancy.objects.count()) == (2, 1, 3)


def test_many_small_debts_take_as_many_statements_as_few(tmp_path):
    import_now(*depose(tmp_path, [newcomer(15)], at=NOON, headings=list(NEWCOMER)), at=NOON)  # a sender’s first file
    few = statements_of_import(tmp_path, [newcomer(number, Solde="90,00") for number in range(3)])
    many = statements_of_import(tmp_path, [newcomer(number, Solde="90,00") for number in range(3, 15)])
    assert Watch.objects.count() == 15
    assert many == few


def statements_of_import(folder: Path, rows: Sequence[Cells]) -> int:
    job, table = depose(folder, rows, at=NOON, headings=list(NEWCOMER))
    with CaptureQueriesContext(connection) as made:
        import_now(job, table, at=NOON)
    return len(made)


def test_newcomers_of_a_killed_run_are_written_once(tmp_path, monkeypatch):
    rows = [*NEWCOMERS[:7], *NEWCOMERS[8:12], *NEWCOMERS[13:16]]  # each of a household of its own
    job, table = depose(tmp_path, rows, at=NOON, headings=list(NEWCOMER))
    monkeypatch.setattr(file_writer, "TOGETHER", 2)
    compare_with_killed(job, table, at=NOON, act="report_newcomers", monkeypatch=monkeypatch)


def test_small_debts_of_a_killed_run_are_written_once(tmp_path, monkeypatch):
    rows = [newcomer(number, Solde="90,00") for number in range(7)]
    job, table = depose(tmp_path, rows, at=NOON, headings=list(NEWCOMER))
    monkeypatch.setattr(file_writer, "TOGETHER", 2)
    compare_with_killed(job, table, at=NOON, act="watch_newcomers", monkeypatch=monkeypatch)


def test_what_was_killed_goes_on_and_nothing_is_written_twice(next_month, monkeypatch):
    monkeypatch.setattr(file_writer, "TOGETHER", 2)
    compare_with_killed(*next_month, at=NEXT_MONTH, act="report_next_balances", monkeypatch=monkeypatch)


def compare_with_killed(
    job: ImportJob, table: FileTable, *, at: Any, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is killed the third time that lines were written together, and goes on, writes what a whole one does."""
    before, done, times = read_all(), getattr(file_writer, act), []
    whole, _ = in_a_copy(before, lambda: import_now(job, table, at=at))

    def killed(*args: Any, **named: Any) -> Any:
        written = done(*args, **named)
        times.append(len(written))
        if len(times) == 3:
            raise KeyboardInterrupt
        return written

    def import_in_two_runs() -> None:
        with monkeypatch.context() as until:
            until.setattr(file_writer, act, killed)
            with pytest.raises(KeyboardInterrupt):
                import_now(job, table, at=at)
        assert 0 < ImportRow.objects.filter(job=job).count() < len(table.rows)
        import_now(job, table, at=at)

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
    import_now(*depose(tmp_path, NEWCOMERS[:4], at=NEXT_MONTH, headings=list(NEWCOMER)), at=NEXT_MONTH)
    acts = [acts_of(case) for case in Case.objects.filter(opened_on=localdate(NEXT_MONTH))]
    assert [len(found) for found in acts] == [1, 1, 1, 1]
    assert len(set().union(*acts)) == 4
    routed = JournalEntry.objects.filter(kind="step.routed", cause__kind="report.made").values_list("case", flat=True)
    assert len(set(routed)) == 2
    small = [newcomer(number, Solde="90,00") for number in range(4, 7)]
    import_now(*depose(tmp_path, small, at=NEXT_MONTH, headings=list(NEWCOMER)), at=NEXT_MONTH)
    leases = Watch.objects.values_list("tenancy", flat=True)
    recorded = JournalEntry.objects.filter(kind="tenancy.recorded", data__tenancy__in=list(leases))
    assert len(set(recorded.values_list("act", flat=True))) == 3


def acts_of(case: Case) -> set[Any]:
    return set(JournalEntry.objects.filter(case=case).values_list("act", flat=True))
