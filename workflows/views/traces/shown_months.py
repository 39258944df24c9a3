"""The months that the pages of an officer show."""

from datetime import date

from workflows.queries.months import Month

SHOWN = 12
Row = tuple[Month, int, int]


def since_first(rows: list[Row]) -> list[Row]:
    """Without the oldest months in which nothing happened; this month stays."""
    last = max((number for number, row in enumerate(rows) if any(row[1:])), default=0)
    return rows[: last + 1]


def recent(today: date) -> list[Month]:
    """The last twelve, the newest first."""
    current = Month.containing(today)
    return [current.shifted_by(-number) for number in range(SHOWN)]
