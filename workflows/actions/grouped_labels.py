"""A label put on the cases of several steps at once, or taken off them: for the structure alone, as any label."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from cases.actions import labels
from cases.models import CaseLabel, JournalEntry, Label
from workflows.actions.grouped import CannotGroup, Done, GroupedActContext, PlannedTask, do_several, lock_task
from workflows.actions.grouped_kinds import GroupedActKind
from workflows.models import CaseTask


def plan_labelling(tasks: Sequence[CaseTask], *, act: GroupedActKind, label: Label | None) -> list[PlannedTask]:
    """Without a label yet, what could be at all. One query, however many steps."""
    of_these = CaseLabel.objects.filter(label=label, case__in={task.case_id for task in tasks})
    labelled = set(of_these.values_list("case", flat=True)) if label else set()
    lines, seen = [], set[int]()
    for task in tasks:
        refusal = ""
        if task.case_id in seen:
            refusal = "Le dossier est déjà dans cette liste, pour une autre étape."
        elif label and (task.case_id in labelled) is (act is GroupedActKind.LABEL):
            refusal = "Ce dossier la porte déjà." if act is GroupedActKind.LABEL else "Ce dossier ne la porte pas."
        seen.add(task.case_id)
        lines.append(PlannedTask(task=task, refusal=refusal))
    return lines


@transaction.atomic
def label_several(
    tasks: Sequence[CaseTask],
    setting: GroupedActContext,
    *,
    act: GroupedActKind,
    label: Label | None,
    words: str = "",
    reason: str,
) -> Done:
    """Put it on the cases of these steps, or take it off them. With `words`, a label that may be new.

    Refuses (`CannotGroup`) no label, and what a label is refused for (`CannotLabel`).
    """
    if words:
        label = _find_or_create_label(words, setting)
    if label is None or label.structure_id != setting.structure.pk:
        raise CannotGroup("Choisir une étiquette.")
    chosen, do = label, put_label if act is GroupedActKind.LABEL else take_off

    def label_one(line: PlannedTask, entry: JournalEntry) -> None:
        do(lock_task(line.task, setting), chosen, setting, entry)

    return do_several(
        act, plan_labelling(tasks, act=act, label=chosen), setting, label_one, reason=reason, label=chosen.pk
    )


def put_label(task: CaseTask, label: Label, setting: GroupedActContext, cause: JournalEntry) -> None:
    labels.put(**_label_arguments(task, label, setting, cause))


def take_off(task: CaseTask, label: Label, setting: GroupedActContext, cause: JournalEntry) -> None:
    labels.take_off(**_label_arguments(task, label, setting, cause))


def _find_or_create_label(words: str, setting: GroupedActContext) -> Label:
    found = labels.find_by_words(setting.structure, words)
    return found or labels.create(structure=setting.structure, words=words, by=setting.by, at=setting.at)


def _label_arguments(task: CaseTask, label: Label, setting: GroupedActContext, cause: JournalEntry) -> dict[str, Any]:
    told = {"case": task.case, "label": label, "by": setting.by, "at": setting.at, "cause": cause}
    return {**told, "task": task.pk, "node": task.node}
