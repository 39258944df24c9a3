"""What Django and its applications leave behind, and nobody reads any more: cleared each night."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt

from cases.actions import proconnect
from config.accounts import limits
from config.accounts.models import AccountSession

KEEP_ATTEMPTS = timedelta(days=1)
"""Of wrong passwords; the lock that they make lasts a quarter of an hour."""


def clear_expired(*, at: datetime) -> dict[str, int]:
    """Returns what was cleared, by kind."""
    sessions, _ = AccountSession.objects.filter(expire_date__lt=at).delete()
    attempts, _ = AccessAttempt.objects.filter(attempt_time__lt=at - KEEP_ATTEMPTS).delete()
    attempts += limits.clear(at=at)
    requests = proconnect.forget_old_requests(at=at)
    return {
        "sessions finies": sessions,
        "essais de connexion oubliés": attempts,
        "demandes d’accès sans suite": requests,
    }
