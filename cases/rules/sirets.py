"""The number of an establishment (SIRET), as people type it and as ProConnect says it. Pure."""

import re

LA_POSTE = "356000000"
"""Whose establishments do not follow the common key: their digits add up to a multiple of five."""


def read_siret(text: str) -> str | None:
    """Its fourteen digits, however they are spaced; None when they are not those of an establishment."""
    digits = re.sub(r"[\s.\-]", "", text)
    return digits if is_siret(digits) else None


def is_siret(digits: str) -> bool:
    if not re.fullmatch(r"[0-9]{14}", digits):
        return False
    if digits.startswith(LA_POSTE) and sum(map(int, digits)) % 5 == 0:
        return True
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def spaced_siret(digits: str) -> str:
    """As it is read aloud: « 219 102 860 00015 »."""
    return f"{digits[:3]} {digits[3:6]} {digits[6:9]} {digits[9:]}"
