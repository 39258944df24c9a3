"""A dated fact of the case (order to pay, summons, hearing…) is recorded: stage and deadlines follow."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import deadlines, support
from cases.actions.deadlines import edition_in_force
from cases.models import Case, Deadline, Edition, JournalEntry, Milestone, User
from workflows import engine
from workflows.models import CaseTask
from workflows.steps.base import take_deadlines

OF_THE_PROCEDURE = frozenset(
    {
        "qualification_asked", "qualified", "answer_asked", "answered", "arbitration_asked", "arbitrated", "accepted",
        "contact_asked", "contacted", "person_informed", "diagnosis_asked", "diagnosed", "actions_asked",
        "actions_planned", "landlord_asked", "landlord_answered", "instalment_due", "plan_checked", "closed",
        "sharing_asked", "sharing_answered",
    }
)  # fmt: skip
"""Facts that steps make happen. Nobody types them."""

USUAL = (
    "order_to_pay_served", "summons_served", "prefect_notified", "hearing", "decision_served", "order_to_leave_served",
    "police_requested",
)  # fmt: skip
"""Those that one looks for first, in the order of the law."""

MAY_BE_TO_COME = frozenset({"hearing"})


def words_of_milestones(case: Case, *, on: date) -> dict[str, str]:
    """Code → French words of every dated fact that the edition in force knows."""
    edition = edition_in_force(Edition.Catalogue.DEADLINES, on=on, territory=case.territory)
    words: dict[str, str] = edition.parameters["milestones"] if edition else {}
    return words


def recordable(case: Case, *, on: date) -> dict[str, list[tuple[str, str]]]:
    """Those that a person may record, under two headings: the usual ones, then all others."""
    words = words_of_milestones(case, on=on)
    usual = [(code, words[code]) for code in USUAL if code in words]
    others = [(code, text) for code, text in words.items() if code not in OF_THE_PROCEDURE and code not in USUAL]
    return {"Procédure d’expulsion": usual, "Autres faits": others}


def may_record(user: User, case: Case, *, at: datetime) -> bool:
    """Professionals of the structure that answers for the case, and the pilot’s desk while it sees it."""
    held = permissions.rights(user, at=localdate(at))
    if case.responsible_structure_id in held.get("handle_case", ()):
        return True
    acting = permissions.acting_structure(user, case, at=localdate(at)) if held.get("pilot_action") else None
    return acting is not None and acting.pk in held["pilot_action"]


@transaction.atomic
def record(
    *,
    case: Case,
    kind: str,
    happened_on: date,
    known: str,
    by: User,
    at: datetime,
    cause: JournalEntry | None = None,
) -> Milestone:
    """Record a dated fact, or correct its date: the deadlines that count from it start, or start again.

    Refuses (`NotAllowed`) who does not answer for the case. The same fact twice changes nothing.
    """
    engine.lock(case)
    if not case.is_open or not may_record(by, case, at=at):
        raise engine.NotAllowed
    before = Milestone.objects.filter(case=case, kind=kind, replaced_by=None).first()
    structure = case.responsible_structure
    milestone = support.record_milestone(
        case=case,
        kind=kind,
        happened_on=happened_on,
        known=known,
        structure=structure,
        by=by,
        at=at,
        cause=cause,
    )
    if before and before.happened_on == happened_on:
        return milestone
    deadlines.cancel(Deadline.objects.running().filter(case=case, rule__start=kind), at=at)
    deadlines.happened(case=case, fact=kind, on=happened_on, structure=structure, context=_context(case), at=at)
    for task in CaseTask.objects.open().of(case):
        take_deadlines(task, own=task.deadlines.select_related("rule"))
    return milestone


def _context(case: Case) -> dict[str, Any]:
    """What the conditions of legal delays ask about."""
    report, tenancy = case.reports.order_by("reported_on").first(), case.tenancy
    known = {
        "report_date": report and report.reported_on,
        "lease_date": tenancy and tenancy.lease_date,
        "direct_payment": tenancy and tenancy.direct_payment,
        "urgent": case.is_urgent,
    }
    return {key: value for key, value in known.items() if value is not None}
