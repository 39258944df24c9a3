"""Each night the chain of the sealed traces is followed whole, and the lines of its latest days, and of others in turn, are
counted again; what was found is kept."""

from datetime import date, datetime, timedelta

from django.utils.timezone import localdate

from cases.actions import seals
from config.models import SealCheck

KEPT_FOR = timedelta(days=400)
LATEST = timedelta(days=7)
"""Counted again each night."""
TURN = 28
"""Nights within which each older day comes again."""


def check_seals(*, at: datetime) -> SealCheck:
    """Asks the chain for the seal that it held the last time that all was well: one that was made anew no longer holds it.

    Whoever owns the database may rewrite that too: the heads sent by e-mail alone convince him (`manage.py verify_traces`).
    """
    before = SealCheck.objects.exclude(head="").filter(fault="").first()
    verdict = seals.verify(at=at, known=[before.head] if before else [], recounts=_choose_days(before, at=at))
    fault = f"le {verdict.fault.day:%d/%m/%Y}, {verdict.fault.words}" if verdict.fault else ""
    SealCheck.objects.filter(checked_at__lt=at - KEPT_FOR).delete()
    return SealCheck.objects.create(
        checked_at=at,
        days=verdict.days,
        recounted=verdict.recounted,
        last_day=verdict.head.day if verdict.head else None,
        head=verdict.head.seal if verdict.head else "",
        fault=fault[:300],
    )


def _choose_days(before: SealCheck | None, *, at: datetime) -> seals.DayChoice:
    """Those whose turn it is tonight, or was since the last night on which all was well: what was missed, or stopped at a fault,
    is counted before anything is said to be well again."""
    tonight = localdate(at)
    if before is None or before.last_day is None:
        return lambda day: True
    sealed_until, nights = before.last_day, (tonight - localdate(before.checked_at)).days
    turns = {(tonight - timedelta(days=night)).toordinal() % TURN for night in range(min(nights, TURN))}

    def is_chosen(day: date) -> bool:
        return day > sealed_until or day >= tonight - LATEST or day.toordinal() % TURN in turns

    return is_chosen
