"""What beat does every thirty seconds: expiries, then notices, then e-mails. Twice or in parallel, it is the same."""

from datetime import datetime

from notifications.delivery import send_due
from notifications.fanout import drain_outbox
from workflows.sweep import sweep


def tick(*, at: datetime) -> dict[str, int]:
    """Returns what was done, by kind."""
    swept = sweep(at=at)
    return {f"échéances : {act}": count for act, count in sorted(swept.items())} | {
        "lignes annoncées": drain_outbox(at=at),
        "courriels envoyés": send_due(at=at),
    }
