"""The scan: on its day, each rule speaks of each running delay and waiting step, once, in a line of the journal.

What is to be looked at is one condition on an index (`remind_on`); what is found is handled in chunks, each its own
transaction:
1. The rows are locked, past those that somebody else has: a second scan takes others, an act is followed by the next.
2. What the rules say of their dates is decided (`reminder_rules.plan`), once for all that have the same dates.
3. The reminders are inserted by one statement, that leaves out what was said already; the unique constraint is what
   makes twice, in parallel or after a crash the same.
4. Each new one becomes a line of the journal, which the outbox tells: people are found then, by function, through the
   door, on that day. A line for each recipient here would find them twice.
5. Each row says when it is to be looked at again.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min
from django.utils.timezone import localdate

from cases import journal
from cases.actions.deadlines import edition_in_force
from cases.calendar import DateRange
from cases.models import Closure, Deadline, Edition
from notifications.models import ReminderRule
from notifications.reminder_rules import Dates, Moment, Plan, Rule, plan, read_rule, rules_of_delay, rules_of_step
from workflows.models import HELD, CaseTask

log = logging.getLogger(__name__)

CHUNK = 2000
KIND = "reminder.due"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A running delay or a waiting step, as the scan reads it."""

    pk: int
    case: int
    structure: int
    name: str
    """The code of its rule, or its step."""
    dates: Dates
    is_closed: bool
    is_held: bool
    """Its case is of an initial stock, and waits for its turn."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Delays and steps are looked at in the same way."""

    column: str
    other: str
    table: str
    select: str
    follow: Any
    """Which rules follow a name."""


EXPECTED_OF_STEP = "(t.data ->> 'expected_on')::date"
EXPECTED_OF_DELAY = f"""(
  SELECT max({EXPECTED_OF_STEP}) FROM workflows_casetask_deadlines l JOIN workflows_casetask t ON t.id = l.casetask_id
  WHERE l.deadline_id = d.id AND t.status IN ('NEW', 'STARTED') AND t.is_human
)"""  # noqa: S608 - a constant
IS_HELD = """EXISTS (
  SELECT FROM workflows_casetask h
  WHERE h.case_id = c.id AND h.node = %(held)s AND h.status IN ('NEW', 'STARTED') AND h.is_human
)"""
SELECT_DELAYS = f"""
SELECT d.id, d.case_id, d.structure_id, r.code, d.started_on, d.safe_date, d.legal_date, {EXPECTED_OF_DELAY},
       c.closed_on IS NOT NULL, {IS_HELD}
FROM cases_deadline d
JOIN cases_deadlinerule r ON r.id = d.rule_id
JOIN cases_case c ON c.id = d.case_id
WHERE d.state = 'running' AND d.remind_on <= %(on)s
ORDER BY d.remind_on, d.id LIMIT %(chunk)s
FOR NO KEY UPDATE OF d SKIP LOCKED
"""  # noqa: S608 - constants
SELECT_STEPS = f"""
SELECT t.id, t.case_id, t.structure_id, t.node, (t.created AT TIME ZONE %(zone)s)::date, t.due_on, NULL::date, {EXPECTED_OF_STEP},
       c.closed_on IS NOT NULL, {IS_HELD}
FROM workflows_casetask t
JOIN cases_case c ON c.id = t.case_id
WHERE t.status IN ('NEW', 'STARTED') AND t.is_human AND t.remind_on <= %(on)s
ORDER BY t.remind_on, t.id LIMIT %(chunk)s
FOR NO KEY UPDATE OF t SKIP LOCKED
"""  # noqa: S608 - constants
KINDS = (
    Kind(column="deadline", other="task", table="cases_deadline", select=SELECT_DELAYS, follow=rules_of_delay),
    Kind(column="task", other="deadline", table="workflows_casetask", select=SELECT_STEPS, follow=rules_of_step),
)

