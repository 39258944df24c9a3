"""The sheet that a counter prints and hands to the person: made once, kept on the case, registered as given by hand."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions import deadlines, letters
from cases.letters import counter as sheets
from cases.letters.compose import letters_in_force
from cases.models import Case, Edition, JournalEntry, Letter, Structure, User
from cases.rules.letters import LetterText
from workflows.actions.counter import who_follows
from workflows.models import CaseTask
from workflows.queries.expected_contact import CONTACT, Expected
from workflows.steps.base import retake_deadlines
from workflows.steps.contact import holder_of


@dataclass(frozen=True, kw_only=True)
class CounterSheet:
    """The text in force for a person who was told, or could not be."""

    edition: Edition
    text: LetterText

    @property
    def says_who(self) -> bool:
        """Did the partners agree that a counter names the service that will call?"""
        return "next_service" in self.text.field_names


def sheet_in_force(*, is_informed: bool, at: datetime, territory: str) -> CounterSheet | None:
    """None when the pilot’s edition has no such sheet."""
    edition, texts = letters_in_force(on=localdate(at), territory=territory)
    wanted = "informed" if is_informed else "met"
    text = next((text for text in texts.values() if text.at_counter == wanted), None)
    return CounterSheet(edition=edition, text=text) if text else None


@transaction.atomic
def hand_over(
    *,
    sheet: CounterSheet,
    case: Case,
    person: str,
    structure: Structure,
    by: User,
    at: datetime,
    expected: Expected | None,
    cause: JournalEntry | None = None,
) -> Letter:
    """Make the sheet and register that it was given by hand. `person` as the counter typed her; `expected`, by when
    somebody will call: what the sheet says is kept as a deadline, which whoever calls will hold."""
    on = localdate(at)
    service = who_follows(case)
    values = sheets.values_of(
        person=person,
        reference=case.reference,
        structure=structure,
        by=by,
        next_service=service.name if service else "",
        contact_by=expected.legal_date if expected else None,
        on=on,
    )
    letter = letters.keep_letter(
        case=case,
        recipient=holder_of(case),
        structure=structure,
        edition=sheet.edition,
        kind=sheet.text.code,
        title=sheet.text.title,
        typed=values,
        pdf=sheets.typeset_counter_sheet(sheets.in_full(sheet.text, values), values, structure=structure, on=on),
        by=by,
        at=at,
        cause=cause,
    )
    letters.record_sending(letter=letter, means=Letter.Means.HAND, sent_on=on, by=by, at=at, cause=cause)
    if expected and not expected.is_promised:
        _promise(case, expected, structure=structure, on=on)
    return letter


def _promise(case: Case, expected: Expected, *, structure: Structure, on: date) -> None:
    deadlines.start_promised_deadline(
        case=case,
        rule=expected.rule,
        legal_date=expected.legal_date,
        safe_date=expected.safe_date,
        on=on,
        structure=case.responsible_structure,
        told=(
            f"Annoncé à la personne par la fiche remise le {on:%d/%m/%Y} ({structure.name}) : "
            f"contact avant le {expected.legal_date:%d/%m/%Y}"
        ),
    )
    for task in CaseTask.objects.open().of_case(case).filter(node=CONTACT):
        retake_deadlines(task)
