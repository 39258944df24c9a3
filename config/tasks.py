"""The task that beat asks for, and that each act asks for too: a wake-up call without payload."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from config import ticking

log = logging.getLogger(__name__)


@shared_task(name="relais.tick")
def tick() -> None:
    ticking.tick(at=timezone.now())


def wake_worker(**kwargs: Any) -> None:
    """Once a line of the journal is there. Without Redis nothing is lost: the next tick reads the same rows."""
    from kombu.exceptions import OperationalError
    from redis.exceptions import RedisError

    try:
        tick.apply_async(expires=25, retry=False)
    except (OperationalError, RedisError, OSError):
        log.warning("the worker could not be woken; the next tick will do")
