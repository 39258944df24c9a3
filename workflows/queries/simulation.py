"""What another table would have decided: the situations routed of late, sent again with two tables, without touching any.

Both are asked about the facts that were known on the day of the routing, and about the structures of today: only the
tables differ.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.dateparse import parse_datetime

from cases import permissions
from cases.models import Case, Edition, User
from cases.models.appointments import midnight
from cases.rules.conditions import BadValue, Key, RuleCondition
from cases.rules.counting import add_months
from cases.rules.procedures import PROCEDURES
from workflows.models import RoutingDecision
from workflows.routing.apply import advisers_by_landlord
from workflows.routing.decide import Decision, decide_by_table
from workflows.routing.facts import RoutingFact, RoutingFacts
from workflows.routing.move_reasons import why_moved
from workflows.routing.table import RoutingTable

MONTHS = (1, 3, 6, 12, 24)
USUAL = 6
"""The situations of the last six months, unless the pilot chooses."""
AT_ONCE = 2000
"""At most so many are compared while a page waits; the worker compares more."""
KEPT = 500
"""Differences that are told one by one: the latest routed. All are counted."""
PAGE = 50
READINGS = 50_000
"""Values of facts whose reading is remembered."""


Counts = defaultdict[str, list[int]]


@dataclass(frozen=True, kw_only=True)
class SimulatedLoad:
    """What a structure would have received."""

    name: str
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class Routed:
    """How many situations a rule routes with either table, and how many of these would go elsewhere."""

    before: int = 0
    after: int = 0
    moved: int = 0


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A situation that the draft would have sent elsewhere, and why."""

    case: int
    routed_at: datetime
    before: str
    after: str
    """Codes of structures; empty for the pilot."""
    rules: tuple[str, str]
    why: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "case": self.case,
            "at": self.routed_at.isoformat(),
            "to": [self.before, self.after],
            "rules": self.rules,
            "why": self.why,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Difference":
        at = parse_datetime(kept["at"])
        if at is None:
            raise ValueError("a difference has no moment")
        [before, after], [left, taken] = kept["to"], kept["rules"]
        return cls(
            case=kept["case"], routed_at=at, before=before, after=after, rules=(left, taken), why=tuple(kept["why"])
        )


@dataclass(frozen=True, kw_only=True)
class ShownDifference:
    """A difference as a page lists it: the case can be opened by who may see it, else it has its number only."""

    reference: str
    case: Case | None
    routed_at: datetime
    before: str
    after: str
    rules: tuple[str, str]
    why: tuple[str, ...]


@dataclass(kw_only=True)
class Tally:
    """What a simulation has counted until now."""

    counted: int = 0
    moved: int = 0
    loads: Counts = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    """Structure → before, after; the empty code is the pilot’s."""
    rules: Counts = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    """Rule → before, after, of which would go elsewhere."""
    differences: list[Difference] = field(default_factory=list)

    def loads_of(self, names: Mapping[str, str]) -> list[SimulatedLoad]:
        """The structures for which something changes, the most changed first."""
        found = [
            SimulatedLoad(name=names.get(code, code), before=before, after=after)
            for code, (before, after) in self.loads.items()
            if before != after
        ]
        return sorted(found, key=lambda load: (-abs(load.change), load.name))

    def rule_counts(self, code: str) -> Routed:
        before, after, moved = self.rules.get(code, (0, 0, 0))
        return Routed(before=before, after=after, moved=moved)

    def as_json(self) -> dict[str, Any]:
        return {"loads": self.loads, "rules": self.rules}

    def go_on(self, kept: Mapping[str, Mapping[str, list[int]]]) -> None:
        """Count on from what was kept."""
        self.loads.update(kept.get("loads", {}))
        self.rules.update(kept.get("rules", {}))


Way = tuple[str, str]
"""To which structure, by which rule."""


class Comparison:
    """Two tables, asked about one situation after the other.

    Tables see a situation through their conditions only: those that hold the same ones go the same ways, so that each
    such kind is decided once, and remembered by its two ways alone.
    """

    def __init__(self, before: RoutingTable, after: RoutingTable) -> None:
        self.before, self.after = before, after
        self.names = {code: each.name for code, each in before.structures.items()}
        self.advisers = advisers_by_landlord()
        self.leads = {row.lead.fact for table in (before, after) for row in table.rows if row.lead} - {""}
        self.conditions = _conditions(before, after)
        self.asked = sorted(self.conditions.keys() | self.leads)
        self.read: dict[tuple[str, Any], Any] = {}
        self.kinds: dict[Any, tuple[Way, Way]] = {}

    def add(self, rows: Iterable[Any], tally: Tally, *, keep: int = KEPT) -> None:
        for _, case, at, known, landlord, claimants in rows:
            if known is None:
                continue
            about = landlord, tuple(claimants or ())
            ways = self._find_ways(known, *about)
            tally.counted += 1
            for place, (structure, rule) in enumerate(ways):
                tally.loads[structure][place] += 1
                tally.rules[rule][place] += 1
            (left, by), (taken, then) = ways
            if left == taken:
                continue
            tally.moved += 1
            for code in {by, then}:
                tally.rules[code][2] += 1
            if len(tally.differences) < keep:
                why = why_moved(*self._decide(known, *about), names=self.names)
                tally.differences.append(
                    Difference(case=case, routed_at=at, before=left, after=taken, rules=(by, then), why=why)
                )

    def _find_ways(
        self, known: Mapping[str, Any], landlord: int | None, claimants: tuple[str, ...]
    ) -> tuple[Way, Way]:
        seen = tuple(self._evaluate_fact(code, known[code]["value"]) if code in known else None for code in self.asked)
        kind = seen, landlord if landlord in self.advisers else None, claimants
        found = self.kinds.get(kind)
        if found is None:
            before, after = self._decide(known, landlord, claimants)
            found = self.kinds[kind] = (before.structure, before.rule), (after.structure, after.rule)
        return found

    def _evaluate_fact(self, code: str, kept: object) -> object:
        """What the tables see of a fact: which conditions it meets, and whom it names. None when it cannot be read."""
        if len(self.read) > READINGS:
            self.read.clear()
        if (code, kept) not in self.read:
            try:
                value = self.before.keys[code].read(kept)
            except (BadValue, KeyError):
                self.read[code, kept] = None
            else:
                met = tuple(each.holds(value) for each in self.conditions[code])
                self.read[code, kept] = met, value if code in self.leads else None
        return self.read[code, kept]

    def _decide(
        self, known: Mapping[str, object], landlord: int | None, claimants: tuple[str, ...]
    ) -> tuple[Decision, Decision]:
        facts, of_kind = _facts(known, self.before.keys), self.advisers.get(landlord or 0, {})
        before, after = (
            decide_by_table(table, facts, forced=True, of_kind=of_kind, claimants=claimants)
            for table in (self.before, self.after)
        )
        return before, after


