"""Letters that the households of the story send or receive, made as their pages make them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from cases.actions import letters
from cases.actions.diagnosis import last_finished
from cases.letters.compose import compose_letter, in_words, letters_in_force
from cases.letters.line_letter_writer import as_text
from cases.letters.tenant_letter_writer import TenantLetterWriter, typeset_tenant_letter
from cases.letters.typeset import typeset
from cases.models import Beneficiary, Case, Letter, User
from cases.queries import track_facts


@dataclass(frozen=True)
class UnsaidDebt:
    """No sum is printed."""

    expected_balance: Decimal | None = None
    moved_since: bool = False


def holder_of(case: Case) -> Beneficiary:
    return case.household.memberships.select_related("beneficiary").get(position="holder").beneficiary


def send_with_tenant(
    case: Case, code: str, *, court: str, enclosures: Collection[str], by: User, at: datetime
) -> Letter:
    """A letter that the tenant signs, handed in the same day."""
    holder, structure = holder_of(case), case.responsible_structure
    writer = TenantLetterWriter(
        case=case,
        facts=track_facts(case),
        debt=UnsaidDebt(),
        stated_on=None,
        diagnostic=last_finished(case),
        residents=[holder],
        structure=structure,
        by=by,
        on=at.date(),
    )
    text, typed = writer.letters.letters[code], {"court": court}
    filled, envelope = writer.compose(
        text, signers=[holder], typed=typed, enclosures=enclosures, home=writer.home_lines([holder])
    )
    kept = letters.keep_letter(
        case=case,
        addressee=", ".join(envelope.recipient)[:80],
        structure=structure,
        edition=writer.edition_and_letters[0],
        kind=code,
        title=text.title,
        typed=typed,
        pdf=typeset_tenant_letter(text, filled, envelope),
        text=as_text(filled, envelope),
        by=by,
        at=at,
    )
    letters.record_sending(letter=kept, means=Letter.Means.HAND, sent_on=at.date(), by=by, at=at)
    return kept


def call_to_appointment(case: Case, *, day: date, place: str, by: User, at: datetime) -> Letter:
    """The first letter of appointment, posted the same day."""
    edition, texts = letters_in_force(on=at.date(), territory=case.territory)
    text, structure, recipient = texts["first_appointment"], case.responsible_structure, holder_of(case)
    typed: dict[str, object] = {
        "appointment_day": day,
        "appointment_time": time(10, 0),
        "appointment_place": place,
        "phone": "01 69 00 00 10",
    }
    filled, envelope = compose_letter(
        text, case=case, recipient=recipient, structure=structure, by=by, typed=typed, on=at.date()
    )
    kept = letters.keep_letter(
        case=case,
        recipient=recipient,
        structure=structure,
        edition=edition,
        kind=text.code,
        title=text.title,
        typed={name: in_words(value) for name, value in typed.items()},
        pdf=typeset(filled, envelope=envelope),
        by=by,
        at=at,
    )
    letters.record_sending(letter=kept, means=Letter.Means.POST, sent_on=at.date(), by=by, at=at)
    return kept
