"""Reminder rules: read from data, checked, and turned into days. No rule and no delay is known by name here.

A rule follows delays (by code or pattern) or steps, and says on which days it reminds, whom, how loudly, whether it
goes on until an answer, and whom it tells when none comes. The same rows come from `reference/reminders.toml` and
from an edition in the database.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from cases.calendar import DateRange, add_working_days, working_day_on_or_before
from cases.rules.conditions import BadValue
from cases.rules.counting import Unit
from cases.rules.reading import make_row, read_choice, refuse_unknown_columns

REFERENCE = Path(__file__).parent / "reference" / "reminders.toml"
ANY = "*"
"""Every delay that no other rule follows."""


class Anchor(StrEnum):
    """From which date the days are counted."""

    START = "start"
    """The start of the delay, or the day on which the step began to wait."""
    SAFE = "safe"
    """The safe date of the delay, or the date of the step."""
    LEGAL = "legal"
    """The last day of the delay."""
    EXPECTED = "expected"
    """The day by which a structure that asked for time said that it answers."""


class Function(StrEnum):
    """Whom a rule reminds: by function, never a fixed person."""

    RESPONSIBLE = "responsible"
    INBOX = "inbox"
    MANAGER = "manager"
    PILOT = "pilot"
    REFERENT = "referent"
    LANDLORD = "landlord"
    CORRESPONDENT = "correspondent"


class ReminderUrgency(StrEnum):
    """Below which no preference puts the reminder."""

    URGENT = "urgent"
    ORDINARY = "ordinary"


UNITS = (Unit.DAY, Unit.WORKING_DAY)


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """Whom to tell when nothing has come so many working days after the last day of the rule."""

    after: int
    to: tuple[Function, ...]


@dataclass(frozen=True, kw_only=True)
class ReminderRuleDefinition:
    code: str
    title: str = ""
    """What there is to do; empty when the title of the delay or of the step says it."""
    delays: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    counted_from: Anchor = field(metadata={"column": "from"})
    days: tuple[int, ...]
    """Before the anchor when negative, in the order in which they come. None: it says nothing before the delay is over."""
    unit: Unit
    to: tuple[Function, ...]
    floor: ReminderUrgency = ReminderUrgency.ORDINARY
    every: int = 0
    """Then again after so many days, until the answer; 0 for never."""
    escalation: Escalation | None = None
    even_when_met: bool = False
    """It speaks of the event itself, not of what the delay asks for: until the last day, whether that is done or not."""

    @property
    def is_for_the_rest(self) -> bool:
        return ANY in self.delays

    def names_delay(self, delay: str) -> bool:
        return any(fnmatchcase(delay, pattern) for pattern in self.delays if pattern != ANY)


@dataclass(frozen=True, kw_only=True)
class FollowedDates:
    """Of what is followed. A step has no last day, and may have no date."""

    start: date
    safe: date | None
    legal: date | None = None
    expected: date | None = None
    """When time was asked for: until then, nothing but what is urgent reminds of it."""

    def date_of(self, anchor: Anchor) -> date | None:
        """Each anchor is named as its date."""
        return getattr(self, anchor.value)

    @property
    def is_counted_back(self) -> bool:
        """From an event to come: its delay may be reminded of before the event as well as before its last day."""
        return self.legal is not None and self.legal < self.start


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A day on which a rule speaks. `rank`: which of its days, so that one is not told again when dates move."""

    day: date
    rank: int
    escalates: bool = False


@dataclass(frozen=True, kw_only=True)
class ReminderPlan:
    due: tuple[Moment, ...]
    """What is to be told now: what is of the last day that has come, and nothing older."""
    next_on: date | None
    """The next day on which to look again; None when the rule has nothing more to say."""


def plan_moments(
    rule: ReminderRuleDefinition, dates: FollowedDates, *, today: date, closures: Iterable[DateRange] = ()
) -> ReminderPlan:
    """What a rule says of these dates up to today, and when it speaks next. Once the last day is over: nothing."""
    if dates.legal is not None and dates.legal < today:
        return ReminderPlan(due=(), next_on=None)
    moments = list(_moments(rule, dates, today=today, closures=tuple(closures)))
    come = [moment for moment in moments if moment.day <= today]
    last = max((moment.day for moment in come), default=None)
    due = [moment for moment in come if moment.day == last]
    rank = max(
        (moment.rank for moment in due if not moment.escalates), default=None
    )  # of two on a day, the last says all
    return ReminderPlan(
        due=tuple(moment for moment in due if moment.escalates or moment.rank == rank),
        next_on=min((moment.day for moment in moments if moment.day > today), default=None),
    )


def rules_of_delay(code: str, rules: Iterable[ReminderRuleDefinition]) -> tuple[ReminderRuleDefinition, ...]:
    """Those that name it, else those of the rest."""
    rules = tuple(rules)
    named = tuple(rule for rule in rules if rule.names_delay(code))
    return named or tuple(rule for rule in rules if rule.is_for_the_rest)


def rules_of_met_delay(code: str, rules: Iterable[ReminderRuleDefinition]) -> tuple[ReminderRuleDefinition, ...]:
    """Those that go on once what had to be done is done."""
    return tuple(rule for rule in rules_of_delay(code, rules) if rule.even_when_met)


def rules_of_step(node: str, rules: Iterable[ReminderRuleDefinition]) -> tuple[ReminderRuleDefinition, ...]:
    return tuple(rule for rule in rules if node in rule.steps)


def _moments(
    rule: ReminderRuleDefinition, dates: FollowedDates, *, today: date, closures: tuple[DateRange, ...]
) -> Iterator[Moment]:
    for moment in _count_moments(rule, dates, today=today, closures=closures):
        is_before_its_start = moment.day < dates.start and not dates.is_counted_back
        is_after_its_end = dates.legal is not None and moment.day > dates.legal
        says_it_begins = rule.days[0] < 0 and moment.day == dates.start
        if not (is_before_its_start or is_after_its_end or says_it_begins or _is_put_off(rule, moment, dates)):
            yield moment


def _is_put_off(rule: ReminderRuleDefinition, moment: Moment, dates: FollowedDates) -> bool:
    is_urgent = rule.floor is ReminderUrgency.URGENT
    return dates.expected is not None and moment.day < dates.expected and not is_urgent


def _count_moments(
    rule: ReminderRuleDefinition, dates: FollowedDates, *, today: date, closures: tuple[DateRange, ...]
) -> Iterator[Moment]:
    anchor = dates.date_of(rule.counted_from)
    if anchor is None or not rule.days:
        return
    for rank, count in enumerate(rule.days):
        yield Moment(day=_count_day(rule, dates, count, anchor=anchor, closures=closures), rank=rank)
    last = _add_units(anchor, rule.days[-1], rule.unit, closures)
    if rule.escalation:
        yield Moment(day=add_working_days(last, rule.escalation.after, closures=closures), rank=0, escalates=True)
    rank, day = len(rule.days), last
    while rule.every and day <= today:
        day = _add_units(day, rule.every, rule.unit, closures)
        yield Moment(day=day, rank=rank)
        rank += 1


def _count_day(
    rule: ReminderRuleDefinition, dates: FollowedDates, count: int, *, anchor: date, closures: tuple[DateRange, ...]
) -> date:
    """What is counted back from an end, or from an event to come, is said on a day when somebody is there to read it: the last
    one before, unless the delay had not begun."""
    day = _add_units(anchor, count, rule.unit, closures)
    if count > 0 or (rule.counted_from is Anchor.START and not dates.is_counted_back):
        return day
    before = working_day_on_or_before(day, closures=closures)
    return before if dates.is_counted_back or before > dates.start else day


def _add_units(day: date, count: int, unit: Unit, closures: tuple[DateRange, ...]) -> date:
    if unit is Unit.WORKING_DAY:
        return add_working_days(day, count, closures=closures)
    return day + timedelta(days=count)


COLUMNS = frozenset(
    [
        "code",
        "title",
        "delays",
        "steps",
        "from",
        "days",
        "unit",
        "to",
        "floor",
        "every",
        "escalation",
        "even_when_met",
        "source",
    ],
)


def read_rule(row: Mapping[str, Any]) -> ReminderRuleDefinition:
    """One row, as the reference file or the database holds it."""
    refuse_unknown_columns(row, COLUMNS)
    days = row["days"]
    if not all(_is_whole(day) for day in days) or list(days) != sorted(set(days)):
        raise BadValue("« days » liste des nombres entiers de jours, du plus tôt au plus tard, sans doublon.")
    unit = read_choice(Unit, row["unit"])
    if unit not in UNITS:
        raise BadValue(f"l’unité « {unit} » ne vaut pas ici, choisir parmi {', '.join(UNITS)}.")
    every = row.get("every", 0)
    if not _is_whole(every) or every < 0:
        raise BadValue("« every » est un nombre de jours, zéro ou plus.")
    if not isinstance(row.get("even_when_met", False), bool):
        raise BadValue("« even_when_met » est vrai ou faux.")
    escalation = _read_escalation(row.get("escalation"))
    return make_row(ReminderRuleDefinition, row, to=_functions(row["to"]), escalation=escalation)


def _read_escalation(raw: Mapping[str, Any] | None) -> Escalation | None:
    if raw is None:
        return None
    if raw.keys() != {"after", "to"} or not _is_whole(raw["after"]) or raw["after"] < 1:
        raise BadValue("« escalation » réunit « after », en jours ouvrés, et « to ».")
    return Escalation(after=raw["after"], to=_functions(raw["to"]))


def _functions(raw: Sequence[str]) -> tuple[Function, ...]:
    if not raw or isinstance(raw, str):
        raise BadValue("« to » liste au moins un destinataire.")
    return tuple(read_choice(Function, each) for each in raw)


def _is_whole(raw: object) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool)
