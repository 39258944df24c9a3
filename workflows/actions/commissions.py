"""A commission is opened on the cases that wait for the pilot, decides each by the ordinary step, and is closed.

What it decides is the pilot’s arbitration, told and journalled as such; it keeps the reason, for its minutes.
"""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.models import Structure, User
from cases.queries import names_to_hide
from cases.refusals import Refusal
from cases.rules.free_text import find_names
from workflows import engine
from workflows.models import CaseTask, Commission, CommissionItem
from workflows.queries import arbitration

MOST = 100
"""Cases that an agenda leaves to decide: more are for later, or for another day."""


class CannotHold(Refusal):
    """A commission is not held so."""


def open_commission(*, desk: Structure, on: date, present: str, by: User, at: datetime) -> Commission:
    """Open a commission, whose agenda is what waits for the pilot. Refuses (`CannotHold`) a second one while one is
    open, and one about nothing."""
    _refuse_unless_pilot(desk, by=by, at=at)
    try:
        with transaction.atomic():
            held = Commission.objects.create(
                structure=desk, held_on=on, present=present.strip(), opened_by=by, opened_at=at
            )
            if not _add_to(held, by=by, at=at):
                raise CannotHold("Aucune situation n’attend d’arbitrage : il n’y a pas d’ordre du jour.")
            journal.record("commission.opened", at=at, by=by, structure=desk, commission=held.pk)
    except IntegrityError as error:
        raise CannotHold("Une commission est déjà ouverte : la clore d’abord.") from error
    return held


@transaction.atomic
def refresh_agenda(*, commission: Commission, by: User, at: datetime) -> int:
    """Put on the agenda what has come since. Returns how many."""
    _lock_open(commission, by=by, at=at)
    return _add_to(commission, by=by, at=at)


def find_not_on_agenda(held: Commission, user: User, *, on: date) -> QuerySet[CaseTask]:
    """What waits for the pilot at the desk of a commission, the oldest first."""
    waiting = arbitration.find_tasks_to_arbitrate(user, on=on).filter(structure=held.structure_id)
    return waiting.exclude(pk__in=held.items.values("task"))


def _add_to(held: Commission, *, by: User, at: datetime) -> int:
    known = held.items.count()
    room = MOST - held.items.filter(result="", task__finished=None).count()
    new = arbitration.read_cases_to_arbitrate(find_not_on_agenda(held, by, on=localdate(at))[: max(room, 0)])
    CommissionItem.objects.bulk_create(
        CommissionItem(commission=held, case=each.task.case, task=each.task, rank=rank, said=each.why[:300])
        for rank, each in enumerate(new, start=known + 1)
    )
    return len(new)


@transaction.atomic
def decide_item(*, item: CommissionItem, data: dict[str, Any], reason: str, by: User, at: datetime) -> None:
    """Arbitrate a case, through its step. Refuses (`CannotHold`) a decision without a reason, and what is decided;
    the step refuses what it always does."""
    _lock_open(item.commission, by=by, at=at)
    item.refresh_from_db()
    if item.result in (CommissionItem.Result.ASSIGNED, CommissionItem.Result.OUT_OF_SCOPE):
        raise CannotHold("Cette situation est déjà décidée : relire l’ordre du jour.")
    if not reason.strip():
        raise CannotHold("Dire en une phrase pourquoi : le compte rendu la reprend.", field="reason")
    _refuse_names(item, reason)
    engine.complete(item.task, by=by, at=at, data=data)
    structure = data.get("structure")
    result = CommissionItem.Result.ASSIGNED if structure else CommissionItem.Result.OUT_OF_SCOPE
    _keep_decision(item, result=result, structure=structure, reason=reason, by=by, at=at)


@transaction.atomic
def postpone(*, item: CommissionItem, reason: str, by: User, at: datetime) -> None:
    """Leave a case for another day: it goes on waiting for the pilot."""
    _lock_open(item.commission, by=by, at=at)
    item.refresh_from_db()
    if item.result and item.result != CommissionItem.Result.POSTPONED:
        raise CannotHold("Cette situation est déjà décidée : relire l’ordre du jour.")
    _refuse_names(item, reason)
    _keep_decision(item, result=CommissionItem.Result.POSTPONED, structure=None, reason=reason, by=by, at=at)


def _refuse_names(item: CommissionItem, reason: str) -> None:
    """The minutes name nobody of the household."""
    found = find_names(reason, names_to_hide([item.case])[item.case_id])
    if found:
        said = ", ".join(f"« {name} »" for name in found)
        raise CannotHold(
            f"Le compte rendu ne nomme personne : écrire autrement que {said}, par exemple « le ménage ».",
            field="reason",
        )


def _keep_decision(
    item: CommissionItem, *, result: str, structure: Structure | None, reason: str, by: User, at: datetime
) -> None:
    item.result, item.structure, item.reason = result, structure, reason.strip()
    item.decided_by, item.decided_at = by, at
    item.save(update_fields=["result", "structure", "reason", "decided_by", "decided_at"])


@transaction.atomic
def close(*, commission: Commission, by: User, at: datetime) -> None:
    """What is not decided goes on waiting for the pilot."""
    _lock_open(commission, by=by, at=at)
    commission.closed_by, commission.closed_at = by, at
    commission.save(update_fields=["closed_by", "closed_at"])
    journal.record("commission.closed", at=at, by=by, structure=commission.structure, commission=commission.pk)


def _lock_open(commission: Commission, *, by: User, at: datetime) -> None:
    _refuse_unless_pilot(commission.structure, by=by, at=at)
    Commission.objects.select_for_update(of=("self",)).get(pk=commission.pk)
    commission.refresh_from_db()
    if not commission.is_open:
        raise CannotHold("Cette commission est close : son compte rendu ne change plus.")


def _refuse_unless_pilot(desk: Structure, *, by: User, at: datetime) -> None:
    if not permissions.has_right(by, "pilot_action", desk.pk, at=localdate(at)):
        raise CannotHold("Seul le pilote de cette action tient sa commission.")
