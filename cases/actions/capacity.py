"""What a structure takes: its new cases are suspended until a day. It keeps those it has, and answers what it was asked."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.models import JournalEntry, Structure, Suspension, User
from cases.models.absences import ONE_DAY
from cases.refusals import Refusal

LONGEST = timedelta(days=184)


class CannotSuspend(Refusal):
    """New cases are not stopped so."""


@transaction.atomic
def suspend(*, structure: Structure, since: date, last_day: date, reason: str, by: User, at: datetime) -> Suspension:
    """Take no new case from a day to its last one.

    Refuses (`CannotSuspend`) who does not manage the structure, one that is never given a case, days that are past or
    do not follow each other, more than six months, and days on which it is suspended already.
    """
    _lock(structure)
    today = localdate(at)
    _refuse_stranger(structure, by=by, on=today)
    if not structure.may_help:
        raise CannotSuspend(f"{structure} ne reçoit pas d’orientation : il n’y a rien à suspendre.")
    if since < today:
        raise CannotSuspend("Le premier jour est passé : suspendre à partir d’aujourd’hui.")
    _refuse_days(structure, since=since, until=last_day + ONE_DAY)
    suspension = Suspension.objects.create(
        structure=structure, since=since, until=last_day + ONE_DAY, reason=reason, suspended_by=by, suspended_at=at
    )
    _record_in_journal("capacity.suspended", suspension, by=by, at=at)
    return suspension


@transaction.atomic
def change_last_day(*, suspension: Suspension, last_day: date, by: User, at: datetime) -> JournalEntry | None:
    """Suspend for longer, or less long. Nothing is written when nothing changes. Refuses as `suspend` does."""
    _lock(suspension.structure)
    suspension = _find_open_suspension(suspension, by=by, on=localdate(at))
    until = last_day + ONE_DAY
    if until == suspension.until:
        return None
    if last_day < localdate(at):
        raise CannotSuspend(
            "Ce dernier jour est passé : pour recevoir de nouveau dès maintenant, rouvrir la capacité."
        )
    _refuse_days(suspension.structure, since=suspension.since, until=until, but=suspension)
    suspension.until = until
    suspension.save(update_fields=["until"])
    return _record_in_journal("capacity.changed", suspension, by=by, at=at)


@transaction.atomic
def resume(*, suspension: Suspension, by: User, at: datetime) -> JournalEntry:
    """Take new cases again, at once. Refuses (`CannotSuspend`) one that is over, and a stranger."""
    _lock(suspension.structure)
    suspension = _find_open_suspension(suspension, by=by, on=localdate(at))
    suspension.until, suspension.ended_at = max(suspension.since, localdate(at)), at
    suspension.save(update_fields=["until", "ended_at"])
    return _record_in_journal("capacity.resumed", suspension, by=by, at=at)


def _lock(structure: Structure) -> None:
    Structure.objects.select_for_update(of=("self",)).get(pk=structure.pk)


def _find_open_suspension(suspension: Suspension, *, by: User, on: date) -> Suspension:
    found = Suspension.objects.select_related("structure").get(pk=suspension.pk)
    _refuse_stranger(found.structure, by=by, on=on)
    if found.is_over(on):
        raise CannotSuspend("Cette suspension est terminée : la structure reçoit de nouveau des situations.")
    return found


def _refuse_stranger(structure: Structure, *, by: User, on: date) -> None:
    if not permissions.has_right(by, "view_backlog", structure.pk, at=on):
        raise CannotSuspend("Seul un responsable de la structure suspend sa capacité.")


def _refuse_days(structure: Structure, *, since: date, until: date, but: Suspension | None = None) -> None:
    if until <= since:
        raise CannotSuspend("Le dernier jour précède le premier : corriger l’une des deux dates.")
    if until - since > LONGEST:
        raise CannotSuspend("La suspension dure plus de six mois : vérifier l’année, ou voir avec le pilote.")
    others = Suspension.objects.overlapping(since, until).filter(structure=structure)
    if other := others.exclude(pk=but.pk if but else None).first():
        raise CannotSuspend(f"La capacité est déjà suspendue du {other.since:%d/%m/%Y} au {other.last_day:%d/%m/%Y}.")


def _record_in_journal(kind: str, suspension: Suspension, *, by: User, at: datetime) -> JournalEntry:
    return journal.record(
        kind,
        at=at,
        by=by,
        structure=suspension.structure,
        suspension=suspension.pk,
        since=suspension.since.isoformat(),
        last_day=suspension.last_day.isoformat(),
        reason=suspension.reason,
    )
