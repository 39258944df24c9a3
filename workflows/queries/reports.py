"""What a landlord reads of his reports: a coarse state, the next date, the plan that waits for him. Nothing else."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import (
    Case as CaseWhen,
    Count,
    DateField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse

from cases.models import DebtStatement, Milestone, Report, Structure, Tenancy
from cases.queries import lease_holders, name_of, of_holder
from cases.rules.parameters import LATEST, read_day, read_number, read_reference
from workflows.flows import side_steps
from workflows.models import HELD, CaseTask, RoutingDecision
from workflows.queries.arbitration import say_publicly, with_arbitration
from workflows.queries.court_acts import ORDER_PLANNED
from workflows.queries.time_left import COUNTED, say_number
from workflows.steps.desk import pilot_of


class Coarse(StrEnum):
    """The states a landlord may know, in the words of his screen."""

    RECEIVED = "reçu"
    TAKEN = "pris en charge"
    TO_APPROVE = "plan à approuver"
    CLOSED = "clos"


class ReportFilter(TextChoices):
    """What one looks for in the list. The values are in addresses."""

    OPEN = "", "En cours"
    TO_APPROVE = "a-approuver", "Plan à approuver"
    RECEIVED = "recu", "Reçu"
    TAKEN = "pris-en-charge", "Pris en charge"
    ORDER = "commandement", "Commandement"
    CLOSED = "clos", "Clos"
    ALL = "tous", "Tous"


BEFORE_ACCEPTANCE = frozenset({HELD, "qualify", "answer", "arbitrate"})
LANDLORDS_STEP = "agree"
PLANS = "plans"
"""In the place of a step: the plans that wait for the landlord, counted apart."""
NOT_ASKED = LATEST
"""Where what waits for nothing from him stands: after all days."""
ASKED_WITHOUT_A_DAY = NOT_ASKED - timedelta(days=1)


@dataclass(frozen=True)
class ReportRow:
    report: Report
    state: Coarse
    next_on: date | None
    """When he must answer, or may expect news; a service’s own lateness is not his to read."""
    tenant: str
    """Of his own reports only: he gave the name himself."""
    order_planned_on: date | None = None
    """The order to pay that was announced, and is neither served nor called off."""

    @property
    def name(self) -> str:
        """The tenant as he calls him; else by his reference."""
        return self.tenant or _unnamed_tenant(self.report.tenancy.reference)

    @property
    def reference_and_address(self) -> str:
        """His reference, the dwelling, and its owner when he manages it for another."""
        tenancy = self.report.tenancy
        owner = owner_of(tenancy) if tenancy.manager_id else ""
        parts = [
            tenancy.reference and f"réf. {tenancy.reference}",
            tenancy.one_line_address,
            owner and f"bailleur : {owner}",
        ]
        return " · ".join(filter(None, parts))


@dataclass(frozen=True)
class OwnReport:
    """Where a landlord follows a case outside of his list, and what he calls its tenant (see `ReportRow.tenant`)."""

    url: str
    tenant: str
    reference: str

    @property
    def name(self) -> str:
        return self.tenant or _unnamed_tenant(self.reference)


def own_reports(reports: QuerySet[Report], *, mine: Iterable[int]) -> dict[int, OwnReport]:
    """Case → its report, those that he made himself first. One query. `mine`: ids of his structures."""
    own = frozenset(mine)
    found = reports.select_related("tenancy").annotate(**of_holder("case__household")).order_by("pk")
    return {
        report.case_id: _own_report(report, own=own)
        for report in sorted(found, key=lambda report: report.structure_id in own)
    }


def orders_announced(reports: QuerySet[Report], *, mine: Iterable[int], limit: int) -> list[tuple[date, OwnReport]]:
    """Of the open ones: the day and the report, the nearest first, `limit` at most. One query."""
    planned = Milestone.objects.filter(kind=ORDER_PLANNED, replaced_by=None).order_by()
    day = Subquery(planned.filter(case=OuterRef("case")).order_by("happened_on", "pk").values("happened_on")[:1])
    # Few are announced: the reports are found from them.
    found: Any = reports.filter(case__closed_on=None, case__in=planned.values("case")).annotate(planned_on=day)
    found = found.select_related("tenancy").annotate(**of_holder("case__household"))
    own = frozenset(mine)
    return [(report.planned_on, _own_report(report, own=own)) for report in found.order_by("planned_on", "pk")[:limit]]


def _own_report(report: Report, *, own: Collection[int]) -> OwnReport:
    return OwnReport(
        url=reverse("report_detail", args=[report.public_id]),
        tenant=name_of(report) if report.structure_id in own else "",
        reference=report.tenancy.reference,
    )


def _unnamed_tenant(reference: str) -> str:
    return f"Locataire {reference}".strip()


def owner_of(tenancy: Tenancy) -> str:
    """As the file of a rent manager names him; a line without a name is the manager’s own."""
    return tenancy.landlord_name or (tenancy.landlord.name if tenancy.landlord_id != tenancy.manager_id else "")


def with_step(reports: QuerySet[Report]) -> QuerySet[Report]:
    """With the step at which each case stands: it decides the coarse state."""
    waiting = CaseTask.objects.open().filter(case=OuterRef("case")).exclude(node__in=side_steps()).order_by("pk")
    return reports.annotate(
        open_node=Subquery(waiting.values("node")[:1]), open_due_on=Subquery(waiting.values("due_on")[:1])
    )


def of_state(reports: QuerySet[Report], asked: ReportFilter) -> QuerySet[Report]:
    """What one looks for in the list: a coarse state, or an order to pay that is announced."""
    is_open = Q(case__closed_on=None)
    if asked is ReportFilter.ORDER:
        planned = Milestone.objects.filter(case=OuterRef("case"), kind=ORDER_PLANNED, replaced_by=None)
        return reports.filter(is_open, Exists(planned))
    if asked in (ReportFilter.OPEN, ReportFilter.CLOSED, ReportFilter.ALL):
        return reports.filter(
            {ReportFilter.OPEN: is_open, ReportFilter.CLOSED: ~is_open, ReportFilter.ALL: Q()}[asked]
        )
    step = Q(open_node=LANDLORDS_STEP)
    if asked is not ReportFilter.TO_APPROVE:
        before = Q(open_node__in=BEFORE_ACCEPTANCE)
        step = before if asked is ReportFilter.RECEIVED else ~(before | step)
    found: Any = with_step(reports.filter(is_open))
    standing: QuerySet[Report] = found.filter(step)
    return standing


@dataclass(frozen=True)
class StateCounts:
    """Cases of open reports by coarse state. Of a landlord who has more than `COUNTED`, those that are met first are counted;
    the plans that wait for him are all looked for."""

    numbers: Mapping[Coarse, int]
    is_whole: bool
    has_all_plans: bool

    def words_of(self, state: Coarse) -> int | str:
        is_whole = self.has_all_plans if state is Coarse.TO_APPROVE else self.is_whole
        return say_number(self.numbers[state], is_whole=is_whole)


def count_by_state(reports: QuerySet[Report]) -> StateCounts:
    """One query."""
    is_open = reports.filter(case__closed_on=None).order_by()
    asked = CaseTask.objects.open().filter(node=LANDLORDS_STEP).order_by()
    with_plan: Any = with_step(is_open.filter(case__in=asked.values("case")))
    plans = _first_of(with_plan.filter(open_node=LANDLORDS_STEP)).annotate(open_node=Value(PLANS))
    found = _count_cases(with_step(_first_of(is_open))).union(_count_cases(plans), all=True)
    numbers, met, has_all_plans = dict.fromkeys((Coarse.TO_APPROVE, Coarse.RECEIVED, Coarse.TAKEN), 0), 0, True
    for node, cases, rows in found:
        if node == PLANS:
            numbers[Coarse.TO_APPROVE], has_all_plans = cases, rows <= COUNTED
            continue
        met += rows
        if (state := _state_at(node)) is not Coarse.TO_APPROVE:
            numbers[state] += cases
    return StateCounts(numbers=numbers, is_whole=met <= COUNTED, has_all_plans=has_all_plans)


def _first_of(reports: QuerySet[Report]) -> QuerySet[Report]:
    """So many, and one more, whichever are met first."""
    return Report.objects.filter(pk__in=reports.values("pk")[: COUNTED + 1]).order_by()


def _count_cases(reports: Any) -> Any:
    """Step → cases, reports."""
    return reports.values_list("open_node").annotate(cases=Count("case", distinct=True), rows=Count("pk"))


def to_answer_first(reports: QuerySet[Report], *, after: str = "") -> QuerySet[Report]:
    """The plans that wait for the landlord, by the day of his answer, then the newest reports; `after` is the
    `position_of` of the last one shown."""
    waits = When(open_node=LANDLORDS_STEP, case__closed_on=None, then=Coalesce("open_due_on", ASKED_WITHOUT_A_DAY))
    found = (
        with_step(reports)
        .annotate(answer_by=CaseWhen(waits, default=Value(NOT_ASKED, DateField())))
        .order_by("answer_by", "-reported_on", "-pk")
    )
    asked_answer, _, rest = after.partition(".")
    asked_day, _, number = rest.partition(".")
    answer_by, day, pk = read_day(asked_answer), read_day(asked_day), read_number(number)
    if answer_by is None or day is None or pk is None:
        return found
    older = Q(reported_on__lt=day) | Q(reported_on=day, pk__lt=pk)
    return found.filter(Q(answer_by__gt=answer_by) | (Q(answer_by=answer_by) & older))


def find_by_number(reports: QuerySet[Report], number: str) -> QuerySet[Report]:
    """Those of a tenant’s reference, or of the case number that e-mails carry (2026-00042)."""
    wanted = Q(tenancy__reference__iexact=number)
    if reference := read_reference(number):
        wanted |= Q(case=reference.number)
    return reports.filter(wanted)


def position_of(line: ReportRow) -> str:
    """The place of a line in the list."""
    answer_by = (line.next_on or ASKED_WITHOUT_A_DAY) if line.state is Coarse.TO_APPROVE else NOT_ASKED
    return f"{answer_by}.{line.report.reported_on}.{line.report.pk}"


def build_rows(reports: QuerySet[Report], *, mine: Iterable[int], on: date) -> list[ReportRow]:
    """Three queries for all: the open step of each case decides the state. `mine`: ids of his structures."""
    found = reports.select_related("case", "tenancy__landlord", "tenancy__manager", "structure")
    planned = Milestone.objects.filter(
        case__in=[report.case_id for report in found], kind=ORDER_PLANNED, replaced_by=None
    )
    orders = dict(planned.values_list("case_id", "happened_on"))
    names = lease_holders([report.case.household_id for report in found])
    own = frozenset(mine)
    return [
        ReportRow(
            report=report,
            state=(state := _coarse_state(report)),
            next_on=_next_on(state, report.open_due_on, on=on),  # type: ignore[attr-defined]
            tenant=names.get(report.case.household_id, "") if report.structure_id in own else "",
            order_planned_on=orders.get(report.case_id),
        )
        for report in found
    ]


def _coarse_state(report: Report) -> Coarse:
    return Coarse.CLOSED if report.case.closed_on else _state_at(report.open_node)  # type: ignore[attr-defined]


def _state_at(node: str | None) -> Coarse:
    if node == LANDLORDS_STEP:
        return Coarse.TO_APPROVE
    return Coarse.RECEIVED if node in BEFORE_ACCEPTANCE else Coarse.TAKEN


def _next_on(state: Coarse, due_on: date | None, *, on: date) -> date | None:
    if state is Coarse.CLOSED or due_on is None:
        return None
    return due_on if state is Coarse.TO_APPROVE or due_on >= on else None


def plan_task(report: Report) -> CaseTask | None:
    """The plan that waits for the landlord’s answer, if any."""
    return (
        CaseTask.objects.open()
        .filter(case=report.case_id, node=LANDLORDS_STEP)
        .select_related("process__case", "structure", "case")
        .first()
    )


STATEMENTS_SHOWN = 12


def own_statements(report: Report, *, mine: Iterable[Structure]) -> list[DebtStatement]:
    """What he sent himself of the debt, the newest first; `is_overtaken`: a later balance is known, whoever sent it."""
    later = DebtStatement.objects.filter(debt=OuterRef("debt"), as_of__gt=OuterRef("as_of"))
    sent = DebtStatement.objects.filter(debt__tenancy=report.tenancy_id, source__in=list(mine))
    sent = sent.annotate(is_overtaken=Exists(later))
    return list(sent.order_by("-as_of", "-pk")[:STATEMENTS_SHOWN])


def public_reason(report: Report) -> str:
    """What the table, or the pilot after it, says to a landlord of who takes the case: never who, nor why."""
    decision = with_arbitration(RoutingDecision.objects.filter(case=report.case_id)).first()
    return say_publicly(decision) if decision else ""


def contact_structure(structures: Sequence[Structure]) -> Structure:
    """Whom a landlord calls of any report: the desk of the action, never the service that follows the household."""
    return pilot_of(structures[0].territory)
