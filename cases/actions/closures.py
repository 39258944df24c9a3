"""Days on which a structure is closed, typed by its manager or an administrator; the delays that run are counted anew at once.

A closure lengthens what is counted in working days of the structure. A legal last day never moves for it; the safe day
before it does, since nobody will be there.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions.deadlines import count_closures_again
from cases.actions.members import lock_structure
from cases.actions.sharing import refresh_access_columns
from cases.calendar import DateRange
from cases.locks import lock_cases
from cases.models import LOOK_AT_ONCE, Case, Closure, Deadline, JournalEntry, Structure, User
from cases.refusals import Refusal

LONGEST = timedelta(days=93)
BATCH = 500


class CannotChangeClosure(Refusal):
    """The closed days of a structure are not changed so."""


@transaction.atomic
def add(
    *, structure: Structure, first_day: date, last_day: date, label: str, by: User, at: datetime
) -> tuple[Closure, list[Deadline]]:
    """Say that a structure is closed on some days, both included. Returns the deadlines that moved, too.

    Refuses (`CannotChangeClosure`) who neither manages its members nor administers it, days that are over or do not follow each other, more than
    three months, and days on which it is closed already.
    """
    before = _lock_closures(structure, by=by, on=localdate(at))
    if last_day < first_day:
        raise CannotChangeClosure("Le dernier jour précède le premier : corriger l’une des deux dates.")
    if last_day < localdate(at):
        raise CannotChangeClosure("Ces jours sont passés : une fermeture se déclare à l’avance, ou le jour même.")
    if last_day - first_day > LONGEST:
        raise CannotChangeClosure("La fermeture dure plus de trois mois : vérifier l’année.")
    if other := structure.closures.filter(first_day__lte=last_day, last_day__gte=first_day).first():
        raise CannotChangeClosure(
            f"La structure est déjà fermée du {other.first_day:%d/%m/%Y} au {other.last_day:%d/%m/%Y} ({other.label})."
        )
    closure = Closure.objects.create(structure=structure, first_day=first_day, last_day=last_day, label=label)
    moved = _count_again(structure, before=before)
    _look_at_reminders_of_delays(structure, on=localdate(at))
    _record_in_journal("closure.added", closure, moved=len(moved), by=by, at=at)
    return closure, moved


@transaction.atomic
def remove(*, closure: Closure, by: User, at: datetime) -> list[Deadline]:
    """A closure to come will not take place. Returns the deadlines that moved.

    Refuses (`CannotChangeClosure`) one that has begun: what was counted with it may have expired since.
    """
    before = _lock_closures(closure.structure, by=by, on=localdate(at))
    if closure.first_day <= localdate(at):
        raise CannotChangeClosure("Cette fermeture a commencé : elle ne se retire plus.")
    pk = closure.pk
    closure.delete()
    moved = _count_again(closure.structure, before=before)
    _look_at_reminders_of_delays(closure.structure, on=localdate(at))
    closure.pk = pk
    _record_in_journal("closure.removed", closure, moved=len(moved), by=by, at=at)
    return moved


def _lock_closures(structure: Structure, *, by: User, on: date) -> list[DateRange]:
    """Those of the structure, once it is locked: closures follow one another. First the cases whose dates they may move, as whoever
    acts on one does before he looks at its structure."""
    waiting = Deadline.objects.waiting().filter(structure=structure).order_by()
    lock_cases(Case.objects.filter(pk__in=waiting.values("case")))
    lock_structure(structure)
    if not permissions.described_structures(by, at=on).filter(pk=structure.pk).exists():
        raise CannotChangeClosure(
            "Seul un responsable de la structure, ou un administrateur, en déclare les fermetures."
        )
    return list(structure.closures.values_list("first_day", "last_day"))


def _look_at_reminders_of_delays(structure: Structure, *, on: date) -> None:
    """Those of a delay that does not move may: they are counted in days on which somebody is there."""
    Deadline.objects.reminded_of(on).filter(structure=structure).update(remind_on=LOOK_AT_ONCE)


def _count_again(structure: Structure, *, before: Iterable[DateRange]) -> list[Deadline]:
    """The deadlines of a structure, running or paused, that its closures move."""
    after = structure.closures.values_list("first_day", "last_day")
    running = Deadline.objects.waiting().filter(structure=structure).select_related("rule__edition")
    moved = count_closures_again(running.select_for_update(of=("self",)), before=before, after=after)
    Deadline.objects.bulk_update(moved, ["legal_date", "safe_date", "steps", "remind_on"], batch_size=BATCH)
    if moved:
        refresh_access_columns(*{deadline.case_id for deadline in moved})
    return moved


def _record_in_journal(kind: str, closure: Closure, *, moved: int, by: User, at: datetime) -> JournalEntry:
    return journal.record(
        kind,
        at=at,
        by=by,
        structure=closure.structure,
        closure=closure.pk,
        first_day=closure.first_day.isoformat(),
        last_day=closure.last_day.isoformat(),
        moved=moved,
    )
