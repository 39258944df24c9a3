"""What an expired delay entails. Each expiry is its own transaction; running twice, or two at once, changes nothing."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions import deadlines
from cases.models import Deadline
from workflows import engine
from workflows.models import CaseTask


def sweep(*, at: datetime, limit: int = 500) -> Counter[str]:
    """Miss every running deadline whose last day is over, and do what its rule entails. Returns counts by act."""
    done: Counter[str] = Counter()
    expired = Deadline.objects.expired(localdate(at)).order_by("legal_date", "pk").values_list("pk", flat=True)
    for pk in list(expired[:limit]):
        try:
            act = _expire(pk, at=at)
        except engine.Busy:
            act = "busy"  # someone works on the case: the next sweep finds it again
        if act:
            done[act] += 1
    return done


@transaction.atomic
def _expire(pk: int, *, at: datetime) -> str:
    found = Deadline.objects.select_related("case").filter(pk=pk).first()
    if found is None:
        return ""
    engine.lock(found.case)
    deadline = (
        Deadline.objects.running()
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("case", "rule", "structure")
        .filter(pk=pk, legal_date__lt=localdate(at))
        .first()
    )
    if deadline is None:
        return ""
    deadlines.miss(deadline, at=at)
    task = CaseTask.objects.open().filter(deadlines=deadline).select_related("process__case", "structure").first()
    if task and deadline.rule.act:
        ACTS[deadline.rule.act](task, at)
    return deadline.rule.act or "missed"


def _alert_manager(task: CaseTask, at: datetime) -> None:
    journal.record("task.escalated", at=at, case=task.case, structure=task.structure, task=task.pk, node=task.node)


def _send_to_arbitration(task: CaseTask, at: datetime) -> None:
    engine.expire(task, at=at, data={})


def _route_with_known(task: CaseTask, at: datetime) -> None:
    engine.expire(task, at=at, data={"result": "complete", "facts": {}})


ACTS: dict[str, Callable[[CaseTask, datetime], None]] = {
    "alert_manager": _alert_manager,
    "send_to_arbitration": _send_to_arbitration,
    "route_with_known": _route_with_known,
}
"""The acts that a deadline rule may name; the catalogue is checked against them when it is loaded."""