# What was said already is left out: of the same date, or, when its day is over, of any date at all.
INSERT = """
INSERT INTO notifications_reminder (rule_id, {column}_id, due_on, day, rank, escalates, made_at)
SELECT w.rule, w.row, w.due_on, w.day, w.rank, w.escalates, %(at)s
FROM unnest(
  %(rules)s::bigint[], %(rows)s::bigint[], %(due)s::date[], %(days)s::date[], %(ranks)s::smallint[],
  %(escalates)s::boolean[]
) AS w (rule, row, due_on, day, rank, escalates)
JOIN notifications_reminderrule said ON said.id = w.rule
WHERE NOT EXISTS (
  SELECT FROM notifications_reminder m JOIN notifications_reminderrule r ON r.id = m.rule_id
  WHERE m.{column}_id = w.row AND m.{other}_id IS NULL AND r.code = said.code
    AND m.escalates = w.escalates AND m.rank >= w.rank
    AND (m.due_on = w.due_on OR w.day < %(on)s)
)
ON CONFLICT DO NOTHING
RETURNING id, {column}_id, rule_id
"""
LOOK_AGAIN = """
UPDATE {table} t SET remind_on = n.day FROM unnest(%(rows)s::bigint[], %(days)s::date[]) AS n (row, day)
WHERE t.id = n.row
"""


def scan(*, at: datetime) -> int:
    """Say what is to be said by now. Returns how many reminders that made."""
    on = localdate(at)
    if not is_anything_due(on):
        return 0
    try:
        return _scan(on, at=at)
    except Exception:  # rules that fail must not hold back what is already to be told
        log.exception("reminders could not be made")
        return 0


def _scan(on: date, *, at: datetime) -> int:
    look = Look(on=on, rules=rules_in_force(on), coming=_next_edition(on))
    made = 0
    for kind in KINDS:
        while chunk := _scan_chunk(kind, look, at=at):
            made += chunk.made
    return made


def is_anything_due(on: date) -> bool:
    """One query, on two indexes."""
    delays = Deadline.objects.running().filter(remind_on__lte=on).order_by().values("pk")
    steps = CaseTask.objects.open().filter(remind_on__lte=on).order_by().values("pk")
    return delays[:1].union(steps[:1], all=True).exists()


def rules_in_force(on: date) -> dict[int, Rule]:
    """Row → what it says."""
    edition = edition_in_force(Edition.Catalogue.REMINDERS, on=on)
    return {row.pk: read_rule(row.content) for row in ReminderRule.objects.filter(edition=edition).order_by("pk")}


