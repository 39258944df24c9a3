"""What an expired delay entails. Each expiry is its own transaction; running twice, or two at once, changes nothing."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from cases import journal
from cases.actions import deadlines
from cases.models import Deadline
from workflows import engine
from workflows.actions import milestones
from workflows.models import CaseTask

log = logging.getLogger(__name__)

LIMIT = 500
FAILED = "failed"


def sweep_deadlines(*, at: datetime, limit: int = LIMIT) -> Counter[str]:
    """Miss the running deadlines whose last day is over, the oldest first, and do what their rules entail: `limit` of them, the next
    sweep goes on; past those that fail, however many. Returns counts by act."""
    done: Counter[str] = Counter()
    expired = Deadline.objects.expired(localdate(at)).order_by("legal_date", "pk")
    following = expired
    while found := list(following.values_list("legal_date", "pk")[:limit]):
        acts = [_try_to_expire(pk, at=at) for _, pk in found]
        done.update(filter(None, acts))
        if FAILED not in acts:
            break
        day, last = found[-1]
        following = expired.filter(Q(legal_date__gt=day) | Q(legal_date=day, pk__gt=last))
    return done


def _try_to_expire(pk: int, *, at: datetime) -> str:
    """A case that fails must not hold back the clock of all the others."""
    try:
        return _expire(pk, at=at)
    except SoftTimeLimitExceeded:  # of the worker, which asks to end
        raise
    except Exception:
        log.exception("deadline %s could not expire", pk)
        return FAILED


@transaction.atomic
def _expire(pk: int, *, at: datetime) -> str:
    """1. The case and its deadline are locked together, without waiting: whoever holds them is followed by the next
    sweep. 2. Read again under the lock, it still runs, else another sweep or an act came first. 3. It is missed.
    4. Its rule’s act is done on the step that waits for it; where silence has a meaning, the fact that it gives birth to
    is kept."""
    deadline = (
        Deadline.objects.expired(localdate(at))
        .select_for_update(of=("self", "case"), no_key=True, skip_locked=True)
        .select_related("case", "rule", "structure", "debt")
        .filter(pk=pk)
        .first()
    )
    if deadline is None:
        return ""
    missed = deadlines.miss(deadline, at=at)
    task = CaseTask.objects.open().filter(deadlines=deadline).select_related("case", "structure").first()
    if task and deadline.rule.act:
        ACTS[deadline.rule.act](task, at)
    if deadline.rule.silence:
        milestones.fall_silent(deadline, at=at, cause=missed)
        _go_on_without_answer(task, deadline.rule.silence, at=at)
    return deadline.rule.act or ("silence" if deadline.rule.silence else "missed")


def _go_on_without_answer(task: CaseTask | None, fact: str, *, at: datetime) -> None:
    """The step that waited for this answer goes on: what silence makes of it is known."""
    told = task.step.told_by_silence(task, fact) if task else None
    if task and told:
        engine.expire(task, at=at, data=told)


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
"""The acts that a deadline rule may name."""


def unknown_acts(rules: Iterable[tuple[str, str]]) -> list[str]:
    """The faults, in French, of the rules (code, act) that name an act the sweep could not do."""
    return [
        f"Règle {code} : l’acte « {act} » est inconnu, choisir parmi {', '.join(ACTS)}."
        for code, act in rules
        if act and act not in ACTS
    ]
