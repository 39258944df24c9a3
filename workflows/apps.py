from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkflowsConfig(AppConfig):
    name = "workflows"
    verbose_name = "procédures"

    def ready(self) -> None:
        from workflows import (
            flows,  # noqa: F401 - viewflow must know every flow before migrate
            journal_kinds,  # noqa: F401 - registers the kinds
            reference_data,  # noqa: F401 - registers what publishes the first tables of a territory
        )
        from workflows.actions import completions, erased_tables, purges  # noqa: F401 - registers what becomes of each table

        post_migrate.connect(_load_reference_data, sender=self)


def _load_reference_data(**kwargs: object) -> None:
    """After each migrate, and after a transactional test has emptied the tables."""
    from workflows import reference_data

    reference_data.load()