def _next_edition(on: date) -> date | None:
    """The day on which other rules come into force: then all is looked at again."""
    coming = Edition.objects.filter(
        catalogue=Edition.Catalogue.REMINDERS, state=Edition.State.PUBLISHED, effective_on__gt=on
    )
    return coming.aggregate(first=Min("effective_on"))["first"]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a rule says of a row now: the row of the rule, the date it counted from, the moment."""

    rule: int
    due_on: date
    moment: Moment


@dataclass(frozen=True, kw_only=True)
class Spoken:
    said: tuple[Said, ...]
    next_on: date | None


SILENT = Spoken(said=(), next_on=None)


def _closures() -> dict[int, tuple[DateRange, ...]]:
    found: dict[int, list[DateRange]] = defaultdict(list)
    for structure, first, last in Closure.objects.values_list("structure", "first_day", "last_day"):
        found[structure].append((first, last))
    return {structure: tuple(days) for structure, days in found.items()}


@dataclass(kw_only=True)
class Look:
    """One scan: the rules of the day, and what was decided once for all that have the same dates."""

    on: date
    rules: Mapping[int, Rule]
    coming: date | None
    closures: dict[int, tuple[DateRange, ...]] = field(default_factory=_closures)
    followers: dict[tuple[str, str], dict[int, Rule]] = field(default_factory=dict)
    decided: dict[Any, Spoken] = field(default_factory=dict)

    def of(self, kind: Kind, row: Row) -> Spoken:
        """A closed case is silent until it is reopened, one that waits for its turn until it comes."""
        if row.is_closed:
            return SILENT
        if row.is_held:
            return Spoken(said=(), next_on=self.on + ONE_DAY)
        key = (kind.column, row.name, row.dates, row.structure if row.structure in self.closures else None)
        if key not in self.decided:
            self.decided[key] = self._decide(kind, row)
        return self.decided[key]

    def _decide(self, kind: Kind, row: Row) -> Spoken:
        closures = self.closures.get(row.structure, ())
        plans = {
            pk: plan(rule, row.dates, today=self.on, closures=closures)
            for pk, rule in self._following(kind, row.name).items()
        }
        return Spoken(
            said=tuple(self._said(plans, row.dates)),
            next_on=min(filter(None, [self.coming, *(each.next_on for each in plans.values())]), default=None),
        )

    def _said(self, plans: Mapping[int, Plan], dates: Dates) -> Iterable[Said]:
        for pk, each in plans.items():
            counted_from = dates.of(self.rules[pk].counted_from)
            for moment in each.due:
                yield Said(rule=pk, due_on=counted_from or dates.start, moment=moment)

    def _following(self, kind: Kind, name: str) -> dict[int, Rule]:
        key = (kind.column, name)
        if key not in self.followers:
            found = kind.follow(name, self.rules.values())
            self.followers[key] = {pk: rule for pk, rule in self.rules.items() if rule in found}
        return self.followers[key]


@dataclass(frozen=True)
class Chunk:
    looked_at: int
    made: int

    def __bool__(self) -> bool:
        return self.looked_at > 0


@transaction.atomic
def _scan_chunk(kind: Kind, look: Look, *, at: datetime) -> Chunk:
    rows = _read(kind, look)
    spoken = {row.pk: look.of(kind, row) for row in rows}
    made = _insert(kind, spoken, look=look, at=at)
    by_pk = {row.pk: row for row in rows}
    journal.record_many(
        KIND,
        at=at,
        lines=[
            (row.case, row.structure, _data(reminder, kind, row, look.rules[rule]))
            for reminder, pk, rule in made
            for row in [by_pk[pk]]
        ],
    )
    if rows:
        days = [spoken[row.pk].next_on for row in rows]
        _run(LOOK_AGAIN.format(table=kind.table), rows=[row.pk for row in rows], days=days)
    return Chunk(len(rows), len(made))


def _data(reminder: int, kind: Kind, row: Row, rule: Rule) -> dict[str, Any]:
    """What decides when it is told: a preference never puts off what is urgent, nor the night a last day."""
    last_day = row.dates.legal.isoformat() if row.dates.legal else ""
    return {"reminder": reminder, kind.column: row.pk, "floor": rule.floor, "last_day": last_day}


def _read(kind: Kind, look: Look) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(kind.select, {"on": look.on, "chunk": CHUNK, "held": HELD, "zone": settings.TIME_ZONE})
        return [
            Row(
                pk=pk,
                case=case,
                structure=structure,
                name=name,
                dates=Dates(start=start, safe=safe, legal=legal, expected=expected),
                is_closed=is_closed,
                is_held=is_held,
            )
            for pk, case, structure, name, start, safe, legal, expected, is_closed, is_held in cursor
        ]


def _insert(kind: Kind, spoken: Mapping[int, Spoken], *, look: Look, at: datetime) -> list[tuple[int, int, int]]:
    """The new reminders, each with what it is of and the row of its rule."""
    said = [(pk, each) for pk, spoke in spoken.items() for each in spoke.said]
    if not said:
        return []
    return _run(
        INSERT.format(column=kind.column, other=kind.other),
        at=at,
        on=look.on,
        rules=[each.rule for _, each in said],
        rows=[pk for pk, _ in said],
        due=[each.due_on for _, each in said],
        days=[each.moment.day for _, each in said],
        ranks=[each.moment.rank for _, each in said],
        escalates=[each.moment.escalates for _, each in said],
    )


def _run(sql: str, **params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []
