"""Reminder rules: read from data, checked, and turned into days. No rule and no delay is known by name here.

A rule follows delays (by code or pattern) or steps, and says on which days it reminds, whom, how loudly, whether it
goes on until an answer, and whom it tells when none comes. The same rows come from `reference/reminders.toml` and
from an edition in the database.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

from cases.calendar import DateRange, add_working_days
from cases.rules.catalogue import CheckedDeadlineRule as Delay
from cases.rules.counting import BACKWARDS, Unit

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
Choice = TypeVar("Choice", bound=StrEnum)


class InvalidReminders(ValueError):
    """Every fault of the rules, as French sentences."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class _Fault(ValueError):
    pass


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """Whom to tell when nothing has come so many working days after the last day of the rule."""

    after: int
    to: tuple[Function, ...]


@dataclass(frozen=True, kw_only=True)
class ReminderRuleDefinition:
    code: str
    title: str
    """What there is to do; empty when the title of the delay or of the step says it."""
    delays: tuple[str, ...]
    steps: tuple[str, ...]
    counted_from: Anchor
    days: tuple[int, ...]
    """Before the anchor when negative, in the order in which they come. None: it says nothing before the delay is over."""
    unit: Unit
    to: tuple[Function, ...]
    floor: ReminderUrgency
    every: int
    """Then again after so many days, until the answer; 0 for never."""
    escalation: Escalation | None

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
        return {
            Anchor.START: self.start,
            Anchor.SAFE: self.safe,
            Anchor.LEGAL: self.legal,
            Anchor.EXPECTED: self.expected,
        }[anchor]

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
    return ReminderPlan(
        due=tuple(moment for moment in come if moment.day == last),
        next_on=min((moment.day for moment in moments if moment.day > today), default=None),
    )


def rules_of_delay(code: str, rules: Iterable[ReminderRuleDefinition]) -> tuple[ReminderRuleDefinition, ...]:
    """Those that name it, else those of the rest."""
    rules = tuple(rules)
    named = tuple(rule for rule in rules if rule.names_delay(code))
    return named or tuple(rule for rule in rules if rule.is_for_the_rest)


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
        yield Moment(day=_add_units(anchor, count, rule.unit, closures), rank=rank)
    last = _add_units(anchor, rule.days[-1], rule.unit, closures)
    if rule.escalation:
        yield Moment(day=add_working_days(last, rule.escalation.after, closures=closures), rank=0, escalates=True)
    rank, day = len(rule.days), last
    while rule.every and day <= today:
        day = _add_units(day, rule.every, rule.unit, closures)
        yield Moment(day=day, rank=rank)
        rank += 1


def _add_units(day: date, count: int, unit: Unit, closures: tuple[DateRange, ...]) -> date:
    if unit is Unit.WORKING_DAY:
        return add_working_days(day, count, closures=closures)
    return day + timedelta(days=count)


# Reading, and every fault at once

COLUMNS = frozenset(
    ["code", "title", "delays", "steps", "from", "days", "unit", "to", "floor", "every", "escalation", "source"]
)


def read_rules(
    rows: Sequence[Mapping[str, Any]], *, delays: Mapping[str, Delay], steps: Collection[str]
) -> tuple[ReminderRuleDefinition, ...]:
    """The checked rules, or InvalidReminders with every fault at once."""
    faults: list[str] = []
    rules = []
    for position, row in enumerate(rows, start=1):
        try:
            rules.append(_check_rule(read_rule(row), delays=delays, steps=steps))
        except (_Fault, KeyError, TypeError) as error:
            faults.append(f"Rappel {row.get('code') or f'n° {position}'} : {_describe_error(error)}")
    codes = [rule.code for rule in rules]
    faults += [f"Rappel {code} : il figure deux fois." for code in sorted({c for c in codes if codes.count(c) > 1})]
    faults += _overlaps(rules, delays=delays)
    if not rows:
        faults.append("Le fichier ne contient aucun rappel.")
    if faults:
        raise InvalidReminders(faults)
    return tuple(rules)


