"""Rows that are alike but for a few columns, written in one statement."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model


def copy_row(
    model: type[Model],
    source: int,
    *,
    changed: Mapping[str, str],
    lists: Mapping[str, Sequence[int]],
    by: str = "case_id",
) -> dict[int, int]:
    """Write a copy of a row for each place of `lists` (ids), save the columns that are `changed`.

    `changed`: column → SQL, in which `s` is the row that is copied, and `m` has a column for each list. Returns what
    tells the copies from one another (their case, or the column `by`) → id.
    """
    meta = model._meta  # noqa: SLF001 - Django’s documented API
    columns = [str(field.column) for field in meta.concrete_fields if not (field.primary_key or field.generated)]
    values = [changed.get(column, f"s.{column}") for column in columns]
    arrays = ", ".join(["%s::bigint[]"] * len(lists))
    sql = (
        f"INSERT INTO {meta.db_table} ({', '.join(columns)}) SELECT {', '.join(values)}"  # noqa: S608 - names of columns
        f" FROM {meta.db_table} s CROSS JOIN unnest({arrays}) AS m ({', '.join(lists)})"
        f" WHERE s.id = %s RETURNING {by}, id"
    )
    return dict(execute_sql(sql, *(list(ids) for ids in lists.values()), source))


def insert_pairs(model: type[Model], pairs: Sequence[tuple[int, int]], *columns: str) -> None:
    """Write the rows of a table that joins two others."""
    table = model._meta.db_table  # noqa: SLF001
    ones, others = [one for one, _ in pairs], [other for _, other in pairs]
    execute_sql(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest(%s::bigint[], %s::bigint[])",  # noqa: S608
        ones,
        others,
    )


def execute_sql(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []
