"""What a landlord reads of his reports: a coarse state, the next date, the plan that waits for him. Nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import OuterRef, QuerySet, Subquery

from cases.models import Report
from cases.queries import lease_holders
from workflows.models import CaseTask


class Coarse(StrEnum):
    """The states a landlord may know, in the words of his screen."""

    RECEIVED = "reçu"
    TAKEN = "pris en charge"
    TO_APPROVE = "plan à approuver"
    CLOSED = "clos"


BEFORE_ACCEPTANCE = frozenset({"qualify", "answer", "arbitrate"})
LANDLORDS_STEP = "agree"


@dataclass(frozen=True)
class Line:
    report: Report
    state: Coarse
    next_on: date | None
    """When he must answer, or may expect news; a service’s own lateness is not his to read."""
    tenant: str
    """Of his own reports only: he gave the name himself."""


def lines(reports: QuerySet[Report], *, mine: Iterable[int], on: date) -> list[Line]:
    """Two queries for all: the open step of each case decides the state. `mine`: ids of his structures."""
    waiting = CaseTask.objects.open().filter(case=OuterRef("case")).order_by("pk")
    found = reports.annotate(
        open_node=Subquery(waiting.values("node")[:1]), open_due_on=Subquery(waiting.values("due_on")[:1])
    ).select_related("case", "tenancy__landlord", "structure")
    names = lease_holders([report.case.household_id for report in found])
    own = frozenset(mine)
    return [
        Line(
            report=report,
            state=(state := _state(report)),
            next_on=_next_on(state, report.open_due_on, on=on),
            tenant=names.get(report.case.household_id, "") if report.structure_id in own else "",
        )
        for report in found
    ]


def _state(report: Report) -> Coarse:
    node = report.open_node  # type: ignore[attr-defined]
    if report.case.closed_on:
        return Coarse.CLOSED
    if node == LANDLORDS_STEP:
        return Coarse.TO_APPROVE
    return Coarse.RECEIVED if node in BEFORE_ACCEPTANCE else Coarse.TAKEN


def _next_on(state: Coarse, due_on: date | None, *, on: date) -> date | None:
    if state is Coarse.CLOSED or due_on is None:
        return None
    return due_on if state is Coarse.TO_APPROVE or due_on >= on else None


def waits_for_him(line: Line) -> bool:
    return line.state is Coarse.TO_APPROVE


def plan_task(report: Report) -> CaseTask | None:
    """The plan that waits for the landlord’s answer, if any."""
    return (
        CaseTask.objects.open()
        .filter(case=report.case_id, node=LANDLORDS_STEP)
        .select_related("process__case", "structure", "case")
        .first()
    )
