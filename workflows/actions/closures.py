"""Closures of a structure: the dates of its steps follow their deadlines. See `cases.actions.closures`."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery

from cases.actions import closures
from cases.models import LOOK_AT_ONCE, Closure, Deadline, Structure, User
from workflows.models import CaseTask


@transaction.atomic
def add(*, structure: Structure, first_day: date, last_day: date, label: str, by: User, at: datetime) -> int:
    """Close a structure on some days. Returns how many deadlines moved. Refuses as `cases.actions.closures.add`."""
    _, moved = closures.add(structure=structure, first_day=first_day, last_day=last_day, label=label, by=by, at=at)
    _date_steps(moved)
    _look_at_reminders_of_steps(structure)
    return len(moved)


@transaction.atomic
def remove(*, closure: Closure, by: User, at: datetime) -> int:
    """Removes a closure, and dates again the steps whose deadlines it had moved. How many deadlines moved."""
    moved = closures.remove(closure=closure, by=by, at=at)
    _date_steps(moved)
    _look_at_reminders_of_steps(closure.structure)
    return len(moved)


def _look_at_reminders_of_steps(structure: Structure) -> None:
    """Of steps that wait: they are counted in days on which somebody is there."""
    CaseTask.objects.open().filter(structure=structure).update(remind_on=LOOK_AT_ONCE)


def _date_steps(moved: Iterable[Deadline]) -> None:
    """The date of a step is the nearest safe date of its deadlines."""
    links = CaseTask.deadlines.through.objects
    tasks = links.filter(deadline__in=[deadline.pk for deadline in moved]).values("casetask")
    own = (
        Deadline.objects.exclude(state=Deadline.State.PAUSED)
        .filter(tasks=OuterRef("pk"))
        .order_by("safe_date")
        .values("safe_date")
    )
    CaseTask.objects.filter(pk__in=tasks).update(due_on=Subquery(own[:1]), remind_on=LOOK_AT_ONCE)
