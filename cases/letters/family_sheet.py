"""The sheet with a code: its words, which the page on the web repeats, and the same on paper with how to find that page."""

from dataclasses import dataclass
from datetime import date

from cases.letters.compose import letters_in_force, polite_name, privacy_contact, sender_lines, values_of_sender
from cases.letters.typeset import Envelope, typeset
from cases.models import Beneficiary, Case, Edition, Structure, User
from cases.rules.letters import LetterText, fill_letter
from cases.rules.texts import Filled
from cases.templatetags.relais import long_date


@dataclass(frozen=True, kw_only=True)
class FamilySheet:
    """The text in force for the procedure of a case."""

    edition: Edition
    text: LetterText


@dataclass(frozen=True, kw_only=True)
class HowToRead:
    """What the paper says besides: the code stands nowhere else."""

    address: str
    code: str
    until: date


def sheet_in_force(case: Case, *, on: date) -> FamilySheet | None:
    """None when the pilot’s edition has no such sheet."""
    edition, texts = letters_in_force(on=on, territory=case.territory)
    text = next((text for text in texts.values() if text.to_family == case.kind), None)
    return FamilySheet(edition=edition, text=text) if text else None


def values_of(case: Case, *, structure: Structure, by: User, answer_by: date, phone: str, on: date) -> dict[str, str]:
    return {
        **values_of_sender(reference=case.reference, structure=structure, by=by, on=on),
        "privacy_contact": privacy_contact(structure),
        "answer_by": long_date(answer_by),
        "phone": phone,
    }


def in_full(text: LetterText, values: dict[str, str]) -> Filled:
    """Refuses (`MissingValue`) what isn’t known: nobody fills a blank on the web by hand."""
    return fill_letter(text, values=values, rows={})


def typeset_family_sheet(
    words: Filled,
    *,
    person: Beneficiary,
    case: Case,
    sender: tuple[str, str, str],
    on: date,
    how: HowToRead | None = None,
) -> bytes:
    """The PDF, in large print. `sender`: structure, professional, telephone. Without `how`, the copy that the case keeps: no
    code stands on it."""
    envelope = Envelope(
        sender=sender_lines(*sender),
        recipient=(polite_name(person),),
        reference=case.reference,
        made_on=on,
    )
    if how:
        words = Filled(subject=words.subject, blocks=(*_how_to_read(how), *words.blocks))
    return typeset(words, envelope=envelope, tight=True, large=True)


def _how_to_read(how: HowToRead) -> tuple[dict[str, object], ...]:
    steps = [
        f"Allez sur : {how.address}",
        f"Tapez ce code : {how.code}",
        "Tapez votre date de naissance.",
        "Gardez ce code pour vous.",
        f"Ce code marche jusqu’au {long_date(how.until)}.",
    ]
    return (_build_block("heading", text="Lire cette fiche sur internet"), _build_block("list", items=steps))


def _build_block(kind: str, *, text: str = "", items: list[str] | None = None) -> dict[str, object]:
    return {"kind": kind, "text": text, "items": items or [], "columns": [], "rows": []}
