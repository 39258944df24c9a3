"""Of each table, what becomes of its rows when the household that they are about is anonymised.

Each application says it of its own tables; a test compares with every column of every model that may hold words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet


@dataclass(frozen=True, kw_only=True)
class ErasedTable:
    """`paths`: from a row to the households that it is about; none: it is about nobody helped, and `because` says what then.

    What no statistic reads is deleted; of what statistics read, columns are blanked, or reduced to their codes.
    """

    model: str
    paths: tuple[str, ...] = ()
    is_deleted: bool = False
    only: Q | None = None
    """Deleted if it is so, kept otherwise."""
    blank: Mapping[str, Any] = field(default_factory=dict)
    reduced: tuple[str, ...] = ()
    """JSON of which codes, numbers and days alone are left (`cases.rules.reduction`)."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """Columns of words that stay, and why."""
    because: str = ""
    """Why no row of it is erased with a household."""
    at_archive: bool = False
    """Goes as soon as the household is archived."""
    let_go_by: str = ""
    """The column of its own rows’ kind, or of another’s, that may point to it from another household: emptied first
    (`app.Model.column`)."""

    @property
    def table(self) -> type[Model]:
        return apps.get_model(self.model)

    def find_rows(self, households: list[int]) -> QuerySet[Model]:
        """Those about these households. A query for each path: no plan of several at once is good."""
        rows = self.table._base_manager.order_by()  # noqa: SLF001
        found = {
            pk for path in self.paths for pk in rows.filter(**{f"{path}__in": households}).values_list("pk", flat=True)
        }
        return rows.filter(pk__in=found)


ERASED: dict[str, ErasedTable] = {}


def register_tables(*tables: ErasedTable) -> None:
    for each in tables:
        if ERASED.setdefault(each.model, each) != each:
            raise ValueError(f"{each.model} is erased in two ways")
