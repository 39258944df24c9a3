"""Who takes an arrears case: a decision table applied to facts.

The first row whose conditions all hold wins. A fact that isn't known never makes a row hold; when such a row comes
first and its fact is one of those the edition needs, the case goes to qualification, unless it is forced.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cases.rules.conditions import RuleCondition, Verdict, all_of, any_of
from workflows.routing.facts import AMICABLE, NOBODY, RoutingFact, RoutingFacts, json_value
from workflows.routing.table import RoutingRow, RoutingTable


class RoutingOutcome(StrEnum):
    ROUTED = "routed"
    QUALIFY = "qualify"
    ARBITRATE = "arbitrate"


class RowState(StrEnum):
    """Why a row was or wasn't chosen."""

    MATCHES = "matches"
    FAILS = "fails"
    UNKNOWN = "unknown"
    DECLINED = "declined"
    UNAVAILABLE = "unavailable"
    """Its conditions hold, but no structure in service answers to its lead."""
    SUSPENDED = "suspended"
    """Its conditions hold, but its structure takes no new case until a day."""
    CLAIMANT = "claimant"
    """Its conditions hold, but its structure is of the body that claims from the household, or accompanies nobody."""


HELD = frozenset({RowState.MATCHES, RowState.DECLINED, RowState.UNAVAILABLE, RowState.SUSPENDED, RowState.CLAIMANT})
"""The conditions of the row hold, whether or not its structure can take the case."""


@dataclass(frozen=True, kw_only=True)
class Criterion:
    condition: RuleCondition
    verdict: Verdict
    shown: str
    source: str

    def as_json(self) -> dict[str, Any]:
        return {
            "fact": self.condition.key.code,
            "operator": str(self.condition.operator),
            "values": [json_value(value) for value in self.condition.values],
            "text": str(self.condition),
            "known": self.shown,
            "source": self.source,
            "verdict": {True: "true", False: "false", None: "unknown"}[self.verdict],
        }


@dataclass(frozen=True, kw_only=True)
class JudgedRow:
    """A row, with what became of each of its conditions."""

    row: RoutingRow
    state: RowState
    all: tuple[Criterion, ...]
    any: tuple[Criterion, ...]
    structure: str
    kind: str
    suspended: str = ""
    """The structure that it names, when it takes no new case."""

    @property
    def waits_for(self) -> tuple[str, ...]:
        """The facts that would settle a row that is unknown."""
        open_any = any_of(c.verdict for c in self.any) is None
        unknown = [c for c in (*self.all, *(self.any if open_any else ())) if c.verdict is None]
        return tuple(dict.fromkeys(c.condition.key.code for c in unknown))

    def as_json(self) -> list[dict[str, Any]]:
        groups = (("all", self.all), ("any", self.any))
        return [
            {"rule": self.row.code, "group": group, **criterion.as_json()}
            for group, criteria in groups
            for criterion in criteria
        ]


@dataclass(frozen=True, kw_only=True)
class Decision:
    outcome: RoutingOutcome
    edition: int
    rule: str
    """The row that wins with what is known, even when facts are still missing."""
    structure: str
    """Empty when the pilot decides. Before qualification, the one that what is known points to."""
    structure_kind: str
    supports: tuple[str, ...]
    contact_rule: str
    urgent: bool
    reason: str
    public_reason: str
    missing: tuple[str, ...]
    """The needed facts that could change the decision."""
    unknown: tuple[str, ...]
    rows: tuple[JudgedRow, ...]
    runner_up: JudgedRow | None
    facts: RoutingFacts
    claimants: tuple[str, ...] = ()
    """The services of who claims from the household: none of them was asked."""

    def as_json(self) -> dict[str, Any]:
        return {
            "outcome": str(self.outcome),
            "rule": self.rule,
            "edition": self.edition,
            "structure_kind": self.structure_kind or None,
            "structure": self.structure or None,
            "supports": list(self.supports),
            "contact_rule": self.contact_rule or None,
            "urgent": self.urgent,
            "reason": self.reason,
            "public_reason": self.public_reason,
            "criteria": [criterion for judged in self.rows for criterion in judged.as_json()],
            "rows": [{"rule": judged.row.code, "state": str(judged.state)} for judged in self.rows],
            "missing": list(self.missing),
            "unknown": list(self.unknown),
            "runner_up": self.runner_up and _runner_up_json(self.runner_up),
            "facts": self.facts.as_json(),
            "claimants": list(self.claimants),
        }


