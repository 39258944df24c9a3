import logging
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

log = logging.getLogger(__name__)


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "notifications"

    def ready(self) -> None:
        from cases.journal import journal_recorded

        journal_recorded.connect(_wake_worker)
        post_migrate.connect(_load_reference_data, sender=self)


def _load_reference_data(**kwargs: Any) -> None:
    """After each migrate, once the delays and the procedures that the reminders follow are there."""
    from notifications import reference_data

    reference_data.load()


def _wake_worker(**kwargs: Any) -> None:
    """Wake the worker. Without Redis nothing is lost: the next tick reads the same rows."""
    from kombu.exceptions import OperationalError
    from redis.exceptions import RedisError

    from notifications.tasks import tick

    try:
        tick.apply_async(expires=25, retry=False)
    except (OperationalError, RedisError, OSError):
        log.warning("the worker could not be woken; the next tick will do")
