"""Where a case stands in court and with its housing aid, for its page: reached states, what they change, what comes next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from cases.models import AidKind, Case, Deadline, Milestone, RepaymentPlan, Report
from cases.rules import tracks
from cases.rules.tracks import DatedFact, TrackPosition
from workflows.queries.threshold import load_law

PLAN_AGREED = "plan_agreed"
"""A plan that the landlord accepted here is such a fact, recorded or not."""
REPORTED = "arrears_reported"
HEARING = "hearing"


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A state that was reached, or a date that is fixed."""

    title: str
    on: date
    doubt: str = ""
    """How the date is known, when no act proves it."""
    is_current: bool = False
    is_coming: bool = False


@dataclass(frozen=True, kw_only=True)
class ShownTrack:
    title: str
    state: str
    since: date | None
    passed: Sequence[Passed]
    means: str
    next: str
    dates: Sequence[tuple[str, date]] = ()
    """By when, and what: the delays that count from where one stands."""
    notes: Sequence[str] = field(default_factory=tuple)


def court_words(code: str) -> str:
    """A state of the eviction procedure, by the code that journal lines carry."""
    titles = {state.code: state.title for state in tracks.load_tracks().court.states}
    title = titles.get(code, "aucun acte en cours")
    return title[0].lower() + title[1:] if title[1:2].islower() else title


def act_words(kind: str) -> str:
    """A dated fact of the eviction procedure, by the state that it reaches."""
    reached = (state.code for state in tracks.load_tracks().court.states if kind in state.reached_by)
    return court_words(next(reached, ""))


def dated_facts(case: str) -> ArraySubquery:
    """For a query on rows that have a case (their field): its dated facts, for `why_first`. Each says the last day of the
    longest delay that it started."""
    counted = Deadline.objects.running().filter(case=OuterRef("case"), rule__start=OuterRef("kind"))
    longest = counted.order_by("-legal_date").values("legal_date")[:1]
    current = Milestone.objects.filter(case=OuterRef(case), replaced_by=None).annotate(until=Subquery(longest))
    return ArraySubquery(current.values(said=JSONObject(kind="kind", on="happened_on", until="until")))


def why_first(facts: Iterable[Mapping[str, str | None]], *, on: date) -> str:
    """In a few words, why a case comes before others: « commandement de payer : délai jusqu’au 15/12/2026 »."""
    known: dict[DatedFact, date | None] = {
        DatedFact(str(each["kind"]), date.fromisoformat(str(each["on"]))): date.fromisoformat(each["until"])
        if each["until"]
        else None
        for each in facts
    }
    return _describe_position(tracks.load_tracks().court.position(known, on=on), known) if known else ""


def _describe_position(found: TrackPosition, until: Mapping[DatedFact, date | None]) -> str:
    """A hearing says its day; an act, the last day of the longest delay that it started. Of both, what comes first."""
    said = _describe_current(found, until)
    hearing = next((fact for fact in found.coming if fact.kind == HEARING), None)
    if hearing and (said.on is None or hearing.on <= said.on):
        return f"audience le {hearing.on:%d/%m/%Y}"
    return said.words


class SaidFact(NamedTuple):
    on: date | None
    words: str


def _describe_current(found: TrackPosition, until: Mapping[DatedFact, date | None]) -> SaidFact:
    """What an act lets happen on its day is not what must be done by it: « le » of the one, « délai jusqu’au » of the other."""
    if found.current is None:
        return SaidFact(None, "")
    words, fact = court_words(found.code), found.current.fact
    if found.current.state.is_ahead:
        return SaidFact(fact.on, f"{words} le {fact.on:%d/%m/%Y}")
    day = until[fact]
    return SaidFact(day, f"{words} : délai jusqu’au {day:%d/%m/%Y}" if day else words)


