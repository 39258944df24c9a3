"""The queue’s tasks: wake-up calls without payload; what waits is read from PostgreSQL."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from cases.actions import law, place_delays, silent_places
from workflows.actions import handovers, indicators, information_delays, replays, simulations
from workflows.exports.run import run_waiting as write_exports
from workflows.imports import run

log = logging.getLogger(__name__)

LINES = 2500
"""A turn: ten to thirty seconds, so that what else waits for the worker does not wait long. Each begins by reading the households
near its lines: with five hundred, that was half of a large file."""


@shared_task(name="workflows.run_imports")
def run_imports() -> None:
    """Until nothing waits. A killed worker loses one line: the next call goes on."""
    if run.run_waiting(at=timezone.now(), limit=LINES):
        wake_worker()


@shared_task(name="workflows.run_handovers")
def run_handovers() -> None:
    """One batch after another, until nothing waits."""
    handovers.run_waiting(at=timezone.now())


@shared_task(name="workflows.run_exports")
def run_exports() -> None:
    """One batch after another, until nothing waits."""
    write_exports(at=timezone.now())


@shared_task(name="workflows.run_simulations")
def run_simulations() -> None:
    """One batch after another, until nothing waits."""
    simulations.run_waiting(at=timezone.now())


@shared_task(name="workflows.run_replays")
def run_replays() -> None:
    """One batch after another, until nothing waits."""
    replays.run_waiting(at=timezone.now())


@shared_task(name="workflows.check_places")
def check_places() -> None:
    """Every day: whoever is followed has a référent, or a place that is said to be vacant; who acted is not idle; and who took
    a case in charge has a delay to inform the person."""
    place_delays.follow_acts(at=timezone.now())
    silent_places.say_vacant(at=timezone.now())
    information_delays.start_lost_delays(at=timezone.now())


@shared_task(name="workflows.check_law")
def check_law() -> None:
    """Every day: the amounts of the year that nobody typed are told to the pilots, once."""
    law.remind_of_amounts(at=timezone.now())


@shared_task(name="workflows.count_figures")
def count_figures() -> None:
    """Every morning, and when a pilot asks: the figures that pages of indicators and reports show."""
    indicators.refresh_figures(at=timezone.now())


def wake_worker(task: Any = run_imports, **options: Any) -> None:
    """Wake the worker. Without Redis nothing is lost: the next tick reads the same rows."""
    from kombu.exceptions import OperationalError
    from redis.exceptions import RedisError

    try:
        task.apply_async(retry=False, **options)
    except (OperationalError, RedisError, OSError):
        log.warning("the worker could not be woken; the next tick will do")
