"""The queue: it carries wake-up calls without payload; what is to be done is read from PostgreSQL."""

import os

from celery import Celery
from celery.signals import setup_logging, worker_process_init

from config import garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("relais")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_the_logs_of_django(**kwargs: object) -> None:
    """Its own would quote what an error says. That somebody listens here is enough for it to write none."""


@worker_process_init.connect
def spare_loaded_code(**kwargs: object) -> None:
    garbage.spare_loaded_code()
