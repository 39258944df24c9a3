"""Months, as the addresses of these pages name them: 2026-11."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from cases.rules.counting import add_months
from cases.rules.french import month_name

SHOWN = 12
Row = tuple["Month", int, int]


@dataclass(frozen=True, order=True)
class Month:
    first: date

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.replace(day=1))

    @classmethod
    def read(cls, text: str, *, today: date) -> Self | None:
        """A month that has begun; None when there is none, or it cannot be read."""
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
            return None
        found = cls(date(int(text[:4]), int(text[5:]), 1))
        return found if found.first <= today else None

    @property
    def last(self) -> date:
        return self.after(1).first - timedelta(days=1)

    @property
    def days(self) -> tuple[date, date]:
        return self.first, self.last

    @property
    def code(self) -> str:
        return f"{self.first:%Y-%m}"

    def after(self, months: int) -> Self:
        return type(self)(add_months(self.first, months))

    def __str__(self) -> str:
        return month_name(self.first)


def since_first(rows: list[Row]) -> list[Row]:
    """Without the oldest months in which nothing happened; this month stays."""
    last = max((number for number, row in enumerate(rows) if any(row[1:])), default=0)
    return rows[: last + 1]


def recent(today: date) -> list[Month]:
    """The last twelve, the newest first."""
    current = Month.of(today)
    return [current.after(-number) for number in range(SHOWN)]
