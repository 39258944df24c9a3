"""Which of two values of a record is the more complete. Pure; people choose otherwise where they know better."""

from collections.abc import Iterable
from typing import Any, Literal

from cases.rules.names import LOST, normalise_text

Side = Literal["kept", "absorbed"]

PRECAUTIONS = frozenset({"no_message", "not_through_spouse", "needs_interpreter"})
"""What protects a person, or lets her understand: said on either record, it holds."""


def more_complete(field: str, *, kept: object, absorbed: object) -> Side:
    """A tie goes to the record that is kept."""
    return "absorbed" if _weight(field, absorbed) > _weight(field, kept) else "kept"


def _weight(field: str, value: Any) -> tuple[int, int]:
    if field in PRECAUTIONS:
        return int(value), 0
    text = normalise_text(str(value or ""))
    if not text:
        return 0, 0
    # A name whole is worth more than a longer one with a lost letter; the day of a birth more than its year.
    return (1 if LOST in text else 2), len(text) if field in ("birth_date", "usual_name", "first_names") else 0


def stronger_position(one: str, other: str, *, order: Iterable[str]) -> str:
    """Of two places in a household, the one that comes first in `order`."""
    ranks = list(order)
    return min(one, other, key=ranks.index)
