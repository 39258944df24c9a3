from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.utils.timezone import now


class ProjectConfig(AppConfig):
    name = "config"
    verbose_name = "installation"

    def ready(self) -> None:
        from celery.signals import task_postrun, task_success
        from django.core.signals import request_finished

        from cases.journal import journal_recorded
        from config import erased_tables, journal_kinds  # noqa: F401 - registers the kinds, and what becomes of each table
        from config.errors import write_down_errors

        journal_recorded.connect(ask_for_tick)
        task_success.connect(note_daily_job)
        request_finished.connect(write_down_errors)
        task_postrun.connect(write_down_errors)
        if settings.SENTRY_DSN:
            from config import error_reports
            from config.context import VERSION

            error_reports.start(settings.SENTRY_DSN, release=f"relais@{VERSION}", environment=settings.MODE)


def ask_for_tick(**kwargs: object) -> None:
    """Once a line of the journal is there. A call that waited longer than a tick is worth nothing."""
    # What a tick does is read when the first act asks for it, not by each command that starts.
    from config.tasks import tick
    from workflows.tasks import wake_worker

    wake_worker(tick, expires=25)


def note_daily_job(sender: Any, **kwargs: object) -> None:
    """Once it is done whole. Celery keeps to itself what fails here: the job is done all the same."""
    from config.services.jobs import DAILY, record_job_run

    if sender.name in DAILY:
        record_job_run(sender.name, at=now())
