"""What PostgreSQL reads to answer a query: a test says that it reads no more than is shown, whatever the time it takes."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet


def rows_read(query: QuerySet[Any, Any], table: str) -> int:
    """Rows of a table that were read to give those of the query, found by indexes as they are among many rows."""
    with transaction.atomic(), connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan"):  # what is only worth it among the few rows of a test
            cursor.execute(f"SET LOCAL enable_{way} = off")
        [found] = json.loads(query.explain(format="json", analyze=True))
        transaction.set_rollback(True)
    return sum(_read(node) for node in _nodes(found["Plan"]) if node.get("Relation Name") == table)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node.get("Plans", ()):
        yield from _nodes(each)


def _read(node: dict[str, Any]) -> int:
    """In all its loops, those that a filter left out too."""
    once = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return round(once * node["Actual Loops"])
