"""One value of a row as JSON, whatever its field; and put back, unless someone has corrected it since. A row copied."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Field, JSONField, Model, UUIDField

Counterparts = dict[tuple[str, int], Sequence[int]]
"""(name of a table, id) → the ids of what stands in its stead elsewhere: as many for each, in the same order."""
AUTHORS = ("actor", "proposed_by")
"""The fields that say who acts: that is so in each copy."""
NAMED_IN_JSON = {"before": "user"}
"""What a key names, where it is no table."""


def table_of(row: Model | type[Model]) -> str:
    return row._meta.label_lower  # noqa: SLF001 - Django’s documented API


def model_of(table: str) -> Any:
    return apps.get_model(table)


def field_of(table: str, name: str) -> "Field[Any, Any]":
    return apps.get_model(table)._meta.get_field(name)  # noqa: SLF001


def as_json(row: Model, name: str) -> object:
    field = field_of(table_of(row), name)
    return None if field.value_from_object(row) is None else field.value_to_string(row)


def as_value(table: str, name: str, said: object) -> object:
    return None if said is None else field_of(table, name).to_python(said)


def row_as_json(row: Model) -> dict[str, Any]:
    """All of a row, so that the same one can be made again."""
    return {field.name: as_json(row, field.name) for field in row._meta.concrete_fields}  # noqa: SLF001


def made_again(table: str, said: Mapping[str, object]) -> Model:
    """The row of which `row_as_json` was kept, not saved yet."""
    values = {field_of(table, name).attname: as_value(table, name, value) for name, value in said.items()}
    row: Model = model_of(table)(**values)
    return row


def restore(table: str, pk: int, name: str, old: object, new: object) -> bool:
    """Put a value back, unless someone has corrected it since."""
    row = model_of(table)._base_manager.filter(pk=pk).first()  # noqa: SLF001
    if row is None or as_json(row, name) != new:
        return False
    setattr(row, field_of(table, name).attname, as_value(table, name, old))
    row.save(update_fields=[name])
    return True


def make_new(rows: Iterable[Model]) -> None:
    """The transaction that added these rows was undone: saved again, they are new."""
    for row in rows:
        row.pk, row._state.adding = None, True  # noqa: SLF001 - Django’s documented API


def copy_row(row: Model, counterparts: Counterparts) -> None:
    """Write a copy of a row for each of its counterparts-to-be, which they become: in one statement, however many.

    What a copy names is what stands there in the stead of what the row names, in its JSON too (`{"referent": id}`); its
    public identifier is its own; all else is as in the row.
    """
    table, key = row._meta.db_table, str(row._meta.pk.column)  # noqa: SLF001
    lists = [next(iter(counterparts.values()))]  # so that there is one, whatever the row names

    def name_other(name: str, said: object, otherwise: str = "") -> str:
        if not isinstance(said, int) or (name, said) not in counterparts:
            return otherwise
        lists.append(counterparts[name, said])
        return f"m.id_{len(lists)}"

    def value_of(field: "Field[Any, Any]") -> str:
        same, said = f"s.{field.column}", field.value_from_object(row)
        if isinstance(field, UUIDField) and field.unique:
            return "gen_random_uuid()"
        if isinstance(field, JSONField) and isinstance(said, dict):
            others = {name: name_other(str(NAMED_IN_JSON.get(name, name)), pk) for name, pk in said.items()}
            pairs = ", ".join(f"'{name}', {other}" for name, other in others.items() if other)
            return f"{same} || jsonb_build_object({pairs})"
        if isinstance(field.related_model, type) and field.name not in AUTHORS:
            return name_other(_name_of(field.related_model), said, same)
        return same

    fields = [field for field in row._meta.concrete_fields if not (field.primary_key or field.generated)]  # noqa: SLF001
    values = ", ".join([value_of(field) for field in fields])
    columns = ", ".join(str(field.column) for field in fields)
    ids, arrays = ", ".join(f"id_{n + 1}" for n in range(len(lists))), ", ".join(["%s::bigint[]"] * len(lists))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} s"  # noqa: S608 - names of columns
            f" CROSS JOIN unnest({arrays}) WITH ORDINALITY AS m ({ids}, place)"
            f" WHERE s.{key} = %s ORDER BY m.place RETURNING {key}",
            [*(list(each) for each in lists), row.pk],
        )
        counterparts[_name_of(row), row.pk] = [pk for (pk,) in cursor.fetchall()]


def _name_of(row: Model | type[Model]) -> str:
    return str(row._meta.model_name)  # noqa: SLF001
