"""The tasks of the installation itself, wake-up calls without payload: the tick, which each act asks for too, and the
clearing of the night."""

from celery import shared_task
from django.utils import timezone

from config import clearing, ticking
from config.accounts import review
from config.opening import seals


@shared_task(name="relais.tick")
def tick() -> None:
    ticking.tick(at=timezone.now())


@shared_task(name="relais.clear_expired")
def clear_expired() -> None:
    at = timezone.now()
    clearing.clear_expired(at=at)
    review.remind_managers(at=at)


@shared_task(name="relais.check_seals")
def check_seals() -> None:
    seals.check_seals(at=timezone.now())
