"""The task that beat asks for, and that each act asks for too: a wake-up call without payload."""

from celery import shared_task
from django.utils import timezone

from config import ticking


@shared_task(name="relais.tick")
def tick() -> None:
    ticking.tick(at=timezone.now())
