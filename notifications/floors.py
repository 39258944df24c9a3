"""What must not be missed: an e-mail of its own, whatever its reader chose. `notifications.told` says of which kinds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.dateparse import parse_date

from cases.models import JournalEntry
from notifications.reminder_rules import ReminderUrgency


@dataclass(frozen=True)
class DeliveryFloor:
    """Of one line of the journal."""

    last_day: date | None = None
    """To act. When it comes before people read, not even the night holds it back."""
    waits_for_morning: bool = True


Floor = Callable[[JournalEntry], DeliveryFloor | None]
"""None: it leaves as each chose."""


def as_chosen(entry: JournalEntry) -> None:
    return None


def always(entry: JournalEntry) -> DeliveryFloor:
    return DeliveryFloor()


def before_its_day(entry: JournalEntry) -> DeliveryFloor:
    """Told before the day that the line announces, whatever was chosen."""
    return DeliveryFloor(last_day=parse_date(entry.data.get("on") or ""))


def as_rule_says(entry: JournalEntry) -> DeliveryFloor | None:
    """The rule of the reminder says whether it may be put off."""
    is_urgent = entry.data["floor"] == ReminderUrgency.URGENT
    return DeliveryFloor(last_day=parse_date(entry.data["last_day"])) if is_urgent else None


def night_or_day(entry: JournalEntry) -> DeliveryFloor:
    """Whoever it is for waits for it and has no page yet on which to choose; or what is done now can still be stopped."""
    return DeliveryFloor(waits_for_morning=False)
