"""Contact fait au guichet: someone of a counter met the person, whoever follows her or will."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions import support
from cases.models import Case, ContactAttempt, JournalEntry, Structure, User
from workflows import engine
from workflows.models import CaseTask
from workflows.steps.contact import holder_of, stop_the_clock

UNDECIDED = ("qualify", "arbitrate")
"""Steps at which the pilot’s desk has not said yet who follows."""


def who_follows(case: Case) -> Structure | None:
    """The structure that follows the household, or is asked to. None as long as nobody was asked."""
    waiting = {task.node: task.structure for task in CaseTask.objects.open().of(case).select_related("structure")}
    if "answer" in waiting:
        return waiting["answer"]
    return None if any(node in waiting for node in UNDECIDED) else case.responsible_structure


@transaction.atomic
def meet(
    *, case: Case, structure: Structure, by: User, is_informed: bool, at: datetime, cause: JournalEntry | None = None
) -> JournalEntry:
    """Record that the counter of a structure met the person, on a case that it may not see.

    The delay to contact is met: at once when the step waits, else when it opens (see `steps.contact`). `is_informed`:
    the person was told who follows her, what is shared, and that she may refuse; the record names the structure that
    she was told of, and opens nothing by itself.
    """
    engine.lock(case)
    today = localdate(at)
    entry = support.record_attempt(
        case=case,
        structure=structure,
        by=by,
        channel=ContactAttempt.Channel.DESK,
        result=ContactAttempt.Result.REACHED,
        made_on=today,
        at=at,
        cause=cause,
    )
    if is_informed:
        support.inform_at_counter(
            case=case,
            person=holder_of(case),
            named=who_follows(case),
            structure=structure,
            by=by,
            given_on=today,
            at=at,
            cause=entry,
        )
    for task in CaseTask.objects.open().of(case).filter(node="contact"):
        stop_the_clock(task, at=at)
    return entry
