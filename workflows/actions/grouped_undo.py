"""A grouped act taken back within a day: each step comes back as it was. What has moved since is left, and said."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import case as cases
from cases.locks import lock_undoing
from cases.models import JournalEntry, Label, Structure, User
from cases.models.journal import GROUPED
from cases.refusals import NotAllowed, Refusal
from workflows.actions import grouped_labels
from workflows.actions.grouped import (
    DAY,
    CannotGroup,
    Done,
    GroupedActContext,
    lock_task,
    put_until,
    record_in_journal,
)
from workflows.actions.grouped_kinds import ACT_OF, GroupedActKind
from workflows.models import CaseTask


def recent_grouped_acts(structure: Structure, *, at: datetime) -> list[JournalEntry]:
    """The acts of the last day, the last one first. One query."""
    found = JournalEntry.objects.filter(kind__in=GROUPED, structure=structure, happened_at__gt=at - DAY)
    return list(found.select_related("actor").order_by("-happened_at", "-pk"))


def done_by(entry: JournalEntry) -> QuerySet[JournalEntry]:
    """The lines of an act, one a step."""
    parts = Q(kind__startswith="task.") | Q(kind__startswith="label.")
    found = JournalEntry.objects.filter(parts, cause=entry).exclude(case=None)
    return found.select_related("case").order_by("pk")


def is_undone(entry: JournalEntry) -> bool:
    return JournalEntry.objects.filter(cause=entry, kind="tasks.taken_back").exists()


def may_undo(entry: JournalEntry, *, at: datetime) -> bool:
    return ACT_OF[entry.kind].is_undoable and at - entry.happened_at <= DAY and not is_undone(entry)


@transaction.atomic
def undo_grouped_act(*, entry: JournalEntry, by: User, at: datetime) -> Done:
    """Within a day: each step comes back to whoever had it, or to the queues. What has moved since is left.

    Refuses (`CannotGroup`) an act of another structure, a reminder, what is too old, and what is undone already.
    """
    act = ACT_OF.get(entry.kind)
    if act is None or entry.structure is None or not act.is_undoable:
        raise CannotGroup("Cet acte ne se défait pas.")
    lock_undoing(entry)
    if not permissions.has_right(by, "view_backlog", entry.structure.pk, at=localdate(at)):
        raise NotAllowed
    if at - entry.happened_at > DAY:
        raise CannotGroup("Un acte groupé se défait dans la journée qui suit : faire l’acte inverse.")
    if is_undone(entry):
        raise CannotGroup("Cet acte est déjà défait.")
    setting = GroupedActContext(structure=entry.structure, by=by, at=at)
    lines = list(done_by(entry))
    told = sorted(
        {pk for line in lines for pk in (line.data.get("before"), line.data.get("to")) if isinstance(pk, int)}
    )
    undone = journal.record("tasks.taken_back", at=at, by=by, structure=entry.structure, cause=entry, to=told)
    back = BACK[act]
    found = Done(undone)
    tasks = CaseTask.objects.select_related("case", "owner").in_bulk([line.data["task"] for line in lines])
    for line in sorted(lines, key=lambda line: (line.case_id or 0, -line.pk)):
        task = tasks[line.data["task"]]
        try:
            with transaction.atomic():
                back(task, line, setting, undone)
        except Refusal as refusal:
            found.left.append((task, str(refusal)))
        else:
            found.done.append(task)
    return found


def _give_back(task: CaseTask, line: JournalEntry, setting: GroupedActContext, undone: JournalEntry) -> None:
    """To whoever had it, with what else of the case had followed; to nobody, when nobody had it."""
    task = lock_task(task, setting)
    if task.owner_id != line.data["to"]:
        raise Refusal("Elle a changé de main depuis.")
    before = User.objects.filter(pk=line.data["before"]).first() if line.data["before"] else None
    if before and not permissions.has_right(before, task.right, task.structure_id, at=setting.today):
        raise Refusal(f"{before} ne peut plus la prendre.")
    followed = (
        CaseTask.objects.open().of_case(task.case).filter(pk__in=line.data.get("beside", []), owner=task.owner_id)
    )
    followed.update(owner=before, assigned=setting.at if before else None)
    CaseTask.objects.filter(pk=task.pk).update(owner=before, assigned=setting.at if before else None)
    told = {"to": before.pk} if before else {}
    entry = record_in_journal(
        "task.given" if before else "task.freed", task, setting, undone, before=line.data["to"], **told
    )
    _reassign(task, line, setting, entry)


def _reassign(task: CaseTask, line: JournalEntry, setting: GroupedActContext, entry: JournalEntry) -> None:
    """Whoever answered for the case does again, if the act had changed it."""
    named = JournalEntry.objects.filter(cause=line, kind="professional.assigned").first()
    if named is None:
        return
    told: dict[str, Any] = {"case": task.case, "structure": setting.structure, "at": setting.at, "by": setting.by}
    before = User.objects.filter(pk=named.data["before"]).first() if named.data["before"] else None
    if before is None:
        to = User.objects.get(pk=line.data["to"])
        cases.release_professional(user=to, cause=entry, **told)
    elif permissions.has_right(before, "handle_case", setting.structure.pk, at=setting.today):
        cases.assign_professional(user=before, cause=entry, **told)


def _bring_back(task: CaseTask, line: JournalEntry, setting: GroupedActContext, undone: JournalEntry) -> None:
    task = lock_task(task, setting)
    if task.set_aside_until != date.fromisoformat(line.data["until"]):
        raise Refusal("La date a changé depuis.")
    put_until(task, date.fromisoformat(line.data["before"]) if line.data["before"] else None)
    record_in_journal("task.set_back", task, setting, undone)


def _unlabel(task: CaseTask, line: JournalEntry, setting: GroupedActContext, undone: JournalEntry) -> None:
    grouped_labels.take_off(task, _read_label(line), setting, undone)


def _label_again(task: CaseTask, line: JournalEntry, setting: GroupedActContext, undone: JournalEntry) -> None:
    grouped_labels.put_label(task, _read_label(line), setting, undone)


def _read_label(line: JournalEntry) -> Label:
    return Label.objects.select_related("structure").get(pk=line.data["label"])


BACK: dict[GroupedActKind, Callable[[CaseTask, JournalEntry, GroupedActContext, JournalEntry], None]] = {
    GroupedActKind.GIVE: _give_back,
    GroupedActKind.SET_ASIDE: _bring_back,
    GroupedActKind.LABEL: _unlabel,
    GroupedActKind.UNLABEL: _label_again,
}
