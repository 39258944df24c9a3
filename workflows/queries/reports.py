"""What a landlord reads of his reports: a coarse state, the next date, the plan that waits for him. Nothing else."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import OuterRef, QuerySet, Subquery

from cases.models import Report
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


def lines(reports: QuerySet[Report]) -> list[Line]:
    """One query for all: the open step of each case decides the state."""
    waiting = CaseTask.objects.open().filter(case=OuterRef("case")).order_by("pk")
    found = reports.annotate(
        open_node=Subquery(waiting.values("node")[:1]), open_due_on=Subquery(waiting.values("due_on")[:1])
    ).select_related("case", "tenancy__landlord", "structure")
    return [Line(report, _state(report), report.open_due_on) for report in found]


def _state(report: Report) -> Coarse:
    node = report.open_node  # type: ignore[attr-defined]
    if report.case.closed_on:
        return Coarse.CLOSED
    if node == LANDLORDS_STEP:
        return Coarse.TO_APPROVE
    return Coarse.RECEIVED if node in BEFORE_ACCEPTANCE else Coarse.TAKEN


def first_to_act(line: Line) -> tuple[bool, date]:
    """Order of the list: what waits for the landlord, then the newest."""
    return (line.state is not Coarse.TO_APPROVE, date.max if line.next_on is None else line.next_on)


def plan_task(report: Report) -> CaseTask | None:
    """The plan that waits for the landlord’s answer, if any."""
    return (
        CaseTask.objects.open()
        .filter(case=report.case_id, node=LANDLORDS_STEP)
        .select_related("process__case", "structure", "case")
        .first()
    )
