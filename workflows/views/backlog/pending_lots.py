"""A lot: the cases that one import brought to one structure, as long as they wait for its answer."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case as Choice, Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Least

from cases import permissions
from cases.models import Beneficiary, DebtStatement, Note, Structure, User
from cases.queries import people_of
from workflows.models import CaseTask, ImportJob, ImportRow, RoutingDecision
from workflows.queries.time_left import with_last_day

STEP = "answer"


@dataclass(frozen=True, kw_only=True)
class Lot:
    job: ImportJob
    structure: Structure
    count: int
    due_on: date | None
    last_on: date | None
    """The first of the last days of its steps."""


@dataclass(frozen=True, kw_only=True)
class LotCase:
    task: CaseTask
    person: Beneficiary | None
    reason: str
    reach: list[Note]
    """How to reach her, as she said it at a counter."""
    children: int | None
    """Dependent, as the routing knew it; None: nobody said."""
    debt: Decimal | None
    """The last balance, for who sees the whole case: sums are not part of its card."""


def find_pending_lots(user: User, *, today: date) -> list[Lot]:
    """What the user may answer, the nearest date first. Four queries, however many lots."""
    rows = ImportRow.objects.filter(decision__structure__in=_answerable_structures(user, today=today))
    waiting = CaseTask.objects.open().filter(
        _visible_to(user, today=today), node=STEP, case=OuterRef("case"), structure=OuterRef("decision__structure")
    )
    waiting = with_last_day(waiting).annotate(last=Least(Coalesce("last_on", "due_on"), "legal_on"))
    counted = rows.filter(Exists(waiting)).annotate(
        nearest=waiting.order_by("nearest_on").values("nearest_on")[:1],
        last=waiting.order_by("last").values("last")[:1],
    )
    by = ("job", "decision__structure")
    found = list(
        counted.values(*by).order_by(*by).annotate(count=Count("pk"), first=Min("nearest"), until=Min("last"))
    )
    jobs = ImportJob.objects.select_related("structure").in_bulk([row["job"] for row in found])
    structures = Structure.objects.in_bulk([row["decision__structure"] for row in found])
    made = [
        Lot(
            job=jobs[row["job"]],
            structure=structures[row["decision__structure"]],
            count=row["count"],
            due_on=row["first"],
            last_on=row["until"],
        )
        for row in found
    ]
    return sorted(made, key=lambda lot: (lot.due_on or date.max, lot.job.pk))


def find_pending_tasks(user: User, job: ImportJob, structure: Structure, *, today: date) -> QuerySet[CaseTask]:
    """The answers that wait, of a lot that the user may answer; none of any other. Each with the last balance (`debt`) of
    the cases that he sees whole."""
    if structure.pk not in _answerable_structures(user, today=today):
        return CaseTask.objects.none()
    cases = ImportRow.objects.filter(job=job, decision__structure=structure).values("case")
    found = CaseTask.objects.open().filter(node=STEP, structure=structure, case__in=cases)
    statements = DebtStatement.objects.filter(
        debt__tenancy=OuterRef("case__tenancy"), debt__tenancy__isnull=False
    ).order_by("-as_of", "-pk")
    is_whole = When(permissions.sees_in_full(user, "case", at=today), then=Subquery(statements.values("balance")[:1]))
    found = with_last_day(found).annotate(debt=Choice(is_whole))
    return found.filter(_visible_to(user, today=today)).order_by("nearest_on", "pk")


def describe_lot_cases(found: list[CaseTask], *, reader: User, today: date) -> list[LotCase]:
    """Three queries: who, why it came here, and what was said at a counter of how to reach her."""
    people = people_of(task.case for task in found)
    newest = RoutingDecision.objects.filter(case__in=[task.case_id for task in found]).order_by("case_id", "-pk")
    decisions = {decision.case_id: decision.explanation for decision in newest.distinct("case_id")}
    reach = defaultdict(list)
    held = permissions.rights(reader, at=today)
    told = permissions.notes_to_reach(reader, [task.case_id for task in found], at=today, held=held)
    for note in told.select_related("structure"):
        reach[note.case_id].append(note)
    return [
        LotCase(
            task=task,
            person=people.get(task.case_id),
            reason=decisions.get(task.case_id, {}).get("reason", ""),
            reach=reach[task.case_id],
            children=_count_children(decisions.get(task.case_id, {})),
            debt=task.debt,
        )
        for task in found
    ]


def _count_children(explanation: Mapping[str, Any]) -> int | None:
    """Whoever is asked reads on the card of the case the facts that decided."""
    said = explanation.get("facts", {}).get("dependent_children", {}).get("value")
    return said if isinstance(said, int) else None


def _answerable_structures(user: User, *, today: date) -> frozenset[int]:
    return permissions.rights(user, at=today).get("answer_routing", frozenset())


def _visible_to(user: User, *, today: date) -> Q:
    """Asked row by row: a lot is a few cases of all those that a structure sees."""
    return permissions.sees_case(user, "case", at=today, held=permissions.rights(user, at=today))
