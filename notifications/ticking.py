"""What a tick tells (see `config.ticking`): reminders, then notices, then e-mails. Twice or in parallel, it is the same."""

from datetime import datetime

from notifications import reminders
from notifications.delivery import send_due
from notifications.fanout import drain_outbox


def tell_people(*, at: datetime) -> dict[str, int]:
    """Returns what was done, by kind."""
    return {
        "rappels": reminders.scan(at=at),
        "lignes annoncées": drain_outbox(at=at),
        "courriels envoyés": send_due(at=at),
    }
