"""A case that a review had moved goes back to whom it had been asked of, unless something was done about it since."""

from datetime import datetime

from cases import journal
from cases.locks import keep_in_service, lock_case
from cases.models import JournalEntry, User
from workflows import engine
from workflows.models import CaseTask, ReplayedCase, RoutingDecision
from workflows.nodes import Turn
from workflows.steps.asked_structures import ask_structure

ASKED, UNDECIDED = "answer", "arbitrate"


def put_back(row: ReplayedCase, *, by: User, at: datetime, cause: JournalEntry | None) -> None:
    """Nothing is erased: the structure asked since is asked no more, the former one is asked again, with a whole delay."""
    lock_case(row.case_id)
    row.case.refresh_from_db()
    task = CaseTask.objects.open().of_case(row.case).filter(node__in=(ASKED, UNDECIDED)).first()
    row.message = _why_not(row, task)
    if row.message or task is None or row.made is None:
        row.state = ReplayedCase.State.STAYS
        return
    task = engine.reload_open_task(task)
    told = journal.record(
        "case.put_back", at=at, case=row.case, by=by, structure=task.structure, cause=cause, replay=row.replay_id
    )
    task.process.data.update(row.answers)
    task.process.save(update_fields=["data"])
    waiting = engine.redirect(task, to=ASKED if row.before else UNDECIDED, by=by, at=at, cause=told)
    row.state = ReplayedCase.State.PUT_BACK
    again = _decide_as_before(row, by=by, at=at)
    if row.before is None:
        return
    process = waiting.process
    process.turn = Turn(at=at, by=by, cause=told)
    entry = journal.record(
        "step.routed",
        at=at,
        case=row.case,
        by=by,
        structure=row.before,
        cause=told,
        decision=again.pk,
        rule=again.rule_code,
    )
    ask_structure(process, row.before, cause=entry)
    process.save()


def _why_not(row: ReplayedCase, task: CaseTask | None) -> str:
    if not row.case.is_open:
        return "Le dossier a été clos entre-temps."
    if task is None:
        accepted = JournalEntry.objects.filter(case=row.case, kind="step.accepted").exists()
        how = "l’a prise en charge entre-temps" if accepted else "la suit déjà, puisqu’elle l’avait ouverte"
        return f"{row.case.responsible_structure} {how}."
    last = RoutingDecision.objects.filter(case=row.case).order_by("-pk").first()
    if row.made is None or last != row.made:
        return "Elle a été orientée de nouveau entre-temps."
    if task.node != (ASKED if row.made.structure_id else UNDECIDED):
        return "Le pilote l’a attribuée entre-temps."
    if task.turn_count or task.expected_on:
        return f"{task.structure} a demandé du temps entre-temps."
    if row.before and keep_in_service(row.before.code) is None:
        return f"{row.before} n’est plus en service."
    return ""


def _decide_as_before(row: ReplayedCase, *, by: User, at: datetime) -> RoutingDecision:
    """The case stays explained by the edition that had decided."""
    former = row.decision
    return RoutingDecision.objects.create(
        case=row.case,
        edition=former.edition,
        rule_code=former.rule_code,
        structure=former.structure,
        explanation=former.explanation,
        decided_by=by,
        decided_at=at,
    )
