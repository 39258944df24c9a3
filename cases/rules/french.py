"""Numbers and months as a French reader expects them, for the sentences that the rules write."""

from datetime import date
from decimal import Decimal
from unicodedata import normalize

import phonenumbers

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


def spaced_phone(value: str) -> str:
    """01 69 02 53 53 for a French number, international form for another; as written when it cannot be read."""
    try:
        number = phonenumbers.parse(value, "FR")
    except phonenumbers.NumberParseException:
        return value
    is_french = number.country_code == phonenumbers.country_code_for_region("FR")
    form = phonenumbers.PhoneNumberFormat.NATIONAL if is_french else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form).replace(" ", "\u00a0")


def has_number_to_call(text: str) -> bool:
    """Whether a reader can call what is written: a number of ten digits, an international one, 3646 or 115."""
    if phonenumbers.PhoneNumberMatcher(text, "FR").has_next():
        return True
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(number) or phonenumbers.is_valid_short_number_for_region(number, "FR")


def partial_date(value: str) -> str:
    """A date of which the day, or the month and the day, may be unknown: 12/03/1984, 03/1984, 1984."""
    return "/".join(reversed(value.split("-")))


def month_name(day: date) -> str:
    """A month in French: « novembre 2026 »."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def of_month(day: date) -> str:
    """A month after « de »: « de novembre 2026 », « d’octobre 2026 »."""
    return of_name(month_name(day))


def of_name(name: str) -> str:
    """Whoever or whatever has this name, after « de »: « de Nadia », « d’Élise ». An h is left: « de Hélène » is not wrong."""
    first = normalize("NFD", name)[:1].lower()
    return f"d’{name}" if first and first in "aeiouœæ" else f"de {name}"
