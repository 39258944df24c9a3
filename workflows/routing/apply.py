"""The published table is applied to a case: its facts gathered, the decision kept with all that explains it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Subquery
from django.utils.timezone import localdate

from cases.actions import people
from cases.actions.rules_in_force import find_edition, once
from cases.locks import keep_in_service
from cases.models import (
    Case,
    CaseKind,
    DebtStatement,
    Edition,
    FactSource,
    HouseholdFact,
    HouseholdMember,
    LegalProtection,
    Milestone,
    Structure,
    StructureKind,
    Suspension,
    User,
)
from cases.models.absences import ONE_DAY
from cases.models.structures import HELP_ANYBODY, NEVER_HELP
from cases.queries import latest_statements
from cases.rules import tracks
from cases.rules.conditions import Value
from cases.rules.procedures import PROCEDURES
from workflows.models import RoutingDecision
from workflows.routing.decide import Decision, decide_by_table
from workflows.routing.facts import AMICABLE, KnownStructure, RoutingFacts, read_facts
from workflows.routing.table import RoutingTable, read_table


def table_in_force(
    *, on: date, territory: str, catalogue: str = Edition.Catalogue.ROUTING_ARREARS, again: bool = False
) -> tuple[Edition, RoutingTable]:
    """Its edition and its rows, with what is suspended that day. Read once within `rules_read_once`, unless `again`."""
    return once(("table", catalogue, on, territory), lambda: _read_table(catalogue, on, territory), again=again)


def _read_table(catalogue: str, on: date, territory: str) -> tuple[Edition, RoutingTable]:
    edition = find_edition(catalogue, on=on, territory=territory)
    rows = [rule.content for rule in edition.routing_rules.all()]
    words = json.dumps({"edition": {"number": edition.number}, "parameters": edition.parameters, "rows": rows})
    return edition, _check_once(words, tuple(known_structures(territory, on=on)))


@lru_cache(maxsize=50)
def _check_once(words: str, structures: tuple[KnownStructure, ...]) -> RoutingTable:
    """The checked table; the same words about the same structures are not checked again."""
    return read_table(json.loads(words), structures=structures)


def table_of(
    edition: Edition, rows: Sequence[Mapping[str, object]], *, structures: Iterable[KnownStructure], **more: Any
) -> RoutingTable:
    """The checked table of an edition with these rows. Refuses (`FaultyRules`) with every fault."""
    data = {"edition": {"number": edition.number}, "parameters": edition.parameters, "rows": rows}
    return read_table(data, structures=structures, **more)


def known_structures(territory: str, *, on: date | None = None) -> list[KnownStructure]:
    """Those of a territory, that its rows and facts may name; on a day, with what is suspended then."""
    current = Suspension.objects.current(on) if on else Suspension.objects.none()
    suspension = current.filter(structure=OuterRef("pk"))
    columns = ("code", "kind", "name", "is_active", "until", "reason")
    found = Structure.objects.filter(territory=territory).annotate(
        until=Subquery(suspension.values("until")[:1]), reason=Subquery(suspension.values("reason")[:1])
    )
    return [
        KnownStructure(
            code=code,
            kind=kind,
            name=name,
            is_active=is_active,
            suspended_until=until and until - ONE_DAY,
            suspended_for=reason or "",
            may_follow=kind not in NEVER_HELP,
        )
        for code, kind, name, is_active, until, reason in found.values_list(*columns)
    ]


class LivingThere(NamedTuple):
    """A person of the household, as routing reads her."""

    position: str
    born: str
    is_protected: bool


@dataclass(frozen=True, kw_only=True)
class KnownOfCase:
    """What the database says of a case, of which its facts are made."""

    case: Case
    statement: DebtStatement | None
    dated: Sequence[tracks.DatedFact]
    said: Sequence[HouseholdFact]
    living: Sequence[LivingThere]
    """In the order in which they were recorded."""


def find_known(cases: Sequence[Case], *, on: date) -> list[KnownOfCase]:
    """Four queries, however many."""
    homes = [case.household_id for case in cases]
    statements = latest_statements(cases)
    dated, said, living = defaultdict(list), defaultdict(list), defaultdict(list)
    current = Milestone.objects.filter(case__in=cases, replaced_by=None)
    for case, kind, day in current.values_list("case", "kind", "happened_on"):
        dated[case].append(tracks.DatedFact(kind, day))
    for fact in HouseholdFact.objects.filter(household__in=homes):
        said[fact.household_id].append(fact)
    measures = LegalProtection.objects.given_to_a_body(on).filter(beneficiary=OuterRef("beneficiary"))
    members = HouseholdMember.objects.filter(household__in=homes, until=None).annotate(is_protected=Exists(measures))
    columns = ("household", "position", "beneficiary__birth_date", "is_protected")
    for home, *member in members.order_by("pk").values_list(*columns):
        living[home].append(LivingThere(*member))
    return [
        KnownOfCase(
            case=case,
            statement=statements.get(case.tenancy_id),
            dated=dated[case.pk],
            said=said[case.household_id],
            living=living[case.household_id],
        )
        for case in cases
    ]


def facts_of(
    case: Case, *, on: date, table: RoutingTable, typed: Mapping[str, Value | None] | None = None
) -> RoutingFacts:
    """What is known of a case, each fact with its source. What nobody said is absent, never guessed.

    `typed`: what would be known of the household too, once recorded; None: no more known.
    """
    [known] = find_known([case], on=on)
    return _to_facts(known, on=on, table=table, typed=typed or {})


def _to_facts(known: KnownOfCase, *, on: date, table: RoutingTable, typed: Mapping[str, Value | None]) -> RoutingFacts:
    found: dict[str, Any] = {}
    found |= _from_tenancy(known)
    found |= _from_milestones(known, on=on)
    said = {fact.name: {"value": fact.value, "source": fact.get_source_display()} for fact in known.said}
    for name, value in typed.items():
        said.pop(name, None)
        if value is not None:
            said[name] = {"value": value, "source": "saisie en cours"}
    found |= {name: each for name, each in said.items() if name in table.keys}
    if known.case.is_urgent:
        found["urgent"] = {"value": True, "source": "signalement"}
    found |= _from_people(known, on=on)
    return read_facts(found, keys=table.keys)


def _from_tenancy(known: KnownOfCase) -> dict[str, object]:
    tenancy, statement, source = known.case.tenancy, known.statement, "bailleur"
    if tenancy is None:
        return {}
    found: dict[str, Any] = {}
    if tenancy.housing:
        found["housing"] = {"value": tenancy.housing, "source": source}
    if tenancy.aid_kind:
        found["aid_kind"] = {"value": tenancy.aid_kind, "source": source}
    if statement:
        found["debt"] = {"value": statement.balance, "source": source}
        if statement.months_unpaid is not None:
            found["months_unpaid"] = {"value": statement.months_unpaid, "source": source}
    return found


def _from_milestones(known: KnownOfCase, *, on: date) -> dict[str, object]:
    stage = stage_of(known.dated, on=on)
    source = "aucun acte de procédure connu" if stage == AMICABLE else "fait daté du dossier"
    return {"stage": {"value": stage, "source": source}}


def stage_of(facts: Iterable[tracks.DatedFact], *, on: date) -> str:
    """The stage of the eviction procedure, as rows read it."""
    state = tracks.load_tracks().court.position(facts, on=on).state
    return state.stage if state else AMICABLE


def stage_after(kind: str) -> str:
    """The stage to which one such fact alone leads, whatever its day."""
    return stage_of([tracks.DatedFact(kind, date.max)], on=date.max)


def _from_people(known: KnownOfCase, *, on: date) -> dict[str, object]:
    """The lease holder’s age in whole years, with a birth year alone, the age he is sure to have; and a measure that protects
    somebody who lives there, whatever was said of it before: it is recorded on her, from the judgment."""
    born = next((each.born for each in known.living if each.position == "holder"), "")
    found: dict[str, object] = {}
    if born:
        found["age"] = {"value": age_in_years(born, on=on), "source": "date de naissance"}
    if any(each.is_protected for each in known.living):
        found["legal_protection"] = {"value": True, "source": "mesure enregistrée sur la personne"}
    return found


def age_in_years(born: str, *, on: date) -> int:
    year, month, day = (int(part) for part in [*born.split("-"), *("0000", "12", "31")[born.count("-") + 1 :]])
    return on.year - year - ((on.month, on.day) < (month, day))


@dataclass(frozen=True, kw_only=True)
class Claiming:
    """The services of who claims, read once."""

    codes: frozenset[str] = frozenset()
    """None of them is asked to accompany the household."""
    advisers: Mapping[str, str] = field(default_factory=dict)
    """For each kind that a row may name, the structure of this case: the social advisers of its own landlord."""


def claiming_of_case(case: Case) -> Claiming:
    """Who claims from this household. One query."""
    if case.kind == CaseKind.OVERPAYMENT:
        claimants = Structure.objects.filter(overpayment_notices__case=case)
        services = Structure.objects.of_bodies_of(claimants)
        return Claiming(codes=frozenset(services.values_list("code", flat=True)))
    tenancy = case.tenancy
    return claiming_rent(tenancy.landlord_id, tenancy.manager_id) if tenancy else Claiming()


def claiming_rent(landlord: int | None, manager: int | None = None) -> Claiming:
    known = [pk for pk in (landlord, manager) if pk]
    beside = Structure.objects.filter(
        organisation__structures__in=known, territory=F("organisation__structures__territory")
    ).annotate(claims=F("organisation__structures"))
    rows = list(beside.order_by("pk").values_list("code", "kind", "is_active", "claims")) if known else []
    advisers = [
        code
        for code, kind, is_active, claims in rows
        if kind == StructureKind.LANDLORD_SOCIAL and is_active and claims == landlord
    ]
    return Claiming(
        codes=frozenset(code for code, kind, _, _ in rows if kind not in HELP_ANYBODY),
        advisers={StructureKind.LANDLORD_SOCIAL.value: advisers[0]} if advisers else {},
    )


def advisers_by_landlord() -> dict[int, dict[str, str]]:
    """The same advisers, for every structure of an organisation that has some. One query."""
    kind = StructureKind.LANDLORD_SOCIAL
    found: dict[int, dict[str, str]] = {}
    advisers: Any = Structure.objects.filter(
        kind=kind, is_active=True, organisation__structures__territory=F("territory")
    ).annotate(landlord=F("organisation__structures"))
    for adviser in advisers:
        found.setdefault(adviser.landlord, {kind.value: adviser.code})
    return found


def claimants_of(case: Case) -> frozenset[str]:
    """The services of who claims from this household: nobody gives it to them. One query.

    The advisers of its landlord are among them: a row of the table may name them on its conditions, a person may not.
    """
    return claiming_of_case(case).codes


@dataclass(frozen=True, kw_only=True)
class RoutedCase:
    """What a table reads of a case on a day: read once, asked as often as one likes."""

    table: RoutingTable
    facts: RoutingFacts
    claiming: Claiming

    def decide_routing(
        self, *, declined: Sequence[int] = (), unanswered: bool = False, forced: bool = False
    ) -> Decision:
        """`declined`: in order, those that gave no yes; `unanswered`: the last of them let its delay pass."""
        codes = Structure.objects.in_bulk(declined)
        excluded = [codes[pk].code for pk in declined]
        return decide_by_table(
            self.table,
            self.facts,
            excluded=excluded,
            silent=excluded[-1] if unanswered else "",
            forced=forced,
            of_kind=self.claiming.advisers,
            claimants=self.claiming.codes,
        )


def read_routed_case(table: RoutingTable, case: Case, *, on: date) -> RoutedCase:
    return read_routed_cases(table, [case], on=on)[0]


def read_routed_cases(table: RoutingTable, cases: Sequence[Case], *, on: date) -> list[RoutedCase]:
    """The same of many: in four queries, and one for each who claims."""
    claiming: dict[object, Claiming] = {}
    found = []
    for known in find_known(cases, on=on):
        case, lease = known.case, known.case.tenancy
        who = (lease.landlord_id, lease.manager_id) if lease and case.kind == CaseKind.ARREARS else case
        if who not in claiming:
            claiming[who] = claiming_of_case(case)
        found.append(
            RoutedCase(table=table, facts=_to_facts(known, on=on, table=table, typed={}), claiming=claiming[who])
        )
    return found


def read_with_table_in_force(case: Case, *, on: date, again: bool = False) -> tuple[Edition, RoutedCase]:
    catalogue = PROCEDURES[case.kind].routing
    edition, table = table_in_force(on=on, territory=case.territory, catalogue=catalogue, again=again)
    return edition, read_routed_case(table, case, on=on)


def explain_routing(
    case: Case, *, on: date, declined: Sequence[int] = (), forced: bool = False
) -> tuple[Edition, Decision]:
    """What the table in force says of a case, without touching it."""
    edition, read = read_with_table_in_force(case, on=on)
    return edition, read.decide_routing(declined=declined, forced=forced)


def explain_with_facts(case: Case, facts: Mapping[str, Value | None], *, on: date) -> Decision:
    """What the table in force would decide once a professional has said this of the household and its home."""
    _, table = table_in_force(on=on, territory=case.territory, catalogue=PROCEDURES[case.kind].routing)
    known = {fact.name: fact for fact in case.household.facts.all()}
    typed: Any = people.facts_to_change(known, facts, source=FactSource.PROFESSIONAL)
    read = facts_of(case, on=on, table=table, typed=typed)
    return RoutedCase(table=table, facts=read, claiming=claiming_of_case(case)).decide_routing(forced=True)


def explain_with(
    table: RoutingTable, case: Case, *, on: date, declined: Sequence[int] = (), forced: bool = False
) -> Decision:
    """What a table says of a case, whether or not it is in force."""
    return read_routed_case(table, case, on=on).decide_routing(declined=declined, forced=forced)


def missing_facts(case: Case, *, at: datetime) -> tuple[str, ...]:
    """The facts whose absence sends the case to the qualification desk."""
    return explain_routing(case, on=localdate(at))[1].missing


def decide_case(
    case: Case,
    *,
    at: datetime,
    by: User | None,
    declined: Sequence[int] = (),
    unanswered: bool = False,
    read: tuple[Edition, RoutedCase] | None = None,
) -> RoutingDecision:
    """Apply the table in force with what is known, without the structures that declined, and keep the decision.

    `read`: what this very turn has read already.
    """
    edition, routed = read or read_with_table_in_force(case, on=localdate(at))
    decision = routed.decide_routing(declined=declined, unanswered=unanswered, forced=True)
    structure = _keep_in_service(decision)
    while decision.structure and structure is None:  # it has ended since it was read
        edition, routed = read_with_table_in_force(case, on=localdate(at), again=True)
        decision = routed.decide_routing(declined=declined, unanswered=unanswered, forced=True)
        structure = _keep_in_service(decision)
    return RoutingDecision.objects.create(
        case=case,
        edition=edition,
        rule_code=decision.rule,
        structure=structure,
        explanation=decision.as_json() | {"unanswered": unanswered},
        decided_by=by,
        decided_at=at,
    )


def _keep_in_service(decision: Decision) -> Structure | None:
    return keep_in_service(decision.structure) if decision.structure else None
