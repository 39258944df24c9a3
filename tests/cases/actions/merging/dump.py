"""All that the database holds, to compare it before a merge and after its undoing."""

from typing import Any

from django.apps import apps

TELLING = {"cases.merge", "cases.mergechange", "cases.journalentry", "cases.outbox", "cases.pastrow"}
"""What tells that it happened: nobody unwrites that."""

Rows = dict[Any, dict[str, Any]]


def dump() -> dict[str, Rows]:
    return {
        model._meta.label_lower: {row[model._meta.pk.attname]: row for row in model._base_manager.values()}
        for app in ("cases", "workflows", "notifications")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if not model._meta.proxy and model._meta.label_lower not in TELLING
    }


def differences(before: dict[str, Rows], after: dict[str, Rows]) -> list[tuple[str, Any, Any, Any]]:
    """Table, row, before, after: empty when nothing differs."""
    return [
        (table, pk, before[table].get(pk), after[table].get(pk))
        for table in before
        for pk in before[table].keys() | after[table].keys()
        if before[table].get(pk) != after[table].get(pk)
    ]