def decide_by_table(
    table: RoutingTable,
    facts: RoutingFacts,
    *,
    excluded: Iterable[str] = (),
    silent: str = "",
    forced: bool = False,
    of_kind: Mapping[str, str] | None = None,
    claimants: Collection[str] = (),
) -> Decision:
    """`excluded`: the structures that declined. `silent`: the one that let its delay pass, so that the pilot decides.
    `forced`: route with what is known. `of_kind`: for each kind that a row may name, the structure of this case (the
    social advisers of its own landlord). `claimants`: the services of who claims from the household: they do not follow
    it, and are asked by no row but one that names their kind on purpose."""
    declined = frozenset(excluded)
    barred = frozenset(claimants) | {code for code, each in table.structures.items() if not each.may_follow}
    barred |= _teams_of_landlords(table, facts, claimants=claimants)
    facts = _followed_by_others(facts, table=table, barred=barred)
    judged = tuple(
        _judge(row, facts, table=table, declined=declined, barred=barred, of_kind=of_kind or {}) for row in table.rows
    )
    winner = next(j for j in judged if j.state is RowState.MATCHES)
    urgent = next((j.row for j in judged if j.row.urgent and j.state in HELD), None)
    to_pilot = _why_the_pilot(table, declined=declined, silent=silent)
    if to_pilot:
        winner = judged[-1]
    missing = () if to_pilot else _missing(judged, winner, needed=table.needed)
    outcome = _outcome(winner.row, missing=missing, forced=forced)
    return Decision(
        outcome=outcome,
        edition=table.number,
        rule=winner.row.code,
        structure=winner.structure,
        structure_kind=winner.kind,
        supports=_supports(winner, table=table, left_out=declined | barred),
        # Whoever takes an urgent case in the end has no more time than the first one asked.
        contact_rule=(urgent or winner.row).contact_rule,
        urgent=urgent is not None or facts.value("urgent") is True,
        reason=to_pilot or _reason(table, winner, judged, missing=missing, outcome=outcome, declined=declined),
        public_reason=winner.row.public_reason if outcome is RoutingOutcome.ROUTED else table.fallback.public_reason,
        missing=missing,
        unknown=_unknown(judged),
        rows=judged,
        runner_up=_runner_up(judged, winner, needed=table.needed),
        facts=facts,
        claimants=tuple(sorted(claimants)),
    )


def _teams_of_landlords(table: RoutingTable, facts: RoutingFacts, *, claimants: Collection[str]) -> frozenset[str]:
    """The social services that side with the landlord once the eviction procedure has begun: the EPFIF's in its own homes,
    and, while nobody said who claims, the advisers of any landlord."""
    if facts.value("stage") in (None, AMICABLE):
        return frozenset()
    kinds = {"epfif"} if facts.value("housing") == "epfif" else set()
    if not claimants:
        kinds.add("landlord_social")
    return frozenset(code for code, each in table.structures.items() if each.kind in kinds)


def _followed_by_others(facts: RoutingFacts, *, table: RoutingTable, barred: frozenset[str]) -> RoutingFacts:
    """Who claims from a household, or accompanies nobody, is not who follows it."""
    named = facts.value("followed_by")
    if named not in barred:
        return facts
    source = f"{table.structures[str(named)].name} ne compte pas comme suivi : ce service réclame, ou n’accompagne pas"
    return RoutingFacts({**facts.known, "followed_by": RoutingFact(value=NOBODY, source=source)})


def _judge(
    row: RoutingRow,
    facts: RoutingFacts,
    *,
    table: RoutingTable,
    declined: frozenset[str],
    barred: frozenset[str],
    of_kind: Mapping[str, str],
) -> JudgedRow:
    every, some = _criteria(row.all, facts), _criteria(row.any, facts)
    verdict = all_of(c.verdict for c in every)
    if row.any:
        verdict = all_of([verdict, any_of(c.verdict for c in some)])
    named = _lead(row, facts, of_kind=of_kind)
    structure = named if named and table.structures[named].is_active else ""
    suspended = structure if structure and table.structures[structure].suspended_until else ""
    return JudgedRow(
        row=row,
        state=_state(row, verdict, structure=structure, suspended=suspended, declined=declined, barred=barred),
        all=every,
        any=some,
        structure=structure,
        kind=table.structures[structure].kind if structure else row.lead.kind if row.lead else "",
        suspended=suspended,
    )


def _criteria(conditions: Iterable[RuleCondition], facts: RoutingFacts) -> tuple[Criterion, ...]:
    return tuple(
        Criterion(
            condition=condition,
            verdict=condition.holds(value := facts.value(condition.key.code)),
            shown=condition.key.show(value),
            source=facts.source(condition.key.code),
        )
        for condition in conditions
    )


def _lead(row: RoutingRow, facts: RoutingFacts, *, of_kind: Mapping[str, str]) -> str:
    if row.lead is None:
        return ""
    if row.lead.fact:
        named = facts.value(row.lead.fact)
        return row.lead.otherwise if named in (None, NOBODY) else str(named)
    return row.lead.structure or of_kind.get(row.lead.kind, "")


