"""The cases that wait for the pilot’s decision: no rule for them, or structures that declined or did not answer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from cases import permissions
from cases.models import JournalEntry, Structure, User
from cases.queries import name_of, of_holder
from workflows.models import CaseTask, CommissionItem, RoutingDecision, RoutingRule
from workflows.queries.time_left import with_last_day
from workflows.steps.answer import DECLINE_REASONS

NODE = "arbitrate"
PAGE = 50
NO_ANSWER = "step.unanswered"
STATES: Mapping[str, str] = {
    "matches": "s’applique",
    "fails": "ne s’applique pas",
    "unknown": "on ne sait pas",
    "declined": "structure déjà sollicitée, sans accord",
    "unavailable": "aucune structure en service",
    "suspended": "capacité de la structure suspendue",
    "claimant": "la structure réclame la dette, ou n’accompagne pas",
}


@dataclass(frozen=True, kw_only=True)
class RoutingRefusal:
    """A structure that did not take the case."""

    structure: str
    words: str
    at: datetime
    by: str
    """Who said so; empty when nobody answered."""


@dataclass(frozen=True, kw_only=True)
class ToArbitrate:
    task: CaseTask
    person: str
    why: str
    refusals: list[RoutingRefusal]
    decision: RoutingDecision | None
    runner_up: str
    """The structure that the next rule names."""


def find_cases_to_arbitrate(user: User, *, on: date, after: int = 0, limit: int = PAGE) -> list[ToArbitrate]:
    """Those of the desks that the user pilots, the oldest first. Six queries, the rights among them."""
    return read_cases_to_arbitrate(find_tasks_to_arbitrate(user, on=on).filter(pk__gt=after)[:limit])


def find_tasks_to_arbitrate(user: User, *, on: date) -> QuerySet[CaseTask]:
    held = permissions.rights(user, at=on)
    seen = permissions.sees_case(
        user, "case", at=on, held=held
    )  # asked of each, they are few among all that a pilot sees
    tasks = CaseTask.objects.to_do().filter(seen, node=NODE, structure__in=held.get("pilot_action", ()))
    return tasks.order_by("pk")


def of_task(task: CaseTask) -> ToArbitrate:
    return read_cases_to_arbitrate(CaseTask.objects.filter(pk=task.pk))[0]


def read_cases_to_arbitrate(tasks: QuerySet[CaseTask]) -> list[ToArbitrate]:
    found: list[Any] = list(
        with_last_day(tasks).select_related("case", "process", "structure").annotate(**of_holder("case__household"))
    )
    cases = [task.case_id for task in found]
    last = {
        decision.case_id: decision
        for decision in RoutingDecision.objects.filter(case__in=cases).select_related("edition").order_by("pk")
    }
    refusals = _refusals(cases)
    codes = {_runner_up(decision) for decision in last.values()}
    names = dict(Structure.objects.filter(code__in=codes - {""}).values_list("code", "name"))
    return [
        ToArbitrate(
            task=task,
            person=name_of(task),
            why=say_why(refusals[task.case_id]),
            refusals=refusals[task.case_id],
            decision=last.get(task.case_id),
            runner_up=names.get(_runner_up(last.get(task.case_id)), ""),
        )
        for task in found
    ]


def _refusals(cases: Sequence[int]) -> dict[int, list[RoutingRefusal]]:
    words = dict(DECLINE_REASONS)
    entries = JournalEntry.objects.filter(case__in=cases, kind__in=("step.declined", NO_ANSWER))
    found: dict[int, list[RoutingRefusal]] = defaultdict(list)
    for entry in entries.select_related("structure", "actor").order_by("pk"):
        silent = entry.kind == NO_ANSWER
        reason = words.get(entry.data.get("reason", ""), "autre motif")
        found[entry.case_id or 0].append(
            RoutingRefusal(
                structure=str(entry.structure),
                words="sans réponse dans le délai" if silent else reason,
                at=entry.happened_at,
                by="" if silent or entry.actor is None else str(entry.actor),
            )
        )
    return found


def say_why(refusals: Sequence[RoutingRefusal]) -> str:
    if not refusals:
        return "Aucune règle ne désigne de structure"
    if len(refusals) == 1:
        return f"{refusals[0].structure} : {refusals[0].words}"
    return f"{len(refusals)} structures n’ont pas accepté"


def _runner_up(decision: RoutingDecision | None) -> str:
    runner_up = decision.explanation.get("runner_up") if decision else None
    return (runner_up or {}).get("structure") or ""


# Once it is decided

ARBITRATED = "Le pilote du dispositif a désigné le service qui prendra contact avec le ménage."
"""What a landlord reads of it: never which service, nor why."""


def with_arbitration(decisions: QuerySet[RoutingDecision]) -> QuerySet[RoutingDecision]:
    """Read with each decision of a table what the pilot decided after it: when, at which desk, for which structure; in which
    commission and why, where one decided. No query more."""
    later = {"kind": "step.arbitrated", "happened_at__gte": OuterRef("decided_at")}
    last = JournalEntry.objects.filter(case=OuterRef("case"), **later).order_by("-pk")
    assigned = last.annotate(assigned=Cast(KT("data__assigned_to"), BigIntegerField())).values("assigned")
    found = decisions.annotate(
        arbitrated_at=Subquery(last.values("happened_at")[:1]),
        arbitrated_by=Subquery(last.values("structure__name")[:1]),
        arbitrated_to_id=Subquery(assigned[:1]),
    )
    items = CommissionItem.objects.filter(case=OuterRef("case"), decided_at=OuterRef("arbitrated_at"))
    return found.annotate(
        arbitrated_to=Subquery(Structure.objects.filter(pk=OuterRef("arbitrated_to_id")).values("name")[:1]),
        commission_on=Subquery(items.values("commission__held_on")[:1]),
        commission_reason=Subquery(items.values("reason")[:1]),
    )


def say_publicly(decision: Any) -> str:
    """What a landlord reads of who takes the case, of a decision read `with_arbitration`."""
    return ARBITRATED if decision.arbitrated_to else str(decision.explanation.get("public_reason", ""))


# The sheet


@dataclass(frozen=True, kw_only=True)
class JudgedRule:
    """A rule of the table, and what became of its criteria."""

    code: str
    title: str
    words: str
    criteria: list[Mapping[str, Any]]


def list_known_facts(decision: RoutingDecision | None, *, labels: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Label, value, source of what was known when the table was asked."""
    known = decision.explanation.get("facts", {}) if decision else {}
    return [
        (labels[code].label, labels[code].show(labels[code].read(fact["value"])), fact["source"])
        for code, fact in known.items()
        if code in labels
    ]


def list_judged_rules(decision: RoutingDecision | None) -> list[JudgedRule]:
    """Every rule of the edition, in its order. One query."""
    if decision is None:
        return []
    titles = dict(RoutingRule.objects.filter(edition=decision.edition_id).values_list("code", "title"))
    criteria = defaultdict(list)
    for each in decision.explanation.get("criteria", ()):
        criteria[each["rule"]].append(each)
    return [
        JudgedRule(
            code=row["rule"],
            title=titles.get(row["rule"], ""),
            words=STATES[row["state"]],
            criteria=criteria[row["rule"]],
        )
        for row in decision.explanation.get("rows", ())
    ]


def list_unknown_criteria(rules: Iterable[JudgedRule]) -> list[str]:
    """What nobody knows, and that a rule asks."""
    return list(
        dict.fromkeys(each["text"] for rule in rules for each in rule.criteria if each["verdict"] == "unknown")
    )
