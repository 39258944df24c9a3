"""Many cases of arrears for benchmarks, and colleagues and structures to follow them, copied from the demonstration’s by
set-based SQL.

Each new case takes after one of the demonstration, with its household, lease, debt, participations, assignments,
procedure, tasks and deadlines. Its journal and its routing are kept to what lists and invariants read.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import product
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from cases.actions.members import role_group
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
    LandlordProfile,
    Membership,
    Milestone,
    Participation,
    Report,
    Structure,
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
    def twins(self) -> dict[str, str]:
        """The columns that name a person, a structure or a group of rights, with its table: in the copy, perhaps its twin."""
        related = {column: each.related_model for column, each in self.fields.items()}
        return {column: TWINS[model] for column, model in related.items() if model in TWINS}


TWINS: dict[Any, str] = {each: each._meta.db_table for each in (User, Structure, Group)}  # noqa: SLF001
"""Who and what has twins, by table."""
IS_TWIN = "{k}.original = {original} AND {k}.of = '{of}' AND {k}.branch = w.branch AND {k}.rank = w.turn % {k}.among"


def _say_twin(column: str, key: str, model: Model) -> str:
    """The value of a column of JSON that also names somebody, or a structure, by its number."""
    is_twin = IS_TWIN.format(k="k", original=f"(t.{column} ->> '{key}')::bigint", of=TWINS[model])
    named = f"SELECT jsonb_build_object('{key}', k.new) FROM twins k WHERE {is_twin}"  # noqa: S608 - written in this file
    return f"t.{column} || coalesce(({named}), '{{}}')"


OF_CASE = {"case_id": Case}
NUMBER = "(1 + n.new * 2654435761 / 1024 % 300)::text"
"""Of a street: the same for its address and for what it is found by."""
COPIES = (
    Copy(model=Household, rows="t.id = c.household_id"),
    Copy(
        model=Beneficiary,
        rows="t.id IN (SELECT beneficiary_id FROM cases_householdmember m WHERE m.household_id = c.household_id)",
        changes={
            "usual_name": "t.usual_name || '-' || names.name",
            "name_key": "t.name_key || ' ' || lower(names.name)",
            "caf_number": "''",
            # Each her own: else whole territories would share them, and be compared two by two.
            "phone": "CASE WHEN t.phone = '' THEN '' ELSE '+336' || lpad((n.new * 37 % 100000000)::text, 8, '0') END",
            "birth_date": "CASE WHEN length(t.birth_date) < 10 THEN t.birth_date"
            " ELSE (t.birth_date::date + (n.new * 7919 % 1500 - 750)::int)::text END",
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
        changes={
            "reference": "t.reference || '-' || n.new",
            **{column: f"regexp_replace(t.{column}, '^[0-9]+', {NUMBER})" for column in ("address", "address_key")},
        },
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
    Copy(
        model=CaseProcess,
        rows="t.case_id = c.id",
        follows=OF_CASE,
        changes={"data": _say_twin("data", "routed_to", Structure)},
    ),
    # With its explanation, which each page of a case shows.
    Copy(
        model=RoutingDecision,
        rows="t.case_id = c.id",
        follows=OF_CASE,
        changes={
            "explanation": "t.explanation || coalesce((SELECT jsonb_build_object('structure', s.code) FROM cases_structure s"
            " WHERE s.id = new_structure_id.new), '{}')",
        },
    ),
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
            "data": _say_twin("data", "user", User),
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
    branches: int = 1
    """How many times there are the structures of the demonstration, each time with its people: the cases are shared between
    them."""


def multiply(*, number: int, at: datetime, life: Life | None = None) -> Iterator[int]:
    """Add so many cases to those of the demonstration, and say after each portion how many there are. A portion stays, whatever
    becomes of the next.

    What reminders are to say of these is said first: with the same dates, the copies are looked at on the same days.
    """
    reminders.scan(at=at)
    with connection.cursor() as cursor:
        _find_models(cursor)
        if life:
            _open_branches(cursor, life)
            _give_colleagues(cursor, life)
        done = 0
        for sort, wanted in _shares(cursor, number, life):
            for first in range(0, wanted, PORTION):
                size = min(PORTION, wanted - first)
                with transaction.atomic():
                    _copy_portion(
                        cursor, sort, first=first, size=size, already=done, branches=life.branches if life else 1
                    )
                if done == 0 and size < number:
                    analyze()
                done += size
                yield done
        analyze()
        cursor.execute("DROP TABLE busiest, models, names, kept_tasks, twins")


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
        "CREATE TEMP TABLE twins (of text, original bigint, branch int, rank int, among int, new bigint,"
        " PRIMARY KEY (original, of, branch, rank))"
    )
    cursor.execute("DROP TABLE oldest")
    cursor.execute("ANALYZE kept_tasks, models, names")


def _open_branches(cursor: CursorWrapper, life: Life) -> None:
    """The structures again, with the groups that carry the rights in them. In the first branch they are themselves."""
    groups = defaultdict(set)
    for membership in Membership.objects.order_by("pk"):
        groups[membership.structure_id].add((membership.role, membership.group_id))
    found = []
    for structure, branch in product(Structure.objects.order_by("pk"), range(1, life.branches)):
        code, name = f"{structure.code}-{branch}", f"{structure.name} {branch}"
        twin = _copy_row(structure, code=code, name=name, public_id=uuid4())
        for profile in LandlordProfile.objects.filter(structure=structure):
            _copy_row(profile, structure=twin)
        found.append((TWINS[Structure], structure.pk, branch, twin.pk))
        for role, group in groups[structure.pk]:
            found.append((TWINS[Group], group, branch, role_group(twin, role).pk))
    cursor.executemany(
        "INSERT INTO twins (of, original, branch, rank, among, new) VALUES (%s, %s, %s, 0, 1, %s)", found
    )
    cursor.execute("ANALYZE twins")


def _copy_row(row: models.Model, **changes: Any) -> Any:
    values = {each.name: getattr(row, each.name) for each in row._meta.concrete_fields if not each.primary_key}  # noqa: SLF001
    return type(row)._base_manager.create(**values | changes)  # noqa: SLF001


def _give_colleagues(cursor: CursorWrapper, life: Life) -> None:
    """As many in each branch as nobody needs to hold more than that: in the first one, the first is he himself. The others work
    where he does, by his role."""
    cursor.execute(
        "INSERT INTO twins WITH held AS ("
        "SELECT owner_id AS user_id, count(*) FROM kept_tasks WHERE is_open AND owner_id IS NOT NULL GROUP BY owner_id"
        " UNION ALL SELECT user_id, count(*) FROM cases_assignment JOIN models USING (case_id)"
        " WHERE sort = 'open' AND until IS NULL GROUP BY user_id"
        " UNION ALL SELECT user_id, 0 FROM cases_membership WHERE until IS NULL),"
        " needed AS (SELECT user_id, greatest(1, ceil(max(count) * %s / among::numeric / %s / %s))::int AS number FROM held,"
        " (SELECT among FROM models WHERE sort = 'open' LIMIT 1) open GROUP BY user_id, among)"
        " SELECT 'cases_user', user_id, branch, rank, number, nextval(pg_get_serial_sequence('cases_user', 'id'))"
        " FROM needed, generate_series(0, %s - 1) branch, generate_series(0, number - 1) rank WHERE branch + rank > 0",
        [life.opened, life.held, life.branches, life.branches],
    )
    _copy_people(
        cursor,
        User,
        "id",
        email="format('%s-%s-%s', w.branch, w.rank, t.email)",
        last_name="t.last_name || '-' || w.rank || '-' || w.branch",
    )
    _copy_people(cursor, Membership, "user_id")
    _copy_people(cursor, User.groups.through, "user_id")
    cursor.execute("ANALYZE twins, cases_user, cases_membership")


def _copy_people(cursor: CursorWrapper, model: Model, person: str, **changes: str) -> None:
    """For each new colleague, the rows of whom he is copied from, in the column `person`."""
    number = f"nextval(pg_get_serial_sequence('{model._meta.db_table}', 'id'))"  # noqa: SLF001
    copy = Copy(model=model, rows="", changes={"id": number, **changes, person: "w.new"})
    cursor.execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {table} t"
            " JOIN (SELECT *, rank AS turn, 0 AS days_back FROM twins) w ON w.of = 'cases_user' AND w.original = t.{person} {joins}"
        ).format(
            table=sql.Identifier(copy.table),
            columns=sql.SQL(", ").join(map(sql.Identifier, copy.fields)),
            values=sql.SQL(", ").join(_value(copy, column) for column in copy.fields),
            person=sql.Identifier(person),
            joins=sql.SQL(" ").join(_twin_joins(copy)),
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


def _copy_portion(
    cursor: CursorWrapper, sort: CopiedCases, *, first: int, size: int, already: int, branches: int
) -> None:
    cursor.execute("SET LOCAL work_mem = '128MB'")
    cursor.execute(
        "CREATE TEMP TABLE wanted AS SELECT number + %(already)s AS g, case_id,"
        " CASE %(sort)s WHEN 'of_busiest' THEN 0 ELSE number / among %% %(branches)s END AS branch,"
        " CASE %(sort)s WHEN 'of_busiest' THEN 0 ELSE number / among / %(branches)s END AS turn,"
        " CASE %(sort)s WHEN 'closed' THEN number %% %(days)s ELSE 0 END AS days_back"
        " FROM generate_series(%(first)s, %(last)s) number JOIN models ON sort = %(sort)s AND rank = number %% among",
        {
            "already": already - first + 1,
            "sort": sort,
            "branches": branches,
            "days": DAYS_BACK,
            "first": first,
            "last": first + size - 1,
        },
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
    ]
    insert = sql.SQL(
        "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {numbers} n JOIN wanted w USING (g)"
        " JOIN {table} t ON t.id = n.old JOIN names ON names.rank = n.g % (SELECT count(*) FROM names) {joins}"
    ).format(
        table=table,
        columns=sql.SQL(", ").join(map(sql.Identifier, copy.fields)),
        values=sql.SQL(", ").join(_value(copy, column) for column in copy.fields),
        numbers=numbers,
        joins=sql.SQL(" ").join([*joins, *_twin_joins(copy)]),
    )
    return give_numbers, index, sql.SQL("ANALYZE {}").format(numbers), insert


def _twin_joins(copy: Copy) -> list[sql.SQL]:
    return [
        _raw(f"LEFT JOIN twins new_{column} ON {IS_TWIN.format(k=f'new_{column}', original=f't.{column}', of=of)}")
        for column, of in copy.twins.items()
    ]


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
    if column in copy.twins:
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
