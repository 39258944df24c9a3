"""An address in one cell, and the dwelling that a line tells of."""

import re
from typing import Any

from cases.matching import PostalAddress
from workflows.imports.values.cells import Cell, text

CITY = re.compile(r"[\s,–-]*\b(?P<postcode>\d{5})\b[\s,–-]*(?P<city>[^\d,]*)\s*$")
PARTS = {
    "building": re.compile(r"[\s,–-]*\b(?:b[âa]t(?:iment)?\b\.?|bt\b\.?)\s*(?P<value>[\w-]+)", re.IGNORECASE),
    "staircase": re.compile(r"[\s,–-]*\besc(?:alier)?\b\.?\s*(?P<value>[\w-]+)", re.IGNORECASE),
    "floor": re.compile(
        r"[\s,–-]*(?:\b[ée]t(?:age)?\b\.?\s*(?P<value>\d+|rdc)|\b(?P<other>\d{1,2})\s*(?:e|er|è|[eè]me)\s+[ée]tage)",
        re.IGNORECASE,
    ),
    "door": re.compile(
        r"[\s,–-]*\b(?:porte|pte|appartement|appt|app|apt|logement|lgt)\b\.?\s*(?:n°\s*)?(?P<value>[\w-]+)",
        re.IGNORECASE,
    ),
}


def address(cell: Cell) -> dict[str, str]:
    """“42 Rue Lefèbvre, bât C, porte 34 91350 Grigny” cut into street, building, staircase, floor, door, postcode, city."""
    written = text(200)(cell)
    found: dict[str, str] = {}
    if city := CITY.search(written):
        found |= {"postcode": city["postcode"], "city": city["city"].strip()}
        written = written[: city.start()]
    for part, pattern in PARTS.items():
        if match := pattern.search(written):
            found[part] = next(value for value in match.groups() if value)
            written = written[: match.start()] + written[match.end() :]
    return {"street": written.strip(" ,–-")} | found


def to_address(values: dict[str, Any]) -> PostalAddress | None:
    street = values.get("street", "")
    parts = {part: values.get(part) or "" for part in ("postcode", "city", "building", "door")}
    return PostalAddress(street=street, **parts) if street else None
