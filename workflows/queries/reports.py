"""What a landlord reads of his reports: a coarse state, the next date, the plan that waits for him. Nothing else."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Case as CaseWhen, OuterRef, Q, QuerySet, Subquery, When

from cases.models import Report
from cases.queries import lease_holders
from workflows.flows import side_steps
from workflows.models import CaseTask


class Coarse(StrEnum):
    """The states a landlord may know, in the words of his screen."""

    RECEIVED = "reçu"
    TAKEN = "pris en charge"
    TO_APPROVE = "plan à approuver"
    CLOSED = "clos"


BEFORE_ACCEPTANCE = frozenset({"qualify", "answer", "arbitrate"})
LANDLORDS_STEP = "agree"
KEY = re.compile(r"([01])-([1-9][0-9]{0,5})-([0-9]{1,18})")


@dataclass(frozen=True)
class Line:
    report: Report
    state: Coarse
    next_on: date | None
    """When he must answer, or may expect news; a service’s own lateness is not his to read."""
    tenant: str
    """Of his own reports only: he gave the name himself."""


def to_answer_first(reports: QuerySet[Report], *, after: str = "") -> QuerySet[Report]:
    """The plans that wait for the landlord, then the newest reports; `after` is the `key` of the last one shown."""
    waiting = CaseTask.objects.open().filter(case=OuterRef("case")).exclude(node__in=side_steps()).order_by("pk")
    found = reports.annotate(
        open_node=Subquery(waiting.values("node")[:1]),
        open_due_on=Subquery(waiting.values("due_on")[:1]),
        is_later=CaseWhen(When(open_node=LANDLORDS_STEP, case__closed_on=None, then=0), default=1),
    ).order_by("is_later", "-reported_on", "-pk")
    place = KEY.fullmatch(after)
    if place is None:
        return found
    is_later, day, pk = int(place[1]), date.fromordinal(int(place[2])), int(place[3])
    older = Q(reported_on__lt=day) | Q(reported_on=day, pk__lt=pk)
    return found.filter(Q(is_later__gt=is_later) | (Q(is_later=is_later) & older))


def key(line: Line) -> str:
    """The place of a line in the list."""
    return f"{int(line.state is not Coarse.TO_APPROVE)}-{line.report.reported_on.toordinal()}-{line.report.pk}"


def lines(reports: QuerySet[Report], *, mine: Iterable[int], on: date) -> list[Line]:
    """Two queries for all: the open step of each case decides the state. `mine`: ids of his structures."""
    found = reports.select_related("case", "tenancy__landlord", "structure")
    names = lease_holders([report.case.household_id for report in found])
    own = frozenset(mine)
    return [
        Line(
            report=report,
            state=(state := _state(report)),
            next_on=_next_on(state, report.open_due_on, on=on),  # type: ignore[attr-defined]
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


def plan_task(report: Report) -> CaseTask | None:
    """The plan that waits for the landlord’s answer, if any."""
    return (
        CaseTask.objects.open()
        .filter(case=report.case_id, node=LANDLORDS_STEP)
        .select_related("process__case", "structure", "case")
        .first()
    )
