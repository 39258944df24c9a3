"""Signaler l’impayé: a report opens a case, completes the one that is open, or waits on the watch list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import case as cases, debts, sharing, sharing_bases
from cases.actions.rules_in_force import rules_read_once
from cases.locks import lock_open_arrears, refuse_ended
from cases.models import Case, CaseKind, JournalEntry, Participation, Report, Structure, StructureKind, Tenancy, User
from workflows import engine
from workflows.actions.milestones import keep_milestone
from workflows.actions.stock import foresee
from workflows.actions.urgency import make_urgent
from workflows.flows.arrears import ArrearsFlow
from workflows.queries import stock
from workflows.steps.desk import pilot_of

NONE: Mapping[str, date] = MappingProxyType({})


@dataclass(frozen=True)
class Reported:
    case: Case
    report: Report
    opened: bool
    """False when the report completed a case already open."""
    is_new: bool
    """False when this structure had already reported the case."""


@transaction.atomic
@sharing.access_columns_written_once()
@rules_read_once()
def report_arrears(
    *,
    tenancy: Tenancy,
    structure: Structure,
    channel: str,
    balance: Decimal | None,
    as_of: date,
    at: datetime,
    by: User | None = None,
    is_urgent: bool = False,
    is_initial_stock: bool = False,
    waits_turn: bool = False,
    milestones: Mapping[str, date] = NONE,
    cause: JournalEntry | None = None,
    **details: Any,
) -> Reported:
    """Report arrears of a tenancy. Opens its case unless one is open; the debt’s history grows either way, unless nobody knows
    the `balance` yet: the debt is begun, and nothing is said of it.

    A case reported by a file, a landlord or the CAF’s list is answered for by the pilot’s desk; one reported by a
    professional, by his structure, until another structure accepts it, and by himself if he follows cases: who
    only receives people at a counter does not see the case that he opens. `milestones` are dated facts that the
    report tells (an order to pay served…): routing reads them. `waits_turn`: a new case is held until its turn
    comes, unless it presses.

    Refuses (`OutOfService`) a structure that ends meanwhile, and (`NoBasisRecorded`) a case that a landlord or the CAF’s list
    would open, before its ground is recorded.
    """
    refuse_ended(structure)
    case = lock_open_arrears(tenancy)
    opened = case is None
    if case is None:
        case = _open(
            tenancy, structure, channel, at=at, by=by, is_urgent=is_urgent, stock=is_initial_stock, cause=cause
        )
    if balance is None:
        debts.rent_debt(tenancy)
    else:
        debts.record_statement(
            tenancy=tenancy,
            source=structure,
            as_of=as_of,
            balance=balance,
            at=at,
            by=by,
            case=case,
            cause=cause,
            **details,
        )
    said = {"tenancy": tenancy, "channel": channel, "reported_on": localdate(at), "balance": balance}
    known = {"case": case, "structure": structure}
    if opened:
        report, created = Report.objects.create(**known, **said), True
    else:
        report, created = Report.objects.get_or_create(**known, defaults=said)
    entry = cause
    if created:
        entry = journal.record(
            "report.made",
            at=at,
            case=case,
            by=by,
            structure=structure,
            cause=cause,
            report=report.pk,
            channel=channel,
            opened=opened,
        )
    debts.stop_watching(tenancy)
    if milestones or is_urgent:
        tell_acts(
            case=case, milestones=milestones, is_urgent=is_urgent, structure=structure, by=by, at=at, cause=entry
        )
    if opened:
        may_press = bool(milestones) or is_urgent  # of what was just opened, nothing else is known
        held = waits_turn and not (may_press and stock.is_pressing(case, on=localdate(at)))
        engine.start_locked(ArrearsFlow, case=case, at=at, by=by, cause=entry, held=held)
        if held:
            foresee(case, at=at)
    return Reported(case=case, report=report, opened=opened, is_new=created)


@transaction.atomic
def tell_acts(
    *,
    case: Case,
    milestones: Mapping[str, date],
    is_urgent: bool,
    structure: Structure,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
) -> None:
    """Keep what is told of an open case besides its debt: dated facts, and that it is urgent. No amount is needed."""
    for kind, day in milestones.items():
        keep_milestone(case=case, kind=kind, happened_on=day, structure=structure, by=by, at=at, cause=cause)
    if is_urgent:
        make_urgent(case=case, structure=structure, by=by, at=at, cause=cause)


def _open(
    tenancy: Tenancy,
    structure: Structure,
    channel: str,
    *,
    at: datetime,
    by: User | None,
    is_urgent: bool,
    stock: bool,
    cause: JournalEntry | None,
) -> Case:
    basis = basis_of(structure, channel, on=localdate(at))
    by_professional = channel == Report.Channel.PROFESSIONAL and structure.kind != StructureKind.CAF_PILOT
    responsible = structure if by_professional else pilot_of(structure.territory)
    case = cases.open_case(
        kind=CaseKind.ARREARS,
        household=tenancy.household,
        tenancy=tenancy,
        structure=structure,
        responsible=responsible,
        at=at,
        by=by,
        is_urgent=is_urgent,
        is_initial_stock=stock,
        cause=cause,
    )
    part = Participation.Part.LEAD if by_professional else Participation.Part.QUALIFYING
    sharing.begin_part(
        case=case, structure=responsible, part=part, level="card", basis=basis, at=at, by=by, cause=cause
    )
    if by_professional and by and permissions.has_right(by, "handle_case", structure.pk, at=localdate(at)):
        cases.assign_first_professional(case=case, user=by, structure=structure, at=at, by=by, cause=cause)
    return case


def basis_of(structure: Structure, channel: str, *, on: date) -> str:
    """The ground of what a list sends; none of its own for what a professional reports. Refuses (`NoBasisRecorded`)."""
    if channel == Report.Channel.PROFESSIONAL:
        return ""
    return sharing_bases.require_basis(structure, on=on).basis
