"""Where one line of an overpayment stands: its state, what one may do next, and whether recovery is suspended. Pure.

Read from the dated facts of the line, whatever the order in which they were recorded, with the remedies of its benefit and
the deadline rules. States, options and warnings are data (`cases/reference/debt_lines.toml`): none is known by name here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from cases.rules.conditions import Value, Verdict
from cases.rules.debt_line_rows import Combination, DebtLineState, Option, WithholdingBar, read_states
from cases.rules.debt_line_standing import (
    Alarm,
    Caution,
    DebtLineStanding,
    Possible,
    ReachedDebtLineState,
    RecoverySuspension,
    SuspensionReason,
)
from cases.rules.known_lines import (
    NOT_KNOWN,
    STOPPED,
    WITHHOLDING,
    AskedInTime,
    AskedLate,
    DebtLineFacts,
    DebtLineLaw,
    KnownLine,
)
from cases.rules.reading import read_rows, read_toml
from cases.rules.tracks import DatedFact

REFERENCE = Path(__file__).parents[1] / "reference" / "debt_lines.toml"
ALWAYS = "always"
DOUBTFUL = "doubtful"
FILED = "recourse_sent"
WAIVER_FILED = "waiver_recourse_sent"
LEGAL_AID = "legal_aid_asked"
REFUSED_BY_COMMISSION = "waiver_refused_by_commission"
WAIVER_REJECTED = ("waiver_recourse_rejected", "waiver_recourse_rejected_silently")


@dataclass(frozen=True, kw_only=True)
class Machine:
    ledger_facts: Mapping[str, str]
    """Facts that are no milestones: requests, withholdings. With their French words."""
    read_as: tuple[Mapping[str, str], ...]
    asked_in_time: tuple[AskedInTime, ...]
    asked_late: tuple[AskedLate, ...]
    bars: tuple[WithholdingBar, ...]
    states: tuple[DebtLineState, ...]
    options: Mapping[str, Option]
    combinations: tuple[Combination, ...]
    fraud_decided_by: frozenset[str]
    """Whose decision makes a fraud count."""
    erased_despite_fraud: frozenset[str]
    waiver_refusal_to_court: frozenset[str]

    @property
    def moving_facts(self) -> frozenset[str]:
        """The kinds of facts by which a line reaches one of its states."""
        return frozenset(kind for state in self.states for kind in state.reached_by)

    def read_fraud(self, said: str, *, by: str) -> bool | None:
        """What was said of a fraud, read as a line takes it."""
        if said == "no":
            return False
        return True if said == "yes" and by in self.fraud_decided_by else None

    def standing(self, line: DebtLineFacts, *, on: date, law: DebtLineLaw) -> DebtLineStanding:
        known = self._line_known_on(line, on=on, law=law)
        reached = self._reached_states(known)
        suspension = self._suspension(known, reached)
        ended = [found for found in reached if found.state.ends]
        return DebtLineStanding(
            reached=reached,
            # Once nothing is owed, what still has a last day is open: a penalty outlives its debt.
            possible=tuple(each for each in self._possible_options(known, reached) if each.until or not ended),
            suspension=suspension,
            alarms=tuple(self._alarms(line, known, suspension, law)),
            closes=_without_duplicates(code for found in ended or reached for code in found.state.closes),
            without_effect=()
            if ended
            else _without_duplicates([*known.say_without_effect(), *known.say_late(self.asked_late)]),
        )

    def find_without_effect(self, line: DebtLineFacts, *, on: date, law: DebtLineLaw) -> frozenset[DatedFact]:
        """What was not asked in time, with its answers: no delay begins with it."""
        return self._line_known_on(line, on=on, law=law).without_effect

    @property
    def answering_facts(self) -> frozenset[str]:
        """What begins a delay only when it was asked in time."""
        return frozenset(kind for row in self.asked_in_time for kind in row.answers)

    def cautions(self, chosen: Collection[str], standing: DebtLineStanding) -> tuple[Caution, ...]:
        """What to know before choosing these, and what is refused."""
        return tuple(
            Caution(text=each.text.format(until=_format_day(until)), refused=each.refused)
            for each in self.combinations
            if each.chosen <= set(chosen) and each.without.isdisjoint(chosen)
            for until in [_last_possible_day(each.without, standing)]
            if not each.without or until is not None
        )

    # What is known on a day

    def _line_known_on(self, line: DebtLineFacts, *, on: date, law: DebtLineLaw) -> KnownLine:
        context: dict[str, Value] = {
            "benefit": line.benefit,
            "operator": line.operator,
            "court": law.remedy.court.code,
        }
        facts = tuple(sorted((fact for fact in set(line.facts) if fact.on <= on), key=lambda f: (f.on, f.kind)))
        known = KnownLine(line=line, facts=facts, on=on, law=law, context=context)
        known = replace(known, facts=tuple(self._reinterpret_fact(fact, known) for fact in facts))
        return known.read_what_was_asked_in_time(self.asked_in_time)

    def _reinterpret_fact(self, fact: DatedFact, known: KnownLine) -> DatedFact:
        """What comes too late for one step may count as another."""
        for row in self.read_as:
            if fact.kind != row["fact"]:
                continue
            rules = known.law.catalogue.rules_named(row["after"])
            before = [run.last for rule in rules for run in known.runs_of(rule) if run.start <= fact.on]
            if before and before[-1] < fact.on:
                return DatedFact(row["becomes"], fact.on)
        return fact

    def _reached_states(self, known: KnownLine) -> tuple[ReachedDebtLineState, ...]:
        """Of each track, in the order of the file; what presses most comes first."""
        found = [
            self._last_reached_state(track, known)
            for track in _without_duplicates(state.track for state in self.states)
        ]
        return tuple(sorted((each for each in found if each), key=lambda each: -each.state.press))

    def _last_reached_state(self, track: str, known: KnownLine) -> ReachedDebtLineState | None:
        """The state last reached; on the same day, the furthest."""
        states = [state for state in self.states if state.track == track]
        moments = [each for state in states for each in _times_reached(state, known)]
        kept = max(
            (each.on for each in moments if each.state.stays and not _is_released(each, known)), default=date.max
        )
        holding = [each for each in moments if each.on <= kept or not each.state.reached_after]
        return max(holding, key=lambda each: (each.on, each.state.rank), default=None)

    # What one may do

    def _possible_options(self, known: KnownLine, reached: Sequence[ReachedDebtLineState]) -> Iterator[Possible]:
        for code in _without_duplicates(code for found in reached for code in found.state.options):
            option = self.options[code]
            until = _nearest_last_day(option, known)
            if all(self._is_need_met(need, known, until) for need in option.needs):
                yield Possible(option=option, letter=_letter_code(option, known), until=until)

    def _is_need_met(self, need: str, known: KnownLine, until: date | None) -> bool:
        remedy, line = known.law.remedy, known.line
        return {
            "rectification": remedy.suspension.has_rectification,
            "authority": bool(remedy.contest.authority),
            "no_authority": not remedy.contest.authority,
            "waiver": remedy.waiver is not None and not (line.fraud and remedy.waiver.fraud == "excluded"),
            "recourse_filed": known.has_fact(FILED),
            "withheld": known.is_withheld,
            "in_time": until is not None,
            "no_legal_aid": not known.has_fact(LEGAL_AID),
            "routes_missing": line.routes_stated is False,
            "waiver_recourse": bool(remedy.refusal and remedy.refusal.authority)
            and not known.has_fact(REFUSED_BY_COMMISSION),
            "waiver_to_court": self._may_refusal_go_to_court(known),
            "dischargeable": not line.fraud or line.benefit in self.erased_despite_fraud,
        }[need]

    def _may_refusal_go_to_court(self, known: KnownLine) -> bool:
        """At once, or once the recourse that the matrix asks for is rejected; while it waits only where no silence rejects it
        (a mediation). An edition that says nothing of refusals knows those of the machine alone."""
        refusal = known.law.remedy.refusal
        if refusal is None:
            return known.line.benefit in self.waiver_refusal_to_court
        if not refusal.court or not refusal.authority:
            return bool(refusal.court)
        if any(known.has_fact(kind) for kind in (REFUSED_BY_COMMISSION, *WAIVER_REJECTED)):
            return True
        return known.has_fact(WAIVER_FILED) and not known.may_be_decided_by_silence(WAIVER_REJECTED[1])

    # Whether recovery is suspended

    def _suspension(self, known: KnownLine, reached: Sequence[ReachedDebtLineState]) -> RecoverySuspension:
        """A request that suspends; else a deadline before whose last day nothing is withheld; else what isn’t sure."""
        stopping = [(found.state, _suspension_verdict(found, known)) for found in reached if found.state.suspends]
        certain = tuple(_suspension_reason(state, known) for state, verdict in stopping if verdict)
        barred = list(self._withholding_bars(known))
        if certain or barred:
            reasons = (*certain, *(reason for reason, _ in barred))
            return RecoverySuspension(
                verdict=True, because=reasons, until=None if certain else max(until for _, until in barred)
            )
        doubtful = tuple(_suspension_reason(state, known) for state, verdict in stopping if verdict is None)
        return RecoverySuspension(verdict=None if doubtful else False, because=doubtful)

    def _withholding_bars(self, known: KnownLine) -> Iterator[tuple[SuspensionReason, date]]:
        """Deadlines that forbid a withholding on that day, with their last day."""
        for bar in self.bars:
            for rule in known.law.catalogue.rules_named(bar.rule):
                for run in known.runs_of(rule):
                    if run.is_certain and known.on <= run.last:
                        yield SuspensionReason(words=bar.because, reference=bar.reference), run.last

    def _alarms(
        self, line: DebtLineFacts, known: KnownLine, now: RecoverySuspension, law: DebtLineLaw
    ) -> Iterator[Alarm]:
        letter = law.remedy.letters.get("suspension", "")
        stopped = known.last_day_of(STOPPED)
        for fact in known.facts:
            if fact.kind != WITHHOLDING or fact.on < stopped:
                continue
            then_known = self._line_known_on(line, on=fact.on, law=law)
            then = self._suspension(then_known, self._reached_states(then_known))
            if then.verdict:
                yield Alarm(seen_on=fact.on, because=then.because, is_certain=True, letter=letter)
            elif now.verdict and known.is_withheld and fact.on == known.last_day_of(WITHHOLDING):
                yield Alarm(seen_on=fact.on, because=now.because, is_certain=False, letter=letter)


def _times_reached(state: DebtLineState, known: KnownLine) -> Iterator[ReachedDebtLineState]:
    """Each time that the state was reached, and not undone since."""
    undone = max((known.last_day_of(kind) for kind in state.undone_by), default=date.min)
    facts = [
        ReachedDebtLineState(state=state, on=fact.on, is_late=bool(state.suspends) and known.is_late(fact))
        for fact in known.facts
        if fact.kind in state.reached_by and (state.even_late or fact not in known.without_effect)
    ]
    passed = [
        ReachedDebtLineState(state=state, on=on)
        for code in state.reached_after
        for on in known.days_deadline_passed(code)
    ]
    yield from (each for each in (*facts, *passed) if undone < each.on)


def _is_released(found: ReachedDebtLineState, known: KnownLine) -> bool:
    return any(known.last_day_of(kind) >= found.on for kind in found.state.stays_until)


def _suspension_verdict(found: ReachedDebtLineState, known: KnownLine) -> Verdict:
    state = found.state
    if (
        found.is_late
        or state.suspends == DOUBTFUL
        or (state.suspends_for and known.line.operator not in state.suspends_for)
    ):
        return None
    return True if state.suspends == ALWAYS else known.law.remedy.suspension.stops(state.suspends)


def _suspension_reason(state: DebtLineState, known: KnownLine) -> SuspensionReason:
    return SuspensionReason(words=state.because, reference=state.reference or known.law.remedy.suspension.reference)


def _letter_code(option: Option, known: KnownLine) -> str:
    return known.law.remedy.letters.get(option.letter, option.letter if option.letter.startswith("L") else "")


def _nearest_last_day(option: Option, known: KnownLine) -> date | None:
    """The nearest last day among the deadlines of this option that still run."""
    days = [
        run.last
        for rule in known.law.catalogue.rules_named(*option.rules)
        for run in known.runs_of(rule)
        if known.on <= run.last < NOT_KNOWN and not known.is_met(rule, run.start, known.on)
    ]
    return min(days, default=None)


def _last_possible_day(options: Collection[str], standing: DebtLineStanding) -> date | None:
    """The last day on which one of these options can still be taken."""
    days = [each.until for each in standing.possible if each.option.code in options and each.until]
    return max(days, default=None)


def _format_day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _without_duplicates(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


@cache
def load_machine(path: Path = REFERENCE) -> Machine:
    return read_machine(read_toml(path))


def read_machine(data: Mapping[str, Any]) -> Machine:
    """Refuses (`FaultyRules`) a row that lacks a column, or has one that no row has."""
    return Machine(
        ledger_facts=data["ledger_facts"],
        read_as=tuple(data["read_as"]),
        asked_in_time=read_rows(AskedInTime, data["asked_in_time"], name="Demande à temps"),
        asked_late=read_rows(AskedLate, data.get("asked_late", ()), name="Demande tardive"),
        bars=read_rows(WithholdingBar, data["bars"], name="Retenue interdite"),
        states=read_states(data["states"]),
        options={each.code: each for each in read_rows(Option, data["options"], name="Suite possible")},
        combinations=read_rows(Combination, data["combinations"], name="Choix ensemble"),
        fraud_decided_by=frozenset(data["fraud"]["decided_by"]),
        erased_despite_fraud=frozenset(data["over_indebtedness"]["erased_despite_fraud"]),
        waiver_refusal_to_court=frozenset(data["waiver_refusal"]["to_court"]),
    )
