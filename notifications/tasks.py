"""The queue’s one task: a wake-up call without payload."""

from celery import shared_task
from django.utils import timezone

from notifications import ticking


@shared_task(name="notifications.tick")
def tick() -> None:
    ticking.tick(at=timezone.now())
