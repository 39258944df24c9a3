"""The acts that are measured, each on the open steps that wait for it, by who has them or may take them."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from time import monotonic
from typing import Any, NamedTuple

from django.core.management.base import CommandError
from django.db import connections
from django.utils.timezone import localdate, now

from cases import permissions
from cases.models import User
from cases.refusals import Refusal
from workflows import engine
from workflows.models import CaseTask

Steps = Any
"""A query of `CaseTask`."""


CHUNK = 200
"""Steps that are read at once: of a million cases, tens of thousands wait."""


class WaitingAct(NamedTuple):
    label: str
    task: CaseTask
    by: User
    data: dict[str, Any]


def find_open_steps() -> Steps:
    return CaseTask.objects.open().filter(case__kind="arrears", flow_task__isnull=False).order_by("pk")


def answers_to_give(steps: Steps, at: datetime) -> Iterator[WaitingAct]:
    for task in steps.filter(node="answer").select_related("structure").iterator(chunk_size=CHUNK):
        by = permissions.colleagues_with_right(task.structure, "answer_routing", at=localdate(at)).first()
        if by:
            label = "Accepter et suivre" if task.structure.names_referents else "Accepter"
            yield WaitingAct(label, task, by, {"accept": True, "professional": by})


def contacts_to_record(steps: Steps, at: datetime) -> Iterator[WaitingAct]:
    reached = {"channel": "phone", "made_on": localdate(at), "result": "reached", "informed_by": "phone"}
    for task in steps.filter(node="contact", owner__isnull=False).select_related("owner").iterator(chunk_size=CHUNK):
        yield WaitingAct("Contact établi", task, task.owner, dict(reached))


KINDS = {"accept": answers_to_give, "contact": contacts_to_record}


AT_MOST = 200
"""Acts of one process a second, which none does."""


class Rate(NamedTuple):
    a_second: float
    refused: Counter[str]
    """Words of a refusal → how many acts ended with it."""


def count_a_second(kind: str, *, processes: int, seconds: float) -> Rate:
    """How many acts of this kind so many processes carry out a second together, each kept, as whoever clicks does it. Each process
    has its own, found before they begin."""
    waiting = list(islice(KINDS[kind](find_open_steps(), now()), int(AT_MOST * seconds * processes)))
    if not waiting:
        raise CommandError(f"Aucune étape n’attend : rien à mesurer pour « {kind} ».")
    # A connection is of the process that opened it.
    connections.close_all()
    # What is forked is given as it is: a step cannot be pickled.
    context = get_context("fork")
    rates = context.SimpleQueue()
    running = [
        context.Process(target=_carry_out, args=(waiting[part::processes], seconds, rates))
        for part in range(processes)
    ]
    for each in running:
        each.start()
    for each in running:
        each.join()
    if any(each.exitcode for each in running):
        raise CommandError("Un des processus a échoué : lire ce qu’il a dit ci-dessus.")
    found = [rates.get() for _ in running]
    return Rate(sum(each.a_second for each in found), sum((each.refused for each in found), Counter()))


def _carry_out(waiting: list[WaitingAct], seconds: float, rates: "SimpleQueue[Rate]") -> None:
    began, done, refused = monotonic(), 0, Counter[str]()
    for act in waiting:
        if monotonic() - began > seconds:
            break
        try:
            engine.complete(act.task, by=act.by, at=now(), data=act.data)
        except Refusal as refusal:
            refused[str(refusal)] += 1
            continue
        done += 1
    rates.put(Rate(done / (monotonic() - began), refused))
