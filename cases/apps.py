from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "situations"

    def ready(self) -> None:
        post_migrate.connect(_load_reference_data, sender=self)


def _load_reference_data(**kwargs: Any) -> None:
    """After each migrate, and after a transactional test has emptied the tables."""
    from cases import reference_data

    reference_data.load()
