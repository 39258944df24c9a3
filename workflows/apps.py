from django.apps import AppConfig
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
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
    """After each migrate that leads to the tables of this version: those of an earlier one lack columns that it reads."""
    from workflows import reference_data

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        reference_data.load()