class CaseTracks:
    """Both tracks of a case on a day. It queries nothing: its page has read what it needs."""

    def __init__(
        self,
        case: Case,
        *,
        on: date,
        milestones: Sequence[Milestone],
        deadlines: Iterable[Deadline],
        words: dict[str, str],
    ) -> None:
        self.case, self.on, self.milestones, self.words = case, on, milestones, words
        self.deadlines = list(deadlines)
        self.facts = [DatedFact(milestone.kind, milestone.happened_on) for milestone in milestones]

    @cached_property
    def court_position(self) -> TrackPosition:
        return tracks.load_tracks().court.position(self.facts, on=self.on)

    @property
    def is_judged(self) -> bool:
        """Has the judge of the lease decided?"""
        return self.court_position.is_judged

    @cached_property
    def court(self) -> ShownTrack | None:
        """Nothing as long as nothing happened in court, nor is announced."""
        found = self.court_position
        return (
            self._build_track(tracks.load_tracks().court, found, notes=self._truce(found))
            if found.reached or found.coming
            else None
        )

    def aid(self, *, plans: Iterable[RepaymentPlan], report: Report | None) -> ShownTrack | None:
        """Shown once something is known of it; a lease without aid says so once the case is in court.

        The date of `report`, which opened the case, chooses who decides if nothing says when the CAF was told.
        """
        if self.case.tenancy and self.case.tenancy.aid_kind == AidKind.NONE:
            return self._without_aid() if self.court else None
        agreed = [DatedFact(PLAN_AGREED, plan.agreed_on) for plan in plans if plan.agreed_on and plan.ended_on is None]
        found = tracks.load_tracks().aid.position([*self.facts, *agreed], on=self.on)
        return (
            self._build_track(tracks.load_tracks().aid, found, notes=[self._decided_by(report)])
            if found.reached
            else None
        )

    def _build_track(self, track: tracks.TrackDefinition, found: TrackPosition, *, notes: Sequence[str]) -> ShownTrack:
        current, state = found.current, found.state
        return ShownTrack(
            title=track.title,
            state=state.title if state else "",
            since=current.fact.on if current else None,
            passed=[
                *(self._build_passed(reached, is_current=reached is current) for reached in found.reached),
                *(Passed(title=self.words.get(kind, kind), on=day, is_coming=True) for kind, day in found.coming),
            ],
            means=state.means if state else "",
            next=state.next if state else "",
            dates=self._dates(found),
            notes=notes,
        )

    def _build_passed(self, reached: tracks.ReachedTrackState, *, is_current: bool) -> Passed:
        known = next((m for m in self.milestones if (m.kind, m.happened_on) == reached.fact), None)
        doubt = "" if known is None or known.known == Milestone.Known.PROVED else f"date {known.get_known_display()}"
        title = self.words.get(reached.fact.kind, reached.state.title)
        return Passed(title=title, on=reached.fact.on, doubt=doubt, is_current=is_current)

    def _dates(self, found: TrackPosition) -> list[tuple[str, date]]:
        """The delays that run from the fact that led here, and from what is to come."""
        starts = {fact.kind for fact in found.coming} | ({found.current.fact.kind} if found.current else set())
        running = [
            each for each in self.deadlines if each.rule.start in starts and each.state == Deadline.State.RUNNING
        ]
        return [(each.rule.title, each.legal_date) for each in running]

    def _truce(self, found: TrackPosition) -> list[str]:
        if found.state is None or not found.state.has_truce:
            return []
        last = tracks.load_tracks().truce.last_day(self.on)
        if last is None:
            return ["Aucune trêve hivernale en ce moment : une expulsion peut avoir lieu."]
        return [f"Trêve hivernale jusqu’au {last:%d/%m/%Y} inclus : aucune expulsion n’a lieu, la procédure continue."]

    def _decided_by(self, report: Report | None) -> str:
        here = report.reported_on if report else self.on
        told = next((fact.on for fact in self.facts if fact.kind == REPORTED), here)
        regime = load_law().regime(told)
        return f"Qui décide de l’aide : {regime.aid_decided_by}."

    def _without_aid(self) -> ShownTrack:
        state = tracks.load_tracks().without_aid
        title = tracks.load_tracks().aid.title
        return ShownTrack(title=title, state=state.title, since=None, passed=[], means=state.means, next=state.next)
