"""What an address asks for, read strictly: as our own links write it, else None. Pure.

A view falls back on what it shows when nothing is asked, or says that there is no such page; it never fails.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

BIGGEST = 2**63 - 1
"""Of what the database numbers."""
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
"""Days around which weeks, months and delays can still be counted."""


def read_number(text: str, *, most: int = BIGGEST) -> int | None:
    """Zero or more, in the digits that we write: neither a sign, nor a space, nor an exponent."""
    if not re.fullmatch(r"[0-9]{1,19}", text):
        return None
    number = int(text)
    return number if number <= most else None


def read_day(text: str) -> date | None:
    """A day as our addresses write it (2026-11-24); none when it is written otherwise."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def read_moment(text: str) -> datetime | None:
    """A moment with its zone (2026-11-24T12:00:00+00:00); none when it is written otherwise."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo and EARLIEST <= moment.date() <= LATEST else None


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The number of a case, as people read it: the year in which it was opened, and its own."""

    year: int
    number: int


def read_reference(text: str) -> Reference | None:
    """A reference of a case (2026-00042); none when it is written otherwise."""
    year, _, rest = text.partition("-")
    asked, number = read_number(year, most=LATEST.year), read_number(rest)
    if asked is None or asked < EARLIEST.year or number is None:
        return None
    return Reference(year=asked, number=number)


def read_uuid(text: str) -> UUID | None:
    """In lower case, with its hyphens."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None
