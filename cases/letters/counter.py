"""The sheet that a counter hands over. It says what the counter knows, and of the case its number alone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from cases.letters.compose import in_words
from cases.letters.typeset import CannotTypeset, Envelope, typeset
from cases.models import Structure, User
from cases.rules.letters import LetterText, fill_letter
from cases.rules.texts import Filled
from cases.templatetags.relais import long_date, phone

SOMEONE = "Un service partenaire"
SOON = "prochainement"


def values_of(
    *,
    person: str,
    reference: str,
    structure: Structure,
    by: User,
    next_service: str,
    contact_by: date | None,
    on: date,
) -> dict[str, str]:
    """What the sheet says. `person` as the counter typed her: it may not read more of who is known."""
    return {
        "person": person,
        "reference": reference,
        "structure": structure.name,
        "professional": by.get_full_name(),
        "today": long_date(on),
        "phone": phone(by.phone or structure.phone),
        "privacy_contact": f"Délégué à la protection des données, {structure.organisation}",
        "next_service": next_service or SOMEONE,
        "contact_when": f"avant le {in_words(contact_by)}" if contact_by else SOON,
    }


def in_full(text: LetterText, values: Mapping[str, str]) -> Filled:
    """The sheet in words. What nobody knows stays blank, to be written by hand."""
    return fill_letter(text, values=values, rows={}, draft=True)


def typeset_counter_sheet(sheet: Filled, values: Mapping[str, str], *, on: date) -> bytes:
    """The PDF; without the name of the person when the fonts cannot print it."""
    phone_line = values["phone"] and f"Téléphone : {values['phone']}"
    envelope = Envelope(
        sender=tuple(filter(None, (values["structure"], values["professional"], phone_line))),
        recipient=(values["person"],),
        reference=values["reference"],
        made_on=on,
    )
    try:
        return typeset(sheet, envelope=envelope)
    except CannotTypeset:
        return typeset(sheet, envelope=replace(envelope, recipient=()))