def read_rule(row: Mapping[str, Any]) -> ReminderRuleDefinition:
    """One row, as the reference file or the database holds it."""
    unknown = sorted(row.keys() - COLUMNS)
    if unknown:
        raise _Fault(f"champ inconnu « {', '.join(unknown)} ».")
    days = tuple(row["days"])
    if not all(_is_whole(day) for day in days) or list(days) != sorted(set(days)):
        raise _Fault("« days » liste des nombres entiers de jours, du plus tôt au plus tard, sans doublon.")
    unit = _choose(Unit, row["unit"])
    if unit not in UNITS:
        raise _Fault(f"l’unité « {unit} » ne vaut pas ici, choisir parmi {', '.join(UNITS)}.")
    every = row.get("every", 0)
    if not _is_whole(every) or every < 0:
        raise _Fault("« every » est un nombre de jours, zéro ou plus.")
    return ReminderRuleDefinition(
        code=row["code"],
        title=row.get("title", ""),
        delays=tuple(row.get("delays", ())),
        steps=tuple(row.get("steps", ())),
        counted_from=_choose(Anchor, row["from"]),
        days=days,
        unit=unit,
        to=_functions(row["to"]),
        floor=_choose(ReminderUrgency, row.get("floor", ReminderUrgency.ORDINARY)),
        every=every,
        escalation=_read_escalation(row.get("escalation")),
    )


def _check_silence(rule: ReminderRuleDefinition) -> None:
    """Without days, it says nothing before the delay is over, which speaks for itself."""
    if rule.steps or rule.is_for_the_rest or rule.every or rule.escalation:
        raise _Fault("sans « days », il se tait : seulement pour des délais nommés, sans « every » ni « escalation ».")


def _read_escalation(raw: Mapping[str, Any] | None) -> Escalation | None:
    if raw is None:
        return None
    if raw.keys() != {"after", "to"} or not _is_whole(raw["after"]) or raw["after"] < 1:
        raise _Fault("« escalation » réunit « after », en jours ouvrés, et « to ».")
    return Escalation(after=raw["after"], to=_functions(raw["to"]))


def _functions(raw: Sequence[str]) -> tuple[Function, ...]:
    if not raw or isinstance(raw, str):
        raise _Fault("« to » liste au moins un destinataire.")
    return tuple(_choose(Function, each) for each in raw)


def _check_rule(
    rule: ReminderRuleDefinition, *, delays: Mapping[str, Delay], steps: Collection[str]
) -> ReminderRuleDefinition:
    """Refuses what would never speak, and what would speak twice."""
    if bool(rule.delays) == bool(rule.steps):
        raise _Fault("il suit des délais ou des étapes : remplir « delays » ou « steps », et un seul des deux.")
    _check_names(rule, delays=delays, steps=steps)
    if rule.steps and rule.counted_from is Anchor.LEGAL:
        raise _Fault("une étape n’a pas de dernier jour : compter depuis « start » ou « safe ».")
    if rule.delays and rule.counted_from is Anchor.EXPECTED:
        raise _Fault("« expected » est le jour qu’une étape annonce : suivre une étape, et non un délai.")
    if not rule.days:
        _check_silence(rule)
    for code in _named_delays(rule, delays) if rule.days else ():
        _check_delay(rule, delays[code])
    told = {*rule.to, *(rule.escalation.to if rule.escalation else ())}
    if Function.LANDLORD in told:
        _check_landlord(rule, delays)
    if Function.CORRESPONDENT in told:
        _check_correspondent(rule, delays)
    return rule


def _check_landlord(rule: ReminderRuleDefinition, delays: Mapping[str, Delay]) -> None:
    """He reads the words of the rule and a date: they say what is his to do, and nothing of the household."""
    if not rule.title:
        raise _Fault("un rappel au bailleur dit ce qu’il a à faire, sans rien du ménage : remplir « title ».")
    others = [code for code in _named_delays(rule, delays) if delays[code].who != LANDLORD]
    if rule.steps or rule.is_for_the_rest or others:
        said = f" : {', '.join(others)}" if others else ""
        raise _Fault(f"le bailleur n’est prévenu que des délais qui sont les siens{said}.")


def _check_correspondent(rule: ReminderRuleDefinition, delays: Mapping[str, Delay]) -> None:
    """He sees the questions of his service, and nothing else of their cases."""
    others = [code for code in _named_delays(rule, delays) if delays[code].who != CORRESPONDENT]
    if rule.steps or rule.is_for_the_rest or others:
        said = f" : {', '.join(others)}" if others else ""
        raise _Fault(f"le correspondant d’un organisme n’est prévenu que des délais qui sont les siens{said}.")


