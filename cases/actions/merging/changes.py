"""What a merge writes, each value noted as it was; and how one such change is undone."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from cases.actions.merging.relations import Relation
from cases.actions.rows import as_json, field_of, made_again, model_of, restore, row_as_json, table_of
from cases.models import Merge, MergeChange


class MergeWriter:
    """Writes a merge’s changes, and notes each as it was."""

    def __init__(self, merge: Merge) -> None:
        self.merge = merge
        self.noted: list[MergeChange] = []

    def update(self, row: Model, **values: object) -> None:
        table = table_of(row)
        before = {name: as_json(row, name) for name in values}
        for name, value in values.items():
            setattr(row, field_of(table, name).attname, value.pk if isinstance(value, Model) else value)
        row.save(update_fields=list(values))
        for name, old in before.items():
            if old != (new := as_json(row, name)):
                self._note(table, row.pk, name, old=old, new=new)

    def move(self, relation: Relation, rows: Iterable[Model], kept: Model) -> None:
        """Many rows at once: they only change whom they point to."""
        rows = list(rows)
        for row in rows:
            self._note(relation.table, row.pk, relation.field, old=as_json(row, relation.field), new=str(kept.pk))
        moved = model_of(relation.table)._base_manager.filter(pk__in=[row.pk for row in rows])  # noqa: SLF001
        moved.update(**{relation.field: kept})

    def add(self, row: Model) -> None:
        row.save(force_insert=True)
        self._note(table_of(row), row.pk, "", new=row_as_json(row))

    def take_away(self, row: Model) -> None:
        self._note(table_of(row), row.pk, "", old=row_as_json(row))
        row.delete()

    def _note(self, table: str, pk: int, field: str, *, old: object = None, new: object = None) -> None:
        self.noted.append(MergeChange(merge=self.merge, table=table, row=pk, field=field, old=old, new=new))

    def save_changes(self) -> None:
        MergeChange.objects.bulk_create(self.noted)


def is_as_left(change: MergeChange) -> bool:
    """Is what the merge wrote still so?"""
    row = _find_row(change)
    if change.field:
        return row is not None and as_json(row, change.field) == change.new
    if change.new is None:
        return row is None
    return row is not None and row_as_json(row) == change.new


def undo_change(change: MergeChange) -> None:
    """Put it back, unless someone has changed it since."""
    if not is_as_left(change):
        return
    if change.field:
        restore(change.table, change.row, change.field, change.old, change.new)
    elif change.old is not None:
        made_again(change.table, change.old).save(force_insert=True)
    else:
        _find_row(change).delete()


def _find_row(change: MergeChange) -> Any:
    return model_of(change.table)._base_manager.filter(pk=change.row).first()  # noqa: SLF001
