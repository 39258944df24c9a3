"""Many cases of arrears for benchmarks, and colleagues to follow them, copied from the demonstration’s by set-based SQL.

Each new case takes after one of the demonstration, with its household, lease, debt, participations, assignments,
procedure, tasks and deadlines. Its journal and its routing are kept to what lists and invariants read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

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
    Membership,
    Milestone,
    Participation,
    Report,
    Tenancy,
    User,
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
    """Column → its value in the copy; `n.g` is the number of the new case, `n.new` that of the new row, `w` its line of
    `wanted`."""

    @property
    def table(self) -> str:
        return self.model._meta.db_table  # noqa: SLF001

    @property
    def fields(self) -> dict[str, "models.Field[Any, Any]"]:
        """By column."""
        fields = self.model._meta.concrete_fields  # noqa: SLF001
        return {str(each.column): each for each in fields if not each.generated}

    @property
    def people(self) -> list[str]:
        """The columns that name somebody: in the copy, perhaps a colleague of his."""
        return [column for column, each in self.fields.items() if each.related_model is User]


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
        changes={"opened_on": "t.opened_on - (n.g % 300)::int - w.days_back"},
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
        changes={
            "cause_id": "NULL",
            # Who was assigned: the journal says so too.
            "data": "t.data || coalesce((SELECT jsonb_build_object('user', k.new) FROM colleagues k"
            " WHERE k.user_id = (t.data ->> 'user')::bigint AND k.rank = w.turn % k.among), '{}')",
        },
    ),
)


TABLES = {copy.model: copy.table for copy in COPIES}


PORTION = 10_000
"""Cases of one transaction: what a stopped command loses, and what its triggers have waiting for its end."""
MODELS = 1_000
"""Cases that are copied, at most: the oldest. A portion so takes as long in a large database as in a small one."""
DAYS_BACK = 730
"""Over how many days the copies of closed cases are spread, besides those of the demonstration."""


class CopiedCases(StrEnum):
    """Which cases are copied."""

    ANY = "any"
    CLOSED = "closed"
    OPEN = "open"
    OF_BUSIEST = "of_busiest"
    """Where the person with the most open steps has one: hers stay hers."""


@dataclass(frozen=True, kw_only=True)
class Life:
    """How many cases are open and who holds them, where the copies are to look like the work of a large territory."""

    opened: int
    """Copies of open cases; all others are of closed ones, of the two years before those of the demonstration."""
    held: int
    """Open steps of one person, at most, or open cases that he follows: colleagues are given to whoever would hold more. Besides
    what the cases of the busiest person bring to whoever shares them."""
    most: int = 0
    """Open steps that the busiest person holds all the same."""


def multiply(*, number: int, at: datetime, life: Life | None = None) -> Iterator[int]:
    """Add so many cases to those of the demonstration, and say after each portion how many there are. A portion stays, whatever
    becomes of the next.

    What reminders are to say of these is said first: with the same dates, the copies are looked at on the same days.
    """
    reminders.scan(at=at)
    with connection.cursor() as cursor:
        _find_models(cursor)
        if life:
            _give_colleagues(cursor, life)
        done = 0
        for sort, wanted in _shares(cursor, number, life):
            for first in range(0, wanted, PORTION):
                size = min(PORTION, wanted - first)
                with transaction.atomic():
                    _copy_portion(cursor, sort, first=first, size=size, already=done)
                if done == 0 and size < number:
                    analyze()
                done += size
                yield done
        analyze()
        cursor.execute("DROP TABLE busiest, models, names, kept_tasks, colleagues")


def _find_models(cursor: CursorWrapper) -> None:
    """The cases to copy of each sort in their order, and what of them is kept."""
    cursor.execute(
        "CREATE TEMP TABLE oldest AS SELECT id AS case_id, closed_on FROM cases_case WHERE kind = 'arrears' ORDER BY id LIMIT %s",
        [MODELS],
    )
    cursor.execute(
        "CREATE TEMP TABLE kept_tasks AS SELECT id, case_id, owner_id, status IN ('NEW', 'STARTED') AS is_open"
        " FROM workflows_casetask JOIN oldest USING (case_id)"
        " WHERE is_human AND (status IN ('NEW', 'STARTED') OR node IN ('answer', 'contact'))"
    )
    # What is copied may be many already: without these, each row would read all of them.
    cursor.execute("CREATE INDEX ON kept_tasks (case_id)")
    cursor.execute(
        "CREATE TEMP TABLE busiest AS SELECT owner_id, count(*) AS steps, count(DISTINCT case_id) AS cases FROM kept_tasks"
        " WHERE is_open AND owner_id IS NOT NULL GROUP BY owner_id ORDER BY steps DESC, owner_id LIMIT 1"
    )
    cursor.execute(
        "CREATE TEMP TABLE models AS WITH sorted AS (SELECT case_id, unnest(ARRAY['any', CASE WHEN closed_on IS NULL THEN 'open' ELSE 'closed' END,"
        " CASE WHEN EXISTS (SELECT FROM kept_tasks k JOIN busiest USING (owner_id)"
        " WHERE k.case_id = oldest.case_id AND k.is_open) THEN 'of_busiest' END]) AS sort FROM oldest)"
        " SELECT case_id, sort, row_number() OVER (PARTITION BY sort ORDER BY case_id) - 1 AS rank,"
        " count(*) OVER (PARTITION BY sort) AS among FROM sorted WHERE sort IS NOT NULL"
    )
    cursor.execute(
        "CREATE TEMP TABLE names AS SELECT name, rank - 1 AS rank FROM unnest(%s::text[]) WITH ORDINALITY AS given(name, rank)",
        [FAMILY_NAMES],
    )
    cursor.execute(
        "CREATE TEMP TABLE colleagues (user_id bigint, rank int, among int, new bigint, PRIMARY KEY (user_id, rank))"
    )
    cursor.execute("DROP TABLE oldest")
    cursor.execute("ANALYZE kept_tasks, models, names")


def _give_colleagues(cursor: CursorWrapper, life: Life) -> None:
    """As many as nobody needs to hold more than that: the first is he himself, the others work where he does, by his role."""
    cursor.execute(
        "INSERT INTO colleagues WITH held AS ("
        "SELECT owner_id AS user_id, count(*) FROM kept_tasks WHERE is_open AND owner_id IS NOT NULL GROUP BY owner_id"
        " UNION ALL SELECT user_id, count(*) FROM cases_assignment JOIN models USING (case_id)"
        " WHERE sort = 'open' AND until IS NULL GROUP BY user_id),"
        " needed AS (SELECT user_id, ceil(max(count) * %s / among::numeric / %s)::int AS number FROM held,"
        " (SELECT among FROM models WHERE sort = 'open' LIMIT 1) open GROUP BY user_id, among)"
        " SELECT user_id, rank, number, CASE WHEN rank = 0 THEN user_id"
        " ELSE nextval(pg_get_serial_sequence('cases_user', 'id')) END FROM needed, generate_series(0, number - 1) rank",
        [life.opened, life.held],
    )
    _copy_people(
        cursor, User, "id", email="format('%s-%s', c.rank, t.email)", last_name="t.last_name || '-' || c.rank"
    )
    _copy_people(cursor, Membership, "user_id")
    _copy_people(cursor, User.groups.through, "user_id")
    cursor.execute("ANALYZE colleagues, cases_user, cases_membership")


def _copy_people(cursor: CursorWrapper, model: Model, person: str, **changes: str) -> None:
    """For each new colleague, the rows of whom he is copied from, in the column `person`."""
    table: str = model._meta.db_table  # noqa: SLF001
    number = f"nextval(pg_get_serial_sequence('{table}', 'id'))"
    copy = Copy(model=model, rows="", changes={"id": number, **changes, person: "c.new"})
    cursor.execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {table} t"
            " JOIN colleagues c ON c.user_id = t.{person} CROSS JOIN (VALUES (0)) w (days_back) WHERE c.rank > 0"
        ).format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, copy.fields)),
            values=sql.SQL(", ").join(_value(copy, column) for column in copy.fields),
            person=sql.Identifier(person),
        )
    )


def _shares(cursor: CursorWrapper, number: int, life: Life | None) -> Iterator[tuple[CopiedCases, int]]:
    """How many copies of each sort."""
    if not life:
        yield CopiedCases.ANY, number
        return
    opened = min(number, life.opened)
    closed = number - opened
    if life.most:
        cursor.execute("SELECT steps, cases FROM busiest")
        steps, cases = cursor.fetchone() or (1, 0)
        hers = min(opened, life.most * cases // steps)
        yield CopiedCases.OF_BUSIEST, hers
        opened -= hers
    yield CopiedCases.OPEN, opened
    yield CopiedCases.CLOSED, closed


def _copy_portion(cursor: CursorWrapper, sort: CopiedCases, *, first: int, size: int, already: int) -> None:
    cursor.execute("SET LOCAL work_mem = '128MB'")
    cursor.execute(
        "CREATE TEMP TABLE wanted AS SELECT number + %(already)s AS g, case_id,"
        " CASE %(sort)s WHEN 'of_busiest' THEN 0 ELSE number / among END AS turn,"
        " CASE %(sort)s WHEN 'closed' THEN number %% %(days)s ELSE 0 END AS days_back"
        " FROM generate_series(%(first)s, %(last)s) number JOIN models ON sort = %(sort)s AND rank = number %% among",
        {"already": already - first + 1, "sort": sort, "days": DAYS_BACK, "first": first, "last": first + size - 1},
    )
    cursor.execute("CREATE UNIQUE INDEX ON wanted (g)")
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
    ] + [
        sql.SQL(
            "LEFT JOIN colleagues {alias} ON {alias}.user_id = t.{column} AND {alias}.rank = w.turn % {alias}.among"
        ).format(alias=sql.Identifier(f"new_{column}"), column=sql.Identifier(column))
        for column in copy.people
    ]
    insert = sql.SQL(
        "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {numbers} n JOIN wanted w USING (g)"
        " JOIN {table} t ON t.id = n.old JOIN names ON names.rank = n.g % (SELECT count(*) FROM names) {joins}"
    ).format(
        table=table,
        columns=sql.SQL(", ").join(map(sql.Identifier, copy.fields)),
        values=sql.SQL(", ").join(_value(copy, column) for column in copy.fields),
        numbers=numbers,
        joins=sql.SQL(" ").join(joins),
    )
    return give_numbers, index, sql.SQL("ANALYZE {}").format(numbers), insert


def _value(copy: Copy, column: str) -> sql.Composable:
    if column in copy.changes:
        return _raw(copy.changes[column])
    if column == "id":
        return sql.SQL("n.new")
    if column == "public_id":
        return sql.SQL("gen_random_uuid()")
    mine, theirs = sql.Identifier("t", column), sql.Identifier(f"new_{column}", "new")
    if column in copy.follows:
        return theirs
    if column in copy.people:
        return sql.SQL("coalesce({}, {})").format(theirs, mine)
    if isinstance(copy.fields[column], models.DateTimeField):
        return sql.SQL("{} - make_interval(days => w.days_back)").format(mine)
    if isinstance(copy.fields[column], models.DateField):
        return sql.SQL("{} - w.days_back").format(mine)
    return mine


def _numbers(table: str) -> sql.Identifier:
    return sql.Identifier(f"numbers_of_{table}")


def _raw(text: str) -> sql.SQL:
    """A fragment written above, never something typed by anyone."""
    return sql.SQL(text)
