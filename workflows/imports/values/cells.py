"""What every cell shares: nothing, text, what is refused and why."""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices

from cases.matching import BirthDate
from cases.rules.names import normalise_text

Cell = str | int | float | datetime.date
Parser = Callable[[Cell], Any]


class RejectionReason(TextChoices):
    """Why a line or a value is refused or ignored."""

    MISSING_NAME = "missing_name", "sans nom"
    IMPOSSIBLE_DATE = "impossible_date", "date impossible"
    UNREADABLE_AMOUNT = "unreadable_amount", "montant illisible"
    CREDIT_BALANCE = "credit_balance", "solde créditeur"
    TOTAL_LINE = "total_line", "ligne de total"
    STRAY_LINE = "stray_line", "ligne hors du tableau"
    FUTURE_LEASE = "future_lease", "date de bail à venir"
    TOO_LONG = "too_long", "texte trop long"
    SOCIAL_SECURITY_NUMBER = "social_security_number", "numéro de sécurité sociale"
    SHIFTED_LINE = "shifted_line", "ligne décalée"
    UNREADABLE = "unreadable", "valeur illisible"


class Unreadable(Exception):
    """The value is refused; the message is French, says what is expected and never repeats the value."""

    def __init__(self, reason: RejectionReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


NOTHING = {"NEANT", "AUCUN", "AUCUNE", "NC", "NR", "ND", "NA", "N A", "INCONNU", "INCONNUE", "SO", "NON COMMUNIQUE"}
NOTHING |= {"NON RENSEIGNE", "SANS OBJET", "VIDE", "NULL", "NONE", "N D", "N C", "S O", ""}


def is_nothing(cell: Cell) -> bool:
    """Blank, dashes, or one of the words that stand for nothing."""
    return isinstance(cell, str) and normalise_text(cell) in NOTHING


def as_text(cell: Cell) -> str:
    """Excel's figures are read back as they were typed: 91350.0 is 91350."""
    if isinstance(cell, datetime.date):
        return f"{cell:%d/%m/%Y}"
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def as_read_again(cell: Cell, value: object) -> str:
    """A cell as it is kept: read again from this text, it says the same. Excel’s figures are written as they were read, since
    « 412.125 » is otherwise four hundred thousand, and 123456 a number whose first figure is lost."""
    if isinstance(cell, str):
        return cell
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, BirthDate) and value.is_full:
        return f"{value.day:02}/{value.month:02}/{value.year}"
    if isinstance(value, datetime.date):
        return f"{value:%d/%m/%Y}"
    return value if isinstance(value, str) else as_text(cell)


def text(longest: int) -> Callable[[Cell], str]:
    def parse(cell: Cell) -> str:
        value = as_text(cell)
        if len(value) > longest:
            raise Unreadable(
                RejectionReason.TOO_LONG,
                f"texte de {len(value)} caractères ; {longest} au plus. Raccourcissez-le dans le fichier.",
            )
        return value

    return parse


# Sex, year, month (20 to 42 when it is unknown), département, commune, order and, maybe, a key.
NIR = re.compile(
    r"(?<![0-9A-Z])[12]\d{2}(?:0[1-9]|1[0-2]|[23]\d|4[0-2])(?:\d{2}|2[AB])\d{6}(?:\d{2})?(?![0-9A-Z])", re.IGNORECASE
)
SHORTEST_NIR = 13
NIR_HELP = (
    "cette valeur a la forme d’un numéro de sécurité sociale : elle n’a pas été enregistrée. Retirez-la du fichier."
)


def refuse_social_security_number(written: str) -> None:
    """Whatever the column: what is kept of a cell is read again, and shown."""
    if is_social_security_number(written):
        raise Unreadable(RejectionReason.SOCIAL_SECURITY_NUMBER, NIR_HELP)


def is_social_security_number(written: str) -> bool:
    """Also inside other words, with or without spaces between its groups."""
    if len(written) < SHORTEST_NIR:
        return False
    return bool(NIR.search(written) or NIR.search(re.sub(r"(?<=[0-9AB])[ .\-](?=[0-9])", "", written)))
