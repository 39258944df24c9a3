"""A reminder is read once what it is of was done, and so is a case to take once somebody answered: nobody has to open it to
be told of what no longer waits."""

from collections.abc import Collection, Mapping
from datetime import datetime

from cases.models import Deadline
from notifications.audience import ASKED
from notifications.links import ANSWER
from notifications.models import Notice, Reminder
from notifications.reminders import KIND
from workflows.models import CaseTask

DONE = (Deadline.State.MET, Deadline.State.CANCELLED)
"""Of a delay. One that was missed is not done."""


def read_answered_notices(cases: Collection[int], *, at: datetime) -> int:
    """Of these cases, in which something has just happened. A query when none is unread."""
    unread = Notice.objects.filter(case__in=cases, read_at=None, entry__kind__in=(KIND, *ASKED)).order_by()
    rows = list(unread.values_list("pk", "entry__kind", "entry__data", "case", "entry__structure"))
    said = {pk: data for pk, kind, data, *_ in rows if kind == KIND}
    routed = {pk: (case, structure) for pk, kind, _, case, structure in rows if kind in ASKED}
    answered = [*_find_answered(said), *_find_taken(routed)]
    return Notice.objects.filter(pk__in=answered, read_at=None).update(read_at=at) if answered else 0


def _find_taken(routed: Mapping[int, tuple[int, int]]) -> list[int]:
    """Of cases sent to a structure, those that wait no more for its answer."""
    if not routed:
        return []
    asked = CaseTask.objects.open().filter(case__in={case for case, _ in routed.values()}, node=ANSWER)
    waiting = set(asked.values_list("case", "structure"))
    return [pk for pk, place in routed.items() if place not in waiting]


def _find_answered(said: Mapping[int, dict[str, int]]) -> list[int]:
    if not said:
        return []
    steps = {data["task"] for data in said.values() if "task" in data}
    delays = {data["deadline"] for data in said.values() if "deadline" in data}
    waiting = set(CaseTask.objects.open().filter(pk__in=steps).values_list("pk", flat=True))
    done = dict(Deadline.objects.filter(pk__in=delays, state__in=DONE).values_list("pk", "state"))
    met = {data["reminder"] for data in said.values() if done.get(data.get("deadline", 0)) == Deadline.State.MET}
    to_come = {
        reminder.pk
        for reminder in Reminder.objects.filter(pk__in=met).select_related("rule", "deadline__rule", "deadline__case")
        if reminder.is_of_event_to_come
    }
    return [
        pk
        for pk, data in said.items()
        if ("task" in data and data["task"] not in waiting)
        or (data.get("deadline") in done and data["reminder"] not in to_come)
    ]
