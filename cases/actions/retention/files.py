"""Files on the disk go once their rows have: after the commit, and, if the process dies in between, at the next sweep."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import FileField, Model, QuerySet

from cases.refusals import StoreAway

log = logging.getLogger(__name__)

GRACE = timedelta(hours=6)
"""A file is written before the transaction that names it ends: a younger one is no orphan yet."""


def delete_on_commit(model: type[Model], name: str, pks: Sequence[object]) -> None:
    """The files that these rows name in that column."""
    paths = model._base_manager.filter(pk__in=pks).exclude(**{name: ""}).values_list(name, flat=True)  # noqa: SLF001
    for path in list(paths):
        if path:
            transaction.on_commit(partial(default_storage.delete, path), robust=True)


def delete_with_file(rows: QuerySet[Any]) -> int:
    """Rows whose `file` was made to be taken away for a while. Returns how many; the others wait for the store."""
    found = list(rows)
    for gone, each in enumerate(found):
        try:
            if each.file:
                each.file.delete(save=False)
        except StoreAway:
            log.warning("the store of files does not answer: %s files wait to be deleted", len(found) - gone)
            return gone
        each.delete()
    return len(found)


def delete_orphans(*, at: datetime) -> int:
    """Every file that no row names, of whatever table. Returns how many."""
    gone = 0
    found = list(_walk(""))  # before the rows: what is written meanwhile is named by none of these
    named = _named_files()
    for path in found:
        # A bucket is asked of each file apart, whether it is there and since when: of few.
        if path in named or not default_storage.exists(path):  # its row, and it, may have gone meanwhile
            continue
        if default_storage.get_modified_time(path) <= at - GRACE:
            default_storage.delete(path)
            gone += 1
    return gone


def _named_files() -> set[str]:
    found: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:  # noqa: SLF001
            if isinstance(field, FileField):
                rows = model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)  # noqa: SLF001
                found.update(path for path in rows if path)
    return found


def _walk(folder: str) -> Iterator[str]:
    """Names as rows hold them. What begins by a dot is not of the application (`.restored`)."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}{name}" for name in files if not name.startswith("."))
    for name in folders:
        if not name.startswith("."):
            yield from _walk(f"{folder}{name}/")
