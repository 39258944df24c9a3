"""The scan: on its day, each rule speaks of each running delay and waiting step, once, in a line of the journal.

What is to be looked at is one condition on an index (`remind_on`); what is found is handled in chunks, each its own
transaction of two statements:
1. The rows are locked, past those that somebody else has (a second scan takes others, an act is followed by the
   next), and read together when they have the same dates: what the rules say is decided (`reminder_rules.plan_moments`) once
   for all of these.
2. The reminders are inserted, leaving out what was said already; the unique constraint is what makes twice, in
   parallel or after a crash the same. Each new one becomes a line of the journal, which the outbox tells: people are
   found then, by function, through the door, on that day. A line for each recipient here would find them twice. Each
   row says when it is to be looked at again.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Min
from django.utils.timezone import localdate

from cases import journal
from cases.actions.territory_editions import editions_by_territory
from cases.calendar import DateRange
from cases.journal import LINES
from cases.models import Closure, Deadline, Edition
from notifications.models import ReminderRule
from notifications.reminder_rules import (
    FollowedDates,
    Moment,
    ReminderPlan,
    ReminderRuleDefinition,
    plan_moments,
    read_rule,
    rules_of_delay,
    rules_of_met_delay,
    rules_of_step,
)
from workflows.models import HELD, CaseTask

log = logging.getLogger(__name__)

CHUNK = 5000
KIND = "reminder.due"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class FollowedGroup:
    """Running delays, or waiting steps, of which the same is to be said."""

    rows: list[int]
    name: str
    """The code of their rule, or their step."""
    territory: str
    """Code of the territory whose edition of reminders holds."""
    dates: FollowedDates
    is_silent: bool
    """Of a closed case, or of a fact that does not stand any more."""
    is_held: bool
    """Their cases are of an initial stock, and wait for their turn."""
    structure: int | None
    """Id of the structure whose closed days are skipped; none: nobody’s."""


@dataclass(frozen=True, kw_only=True)
class FollowedKind:
    """Delays that run, those that were met, and steps are looked at in the same way."""

    column: str
    other: str
    table: str
    select: str
    last_day: str
    """What the line of the journal keeps of the dates."""
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
FACT_STANDS = """EXISTS (
  SELECT FROM cases_milestone m
  WHERE m.case_id = d.case_id AND m.kind = r.start AND m.happened_on = d.started_on AND m.replaced_by_id IS NULL
    AND m.voided_at IS NULL AND m.debt_id IS NOT DISTINCT FROM d.debt_id
)"""


def _select_delays(state: str, *, expected: str, silent: str) -> str:
    return f"""
SELECT d.id, d.structure_id, c.territory, r.code AS name, d.started_on AS start, d.safe_date AS safe, d.legal_date AS legal,
       {expected} AS expected, {silent} AS is_silent, {IS_HELD} AS is_held
FROM cases_deadline d
JOIN cases_deadlinerule r ON r.id = d.rule_id
JOIN cases_case c ON c.id = d.case_id
WHERE d.state = '{state}' AND d.remind_on <= %(on)s
ORDER BY d.remind_on, d.id LIMIT %(chunk)s
FOR NO KEY UPDATE OF d SKIP LOCKED
"""  # noqa: S608 - constants


IS_CLOSED = "c.closed_on IS NOT NULL"
SELECT_DELAYS = _select_delays("running", expected=EXPECTED_OF_DELAY, silent=IS_CLOSED)
SELECT_MET_DELAYS = _select_delays("met", expected="NULL::date", silent=f"{IS_CLOSED} OR NOT {FACT_STANDS}")
SELECT_STEPS = f"""
SELECT t.id, t.structure_id, c.territory, t.node AS name, (t.created AT TIME ZONE %(zone)s)::date AS start, t.due_on AS safe,
       NULL::date AS legal, {EXPECTED_OF_STEP} AS expected, {IS_CLOSED} AS is_silent, {IS_HELD} AS is_held
FROM workflows_casetask t
JOIN cases_case c ON c.id = t.case_id
WHERE t.status IN ('NEW', 'STARTED') AND t.is_human AND t.remind_on <= %(on)s
ORDER BY t.remind_on, t.id LIMIT %(chunk)s
FOR NO KEY UPDATE OF t SKIP LOCKED
"""  # noqa: S608 - constants
TOGETHER = """
WITH due AS ({select})
SELECT array_agg(id), territory, name, start, safe, legal, expected, is_silent, is_held,
       CASE WHEN structure_id = ANY(%(closing)s) THEN structure_id END AS closing
