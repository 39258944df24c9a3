"""A case becomes urgent: whoever has to contact the household has the time of urgencies, never more than before."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions import case as cases, deadlines
from cases.models import Case, JournalEntry, Structure, User
from workflows.models import CaseTask
from workflows.routing import apply
from workflows.steps.base import retake_deadlines


@transaction.atomic
def make_urgent(
    *, case: Case, structure: Structure, at: datetime, by: User | None = None, cause: JournalEntry | None = None
) -> None:
    """As `cases.make_urgent`; a contact that was asked for already is asked for sooner."""
    if case.is_urgent:
        return
    cases.make_urgent(case=case, structure=structure, at=at, by=by, cause=cause)
    waiting = CaseTask.objects.open().of_case(case).filter(node="contact").select_related("process", "structure")
    for task in waiting:
        _hasten_contact(task, case, at=at)


def _hasten_contact(task: CaseTask, case: Case, *, at: datetime) -> None:
    """By the rule that the routing table has for urgencies, from today on; the former date stands if it is nearer."""
    _, decision = apply.explain_routing(case, on=localdate(at), forced=True)
    if not decision.urgent or decision.contact_rule == task.process.answer("contact_rule"):
        return
    task.process.data["contact_rule"] = decision.contact_rule
    task.process.save(update_fields=["data"])
    deadlines.start(
        case=case,
        fact=task.step.fact,
        on=localdate(at),
        structure=task.structure,
        context=task.step.deadline_context(task),
    )
    retake_deadlines(task)
