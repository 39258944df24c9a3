"""Months, as addresses name them: 2026-11."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from cases.rules.counting import add_months
from cases.rules.french import month_name


@dataclass(frozen=True, order=True)
class Month:
    first: date

    @classmethod
    def containing(cls, day: date) -> Self:
        return cls(day.replace(day=1))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None when it cannot be read."""
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
            return None
        return cls(date(int(text[:4]), int(text[5:]), 1))

    @classmethod
    def parse_past_or_current(cls, text: str, *, today: date) -> Self | None:
        """A month that has begun; None when there is none, or it cannot be read."""
        found = cls.parse(text)
        return found if found and found.first <= today else None

    @property
    def last(self) -> date:
        return self.shifted_by(1).first - timedelta(days=1)

    @property
    def first_and_last(self) -> tuple[date, date]:
        return self.first, self.last

    @property
    def code(self) -> str:
        return f"{self.first:%Y-%m}"

    def shifted_by(self, months: int) -> Self:
        return type(self)(add_months(self.first, months))

    def __str__(self) -> str:
        return month_name(self.first)
