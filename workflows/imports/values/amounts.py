"""Amounts, counts, yes or no, and words of a list."""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from cases.rules.names import normalise_text
from workflows.imports.values.cells import Cell, RejectionReason, Unreadable, as_text

SPACES_AND_CURRENCY = re.compile(r"[\s\u00a0\u202f’']|€|\bEUR\b|\beuros?\b", re.IGNORECASE)
USUAL = re.compile(r"\d{1,7}[,.]\d\d", re.ASCII)  # read at once: a file holds little else
LARGEST = Decimal("9999999.99")
AMOUNT_HELP = "montant illisible. Écrivez un nombre, par exemple 1 234,56."


def amount(cell: Cell, *, largest: Decimal = LARGEST) -> Decimal:
    """Accepts 1 234,56 € and 1.234,56 and 1,234.56; a minus before or after, parentheses or CR mean a credit."""
    if isinstance(cell, datetime.date):
        raise Unreadable(RejectionReason.UNREADABLE_AMOUNT, AMOUNT_HELP)
    if isinstance(cell, str) and USUAL.fullmatch(cell):
        return Decimal(cell.replace(",", "."))
    digits, negative = split_sign(SPACES_AND_CURRENCY.sub("", cell)) if isinstance(cell, str) else (str(cell), False)
    try:
        value = Decimal(decimal_point(digits) if isinstance(cell, str) else digits).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise Unreadable(RejectionReason.UNREADABLE_AMOUNT, AMOUNT_HELP) from error
    if abs(value) > largest:
        raise Unreadable(RejectionReason.UNREADABLE_AMOUNT, "montant trop grand : vérifiez-le dans le fichier.")
    return -value if negative else value


def split_sign(written: str) -> tuple[str, bool]:
    written = written.replace("−", "-")
    found = re.fullmatch(
        r"(?P<open>\()?(?P<sign>[-+])?(?P<digits>[\d.,]+)(?P<after>-|CR|C|DB|D)?(?(open)\))", written, re.IGNORECASE
    )
    if not found:
        raise Unreadable(RejectionReason.UNREADABLE_AMOUNT, AMOUNT_HELP)
    signs = [found["open"], found["sign"] == "-", (found["after"] or "").upper() in {"-", "CR", "C"}]
    return found["digits"], any(signs)


def decimal_point(digits: str) -> str:
    """The last of two different marks is the decimal one; a single one is. Before three figures, it may as well cut thousands."""
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", digits) or re.fullmatch(r"\d+,\d+", digits):
        if re.fullmatch(r"\d+[,.]\d{3}", digits):
            raise Unreadable(
                RejectionReason.UNREADABLE_AMOUNT, "montant ambigu. Écrivez deux décimales, par exemple 1 234,00."
            )
        return digits.replace(".", "").replace(",", ".")
    if re.fullmatch(r"\d{1,3}(,\d{3})+\.\d+", digits) or re.fullmatch(r"\d{1,3}(,\d{3}){2,}", digits):
        return digits.replace(",", "")
    return digits


def whole_number(largest: int) -> Callable[[Cell], int]:
    def parse(cell: Cell) -> int:
        found = re.fullmatch(r"(\d{1,6})(?:[.,]0+)?(?: ?[^\W\d]+\.?)?", as_text(cell))
        if not found or int(found[1]) > largest:
            raise Unreadable(
                RejectionReason.UNREADABLE, f"nombre illisible. Écrivez un nombre entier de 0 à {largest}."
            )
        return int(found[1])

    return parse


def months(cell: Cell) -> Decimal:
    """Landlords count parts of a month: 2,5 or “3 mois”."""
    value = amount(re.sub(r"\s*(mois|termes?)$", "", cell, flags=re.IGNORECASE) if isinstance(cell, str) else cell)
    if not 0 <= value < 1000:
        raise Unreadable(RejectionReason.UNREADABLE, "nombre de mois illisible. Écrivez un nombre positif.")
    return value


YES = {"O", "OUI", "Y", "YES", "VRAI", "TRUE", "1", "X"}
NO = {"N", "NON", "NO", "FAUX", "FALSE", "0"}


def yes_no(cell: Cell) -> bool:
    word = normalise_text(as_text(cell))
    if word not in YES | NO:
        raise Unreadable(RejectionReason.UNREADABLE, "réponse illisible. Écrivez oui ou non.")
    return word in YES


def choice(words: dict[str, str]) -> Callable[[Cell], str]:
    """`words` maps each normalised French spelling to its code."""

    def parse(cell: Cell) -> str:
        word = normalise_text(as_text(cell))
        if word not in words:
            raise Unreadable(
                RejectionReason.UNREADABLE, f"valeur inconnue. Écrivez l’un de ces mots : {', '.join(words)}."
            )
        return words[word]

    return parse
