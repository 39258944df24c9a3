"""A structure that is asked may ask for time, once: it says by when it answers, and no date of law moves.

How many working days it may ask for is data: `more_time` of the routing table that asked it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from cases import journal
from cases.calendar import add_working_days
from cases.locks import lock_case
from cases.models import LOOK_AT_ONCE, JournalEntry, User
from cases.refusals import NotAllowed, Refusal
from workflows import engine
from workflows.models import CaseTask, RoutingDecision
from workflows.steps.answer import is_imposed
from workflows.steps.base import running_deadlines

ANSWER = "answer"


class TooLate(Refusal):
    """It was asked for already, or may be no longer."""


@dataclass(frozen=True)
class MoreTime:
    days: int
    """How much more time is asked for, in working days."""
    until: date
    """The day on which the answer is expected then."""


def may_be_asked(task: CaseTask, *, on: date) -> list[MoreTime]:
    """What the structure may ask for: nothing a second time, once its last delay is over, or when it cannot decline."""
    if task.node != ANSWER or not task.is_open or task.expected_on or is_imposed(task):
        return []
    last_day = running_deadlines(task).aggregate(last=Max("legal_date"))["last"]
    if last_day is None or last_day < on:
        return []
    closures = list(task.structure.closures.values_list("first_day", "last_day"))
    offered = [MoreTime(days, add_working_days(on, days, closures=closures)) for days in _said_by_the_table(task)]
    return [each for each in offered if each.until <= last_day]


def _said_by_the_table(task: CaseTask) -> list[int]:
    asked = RoutingDecision.objects.filter(case=task.case_id, structure=task.structure_id, edition__isnull=False)
    decision = asked.select_related("edition").order_by("-pk").first()
    return list(decision.edition.parameters.get("more_time", [])) if decision and decision.edition else []


@transaction.atomic
def ask(*, task: CaseTask, days: int, by: User, at: datetime) -> JournalEntry:
    """Say by when the structure answers: whoever answers for the case is told, and reminders wait until that day.

    Refuses (`NotAllowed`) who may not answer, and (`TooLate`) what may not be asked for, or no more.
    """
    lock_case(task.case_id)
    task = engine.reload_open_task(task)
    if not engine.may_act(by, task, at=at):
        raise NotAllowed
    if task.expected_on:
        raise TooLate(f"Du temps a déjà été demandé : la réponse est attendue le {task.expected_on:%d/%m/%Y}.")
    chosen = next((each for each in may_be_asked(task, on=localdate(at)) if each.days == days), None)
    if chosen is None:
        raise TooLate("Ce délai ne peut plus être demandé : répondre à l’orientation.")
    task.data["expected_on"] = chosen.until.isoformat()
    task.remind_on = LOOK_AT_ONCE
    task.save(update_fields=["data", "remind_on"])
    running_deadlines(task).update(remind_on=LOOK_AT_ONCE)
    return journal.record(
        "step.time_asked",
        at=at,
        case=task.case,
        by=by,
        structure=task.structure,
        task=task.pk,
        days=days,
        on=chosen.until.isoformat(),
    )
