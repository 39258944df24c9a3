"""Many cases of arrears for benchmarks, copied from the demonstration’s by set-based SQL: lists and inboxes look like in life.

Each new case takes after one of the demonstration, with its household, lease, debt, participations, assignments,
procedure, tasks and deadlines. Its journal and its routing are kept to what lists and invariants read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from cases.models import (
    Assignment,
    Beneficiary,
    Case,
    Deadline,
    Debt,
    DebtStatement,
    Household,
    HouseholdMember,
    JournalEntry,
    Milestone,
    Participation,
    Report,
    Tenancy,
)
from demo.names import FAMILY_NAMES
from demo.seed import analyze
from notifications import reminders
from workflows.models import CaseProcess, CaseTask, RoutingDecision

Model = type[models.Model]


@dataclass(frozen=True, kw_only=True)
class Copy:
    model: Model
    rows: str
    """Which rows belong to the model case `c`; the row is `t`."""
    follows: Mapping[str, Model] = field(default_factory=dict)
    """Column → the copied table whose new row it names."""
    changes: Mapping[str, str] = field(default_factory=dict)
    """Column → its value in the copy; `n.g` is the number of the new case, `n.new` that of the new row."""

    @property
    def table(self) -> str:
        return self.model._meta.db_table  # noqa: SLF001

    @property
    def columns(self) -> list[str]:
        return [str(each.column) for each in self.model._meta.concrete_fields if not each.generated]  # noqa: SLF001


OF_CASE = {"case_id": Case}
COPIES = (
    Copy(model=Household, rows="t.id = c.household_id"),
    Copy(
        model=Beneficiary,
        rows="t.id IN (SELECT beneficiary_id FROM cases_householdmember m WHERE m.household_id = c.household_id)",
        changes={
            "usual_name": "t.usual_name || '-' || names.name",
            "name_key": "t.name_key || ' ' || lower(names.name)",
            "caf_number": "''",
        },
    ),
    Copy(
        model=HouseholdMember,
        rows="t.household_id = c.household_id",
        follows={"household_id": Household, "beneficiary_id": Beneficiary},
    ),
    Copy(
        model=Tenancy,
        rows="t.id = c.tenancy_id",
        follows={"household_id": Household},
        changes={"reference": "t.reference || '-' || n.new"},
    ),
    Copy(model=Debt, rows="t.tenancy_id = c.tenancy_id", follows={"household_id": Household, "tenancy_id": Tenancy}),
    Copy(
        model=DebtStatement,
        rows="t.debt_id = (SELECT d.id FROM cases_debt d WHERE d.tenancy_id = c.tenancy_id)",
        follows={"debt_id": Debt},
    ),
    Copy(
        model=Case,
        rows="t.id = c.id",
        follows={"household_id": Household, "tenancy_id": Tenancy},
        changes={"opened_on": "t.opened_on - (n.g % 300)::int"},
    ),
    Copy(model=Report, rows="t.case_id = c.id", follows={**OF_CASE, "tenancy_id": Tenancy}),
    Copy(model=Milestone, rows="t.case_id = c.id AND t.replaced_by_id IS NULL", follows=OF_CASE),
    Copy(model=Participation, rows="t.case_id = c.id", follows=OF_CASE),
    Copy(model=Assignment, rows="t.case_id = c.id", follows=OF_CASE),
    Copy(model=CaseProcess, rows="t.case_id = c.id", follows=OF_CASE),
    # With its explanation, which each page of a case shows.
    Copy(model=RoutingDecision, rows="t.case_id = c.id", follows=OF_CASE),
    Copy(
        model=CaseTask,
        rows="t.id IN (SELECT id FROM kept_tasks WHERE case_id = c.id)",
        follows={**OF_CASE, "process_id": CaseProcess},
    ),
    Copy(
        model=Deadline,
        rows="t.case_id = c.id AND (t.state = 'running' OR t.id IN (SELECT deadline_id FROM"
        " workflows_casetask_deadlines l JOIN kept_tasks k ON k.id = l.casetask_id WHERE k.case_id = c.id))",
        follows=OF_CASE,
    ),
    Copy(
        model=CaseTask.deadlines.through,
        rows="t.casetask_id IN (SELECT id FROM kept_tasks WHERE case_id = c.id)",
        follows={"casetask_id": CaseTask, "deadline_id": Deadline},
    ),
    Copy(
        model=JournalEntry,
        rows="t.case_id = c.id AND t.kind IN ('case.opened', 'step.routed', 'professional.assigned', 'case.closed')",
        follows=OF_CASE,
        changes={"cause_id": "NULL"},
    ),
)


TABLES = {copy.model: copy.table for copy in COPIES}


PORTION = 10_000
"""Cases of one transaction: what a stopped command loses, and what its triggers have waiting for its end."""
MODELS = 1_000
"""Cases that are copied, at most: the oldest. A portion so takes as long in a large database as in a small one."""


def multiply(*, number: int, at: datetime) -> Iterator[int]:
    """Add so many cases to those of the demonstration, and say after each portion how many there are. A portion stays, whatever
    becomes of the next.

    What reminders are to say of these is said first: with the same dates, the copies are looked at on the same days.
    """
    reminders.scan(at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE models AS SELECT id AS case_id, row_number() OVER (ORDER BY id) - 1 AS rank FROM cases_case"
            " WHERE kind = 'arrears' ORDER BY id LIMIT %s",
            [MODELS],
        )
        cursor.execute(
            "CREATE TEMP TABLE names AS SELECT name, rank - 1 AS rank"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS given(name, rank)",
            [FAMILY_NAMES],
        )
        cursor.execute(
            "CREATE TEMP TABLE kept_tasks AS SELECT id, case_id FROM workflows_casetask JOIN models USING (case_id)"
            " WHERE is_human AND (status IN ('NEW', 'STARTED') OR node IN ('answer', 'contact'))"
        )
        # What is copied may be many already: without these, each row would read all of them.
        cursor.execute("CREATE INDEX ON kept_tasks (case_id)")
        cursor.execute("ANALYZE kept_tasks, models, names")
        for first in range(1, number + 1, PORTION):
            last = min(first + PORTION - 1, number)
            with transaction.atomic():
                _copy_portion(cursor, first, last)
            if first == 1 or last == number:
                analyze()
            yield last
        cursor.execute("DROP TABLE models, names, kept_tasks")


def _copy_portion(cursor: CursorWrapper, first: int, last: int) -> None:
    cursor.execute("SET LOCAL work_mem = '128MB'")
    cursor.execute(
        "CREATE TEMP TABLE wanted AS SELECT g, case_id FROM generate_series(%s, %s) g"
        " JOIN models ON rank = g %% (SELECT count(*) FROM models)",
        [first, last],
    )
    cursor.execute("ANALYZE wanted")
    for copy in COPIES:
        for statement in _statements(copy):
            cursor.execute(statement)
        if copy.model is Case:
            # Each case stands here until its steps come. A trigger that planned while this was one page would keep its plan:
            # to read it from end to end, for each step.
            cursor.execute("ANALYZE workflows_casewithoutstep")
    for table in ("wanted", *(f"numbers_of_{copy.table}" for copy in COPIES)):
        cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))


def _statements(copy: Copy) -> tuple[sql.Composed, ...]:
    """Give each copied row its new number, then copy the rows with the new numbers of what they name."""
    table, numbers = sql.Identifier(copy.table), _numbers(copy.table)
    give_numbers = sql.SQL(
        "CREATE TEMP TABLE {numbers} AS SELECT w.g, found.id AS old,"
        " nextval(pg_get_serial_sequence({name}, 'id')) AS new FROM wanted w JOIN"
        " (SELECT c.id AS case_id, t.id FROM cases_case c JOIN {table} t ON {rows}"
        " WHERE c.id IN (SELECT case_id FROM wanted)) found USING (case_id)"
    ).format(numbers=numbers, name=sql.Literal(copy.table), table=table, rows=_raw(copy.rows))
    index = sql.SQL("CREATE INDEX ON {} (g, old)").format(numbers)
    joins = [
        sql.SQL("LEFT JOIN {mine} {alias} ON {alias}.g = n.g AND {alias}.old = t.{column}").format(
            mine=_numbers(TABLES[model]), alias=sql.Identifier(f"new_{column}"), column=sql.Identifier(column)
        )
        for column, model in copy.follows.items()
    ]
    insert = sql.SQL(
        "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {numbers} n"
        " JOIN {table} t ON t.id = n.old JOIN names ON names.rank = n.g % (SELECT count(*) FROM names) {joins}"
    ).format(
        table=table,
        columns=sql.SQL(", ").join(map(sql.Identifier, copy.columns)),
        values=sql.SQL(", ").join(_value(copy, column) for column in copy.columns),
        numbers=numbers,
        joins=sql.SQL(" ").join(joins),
    )
    return give_numbers, index, sql.SQL("ANALYZE {}").format(numbers), insert


def _value(copy: Copy, column: str) -> sql.Composable:
    if column == "id":
        return sql.SQL("n.new")
    if column == "public_id":
        return sql.SQL("gen_random_uuid()")
    if column in copy.changes:
        return _raw(copy.changes[column])
    if column in copy.follows:
        return sql.SQL("{}.new").format(sql.Identifier(f"new_{column}"))
    return sql.SQL("t.{}").format(sql.Identifier(column))


def _numbers(table: str) -> sql.Identifier:
    return sql.Identifier(f"numbers_of_{table}")


def _raw(text: str) -> sql.SQL:
    """A fragment written above, never something typed by anyone."""
    return sql.SQL(text)
