"""What is at risk today and this week in the cases that a person has in hand: rights that lapse, orders to pay that are
announced, hearings. Whoever follows the case reads it; where nobody is named yet, whoever may take its next step.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case as Choice, Exists, F, JSONField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject
from viewflow.workflow.fields import get_task_ref

from cases import permissions
from cases.acting import full_name
from cases.expressions import OneOf
from cases.models import Beneficiary, Deadline, DeadlineRule, Milestone, Structure, User
from cases.models.case import reference_of
from cases.models.deadlines import IS_OF_LAST_DAY
from cases.queries import of_person
from cases.rules.catalogue import of_benefit
from cases.written_once import read_written
from workflows.flows import human_nodes
from workflows.models import CaseTask
from workflows.nodes import Task
from workflows.queries.court_acts import ORDER_PLANNED
from workflows.queries.deadlines import cases_of
from workflows.queries.inbox import may_take
from workflows.queries.time_left import WEEK
from workflows.queries.tracks import HEARING

SHOWN = 8
"""Lines of the strip; the rest stands in its lists."""
FORTNIGHT = timedelta(days=15)
"""How long before its day an order to pay is announced, and a hearing prepared."""
READ = ("nature", "on", "case_id", "case__public_id", "case__opened_on", "said", "usual_name", "first_names", "act")


class RiskKind(StrEnum):
    RIGHT = "right"
    ORDER = "order"
    HEARING = "hearing"


@dataclass(frozen=True, kw_only=True)
class CaseAtRisk:
    kind: RiskKind
    on: date
    case: str
    """Its public id."""
    reference: str
    person: str
    words: str
    """Of a right, what is to be done by then."""
    step: Task | None = None
    """What the reader can do about it: the nearest step of the case that he may take."""
    task: str = ""
    """Its public id."""
    who: str = ""
    """Who has that step; empty when nobody is named."""


def find_cases_at_risk(user: User, *, today: date, held: permissions.Rights) -> tuple[list[CaseAtRisk], bool]:
    """The nearest first, and whether there are more. One query."""
    found = [_case_at_risk(row) for row in read_written(_write_cases_at_risk, user, today, held)]
    return found[:SHOWN], len(found) > SHOWN


def _write_cases_at_risk(user: User, today: date, held: permissions.Rights) -> QuerySet[Any, Any]:
    steps = CaseTask.objects.to_do().filter(may_take(held), case=OuterRef("case"))
    in_hand = Q(case__in=cases_of(user, on=today)) | Q(Exists(steps.filter(owner=None)))
    steps = steps.filter(Q(owner=user) | Q(owner=None))
    seen = Q(in_hand, permissions.sees_case(user, "case", at=today, held=held))
    return _write_risks(
        seen, steps, since=today, rights_until=today + WEEK, court_until=today + FORTNIGHT, most=SHOWN + 1
    )


def find_structure_risks(
    structure: Structure, *, reader: User, since: date, until: date, held: permissions.Rights, most: int
) -> list[CaseAtRisk]:
    """The same in the cases that a structure answers for, or in which it has a step to take, as far as a reader sees them:
    on some days, both included. One query."""
    steps = CaseTask.objects.to_do().filter(structure=structure, case=OuterRef("case"))
    own = Q(case__responsible_structure=structure) | Q(Exists(steps))
    seen = Q(own, permissions.sees_case(reader, "case", at=since, held=held))
    rows = _write_risks(seen, steps, since=since, rights_until=until, court_until=until, most=most)
    return [_case_at_risk(row) for row in rows]


def _write_risks(
    seen: Q, steps: QuerySet[CaseTask], *, since: date, rights_until: date, court_until: date, most: int
) -> QuerySet[Any, Any]:
    # By their rules: of all dates of a week, few are the last day of a right.
    rules = DeadlineRule.objects.filter(IS_OF_LAST_DAY).order_by()
    rights = Deadline.objects.running().filter(
        OneOf("rule", ArraySubquery(rules.values("pk"))), seen, legal_date__range=(since, rights_until)
    )
    court = Milestone.objects.filter(
        seen,
        kind__in=(ORDER_PLANNED, HEARING),
        replaced_by=None,
        happened_on__range=(since, court_until),
        case__closed_on=None,
    )
    found = _read(
        rights,
        steps,
        nature=Value(RiskKind.RIGHT),
        on=F("legal_date"),
        said=JSONObject(title="rule__title", benefit="context__benefit"),
    ).union(
        _read(
            court,
            steps,
            nature=Choice(When(kind=HEARING, then=Value(RiskKind.HEARING)), default=Value(RiskKind.ORDER)),
            on=F("happened_on"),
            said=Value({}, JSONField()),
        ),
        all=True,
    )
    return found.order_by("on", "case_id")[:most]


def _read(rows: QuerySet[Any], steps: QuerySet[CaseTask], **said: Any) -> QuerySet[Any]:
    """These dates, with who it is and which of these steps of the case comes first."""
    beside = Choice(When(process__debt=OuterRef("debt"), then=0), default=1)
    act = steps.annotate(beside=beside).order_by("beside", "nearest_on", "pk")
    return rows.annotate(
        **said,
        **of_person("case__"),
        act=Subquery(
            act.values(of=JSONObject(task="public_id", step="flow_task", who=full_name("owner__")))[:1],
            output_field=JSONField(),
        ),
    ).values_list(*READ)


def _case_at_risk(found: Sequence[Any]) -> CaseAtRisk:
    row = dict(zip(READ, found, strict=True))
    person = Beneficiary(usual_name=row["usual_name"] or "", first_names=row["first_names"] or "")
    kind, said, act = RiskKind(row["nature"]), row["said"], row["act"] or {}
    return CaseAtRisk(
        kind=kind,
        on=row["on"],
        case=str(row["case__public_id"]),
        reference=reference_of(row["case__opened_on"], row["case_id"]),
        person=person.full_name,
        words=of_benefit(said["title"], said["benefit"]) if said else "",
        step=_steps_by_reference().get(act.get("step", "")),
        task=act.get("task", ""),
        who=act.get("who", "").strip(),
    )


@cache
def _steps_by_reference() -> dict[str, Task]:
    """As the table of steps names them."""
    nodes: Iterable[Task] = human_nodes()
    return {get_task_ref(node): node for node in nodes}
