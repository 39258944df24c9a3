"""Numbers and months as a French reader expects them, for the sentences that the rules write."""

from datetime import date
from decimal import Decimal

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip

SHORT_MONTHS = (
    ("janv", "jan"), ("fevr", "fev"), (), ("avr",), (), (), ("juil",), (), ("sept", "sep"), ("oct",), ("nov",), ("dec",),
)  # fmt: skip
"""As they are cut in letters, without marks: “jui” and “ma” say two."""


def money(amount: Decimal) -> str:
    """`1 234,56 €`, with the no-break spaces that keep it on one line."""
    return f"{amount:,.2f}".replace(",", "\u202f").replace(".", ",") + "\u00a0€"


def month_name(day: date) -> str:
    """A month in French: « novembre 2026 »."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def of_month(day: date) -> str:
    """A month after « de »: « de novembre 2026 », « d’octobre 2026 »."""
    name = month_name(day)
    return f"d’{name}" if name[0] in "aeiou" else f"de {name}"
