"""Settings, addresses and operators' commands. Imports the Celery app so that tasks find their broker."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
