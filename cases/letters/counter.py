"""The sheet that a counter hands over. It says what the counter knows, and of the case its number alone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from cases.letters.compose import in_words, privacy_contact, sender_lines, values_of_sender
from cases.letters.typeset import CannotTypeset, Envelope, typeset
from cases.models import Structure, User
from cases.rules.letters import LetterText, fill_letter
from cases.rules.texts import Filled

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
        **values_of_sender(reference=reference, structure=structure, by=by, on=on),
        "person": person,
        "privacy_contact": privacy_contact(structure),
        "next_service": next_service or SOMEONE,
        "contact_when": f"avant le {in_words(contact_by)}" if contact_by else SOON,
    }


def in_full(text: LetterText, values: Mapping[str, str]) -> Filled:
    """The sheet in words. What nobody knows stays blank, to be written by hand."""
    return fill_letter(text, values=values, rows={}, draft=True)


def typeset_counter_sheet(sheet: Filled, values: Mapping[str, str], *, structure: Structure, on: date) -> bytes:
    """The PDF; without the name of the person when the fonts cannot print it."""
    envelope = Envelope(
        sender=(
            *sender_lines(values["structure"], values["professional"], values["phone"]),
            *structure.place_and_hours,
        ),
        recipient=(values["person"],),
        reference=values["reference"],
        made_on=on,
    )
    try:
        return typeset(sheet, envelope=envelope)
    except CannotTypeset:
        return typeset(sheet, envelope=replace(envelope, recipient=()))
