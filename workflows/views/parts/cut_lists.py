"""Lists to act on without a second page: what is answered leaves them, and the next ones come."""

from typing import TypeVar

from django.db.models import Model, QuerySet

MOST_SHOWN = 50
Row = TypeVar("Row", bound=Model)


def read_first(rows: QuerySet[Row]) -> tuple[list[Row], int]:
    """The first rows, and how many there are in all. One query, two when the list is cut (`components/cut.html`)."""
    found = list(rows[: MOST_SHOWN + 1])
    return found[:MOST_SHOWN], len(found) if len(found) <= MOST_SHOWN else rows.count()