def _conditions(*tables: RoutingTable) -> defaultdict[str, list[RuleCondition]]:
    """Of all their rows, by the fact that they ask about."""
    found: defaultdict[str, list[RuleCondition]] = defaultdict(list)
    for table in tables:
        for row in table.rows:
            for each in (*row.all, *row.any):
                if each not in found[each.key.code]:
                    found[each.key.code].append(each)
    return found


def _facts(known: Mapping[str, Any], keys: Mapping[str, Key]) -> RoutingFacts:
    """What a table of today no longer understands is not known."""
    read: dict[str, RoutingFact] = {}
    for code, fact in known.items():
        try:
            read[code] = RoutingFact(value=keys[code].read(fact["value"]), source=fact["source"])
        except (BadValue, KeyError):
            continue
    return RoutingFacts(read)


# Which situations


def first_day(on: date, *, months: int) -> date:
    return add_months(on, -months)


def find_first_routings(edition: Edition, *, since: date, before: int | None = None) -> Any:
    """Of what an edition routes: decision, case, moment, facts, landlord, who claimed. The latest first, before one when
    it is given.

    The first routing of each: what followed a refusal is not asked. Facts are None where they were not kept; asked as
    a condition, that would hide from the planner how many rows an index gives at once in their order.
    """
    kinds = [each.kind for each in PROCEDURES.values() if each.routing == edition.catalogue]
    earlier = RoutingDecision.objects.filter(case=OuterRef("case"), pk__lt=OuterRef("pk"))
    found = RoutingDecision.objects.filter(
        ~Exists(earlier),
        case__kind__in=kinds,
        case__territory=edition.territory,
        decided_at__gte=midnight(since),
    )
    if before is not None:
        found = found.filter(pk__lt=before)
    return found.order_by("-pk").values_list(
        "pk", "case_id", "decided_at", "explanation__facts", "case__tenancy__landlord", "explanation__claimants"
    )


# What a page shows


@dataclass(frozen=True, kw_only=True)
class Simulated:
    since: date
    tally: Tally
    loads: list[SimulatedLoad]
    shown: list[ShownDifference]
    """The latest routed, a page of them."""


def simulate(*, edition: Edition, before: RoutingTable, after: RoutingTable, user: User, on: date) -> Simulated | None:
    """At once, whatever the number of situations in seven queries. None when there are too many: the worker does it."""
    first = first_day(on, months=USUAL)
    rows = list(find_first_routings(edition, since=first)[: AT_ONCE + 1])
    if len(rows) > AT_ONCE:
        return None
    comparison, tally = Comparison(before, after), Tally()
    comparison.add(rows, tally, keep=PAGE)
    return Simulated(
        since=first,
        tally=tally,
        loads=tally.loads_of(structure_names_with_pilot(comparison.names)),
        shown=show_differences(tally.differences, names=comparison.names, user=user, on=on),
    )


def structure_names_with_pilot(names: Mapping[str, str]) -> Mapping[str, str]:
    """Of structures by code, and of what has none."""
    return {**names, "": "Le pilote"}


def show_differences(
    differences: Sequence[Difference], *, names: Mapping[str, str], user: User, on: date
) -> list[ShownDifference]:
    """Differences with the cases that this user may open named. One query."""
    asked = [each.case for each in differences]
    visible = permissions.visible_cases(user, at=on).filter(pk=OuterRef("pk"))
    cases: dict[int, Any] = Case.objects.annotate(is_seen=Exists(visible)).in_bulk(asked)
    said = structure_names_with_pilot(names)
    return [
        ShownDifference(
            reference=cases[each.case].reference,
            case=cases[each.case] if cases[each.case].is_seen else None,
            routed_at=each.routed_at,
            before=said.get(each.before, each.before),
            after=said.get(each.after, each.after),
            rules=each.rules,
            why=each.why,
        )
        for each in differences
    ]
