"""Where a case stands beside its support: the eviction procedure and the housing aid, read from its dated facts.

Pure: facts in, a position out, whatever the order in which the facts were recorded. The states, what reaches and undoes
them and their words are data (`cases/reference/tracks.toml`); no state is known by name here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from cases.rules.reading import make_row, read_toml, refuse_faults, row_faults

REFERENCE = Path(__file__).parents[1] / "reference" / "tracks.toml"


class DatedFact(NamedTuple):
    """A dated fact of the case, by its code in the catalogue of deadlines."""

    kind: str
    on: date


@dataclass(frozen=True, kw_only=True)
class TrackState:
    code: str
    title: str
    means: str
    """What it changes for the household."""
    next: str
    phase: int = 0
    by_rank: bool = False
    is_after_judgment: bool = False
    """Its phase comes once the judge has decided."""
    rank: int = 0
    reached_by: frozenset[str] = frozenset()
    undone_by: frozenset[str] = frozenset()
    stage: str = ""
    """What a routing table reads."""
    is_urgent: bool = field(default=False, metadata={"column": "urgent"})
    has_truce: bool = field(default=False, metadata={"column": "truce"})
    is_ahead: bool = field(default=False, metadata={"column": "ahead"})
    """It holds as soon as it is known, before its day."""
    is_settled: bool = field(default=False, metadata={"column": "settled"})


@dataclass(frozen=True, kw_only=True)
class ReachedTrackState:
    """A state, and the fact that reached it: the first one where the order of the law counts, else the last."""

    state: TrackState
    fact: DatedFact

    @property
    def sort_key(self) -> tuple[int, date, int]:
        """By phase, then by date, then in the order of the law; in some phases its order alone counts."""
        day = date.min if self.state.by_rank else self.fact.on
        return (self.state.phase, day, self.state.rank)


@dataclass(frozen=True, kw_only=True)
class TrackPosition:
    """Where a track stands on a day."""

    current: ReachedTrackState | None
    reached: tuple[ReachedTrackState, ...]
    """All that holds, in the order of the dates."""
    coming: tuple[DatedFact, ...]
    """Facts fixed for a later day: a hearing."""

    @property
    def state(self) -> TrackState | None:
        return self.current.state if self.current else None

    @property
    def code(self) -> str:
        return self.current.state.code if self.current else ""

    @property
    def is_judged(self) -> bool:
        """Has the judge decided in this procedure? A hearing to come is then that of another judge."""
        return any(found.state.is_after_judgment for found in self.reached)

    @property
    def comes_first(self) -> bool:
        """Does such a case come before others, which can wait?"""
        return bool(self.coming) or (self.state is not None and not self.state.is_settled)


@dataclass(frozen=True, kw_only=True)
class TrackDefinition:
    title: str
    states: tuple[TrackState, ...]
    calls_off: Mapping[str, frozenset[str]]
    """Fact → those, still to come, that it makes pointless."""
    of_first_judge: frozenset[str] = frozenset()
    """Facts whose delays are those of the judge who decides first: once he has, they begin none."""

    @cached_property
    def judging_facts(self) -> frozenset[str]:
        """What says that the judge has decided, or undoes it."""
        judged = (state for state in self.states if state.is_after_judgment)
        return frozenset(kind for state in judged for kind in state.reached_by | state.undone_by)

    @cached_property
    def moving_facts(self) -> frozenset[str]:
        """All that moves this track, or is announced on it."""
        moving = {kind for state in self.states for kind in state.reached_by | state.undone_by}
        return frozenset(moving | {kind for kinds in self.calls_off.values() for kind in kinds})

    @cached_property
    def urgent_facts(self) -> frozenset[str]:
        """What makes a case urgent."""
        return frozenset(kind for state in self.states if state.is_urgent for kind in state.reached_by)

    @cached_property
    def _facts_ahead(self) -> frozenset[str]:
        return frozenset(kind for state in self.states if state.is_ahead for kind in state.reached_by)

    def last_end(self, facts: Iterable[DatedFact], *, on: date) -> date:
        """The day on which an earlier procedure ended, if one did: what came before it says nothing of this one."""
        ends = {kind for state in self.states for kind in state.undone_by}
        return max((fact.on for fact in facts if fact.kind in ends and fact.on <= on), default=date.min)

    def position(self, facts: Iterable[DatedFact], *, on: date) -> TrackPosition:
        known = sorted(set(facts), key=lambda fact: (fact.on, fact.kind))
        reached = [found for state in self.states if (found := _reached_state(state, known, on=on))]
        return TrackPosition(
            current=max(reached, key=lambda found: found.sort_key, default=None),
            reached=tuple(sorted(reached, key=lambda found: (found.fact.on, found.state.rank))),
            coming=tuple(
                fact for fact in known if fact.on > on and fact.kind in self.moving_facts - self._facts_ahead
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Truce:
    """A part of the year, given by the month and day of its ends, both included."""

    first: tuple[int, int]
    last: tuple[int, int]

    def last_day(self, on: date) -> date | None:
        """The last day of the truce that is under way; None outside of it."""
        last = date(on.year, *self.last)
        if on <= last:
            return last
        return date(on.year + 1, *self.last) if on >= date(on.year, *self.first) else None


@dataclass(frozen=True, kw_only=True)
class Tracks:
    court: TrackDefinition
    aid: TrackDefinition
    without_aid: TrackState
    truce: Truce


def _reached_state(state: TrackState, known: Sequence[DatedFact], *, on: date) -> ReachedTrackState | None:
    """A state holds when a fact reached it since it was last undone; what undoes it on the same day comes after."""
    undone = max((fact.on for fact in known if fact.kind in state.undone_by and fact.on <= on), default=date.min)
    last = date.max if state.is_ahead else on
    reaching = [fact for fact in known if fact.kind in state.reached_by and undone < fact.on <= last]
    if not reaching:
        return None
    return ReachedTrackState(state=state, fact=reaching[0 if state.by_rank else -1])


@cache
def load_tracks(path: Path = REFERENCE) -> Tracks:
    return read_tracks(read_toml(path))


def read_tracks(data: Mapping[str, Any]) -> Tracks:
    truce = data["winter_truce"]
    return Tracks(
        court=_read_track(data["court"]),
        aid=_read_track(data["aid"]),
        without_aid=make_row(TrackState, data["aid"]["without"]),
        truce=Truce(first=tuple(truce["first"]), last=tuple(truce["last"])),
    )


def _read_track(data: Mapping[str, Any]) -> TrackDefinition:
    """Refuses (`FaultyRules`) a state that lacks a column, or names a phase that is none."""
    phases = [phase["code"] for phase in data["phases"]]
    by_rank = {phase["code"] for phase in data["phases"] if phase.get("by_rank")}
    after_judgment = {phase["code"] for phase in data["phases"] if phase.get("after_judgment")}
    rows = data["states"]
    refuse_faults(row_faults(rows, TrackState, name="État", choices={"phase": phases}))
    return TrackDefinition(
        title=data["title"],
        states=tuple(
            make_row(
                TrackState,
                row,
                phase=phases.index(row["phase"]),
                by_rank=row["phase"] in by_rank,
                is_after_judgment=row["phase"] in after_judgment,
                rank=rank,
            )
            for rank, row in enumerate(rows)
        ),
        calls_off={kind: frozenset(kinds) for kind, kinds in data.get("calls_off", {}).items()},
        of_first_judge=frozenset(data.get("of_first_judge", ())),
    )