def _state(
    row: RoutingRow,
    verdict: Verdict,
    *,
    structure: str,
    suspended: str,
    declined: frozenset[str],
    barred: frozenset[str],
) -> RowState:
    if verdict is None:
        return RowState.UNKNOWN
    if not verdict:
        return RowState.FAILS
    if row.lead is None:
        return RowState.MATCHES
    if not structure:
        return RowState.UNAVAILABLE
    if structure in barred and not row.lead.kind:
        return RowState.CLAIMANT
    if structure in declined:
        return RowState.DECLINED
    return RowState.SUSPENDED if suspended and not row.despite_suspension else RowState.MATCHES


def _supports(winner: JudgedRow, *, table: RoutingTable, left_out: frozenset[str]) -> tuple[str, ...]:
    others = (code for code in winner.row.supports if code != winner.structure and code not in left_out)
    known = ((code, table.structures[code]) for code in others)
    return tuple(code for code, structure in known if structure.is_active and not structure.suspended_until)


def _missing(judged: tuple[JudgedRow, ...], winner: JudgedRow, *, needed: tuple[str, ...]) -> tuple[str, ...]:
    earlier = judged[: judged.index(winner)]
    waiting = [j for j in earlier if j.state is RowState.UNKNOWN]
    asked = {code for j in waiting for code in j.waits_for}
    return tuple(code for code in needed if code in asked)


def _outcome(row: RoutingRow, *, missing: tuple[str, ...], forced: bool) -> RoutingOutcome:
    if missing and not forced:
        return RoutingOutcome.QUALIFY
    return RoutingOutcome.ARBITRATE if row.lead is None else RoutingOutcome.ROUTED


def _unknown(judged: Iterable[JudgedRow]) -> tuple[str, ...]:
    codes = [c.condition.key.code for j in judged for c in (*j.all, *j.any) if c.verdict is None]
    return tuple(dict.fromkeys(codes))


def _runner_up(judged: tuple[JudgedRow, ...], winner: JudgedRow, *, needed: tuple[str, ...]) -> JudgedRow | None:
    """The row that would win without this one, else the first that waits for facts worth asking."""
    rivals = [j for j in judged if j is not winner and j.row.lead is not None and j.structure != winner.structure]
    matching = [j for j in rivals if j.state is RowState.MATCHES]
    open_ones = [j for j in rivals if j.state is RowState.UNKNOWN and set(j.waits_for) <= set(needed)]
    return next(iter((*matching, *open_ones)), None)


def _runner_up_json(judged: JudgedRow) -> dict[str, object]:
    return {
        "rule": judged.row.code,
        "structure": judged.structure or None,
        "structure_kind": judged.kind or None,
        "reason": judged.row.reason,
        "unknown": list(judged.waits_for),
    }


def _why_the_pilot(table: RoutingTable, *, declined: frozenset[str], silent: str) -> str:
    """Why no further row is tried; an empty text when one is."""
    if silent:
        return f"{_names(table, [silent])} n’a pas répondu dans le délai : le pilote arbitre."
    if len(declined) >= table.declines_before_arbitration:
        return f"{len(declined)} structures ont décliné ({_names(table, declined)}) : le pilote arbitre."
    return ""


def suspensions_in_words(table: RoutingTable, judged: Iterable[JudgedRow]) -> tuple[str, ...]:
    """The structures that rows name and that take no new case, each with its last day."""
    codes = dict.fromkeys(j.suspended for j in judged if j.state is RowState.SUSPENDED)
    return tuple(table.structures[code].suspension_in_words for code in codes)


def _reason(
    table: RoutingTable,
    winner: JudgedRow,
    judged: tuple[JudgedRow, ...],
    *,
    missing: tuple[str, ...],
    outcome: RoutingOutcome,
    declined: frozenset[str],
) -> str:
    earlier = judged[: judged.index(winner)]
    passed_over = suspensions_in_words(table, earlier)
    claiming = {j.structure for j in earlier if j.state is RowState.CLAIMANT}
    sentences = [f"{winner.row.code} : {winner.row.reason}"]
    if winner.row.is_fallback and passed_over:
        sentences = [f"{winner.row.code} : aucune autre structure ne peut être sollicitée, le pilote arbitre."]
    labels = ", ".join(table.keys[code].label for code in missing)
    if outcome is RoutingOutcome.QUALIFY:
        sentences = [f"Il manque, pour décider : {labels}. Avec ce qui est connu, {sentences[0]}"]
    elif missing:
        sentences.append(f"Décidé sans connaître : {labels}.")
    if passed_over:
        sentences.append(f"Capacité suspendue : {', '.join(passed_over)}.")
    if winner.suspended:
        sentences.append(
            f"Sollicitée bien que sa capacité soit suspendue : {table.structures[winner.suspended].suspension_in_words}."
        )
    if claiming:
        sentences.append(f"Écarté, parce qu’il réclame la dette ou n’accompagne pas : {_names(table, claiming)}.")
    if declined:
        sentences.append(f"A déjà décliné : {_names(table, declined)}.")
    return " ".join(sentences)


def _names(table: RoutingTable, codes: Iterable[str]) -> str:
    return ", ".join(table.structures[code].name if code in table.structures else code for code in sorted(codes))
