"""The acts that are measured, each on the open steps that wait for it, by who has them or may take them."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import partial
from itertools import islice
from multiprocessing import get_context
from time import monotonic
from typing import Any, NamedTuple

from django.db import connections
from django.utils.timezone import localdate, now

from cases import permissions
from cases.models import User
from cases.refusals import Refusal
from workflows import engine
from workflows.models import CaseTask

Steps = Any
"""A query of `CaseTask`."""


class WaitingAct(NamedTuple):
    label: str
    task: CaseTask
    by: User
    data: dict[str, Any]


def find_open_steps() -> Steps:
    return CaseTask.objects.open().filter(case__kind="arrears", flow_task__isnull=False).order_by("pk")


def answers_to_give(steps: Steps, at: datetime) -> Iterator[WaitingAct]:
    for task in steps.filter(node="answer").select_related("structure"):
        by = permissions.colleagues_with_right(task.structure, "answer_routing", at=localdate(at)).first()
        if by:
            label = "Accepter et suivre" if task.structure.names_referents else "Accepter"
            yield WaitingAct(label, task, by, {"accept": True, "professional": by})


def contacts_to_record(steps: Steps, at: datetime) -> Iterator[WaitingAct]:
    reached = {"channel": "phone", "made_on": localdate(at), "result": "reached", "informed_by": "phone"}
    for task in steps.filter(node="contact", owner__isnull=False).select_related("owner"):
        yield WaitingAct("Contact établi", task, task.owner, dict(reached))


KINDS = {"accept": answers_to_give, "contact": contacts_to_record}


def count_a_second(kind: str, *, processes: int, seconds: float) -> float:
    """How many acts of this kind so many processes carry out a second together, each kept, as whoever clicks does it."""
    # A connection is of the process that opened it.
    connections.close_all()
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        return sum(pool.map(partial(_carry_out, kind, of=processes, seconds=seconds), range(processes)))


AT_MOST = 200
"""Acts of one process a second, which none does."""


def _carry_out(kind: str, part: int, *, of: int, seconds: float) -> float:
    """Each process has steps of its own; what is read to find them is not counted."""
    at = now()
    waiting = list(islice(KINDS[kind](find_open_steps(), at), part, int(AT_MOST * seconds * of), of))
    began, done = monotonic(), 0
    for act in waiting:
        if monotonic() - began > seconds:
            break
        try:
            engine.complete(act.task, by=act.by, at=at, data=act.data)
        except Refusal:
            continue
        done += 1
    return done / (monotonic() - began)
