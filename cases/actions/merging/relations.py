"""Which rows point to a person or a household: read from the models, so that a new relation cannot be forgotten."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import ForeignKey, Max, Model, QuerySet

from cases.actions.rows import model_of, table_of
from cases.models import Beneficiary, Household

Record = TypeVar("Record", Beneficiary, Household)

TELLING = frozenset({"cases.merge", "cases.beneficiary", "cases.household"})
"""Tables that name an absorbed record on purpose: the merges, and the record itself, which says what it has become."""


@dataclass(frozen=True)
class Relation:
    table: str
    field: str

    @property
    def every_row(self) -> QuerySet[Model]:
        """The rows of the table, those that were voided too."""
        rows: QuerySet[Any] = model_of(self.table)._base_manager.all()  # noqa: SLF001 - Django’s documented API
        return rows

    def rows_pointing_to(self, record: Model) -> QuerySet[Model]:
        return self.every_row.filter(**{self.field: record.pk}).order_by("pk")


def relations_to(model: type[Model]) -> list[Relation]:
    """Every foreign key of every application that points to this model, in a steady order."""
    found = {
        Relation(table_of(other), field.name)
        for other in apps.get_models(include_auto_created=True)
        if not other._meta.proxy and table_of(other) not in TELLING  # noqa: SLF001
        for field in other._meta.concrete_fields  # noqa: SLF001
        if isinstance(field, ForeignKey) and field.related_model is model
    }
    return sorted(found, key=lambda relation: (relation.table, relation.field))


def highest_keys(*models: type[Model]) -> dict[str, int]:
    """Table → its highest key, for the tables that point to these models: what is higher will have come later."""
    tables = {relation.table for model in models for relation in relations_to(model)}
    highest = {table: model_of(table)._base_manager.aggregate(last=Max("pk"))["last"] for table in sorted(tables)}  # noqa: SLF001
    return {table: last or 0 for table, last in highest.items()}