def _check_names(rule: ReminderRuleDefinition, *, delays: Mapping[str, Delay], steps: Collection[str]) -> None:
    strangers = [p for p in rule.delays if p != ANY and not any(fnmatchcase(code, p) for code in delays)]
    if strangers:
        raise _Fault(f"« {', '.join(strangers)} » n’est le code d’aucune règle de délai.")
    if rule.is_for_the_rest and len(rule.delays) > 1:
        raise _Fault(f"« {ANY} » vaut pour tous les délais qu’aucun autre rappel ne suit : il reste seul.")
    unknown = [step for step in rule.steps if step not in steps]
    if unknown:
        raise _Fault(f"« {', '.join(unknown)} » n’est pas une étape, choisir parmi {', '.join(sorted(steps))}.")


def _check_delay(rule: ReminderRuleDefinition, delay: Delay) -> None:
    if not any(_can_come(rule, count, delay) for count in rule.days):
        raise _Fault(f"il ne viendrait jamais : aucun de ses jours ne tombe dans le délai {delay.code}.")
    never = [count for count in rule.days if not _can_come(rule, count, delay)]
    if never and delay.code in rule.delays:
        said = ", ".join(str(count) for count in never)
        raise _Fault(f"le jour {said} ne viendrait jamais : il ne tombe pas dans le délai {delay.code}.")
    if rule.escalation is None:
        return
    if delay.act == ALERTS and Function.MANAGER in rule.escalation.to:
        raise _Fault(f"le délai {delay.code} alerte déjà le responsable à son terme : retirer « escalation ».")
    if rule.counted_from is Anchor.LEGAL and rule.escalation.after > -rule.days[-1]:
        raise _Fault("« escalation » viendrait après le dernier jour : la rapprocher, ou rappeler plus tôt.")


LANDLORD, CORRESPONDENT = "landlord", "correspondent"
"""Whose delay it is, as the catalogue says."""
ALERTS = "alert_manager"
"""The act of the sweep that tells a manager."""


def _can_come(rule: ReminderRuleDefinition, count: int, delay: Delay) -> bool:
    """Could this day fall within the delay? Generous: only what certainly never comes is refused."""
    if any(variant.mode in BACKWARDS for variant in delay.variants):
        return count <= 0
    if rule.counted_from is Anchor.START:
        return 0 <= count <= _longest(delay, rule.unit)
    after = 0 if rule.counted_from is Anchor.LEGAL else _at_most(delay.safe_margin, Unit.WORKING_DAY, rule.unit)
    return -_longest(delay, rule.unit) < count <= after


def _longest(delay: Delay, unit: Unit) -> int:
    return max(_at_most(variant.length, variant.unit, unit) + 5 * variant.extend for variant in delay.variants)


def _at_most(length: int, unit: Unit, wanted: Unit) -> int:
    if unit is Unit.WORKING_DAY:
        return length if wanted is Unit.WORKING_DAY else 2 * length + 10
    return length * {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31}[unit]


def _overlaps(rules: Iterable[ReminderRuleDefinition], *, delays: Mapping[str, Delay]) -> Iterator[str]:
    for one, other in combinations(rules, 2):
        followed = sorted(_followed(one, delays) & _followed(other, delays))
        same_days = (one.counted_from, one.unit) == (other.counted_from, other.unit) and set(one.days) & set(
            other.days
        )
        if one.code != other.code and followed and same_days and set(one.to) & set(other.to):
            yield (
                f"Rappels {one.code} et {other.code} : ils diraient deux fois la même chose le même jour aux mêmes "
                f"personnes ({', '.join(followed)})."
            )


def _followed(rule: ReminderRuleDefinition, delays: Mapping[str, Delay]) -> set[str]:
    return {ANY} if rule.is_for_the_rest else {*rule.steps, *_named_delays(rule, delays)}


def _named_delays(rule: ReminderRuleDefinition, delays: Mapping[str, Delay]) -> list[str]:
    return [code for code in delays if rule.names_delay(code)]


def _choose(choices: type[Choice], raw: object) -> Choice:
    try:
        return choices(str(raw))
    except ValueError:
        raise _Fault(f"« {raw} » est inconnu, choisir parmi {', '.join(choices)}.") from None


def _is_whole(raw: object) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool)


def _describe_error(error: Exception) -> str:
    if isinstance(error, _Fault):
        return str(error)
    if isinstance(error, KeyError):
        return f"le champ « {error.args[0]} » manque."
    return f"valeur illisible ({error})."
