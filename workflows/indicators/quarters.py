"""Quarters of a year, in which the steering committee counts. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from cases.rules.counting import add_months

MONTHS_OF_QUARTER = 3


@dataclass(frozen=True, order=True)
class Quarter:
    first: date

    @classmethod
    def containing(cls, day: date) -> Self:
        return cls(day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1))

    @classmethod
    def parse_past_or_current(cls, text: str, *, today: date) -> Self | None:
        """One that has begun; None when there is none, or it cannot be read."""
        if not re.fullmatch(r"20\d\d-T[1-4]", text):
            return None
        found = cls(date(int(text[:4]), int(text[-1]) * 3 - 2, 1))
        return found if found.first <= today else None

    @property
    def last(self) -> date:
        return self.shifted_by(1).first - timedelta(days=1)

    @property
    def months(self) -> tuple[date, date, date]:
        return (self.first, add_months(self.first, 1), add_months(self.first, 2))

    @property
    def code(self) -> str:
        return f"{self.first.year}-T{self._number}"

    @property
    def _number(self) -> int:
        return (self.first.month + 2) // 3

    @property
    def short(self) -> str:
        """As it stands over a column: « T3 2026 »."""
        return f"T{self._number} {self.first.year}"

    def shifted_by(self, quarters: int) -> Self:
        return type(self)(add_months(self.first, 3 * quarters))

    @property
    def words(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{self._number}{'er' if self._number == 1 else 'e'} trimestre {self.first.year}"
