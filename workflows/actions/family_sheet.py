"""The sheet with a code: made for one person, kept on the case without its code, which the paper alone bears."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions import family_codes, letters
from cases.actions.family_codes import CannotMakeCode
from cases.letters import family_sheet as sheets
from cases.models import Beneficiary, Case, FamilyCode, Structure, User
from cases.rules.texts import Filled

NO_TEXT = (
    "L’édition des courriers en vigueur n’a pas de fiche avec code pour cette procédure : le pilote de l’action la publie "
    "depuis la page Règles."
)


@dataclass(frozen=True, kw_only=True)
class MadeSheet:
    code: FamilyCode
    drawn: str
    """The code itself: said now, and never again."""
    words: Filled


@transaction.atomic
def make(
    *,
    case: Case,
    person: Beneficiary,
    structure: Structure,
    answer_by: date,
    phone: str,
    public_id: UUID,
    by: User,
    at: datetime,
) -> MadeSheet:
    """Refuses (`CannotMakeCode`) a person who may have none, and (`MissingValue`) what the sheet cannot say."""
    on = localdate(at)
    sheet = sheets.sheet_in_force(case, on=on)
    if sheet is None:
        raise CannotMakeCode(NO_TEXT)
    values = sheets.values_of(case, structure=structure, by=by, answer_by=answer_by, phone=phone, on=on)
    words = sheets.in_full(sheet.text, values)
    code, drawn = family_codes.make_code(
        case=case, person=person, structure=structure, words=words, phone=phone, public_id=public_id, by=by, at=at
    )
    sender = (structure.name, by.get_full_name(), phone)
    letters.keep_letter(
        case=case,
        recipient=person,
        structure=structure,
        edition=sheet.edition,
        kind=sheet.text.code,
        title=sheet.text.title,
        typed=values,
        pdf=sheets.typeset_family_sheet(words, person=person, case=case, sender=sender, on=on),
        by=by,
        at=at,
    )
    return MadeSheet(code=code, drawn=drawn, words=words)
