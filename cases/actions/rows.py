"""One value of a row as JSON, whatever its field; and put back, unless someone has corrected it since."""

from typing import Any

from django.apps import apps
from django.db.models import Field, Model


def table_of(row: Model | type[Model]) -> str:
    return row._meta.label_lower  # noqa: SLF001 - Django’s documented API


def model_of(table: str) -> Any:
    return apps.get_model(table)


def field_of(table: str, name: str) -> "Field[Any, Any]":
    return apps.get_model(table)._meta.get_field(name)  # noqa: SLF001


def as_json(row: Model, name: str) -> Any:
    field = field_of(table_of(row), name)
    return None if field.value_from_object(row) is None else field.value_to_string(row)


def as_value(table: str, name: str, said: Any) -> Any:
    return None if said is None else field_of(table, name).to_python(said)


def row_as_json(row: Model) -> dict[str, Any]:
    """All of a row, so that the same one can be made again."""
    return {field.name: as_json(row, field.name) for field in row._meta.concrete_fields}  # noqa: SLF001


def made_again(table: str, said: dict[str, Any]) -> Model:
    """The row of which `row_as_json` was kept, not saved yet."""
    values = {field_of(table, name).attname: as_value(table, name, value) for name, value in said.items()}
    row: Model = model_of(table)(**values)
    return row


def restore(table: str, pk: int, name: str, old: Any, new: Any) -> bool:
    """Put a value back, unless someone has corrected it since."""
    row = model_of(table)._base_manager.filter(pk=pk).first()  # noqa: SLF001
    if row is None or as_json(row, name) != new:
        return False
    setattr(row, field_of(table, name).attname, as_value(table, name, old))
    row.save(update_fields=[name])
    return True
