"""One line of an overpayment as it is known on a day: its dated facts, and the deadlines that run from them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from cases.rules import pauses
from cases.rules.catalogue import CheckedDeadlineRule, DeadlineCatalogue, compute_deadline
from cases.rules.conditions import Value
from cases.rules.pauses import DelayPauses, Stop, read_pauses
from cases.rules.remedies import Remedy
from cases.rules.tracks import DatedFact

WITHHOLDING, STOPPED = "withholding_seen", "withholding_stopped"
PERSON = "person"
NOT_KNOWN = date.max
"""The last day of a delay that stands still."""


@dataclass(frozen=True, kw_only=True)
class DebtLineFacts:
    """What is known of a debt."""

    benefit: str
    operator: str
    facts: tuple[DatedFact, ...]
    fraud: bool | None = None
    """Was it qualified as fraud, by who may? None: nobody knows, or it is only alleged."""
    routes_stated: bool | None = None
    """Did the notification say how to contest?"""


@dataclass(frozen=True, kw_only=True)
class DebtLineLaw:
    """What a line is read with."""

    catalogue: DeadlineCatalogue
    remedy: Remedy


@dataclass(frozen=True, kw_only=True)
class AskedInTime:
    """What counts only when it was asked while one of these deadlines ran, and its answers only then."""

    asked: str
    answers: frozenset[str] = frozenset()
    running: tuple[str, ...] = ()
    """Codes of deadlines; none: whenever it was asked."""
    late: str = ""
    early: str = ""
    unasked: str = ""
    """What is said when it counts for nothing: asked after the last day, before any delay ran, or not at all."""
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class AskedLate:
    """What is said of a request that came after the last day of its own deadline."""

    asked: str
    rule: str
    words: str
    reference: str


class DelayRun(NamedTuple):
    """A deadline that began once: its last day, and whether the rule applies without a doubt."""

    start: date
    last: date
    is_certain: bool


@dataclass(frozen=True, kw_only=True)
class KnownLine:
    """A line as it was on a day."""

    line: DebtLineFacts
    facts: tuple[DatedFact, ...]
    on: date
    law: DebtLineLaw
    context: Mapping[str, Value]
    asked_in_time: tuple[AskedInTime, ...] = ()
    without_effect: frozenset[DatedFact] = frozenset()
    """What was not asked in time, with its answers: it begins and meets nothing."""

    def has_fact(self, kind: str) -> bool:
        return any(fact.kind == kind for fact in self.facts)

    def last_day_of(self, kind: str) -> date:
        return max((fact.on for fact in self.facts if fact.kind == kind), default=date.min)

    @property
    def is_withheld(self) -> bool:
        """A withholding was seen, and nobody saw it stop since."""
        return self.has_fact(WITHHOLDING) and self.last_day_of(STOPPED) <= self.last_day_of(WITHHOLDING)

    def runs_of(self, rule: CheckedDeadlineRule) -> Iterator[DelayRun]:
        """Each time the rule began, and until when it runs here."""
        for fact in self.facts:
            if fact.kind != rule.start or fact in self.without_effect:
                continue
            stopped = self._pauses_of(rule, start=fact.on)
            computed = compute_deadline(
                rule,
                start=fact.on,
                context=self.context,
                pauses=stopped.pauses,
                restarts=self._days_of(rule.restarted_by),
            )
            if computed.applies is not False and computed.legal_date:
                # What comes after the last day stops nothing (`actions.deadlines`, too).
                stands = stopped.since is not None and stopped.since <= computed.legal_date
                last = NOT_KNOWN if stands else computed.legal_date
                yield DelayRun(fact.on, last, is_certain=computed.applies is True)

    def _pauses_of(self, rule: CheckedDeadlineRule, *, start: date) -> DelayPauses:
        """What a letter sets the end of is of the delays of an operator: no state of a line rests on it."""
        if not rule.paused_by or rule.pause_has_term:
            return pauses.NONE
        stops = (Stop(day) for day in self._days_of(rule.paused_by))
        return read_pauses(paused_by=stops, resumed_on=self._days_of(rule.resumed_by), start=start)

    def _days_of(self, kinds: Iterable[str]) -> tuple[date, ...]:
        return tuple(fact.on for fact in self.facts if fact.kind in kinds)

    def days_deadline_passed(self, code: str) -> Iterator[date]:
        """The day after the last one, each time that this deadline passed unmet."""
        for rule in self.law.catalogue.rules_named(code):
            for run in self.runs_of(rule):
                if run.last < self.on and not self.is_met(rule, run.start, run.last):
                    yield run.last + timedelta(days=1)

    def may_be_decided_by_silence(self, kind: str) -> bool:
        """Does a deadline of this line end in this silence?"""
        rules = [rule for rule in self.law.catalogue.rules if rule.silence == kind]
        return any(compute_deadline(rule, start=self.on, context=self.context).applies is not False for rule in rules)

    def is_late(self, fact: DatedFact) -> bool:
        """Had every deadline for it passed? A deadline of which the person was not told does not count against her."""
        if self.line.routes_stated is False:
            return False
        rules = [rule for rule in self.law.catalogue.rules if rule.who == PERSON and fact.kind in rule.until]
        open_codes = {code for row in self.asked_in_time if self._is_unanswered(row, fact) for code in row.running}
        if any(rule.code in open_codes for rule in rules):
            return False
        ends = [run.last for rule in rules for run in self.runs_of(rule) if run.start <= fact.on]
        return bool(ends) and max(ends) < fact.on

    def is_met(self, rule: CheckedDeadlineRule, start: date, until: date) -> bool:
        """What an answer begins is met by what was done since it was asked."""
        asked = [
            fact.on
            for row in self.asked_in_time
            if rule.start in row.answers
            for fact in self.in_effect(row.asked)
            if fact.on <= start
        ]
        since = min([start, *asked])
        return any(
            fact.kind in rule.until and since <= fact.on <= until and fact not in self.without_effect
            for fact in self.facts
        )

    def read_what_was_asked_in_time(self, rows: tuple[AskedInTime, ...]) -> "KnownLine":
        """Row by row, in their order: what one leaves without effect begins nothing for the next."""
        known = replace(self, asked_in_time=rows)
        for row in rows:
            late = {fact for fact in known.facts if fact.kind == row.asked and not known.is_asked_in_time(fact, row)}
            known = replace(known, without_effect=known.without_effect | late)
            counted = [fact.on for fact in known.in_effect(row.asked)]
            unasked = {
                fact for fact in known.facts if fact.kind in row.answers and not any(on <= fact.on for on in counted)
            }
            known = replace(known, without_effect=known.without_effect | unasked)
        return known

    def in_effect(self, kind: str) -> list[DatedFact]:
        return [fact for fact in self.facts if fact.kind == kind and fact not in self.without_effect]

    def is_asked_in_time(self, asked: DatedFact, row: AskedInTime) -> bool:
        """What else was asked in time does not end the delay for it."""
        if not row.running:
            return True
        askings = {each.asked for each in self.asked_in_time}
        return any(
            run.start <= asked.on <= run.last
            and not any(
                fact.kind in set(rule.until) - askings and run.start <= fact.on <= asked.on for fact in self.facts
            )
            for rule in self.law.catalogue.rules_named(*row.running)
            for run in self.runs_of(rule)
        )

    def say_without_effect(self) -> Iterator[str]:
        """Why what was asked, or answered, counts for nothing, with the text; nothing where the court was seized in time."""
        for row in self.asked_in_time:
            for fact in self.facts:
                if fact in self.without_effect and (words := self._words_without_effect(fact, row)):
                    yield f"{words} ({row.reference})"

    def say_late(self, rows: Iterable[AskedLate]) -> Iterator[str]:
        """With the text; nothing of a deadline of which the person was not told."""
        if self.line.routes_stated is False:
            return
        for row in rows:
            ends = [run.last for rule in self.law.catalogue.rules_named(row.rule) for run in self.runs_of(rule)]
            for fact in self.facts:
                if fact.kind == row.asked and ends and max(ends) < fact.on:
                    words = row.words.format(asked=f"{fact.on:%d/%m/%Y}", last=f"{max(ends):%d/%m/%Y}")
                    yield f"{words} ({row.reference})"

    def _words_without_effect(self, fact: DatedFact, row: AskedInTime) -> str:
        if fact.kind in row.answers:
            asked = any(each.kind == row.asked and each.on <= fact.on for each in self.facts)
            return "" if asked else row.unasked.format(answered=f"{fact.on:%d/%m/%Y}")
        if fact.kind != row.asked:
            return ""
        runs = [
            (rule, run)
            for rule in self.law.catalogue.rules_named(*row.running)
            for run in self.runs_of(rule)
            if run.start <= fact.on
        ]
        if any(self.is_met(rule, run.start, min(run.last, fact.on)) for rule, run in runs):
            return ""
        last = max((run.last for _, run in runs), default=None)
        if last is None:
            return row.early.format(asked=f"{fact.on:%d/%m/%Y}")
        return row.late.format(asked=f"{fact.on:%d/%m/%Y}", last=f"{last:%d/%m/%Y}")

    def _is_unanswered(self, row: AskedInTime, fact: DatedFact) -> bool:
        """Asked in time before this fact, and not answered yet: the delay that it prolongs stands open."""
        asked = max((each.on for each in self.in_effect(row.asked) if each.on <= fact.on), default=None)
        answered = (each.on for kind in row.answers for each in self.in_effect(kind))
        return bool(row.running) and asked is not None and not any(asked <= on <= fact.on for on in answered)