FROM due GROUP BY territory, name, start, safe, legal, expected, is_silent, is_held, closing
"""
RUNNING_DELAYS = FollowedKind(
    column="deadline",
    other="task",
    table="cases_deadline",
    select=TOGETHER.format(select=SELECT_DELAYS),
    last_day="to_char(t.legal_date, 'YYYY-MM-DD')",
    follow=rules_of_delay,
)
MET_DELAYS = replace(RUNNING_DELAYS, select=TOGETHER.format(select=SELECT_MET_DELAYS), follow=rules_of_met_delay)
"""Of an event to come, before which what had to be done is done."""
STEPS = FollowedKind(
    column="task",
    other="deadline",
    table="workflows_casetask",
    select=TOGETHER.format(select=SELECT_STEPS),
    last_day="''",
    follow=rules_of_step,
)
KINDS = (RUNNING_DELAYS, MET_DELAYS, STEPS)

# What was said already is left out: of the same date, or, when its day is over, of any date at all.
# The data of a line decides when it is told: a preference never puts off what is urgent, nor the night a last day.
SAY = f"""
WITH looked AS (
  SELECT * FROM unnest(%(rows)s::bigint[], %(groups)s::integer[]) AS l (row, of_group)
), said AS (
  SELECT s.*, r.code FROM unnest(
    %(of_groups)s::integer[], %(rules)s::bigint[], %(floors)s::text[], %(due)s::date[], %(days)s::date[],
    %(ranks)s::smallint[], %(escalates)s::boolean[]
  ) AS s (of_group, rule, floor, due_on, day, rank, escalates)
  JOIN notifications_reminderrule r ON r.id = s.rule
), made AS (
  INSERT INTO notifications_reminder (rule_id, {{column}}_id, due_on, day, rank, escalates, made_at)
  SELECT s.rule, l.row, s.due_on, s.day, s.rank, s.escalates, %(at)s
  FROM looked l JOIN said s ON s.of_group = l.of_group
  WHERE NOT EXISTS (
    SELECT FROM notifications_reminder m JOIN notifications_reminderrule r ON r.id = m.rule_id
    WHERE m.{{column}}_id = l.row AND m.{{other}}_id IS NULL AND r.code = s.code
      AND m.escalates = s.escalates AND m.rank >= s.rank
      AND (m.due_on = s.due_on OR s.day < %(on)s)
  )
  ON CONFLICT DO NOTHING
  RETURNING id, rule_id, {{column}}_id AS row
), lines AS (
  SELECT t.case_id, t.structure_id, jsonb_build_object(
    'reminder', m.id, '{{column}}', m.row, 'floor', f.floor, 'last_day', {{last_day}}
  ) AS data
  FROM made m JOIN {{table}} t ON t.id = m.row JOIN (SELECT DISTINCT rule, floor FROM said) f ON f.rule = m.rule_id
), {LINES}, again AS (
  UPDATE {{table}} t SET remind_on = n.day
  FROM looked l JOIN unnest(%(next_days)s::date[]) WITH ORDINALITY AS n (day, place) ON n.place = l.of_group + 1
  WHERE t.id = l.row
)
SELECT count(*) FROM made
"""  # noqa: S608 - a constant


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
        looked = CHUNK
        while looked == CHUNK:  # fewer are all that was left
            looked, more = _scan_chunk(kind, look, at=at)
            made += more
    return made


def is_anything_due(on: date) -> bool:
    """One query, on three indexes, read in their order: PostgreSQL expects many, and would read the tables instead.

    Not `exists()`, that forgets the order.
    """
    delays = Deadline.objects.running().filter(remind_on__lte=on).order_by("remind_on", "pk").values("pk")
    met = Deadline.objects.filter(state=Deadline.State.MET, remind_on__lte=on).order_by("remind_on", "pk").values("pk")
    steps = CaseTask.objects.open().filter(remind_on__lte=on).order_by("remind_on", "pk").values("pk")
    return bool(delays[:1].union(met[:1], steps[:1], all=True))


def rules_in_force(on: date) -> dict[str, dict[int, ReminderRuleDefinition]]:
    """Territory → row → what it says."""
    editions = editions_by_territory(Edition.Catalogue.REMINDERS, on=on)
    found: dict[str, dict[int, ReminderRuleDefinition]] = {territory: {} for territory in editions}
    rows = ReminderRule.objects.filter(edition__in=editions.values()).order_by("pk")
    for row in rows.annotate(territory=F("edition__territory")):
        found[row.territory][row.pk] = read_rule(row.content)
    return found


def _next_edition(on: date) -> date | None:
    """The day on which other rules come into force: then all is looked at again."""
    coming = Edition.objects.filter(
        catalogue=Edition.Catalogue.REMINDERS, state=Edition.State.PUBLISHED, effective_on__gt=on
    )
    return coming.aggregate(first=Min("effective_on"))["first"]


@dataclass(frozen=True, kw_only=True)
class DueReminder:
    """What a rule says of a row now: the row of the rule, its floor, the date it counted from, the moment."""

    rule: int
    floor: str
    due_on: date
    moment: Moment


@dataclass(frozen=True, kw_only=True)
class ReminderDecision:
    said: tuple[DueReminder, ...]
    next_on: date | None


SILENT = ReminderDecision(said=(), next_on=None)


def _closures() -> dict[int, tuple[DateRange, ...]]:
    found: dict[int, list[DateRange]] = defaultdict(list)
    for structure, first, last in Closure.objects.values_list("structure", "first_day", "last_day"):
        found[structure].append((first, last))
    return {structure: tuple(days) for structure, days in found.items()}


@dataclass(kw_only=True)
class Look:
    """One scan: the rules of the day, and what was decided once for all that have the same dates."""

    on: date
    rules: Mapping[str, Mapping[int, ReminderRuleDefinition]]
    """By territory."""
    coming: date | None
    closures: dict[int, tuple[DateRange, ...]] = field(default_factory=_closures)
    followers: dict[tuple[Any, str, str], dict[int, ReminderRuleDefinition]] = field(default_factory=dict)
    decided: dict[Any, ReminderDecision] = field(default_factory=dict)

    def decision_for(self, kind: FollowedKind, group: FollowedGroup) -> ReminderDecision:
        """A closed case is silent until it is reopened, one that waits for its turn until it comes."""
        if group.is_silent:
            return SILENT
        if group.is_held:
            return ReminderDecision(said=(), next_on=self.on + ONE_DAY)
        key = (kind.follow, group.territory, group.name, group.dates, group.structure)
        if key not in self.decided:
            self.decided[key] = self._make_decision(kind, group)
        return self.decided[key]

    def _make_decision(self, kind: FollowedKind, group: FollowedGroup) -> ReminderDecision:
        closures = self.closures.get(group.structure, ()) if group.structure else ()
        plans = {
            pk: plan_moments(rule, group.dates, today=self.on, closures=closures)
            for pk, rule in self._rules_following(kind, group).items()
        }
        return ReminderDecision(
            said=tuple(self._due_reminders(plans, group)),
            next_on=min(filter(None, [self.coming, *(each.next_on for each in plans.values())]), default=None),
        )

    def _due_reminders(self, plans: Mapping[int, ReminderPlan], group: FollowedGroup) -> Iterable[DueReminder]:
        for pk, each in plans.items():
            rule = self.rules[group.territory][pk]
            counted_from = group.dates.date_of(rule.counted_from) or group.dates.start
            for moment in each.due:
                yield DueReminder(rule=pk, floor=rule.floor.value, due_on=counted_from, moment=moment)

    def _rules_following(self, kind: FollowedKind, group: FollowedGroup) -> dict[int, ReminderRuleDefinition]:
        key = (kind.follow, group.territory, group.name)
        if key not in self.followers:
            rules = self.rules.get(group.territory, {})
            found = kind.follow(group.name, rules.values())
            self.followers[key] = {pk: rule for pk, rule in rules.items() if rule in found}
        return self.followers[key]


@transaction.atomic
def _scan_chunk(kind: FollowedKind, look: Look, *, at: datetime) -> tuple[int, int]:
    """At how many rows it looks, and how many reminders that makes."""
    groups = _read_groups(kind, look)
    made = _record_reminders(kind, groups, look=look, at=at) if groups else 0
    return sum(len(group.rows) for group in groups), made


def _read_groups(kind: FollowedKind, look: Look) -> list[FollowedGroup]:
    params: dict[str, Any] = {
        "on": look.on, "chunk": CHUNK, "held": HELD, "zone": settings.TIME_ZONE, "closing": list(look.closures),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(kind.select, params)
        return [
            FollowedGroup(
                rows=rows,
                name=name,
                territory=territory,
                dates=FollowedDates(start=start, safe=safe, legal=legal, expected=expected),
                is_silent=is_silent,
                is_held=is_held,
                structure=structure,
            )
            for rows, territory, name, start, safe, legal, expected, is_silent, is_held, structure in cursor
        ]


def _record_reminders(kind: FollowedKind, groups: Sequence[FollowedGroup], *, look: Look, at: datetime) -> int:
    """The new reminders and their lines, and when to look again. Returns how many reminders that makes."""
    spoken = [look.decision_for(kind, group) for group in groups]
    said = [(place, each) for place, spoke in enumerate(spoken) for each in spoke.said]
    return journal.record_lines(
        KIND,
        SAY.format(column=kind.column, other=kind.other, table=kind.table, last_day=kind.last_day),
        at=at,
        on=look.on,
        rows=[row for group in groups for row in group.rows],
        groups=[place for place, group in enumerate(groups) for _ in group.rows],
        next_days=[spoke.next_on for spoke in spoken],
        of_groups=[place for place, _ in said],
        rules=[each.rule for _, each in said],
        floors=[each.floor for _, each in said],
        due=[each.due_on for _, each in said],
        days=[each.moment.day for _, each in said],
        ranks=[each.moment.rank for _, each in said],
        escalates=[each.moment.escalates for _, each in said],
    )
