"""The sheet that says to a person who follows her, in plain French or in a version that is easy to read. One page."""

from datetime import date

from cases.actions import coordination
from cases.letters.compose import letters_in_force, polite_name, privacy_contact, sender_lines, values_of_sender
from cases.letters.typeset import Envelope, typeset
from cases.models import Case, Referent, Structure, User
from cases.rules.letters import LetterText, fill_letter
from cases.rules.texts import Filled
from cases.templatetags.relais import phone

NOBODY = "Personne ne coordonne vos accompagnements : adressez-vous à l’un ou à l’autre."
NOBODY_EASY = "Vous pouvez téléphoner à chaque référent."

EASY = "easy"
ROOMY = 3
"""With more référents, the sheet is set smaller: it holds on one page. The easy one never is: it goes on overleaf."""


def sheet_for(*, easy: bool, on: date, territory: str) -> LetterText | None:
    """None when the pilot’s edition has no such sheet."""
    _, texts = letters_in_force(on=on, territory=territory)
    wanted = EASY if easy else "plain"
    return next((text for text in texts.values() if text.to_followed == wanted), None)


def in_full(text: LetterText, *, case: Case, structure: Structure, by: User, on: date) -> Filled:
    """The sheet in words, as things stand that day. What nobody knows stays blank, to be written by hand."""
    held = Referent.objects.current().filter(case=case).select_related("user", "structure").order_by("since", "pk")
    rows: list[tuple[str, ...]] = [
        (row.structure.name, row.user.get_full_name(), phone(row.user.phone or row.structure.phone)) for row in held
    ]
    values = {
        **values_of_sender(reference=case.reference, structure=structure, by=by, on=on),
        "person": polite_name(case.beneficiary) if case.beneficiary else "",
        "phone": phone(structure.phone or by.phone),
        "privacy_contact": privacy_contact(structure),
        "coordinator": _coordinator(case, easy=text.to_followed == EASY),
    }
    return fill_letter(text, values=values, rows={"referents": rows}, draft=True)


def typeset_referent_sheet(
    sheet: Filled, *, case: Case, structure: Structure, by: User, on: date, easy: bool = False
) -> bytes:
    """The PDF, to be handed over or put into an envelope; in large print when it is the easy one."""
    envelope = Envelope(
        sender=(
            *sender_lines(structure.name, by.get_full_name(), phone(structure.phone)),
            *structure.place_and_hours,
        ),
        recipient=(polite_name(case.beneficiary),) if case.beneficiary else (),
        reference=case.reference,
        made_on=on,
    )
    many = Referent.objects.current().filter(case=case).count() > ROOMY
    return typeset(sheet, envelope=envelope, tight=many or easy, large=easy)


def _coordinator(case: Case, *, easy: bool) -> str:
    found = coordination.current_coordination(case)
    if found is None or found.state != "agreed":
        return NOBODY_EASY if easy else NOBODY
    who = found.referent.user.get_full_name()
    return (
        f"{who} parle avec tous vos référents."
        if easy
        else f"{who} ({found.referent.structure}) fait le lien entre tous."
    )
