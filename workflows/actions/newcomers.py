"""Arrears of tenants of whom nothing was known, large and small: the commonest lines of a landlord’s first file, many at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max, Model
from django.utils.timezone import localdate

from cases.actions import debts, people, sharing, tenancies
from cases.actions.rows import Counterparts
from cases.actions.rules_in_force import rules_read_once
from cases.journal import JournalLine, LastLine, go_on_with_act, record_acts
from cases.locks import refuse_ended
from cases.models import (
    Beneficiary,
    Case,
    CaseKind,
    DebtStatement,
    Household,
    HouseholdFact,
    HouseholdMember,
    JournalEntry,
    Participation,
    Report,
    Structure,
    Tenancy,
    User,
    Watch,
)
from workflows import engine
from workflows.actions.report import basis_of
from workflows.actions.stock import foresee
from workflows.flows.arrears import ArrearsFlow
from workflows.routing.apply import read_routed_cases, table_in_force
from workflows.routing.decide import Decision
from workflows.steps.desk import pilot_of

Saved = TypeVar("Saved", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """A household, its people with their positions, the holder first, and its lease: none is saved yet. And what is said of
    them."""

    household: Household
    people: Sequence[tuple[Beneficiary, str]]
    tenancy: Tenancy
    facts: Mapping[str, object]
    source: str
    """Of the facts."""
    as_of: date
    balance: Decimal
    details: Mapping[str, Any]
    """Of the balance."""


@dataclass(frozen=True, kw_only=True)
class ReportedNewcomer:
    """What was written of a newcomer, besides what it is."""

    case: Case
    report: Report
    statement: DebtStatement
    facts: Sequence[HouseholdFact]
    last_line: int
    """The newest of its case’s journal."""


@dataclass(frozen=True, kw_only=True)
class WatchedNewcomer:
    """What was written of one whose debt is small, and opens no case."""

    watch: Watch
    statement: DebtStatement
    facts: Sequence[HouseholdFact]


@transaction.atomic
@sharing.access_columns_written_once()
@rules_read_once()
def report_newcomers(
    newcomers: Sequence[Newcomer],
    *,
    structure: Structure,
    channel: str,
    is_initial_stock: bool = False,
    at: datetime,
    by: User | None = None,
) -> list[ReportedNewcomer]:
    """As `create_household`, `record_tenancy`, `record_facts`, then `report_arrears` of each, when a list says no dated fact
    of it: some forty statements, however many, and for each case of which all that the table asks is known, those of its
    routing.

    Refuses as those acts do, all of them. Nobody else knows these cases before the end of the transaction.
    """
    desk = pilot_of(structure.territory)
    _refuse_ended(newcomers, structure, desk)
    basis = basis_of(structure, channel, on=localdate(at))
    _save_homes(newcomers)
    reported, lines = _report(
        newcomers, structure=structure, desk=desk, channel=channel, basis=basis, stock=is_initial_stock, at=at, by=by
    )
    cases = {each.case: line for each, line in zip(reported, lines, strict=True)}
    routed = _begin_procedures(cases, held=is_initial_stock, at=at, by=by)
    return [replace(each, last_line=routed.get(each.case.pk, each.last_line)) for each in reported]


@transaction.atomic
def watch_newcomers(
    newcomers: Sequence[Newcomer], *, structure: Structure, at: datetime, by: User | None = None
) -> list[WatchedNewcomer]:
    """As `create_household`, `record_tenancy`, `record_facts`, `record_statement`, then `watch` of each: some ten statements,
    however many. Refuses as those acts do, all of them."""
    _refuse_ended(newcomers)
    today = localdate(at)
    _save_homes(newcomers)
    facts = _save_facts(newcomers, on=today)
    statements = _save_statements(newcomers, source=structure)
    watches = _save(debts.new_watch(each.tenancy, structure=structure, on=today) for each in newcomers)
    acts = [
        [*_lines_of_home(newcomer, known, sender=structure.pk), debts.line_of_new_statement(statement)]
        for newcomer, known, statement in zip(newcomers, facts, statements, strict=True)
    ]
    record_acts(acts, at=at, by=by)
    return [
        WatchedNewcomer(watch=watch, statement=statement, facts=known)
        for statement, known, watch in zip(statements, facts, watches, strict=True)
    ]


def _refuse_ended(newcomers: Iterable[Newcomer], *others: Structure) -> None:
    owners = chain.from_iterable((each.tenancy.landlord, each.tenancy.manager) for each in newcomers)
    for one in {one.pk: one for one in (*others, *owners) if one}.values():
        refuse_ended(one)


def _save_homes(newcomers: Sequence[Newcomer]) -> None:
    _save(each.household for each in newcomers)
    for each in newcomers:
        each.tenancy.household = each.household
        tenancies.set_search_key(each.tenancy)
        for person, _ in each.people:
            people.set_search_key(person)
    _save(person for each in newcomers for person, _ in each.people)
    _save(
        HouseholdMember(household=each.household, beneficiary=person, position=position)
        for each in newcomers
        for person, position in each.people
    )
    _save(each.tenancy for each in newcomers)


def _save_facts(newcomers: Sequence[Newcomer], *, on: date) -> list[list[HouseholdFact]]:
    facts = [people.new_facts(each.household, each.facts, source=each.source, known_on=on) for each in newcomers]
    _save(chain.from_iterable(facts))
    return facts


def _save_statements(newcomers: Sequence[Newcomer], *, source: Structure) -> list[DebtStatement]:
    """And the debts that they are of."""
    owed = _save(debts.new_rent_debt(each.tenancy) for each in newcomers)
    return _save(
        debts.new_statement(debt, source=source, as_of=each.as_of, balance=each.balance, details=each.details)
        for each, debt in zip(newcomers, owed, strict=True)
    )


def _report(
    newcomers: Sequence[Newcomer],
    *,
    structure: Structure,
    desk: Structure,
    channel: str,
    basis: str,
    stock: bool,
    at: datetime,
    by: User | None,
) -> tuple[list[ReportedNewcomer], list[LastLine]]:
    today = localdate(at)
    facts = _save_facts(newcomers, on=today)
    cases = _save(
        Case(
            kind=CaseKind.ARREARS,
            household=each.household,
            tenancy=each.tenancy,
            responsible_structure=desk,
            opened_by_structure=structure,
            opened_on=today,
            is_initial_stock=stock,
            territory=desk.territory,
        )
        for each in newcomers
    )
    parts = _save(
        Participation(
            case=case, structure=desk, part=Participation.Part.QUALIFYING, level="card", basis=basis, since=today
        )
        for case in cases
    )
    statements = _save_statements(newcomers, source=structure)
    reports = _save(
        Report(
            tenancy=each.tenancy,
            case=case,
            structure=structure,
            channel=channel,
            reported_on=today,
            balance=each.balance,
        )
        for each, case in zip(newcomers, cases, strict=True)
    )
    written = list(zip(newcomers, facts, cases, parts, statements, reports, strict=True))
    lines = record_acts([_lines_of(*each, sender=structure.pk) for each in written], at=at, by=by)
    reported = [
        ReportedNewcomer(case=case, report=report, statement=statement, facts=known, last_line=line.pk)
        for (_, known, case, _, statement, report), line in zip(written, lines, strict=True)
    ]
    return reported, lines


def _lines_of(
    newcomer: Newcomer,
    facts: Sequence[HouseholdFact],
    case: Case,
    part: Participation,
    statement: DebtStatement,
    report: Report,
    *,
    sender: int,
) -> list[JournalLine]:
    """What the ordinary acts write in the journal, in their order."""
    shared = {"part": part.part, "level": part.level, "basis": part.basis}
    said = {"report": report.pk, "channel": report.channel, "opened": True}
    return [
        *_lines_of_home(newcomer, facts, sender=sender),
        JournalLine("case.opened", {"code": case.kind}, case.pk, sender),
        JournalLine("sharing.started", shared, case.pk, part.structure_id),
        debts.line_of_new_statement(statement, case=case.pk),
        JournalLine("report.made", said, case.pk, sender),
    ]


def _lines_of_home(newcomer: Newcomer, facts: Sequence[HouseholdFact], *, sender: int) -> list[JournalLine]:
    home, names = newcomer.household.pk, [fact.name for fact in facts]
    of_facts = JournalLine("fact.recorded", {"household": home, "facts": names, "source": newcomer.source})
    return [
        JournalLine("person.recorded", {"household": home}),
        JournalLine("tenancy.recorded", {"tenancy": newcomer.tenancy.pk}, structure=sender),
        *([of_facts] if names else []),
    ]


def _begin_procedures(cases: Mapping[Case, LastLine], *, held: bool, at: datetime, by: User | None) -> dict[int, int]:
    """Those that wait for their turn to go to the same structure are alike, and so are those of which nobody said all that is
    asked: the procedure of one is repeated for the others. Each of the others goes its own way.

    `cases`: each with the line of its report. Returns the newest line of the journal of those that were routed.
    """
    alike, routed = defaultdict(list), []
    for case, decision in _decide(list(cases), on=localdate(at)).items():
        if held or decision.missing:
            alike[held and not decision.missing and decision.structure].append(case)
        else:
            routed.append(case)
    for first, *others in alike.values():
        go_on_with_act(cases[first].act)
        counterparts: Counterparts = {("case", first.pk): [case.pk for case in others]}
        begin = partial(_begin_waiting, first, held=held, at=at, by=by)
        engine.repeat_act(begin, case=first, counterparts=counterparts)
        sharing.refresh_access_columns(first, *others)
    causes = JournalEntry.objects.in_bulk([cases[case].pk for case in routed])
    for case in routed:
        go_on_with_act(cases[case].act)
        engine.start_locked(ArrearsFlow, case=case, at=at, by=by, cause=causes[cases[case].pk], held=False)
    newest = JournalEntry.objects.filter(case__in=routed).order_by().values_list("case").annotate(Max("pk"))
    return dict(newest) if routed else {}


def _begin_waiting(case: Case, *, held: bool, at: datetime, by: User | None) -> None:
    engine.start_locked(ArrearsFlow, case=case, at=at, by=by, held=held)
    if held:
        foresee(case, at=at)


def _decide(cases: Sequence[Case], *, on: date) -> dict[Case, Decision]:
    """By the table in force, of cases of one territory."""
    _, table = table_in_force(on=on, territory=cases[0].territory)
    reads = read_routed_cases(table, cases, on=on)
    return {case: read.decide_routing() for case, read in zip(cases, reads, strict=True)}


def _save(rows: Iterable[Saved]) -> list[Saved]:
    """New rows of one table."""
    kept = list(rows)
    if kept:
        type(kept[0])._default_manager.bulk_create(kept)  # noqa: SLF001 - Django’s documented API
    return kept
