"""Numbers and addresses that identify or reach someone."""

import re

import phonenumbers

from workflows.imports.values.cells import Cell, RejectionReason, Unreadable, as_text, is_social_security_number


def caf_number(cell: Cell) -> str:
    """Seven figures, a key letter dropped; never a social-security number."""
    digits = re.sub(r"[\s.\-/]", "", as_text(cell)).upper()
    if len(digits) in (13, 15) or is_social_security_number(digits):
        raise Unreadable(
            RejectionReason.SOCIAL_SECURITY_NUMBER,
            "cette valeur a la longueur d’un numéro de sécurité sociale : elle n’a pas été enregistrée. "
            "Retirez-la du fichier ; seul le numéro allocataire (7 chiffres) est attendu.",
        )
    digits = re.sub(r"[A-Z]$", "", digits)
    if isinstance(cell, int | float):
        digits = digits.zfill(7)  # Excel drops the zeros in front
    if not re.fullmatch(r"\d{7}", digits):
        raise Unreadable(RejectionReason.UNREADABLE, "numéro allocataire illisible : 7 chiffres sont attendus.")
    return digits


def phone(cell: Cell) -> str:
    """The first number of the cell, in E.164."""
    for written in re.split(r"[/;,]|\bou\b|\bet\b", as_text(cell)):
        try:
            number = phonenumbers.parse(written, "FR")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):  # a valid one by region would refuse overseas mobiles
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise Unreadable(
        RejectionReason.UNREADABLE, "numéro de téléphone illisible. Écrivez dix chiffres, par exemple 06 12 34 56 78."
    )


def email(cell: Cell) -> str:
    value = as_text(cell).lower()
    if len(value) > 254 or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}", value):
        raise Unreadable(RejectionReason.UNREADABLE, "adresse électronique illisible. Vérifiez-la dans le fichier.")
    return value


def postcode(cell: Cell) -> str:
    value = as_text(cell).replace(" ", "")
    value = value.zfill(5) if isinstance(cell, int | float) else value
    if not re.fullmatch(r"\d{5}", value):
        raise Unreadable(RejectionReason.UNREADABLE, "code postal illisible : 5 chiffres sont attendus.")
    return value
