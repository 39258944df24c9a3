"""What another table would have decided: the situations routed of late, sent again with two tables, without touching any.

Both are asked about the facts that were known on the day of the routing, and about the structures of today: only the
tables differ.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from cases import permissions
from cases.models import Case, User
from cases.rules.conditions import BadValue, Key
from workflows.models import RoutingDecision
from workflows.routing.apply import CATALOGUES, advisers_by_landlord
from workflows.routing.decide import Decision, decide
from workflows.routing.facts import Fact, Facts
from workflows.routing.table import Table

PERIOD = timedelta(days=183)
"""The situations of the last six months."""
MOST = 5000
"""At most so many of them: the most recent."""
SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Rerouted:
    """A situation that the draft would have sent elsewhere."""

    case: int
    routed_at: datetime
    before: Decision
    after: Decision


@dataclass(frozen=True, kw_only=True)
class Load:
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
class Simulated:
    since: date
    counted: int
    moved: int
    loads: list[Load]
    """The structures for which something changes, the most changed first."""
    by_rule: Mapping[str, Routed]
    shown: list[tuple[Case, Rerouted]]
    """Those of the situations that the pilot sees, the most recent first."""

    @property
    def is_a_sample(self) -> bool:
        return self.counted >= MOST


def simulate(*, catalogue: str, before: Table, after: Table, user: User, on: date, most: int = MOST) -> Simulated:
    """Four queries, whatever the number of situations. The first routing of each: what followed a refusal is not asked."""
    since = on - PERIOD
    advisers = advisers_by_landlord()
    either: dict[Any, tuple[Decision, Decision]] = {}
    names = {code: each.name for code, each in before.structures.items()} | {"": "Le pilote"}
    loads: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    rules: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    moved: list[Rerouted] = []
    routed = _routed(catalogue, since=since)[:most]
    for case, at, known, landlord in routed:
        # Many situations are alike: each kind is decided once.
        kind = json.dumps(known, sort_keys=True), landlord if landlord in advisers else None
        if kind not in either:
            of_kind = advisers.get(landlord, {})
            either[kind] = (
                decide(before, _facts(known, before.keys), forced=True, of_kind=of_kind),
                decide(after, _facts(known, after.keys), forced=True, of_kind=of_kind),
            )
        for place, decision in enumerate(either[kind]):
            loads[place][decision.structure] += 1
            rules[place][decision.rule] += 1
        if either[kind][0].structure != either[kind][1].structure:
            moved.append(Rerouted(case=case, routed_at=at, before=either[kind][0], after=either[kind][1]))
    concerned = Counter(code for each in moved for code in {each.before.rule, each.after.rule})
    found = [
        Load(name=names.get(code, code), before=loads[0][code], after=loads[1][code])
        for code in loads[0] | loads[1]
        if loads[0][code] != loads[1][code]
    ]
    return Simulated(
        since=since,
        counted=loads[0].total(),
        moved=len(moved),
        loads=sorted(found, key=lambda load: (-abs(load.change), load.name)),
        by_rule={
            code: Routed(before=rules[0][code], after=rules[1][code], moved=concerned[code])
            for code in rules[0] | rules[1]
        },
        shown=_seen(moved, user=user, on=on),
    )


def _routed(catalogue: str, *, since: date) -> Any:
    """Case, moment, facts, landlord: the most recent first."""
    kinds = [kind for kind, routed_by in CATALOGUES.items() if routed_by == catalogue]
    earlier = RoutingDecision.objects.filter(case=OuterRef("case"), pk__lt=OuterRef("pk"))
    found = RoutingDecision.objects.filter(
        ~Exists(earlier), case__kind__in=kinds, decided_at__date__gte=since, explanation__has_key="facts"
    )
    return found.order_by("-pk").values_list("case_id", "decided_at", "explanation__facts", "case__tenancy__landlord")


def _facts(known: Mapping[str, Any], keys: Mapping[str, Key]) -> Facts:
    """What a table of today no longer understands is not known."""
    read: dict[str, Fact] = {}
    for code, fact in known.items():
        try:
            read[code] = Fact(value=keys[code].read(fact["value"]), source=fact["source"])
        except (BadValue, KeyError):
            continue
    return Facts(read)


def _seen(moved: list[Rerouted], *, user: User, on: date) -> list[tuple[Case, Rerouted]]:
    asked = [each.case for each in moved]
    seen = permissions.visible_cases(user, at=on).filter(pk__in=asked).order_by("-pk")[:SHOWN] if asked else []
    cases = {case.pk: case for case in seen}
    return [(cases[each.case], each) for each in moved if each.case in cases]
