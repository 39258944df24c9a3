"""A reminder is read once what it is of was done: nobody has to open it to be told of what no longer waits."""

from collections.abc import Collection
from datetime import datetime

from cases.models import Deadline
from notifications.models import Notice
from notifications.reminders import KIND
from workflows.models import CaseTask

DONE = (Deadline.State.MET, Deadline.State.CANCELLED)
"""Of a delay. One that was missed is not done."""


def read_answered_reminders(cases: Collection[int], *, at: datetime) -> int:
    """Of these cases, in which something has just happened. A query when none is unread."""
    unread = Notice.objects.filter(case__in=cases, read_at=None, entry__kind=KIND).order_by()
    said = dict(unread.values_list("pk", "entry__data"))
    if not said:
        return 0
    steps = {data["task"] for data in said.values() if "task" in data}
    delays = {data["deadline"] for data in said.values() if "deadline" in data}
    waiting = set(CaseTask.objects.open().filter(pk__in=steps).values_list("pk", flat=True))
    done = set(Deadline.objects.filter(pk__in=delays, state__in=DONE).values_list("pk", flat=True))
    answered = [
        pk
        for pk, data in said.items()
        if ("task" in data and data["task"] not in waiting) or data.get("deadline") in done
    ]
    return Notice.objects.filter(pk__in=answered, read_at=None).update(read_at=at)
