"""A lot: the cases that an import brings to a structure are told once, and answered several at once.

Each answer is a turn of its own, journalled on its case, that may be refused; what follows is told once too.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from cases import journal
from cases.models import Case, JournalEntry, Structure, User
from cases.refusals import Refusal
from workflows import engine
from workflows.actions.taking_back import TAKEN_BACK, reason_of
from workflows.actions.taking_back_acts import take_back_act
from workflows.models import CaseTask, ImportJob, ImportRow, RoutingDecision

Lots = Counter[tuple[int, int]]
"""(import, structure) → cases that it brings there."""


@dataclass
class Answered:
    done: list[CaseTask] = field(default_factory=list)
    refused: list[tuple[CaseTask, str]] = field(default_factory=list)
    """Those that could not be, each with the refusal in French."""


@transaction.atomic
def accept(
    *, tasks: Iterable[CaseTask], professional: User, structure: Structure, job: ImportJob, by: User, at: datetime
) -> Answered:
    """Accept and give several cases; the professional is told of all of them at once."""
    entry = journal.record("lot.answered", at=at, by=by, structure=structure, job=job.pk, answer="accepted")
    data = {"accept": True, "professional": professional, "reason": ""}
    answered = _answer(tasks, by=by, at=at, data=data, cause=entry)
    if answered.done:
        journal.record(
            "cases.handed_over",
            at=at,
            by=by,
            structure=structure,
            cause=entry,
            to=professional.pk,
            count=len(answered.done),
            cases=[task.case_id for task in answered.done],
        )
    return answered


@transaction.atomic
def decline(
    *, tasks: Iterable[CaseTask], reason: str, structure: Structure, job: ImportJob, by: User, at: datetime
) -> Answered:
    """Decline several cases; those that go on to another structure are a lot there."""
    entry = journal.record("lot.answered", at=at, by=by, structure=structure, job=job.pk, answer="declined")
    answered = _answer(
        tasks, by=by, at=at, data={"accept": False, "professional": None, "reason": reason}, cause=entry
    )
    lots: Lots = Counter()
    for task in answered.done:
        lots.update(join_lot(task.case))
    tell_lots(lots, at=at, cause=entry)
    return answered


def find_acceptance(entry: JournalEntry) -> JournalEntry | None:
    """The line that told the professional of all that an answer gave him; None when it declined, or gave nothing."""
    return JournalEntry.objects.filter(cause=entry, kind="cases.handed_over").first()


def find_last_acceptance(structure: Structure, *, job: ImportJob, by: User, at: datetime) -> JournalEntry | None:
    """What this very turn accepted."""
    said = JournalEntry.objects.filter(
        kind="lot.answered", structure=structure, actor=by, happened_at=at, data__job=job.pk, data__answer="accepted"
    )
    return said.order_by("-pk").first()


def is_taken_back(given: JournalEntry) -> bool:
    return JournalEntry.objects.filter(cause=given, kind="lot.taken_back").exists()


GONE = "Plus rien de ce qui a été accepté là n’est à vous : il n’y a rien à retirer."


@transaction.atomic
def take_back(*, entry: JournalEntry, by: User, at: datetime, reason: str = "") -> Answered:
    """What was accepted at once waits for an answer again, case by case; what has moved since is left, and said.

    Refuses (`Refusal`) what is taken back already, and as `take_back_act` does when it would leave them all.
    """
    given = find_acceptance(entry)
    if given is None or is_taken_back(given):
        raise Refusal(TAKEN_BACK)
    reason = reason_of(entry, reason, by=by, at=at)
    undone = journal.record(
        "lot.taken_back",
        at=at,
        by=by,
        structure=entry.structure,
        cause=given,
        job=entry.data["job"],
        to=[given.data["to"]],
    )
    back = Answered()
    accepted = JournalEntry.objects.filter(cause=entry, kind="step.accepted").select_related("case")
    tasks = _answered_steps(accepted)
    for line in accepted.order_by("case"):
        task = tasks[line.case_id]
        try:
            with transaction.atomic():
                take_back_act(case=task.case, entry=line, by=by, at=at, reason=reason, cause=undone)
        except Refusal as refusal:
            back.refused.append((task, str(refusal)))
        else:
            back.done.append(task)
    if not back.done:
        raise Refusal(back.refused[0][1] if back.refused else GONE)
    return back


def _answered_steps(accepted: QuerySet[JournalEntry]) -> dict[int | None, CaseTask]:
    """Case → the last answer that was asked about it, for all at once."""
    asked = CaseTask.objects.filter(case__in=accepted.values("case"), node="answer").select_related("case")
    return {task.case_id: task for task in asked.order_by("pk")}


def _answer(
    tasks: Iterable[CaseTask], *, by: User, at: datetime, data: dict[str, object], cause: JournalEntry
) -> Answered:
    """In one order whoever answers, so that two people who answer at once do not wait for each other."""
    answered = Answered()
    for task in sorted(tasks, key=lambda task: task.case_id):
        try:
            engine.complete(task, by=by, at=at, data=dict(data), cause=cause)
        except Refusal as refusal:
            answered.refused.append((task, str(refusal)))
        else:
            answered.done.append(task)
    return answered


def join_lot(case: Case) -> list[tuple[int, int]]:
    """The structure now asked about a case finds it in the lot of the import that brought it. Which lot, if any."""
    decision = RoutingDecision.objects.filter(case=case).order_by("-pk").first()
    waiting = CaseTask.objects.open().of_case(case).filter(node="answer").first()
    row = ImportRow.objects.filter(case=case).order_by("-pk").first()
    if not (decision and waiting and row and decision.structure_id == waiting.structure_id):
        return []
    row.decision = decision
    row.save(update_fields=["decision"])
    return [(row.job_id, waiting.structure_id)]


def tell_lots(lots: Mapping[tuple[int, int], int], *, at: datetime, cause: JournalEntry | None = None) -> None:
    """One line, hence one notice, for each structure that an import brings cases to."""
    structures = Structure.objects.in_bulk({structure for _, structure in lots})
    for (job, structure), count in sorted(lots.items()):
        journal.record("lot.received", at=at, structure=structures[structure], cause=cause, job=job, count=count)
