"""What is left of a value of JSON once nobody may be recognised in it: codes, numbers, days and their keys. Pure."""

import re
from typing import Any

CODE = re.compile(r"[a-z][a-z0-9_.:-]{0,39}|[A-Z]{1,5}[0-9]{0,3}[a-z]?|[0-9]{1,9}([.][0-9]{1,2})?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T[0-9:.+-]*Z?)?")
IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

NAMING = ("person", "absorbed", "merge")
"""What in a line of the journal leads to the record of a person, who may be known in another household."""


def reduce_line(data: dict[str, Any]) -> dict[str, Any]:
    """What a line of the journal still says once its household is anonymised; and what of it is sealed, for it outlives her."""
    reduced: dict[str, Any] = reduce_json({name: value for name, value in data.items() if name not in NAMING})
    return reduced


def reduce_json(value: Any) -> Any:
    """The same shape with less in it: a text goes unless it reads as a code, a number, a day or an identifier."""
    if isinstance(value, dict):
        return {key: reduce_json(each) for key, each in value.items() if is_kept(each)}
    if isinstance(value, list):
        return [reduce_json(each) for each in value if is_kept(each)]
    return value


def is_kept(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return any(pattern.fullmatch(value) for pattern in (CODE, DAY, IDENTIFIER)) or value == ""
