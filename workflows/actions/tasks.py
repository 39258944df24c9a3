"""Acts on a task besides taking it: it is given to someone, taken over, or no longer needed."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.acting import why_not
from cases.actions import absences, case as cases
from cases.locks import lock_case
from cases.models import Case, CaseKind, JournalEntry, User
from cases.refusals import NotAllowed, Refusal
from workflows import engine
from workflows.models import CaseTask
from workflows.routing import apply

FOLLOWS_REFERENT = "Cette étape suit le référent : passer le relais depuis la page du bénéficiaire."


@transaction.atomic
def give_task(*, task: CaseTask, to: User, by: User, at: datetime, cause: JournalEntry | None = None) -> JournalEntry:
    """Give an open task to a professional of the structure that has the ball, or take it over (`to` is `by`).

    Refuses (`NotAllowed`) who neither manages the structure nor has the task, and (`Refusal`) a person who could not
    take it. If the structure answers for the case, its responsible professional changes with it, and what else he had of
    it that the other can take.
    """
    lock_case(task.case_id)
    task = engine.reload_open_task(task)
    if task.case.kind == CaseKind.COORDINATION:
        raise Refusal(FOLLOWS_REFERENT)
    today = localdate(at)
    if not may_give(by, task, held=permissions.rights(by, at=today)):
        raise NotAllowed
    held = permissions.rights(to, at=today)
    if task.structure_id not in held.get(task.right, ()):
        raise Refusal("Cette personne ne peut pas prendre cette étape : choisir un membre de la structure.")
    if refused := why_not(to, task.structure, by=by, on=today):
        raise Refusal(refused)
    before = task.owner_id
    leads = task.structure_id == task.case.responsible_structure_id and task.structure_id in held.get(
        "handle_case", ()
    )
    others = (
        CaseTask.objects.open().of_case(task.case).filter(structure=task.structure, owner=before).exclude(pk=task.pk)
    )
    able = (other for other in others.exclude(owner=None) if task.structure_id in held.get(other.right, ()))
    beside = [other.pk for other in able] if leads else []
    task.owner, task.assigned = to, at
    task.save(update_fields=["owner", "assigned"])
    entry = journal.record(
        "task.given",
        at=at,
        case=task.case,
        by=by,
        structure=task.structure,
        cause=cause,
        task=task.pk,
        node=task.node,
        to=to.pk,
        before=before,
        **({"beside": beside} if beside else {}),
    )
    if leads:
        cases.assign_professional(case=task.case, user=to, structure=task.structure, at=at, by=by, cause=entry)
        CaseTask.objects.filter(pk__in=beside).update(owner=to, assigned=at)
    else:
        absences.follow_step(case=task.case, structure=task.structure, user=to, by=by, at=at, cause=entry)
    return entry


def may_give(user: User, task: CaseTask, *, held: permissions.Rights) -> bool:
    """A manager gives any task of his structure; a professional hands on what is his own."""
    if task.structure_id in held.get("view_backlog", ()):
        return True
    return task.owner_id == user.pk and task.structure_id in held.get(task.right, ())


@transaction.atomic
def route_if_known(*, case: Case, at: datetime) -> bool:
    """A case that waits for its qualification is routed as soon as what is known suffices. Returns whether it was."""
    lock_case(case.pk)
    task = CaseTask.objects.open().of_case(case).filter(node="qualify").first()
    if task is None or apply.missing_facts(case, at=at):
        return False
    engine.expire(task, at=at, data={"result": "complete", "facts": {}, "known": True})
    return True


@transaction.atomic
def close_now(*, case: Case, by: User, at: datetime, data: dict[str, object]) -> None:
    """Close a case from whichever step it is at (debt cleared, family moved…): what still waits is cancelled."""
    lock_case(case.pk)
    waiting = CaseTask.objects.open().of_case(case).order_by("pk").first()
    if waiting is None:
        raise Refusal("Ce dossier est déjà clos.")
    waiting = engine.reload_open_task(waiting)
    if not permissions.has_right(by, "handle_case", case.responsible_structure_id, at=localdate(at)):
        raise NotAllowed
    closing = engine.redirect(waiting, to="close", by=by, at=at)
    engine.complete(closing, by=by, at=at, data=data)
