"""What is compared: a household as one source describes it."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from cases.matching.addresses import address_key
from cases.rules import names


@dataclass(frozen=True, order=True)
class BirthDate:
    """A date of birth of which the day, or the day and the month, may be unknown."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def from_date(cls, date: datetime.date) -> "BirthDate":
        return cls(date.year, date.month, date.day)

    @property
    def is_full(self) -> bool:
        return self.day is not None

    @property
    def is_telling(self) -> bool:
        """1 January is what registers write when they only know the year: it tells no more than a year."""
        return self.is_full and (self.month, self.day) != (1, 1)

    def agrees(self, other: "BirthDate") -> bool:
        """True unless a known part differs."""
        parts = zip((self.year, self.month, self.day), (other.year, other.month, other.day), strict=True)
        return all(mine is None or theirs is None or mine == theirs for mine, theirs in parts)

    def __str__(self) -> str:
        return "-".join(f"{part:02}" for part in (self.year, self.month, self.day) if part is not None)


@dataclass(frozen=True, kw_only=True)
class Person:
    last_name: str
    first_name: str = ""
    birth_last_name: str = ""
    birth: BirthDate | None = None
    caf_number: str = ""
    ordered: bool = True  # False: the name came in one cell that does not tell which word is the family name

    @cached_property
    def families(self) -> set[str]:
        return {
            names.without_spaces(name) for name in (self.last_name, self.birth_last_name) if names.without_spaces(name)
        }


@dataclass(frozen=True, kw_only=True)
class PostalAddress:
    street: str  # with its number
    postcode: str = ""
    city: str = ""
    building: str = ""
    door: str = ""

    @cached_property
    def key(self) -> str:
        return address_key(self.street)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A household as one source describes it; people in the order in which they are written."""

    people: tuple[Person, ...]
    references: frozenset[tuple[str, str]] = frozenset()  # (who numbers, the number)
    phones: frozenset[str] = frozenset()  # E.164
    addresses: tuple[PostalAddress, ...] = ()

    @cached_property
    def caf_numbers(self) -> set[str]:
        return {person.caf_number for person in self.people if person.caf_number}
