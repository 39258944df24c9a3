"""A letter is kept as it was printed; its sending is recorded once."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.models import (
    Beneficiary,
    Case,
    DebtLine,
    Diagnostic,
    Document,
    Edition,
    JournalEntry,
    Letter,
    Structure,
    User,
)
from cases.refusals import Refusal


class InQuarantine(Refusal):
    """A letter waits for a piece that is being checked."""

    def __init__(self, piece: Document) -> None:
        super().__init__(
            f"« {piece.label} » ne peut pas être jointe ({piece.get_scan_display()}) : produire le courrier sans elle, "
            "ou attendre la fin de la vérification."
        )


class LetterAlreadySent(Refusal):
    """A letter is said to be sent a second time."""

    def __init__(self) -> None:
        super().__init__("L’envoi de ce courrier est déjà enregistré.")


@transaction.atomic
def keep_letter(
    *,
    case: Case,
    recipient: Beneficiary | None = None,
    addressee: str = "",
    signer: Beneficiary | None = None,
    diagnostic: Diagnostic | None = None,
    line: DebtLine | None = None,
    pieces: Iterable[Document] = (),
    structure: Structure,
    edition: Edition,
    kind: str,
    title: str,
    typed: dict[str, str],
    pdf: bytes,
    text: Mapping[str, object] | None = None,
    by: User,
    at: datetime,
    cause: JournalEntry | None = None,
) -> Letter:
    """Keep a letter that was just produced, with the fingerprint of its file. To a person, or to a service; `signer`: who
    alone signs it.

    `text`: what its editable copy is made of. `pieces`: those of the case that go with it; refuses (`InQuarantine`) one
    that may not be opened yet.
    """
    pieces = list(pieces)
    for piece in pieces:
        if not piece.may_be_opened:
            raise InQuarantine(piece)
    letter = Letter(
        case=case,
        recipient=recipient,
        addressee=addressee,
        signer=signer,
        diagnostic=diagnostic,
        line=line,
        structure=structure,
        edition=edition,
        kind=kind,
        title=title,
        typed=typed,
        text=dict(text or {}),
        made_by=by,
        made_on=localdate(at),
        sha256=hashlib.sha256(pdf).hexdigest(),
    )
    letter.file.save("", ContentFile(pdf), save=False)
    letter.save()
    letter.pieces.set(pieces)
    journal.record("letter.made", at=at, case=case, by=by, structure=structure, cause=cause, letter=letter.pk)
    return letter


@transaction.atomic
def record_sending(
    *, letter: Letter, means: str, sent_on: date, by: User, at: datetime, cause: JournalEntry | None = None
) -> JournalEntry:
    """Record on which day and by which means a letter left. Refuses (`LetterAlreadySent`) a second time."""
    if not Letter.objects.filter(pk=letter.pk, sent_on=None).update(sent_on=sent_on, sent_by=means):
        raise LetterAlreadySent
    letter.refresh_from_db()
    return journal.record(
        "letter.sent",
        at=at,
        case=letter.case,
        by=by,
        structure=letter.structure,
        cause=cause,
        letter=letter.pk,
        means=means,
    )


@transaction.atomic
def take_back_sending(*, letter: Letter, by: User, reason: str, at: datetime) -> JournalEntry:
    """It did not leave: the letter may be said to be sent again."""
    letter.sent_on, letter.sent_by, letter.returned_on = None, "", None
    letter.save(update_fields=["sent_on", "sent_by", "returned_on"])
    return journal.record(
        "letter.taken_back",
        at=at,
        case=letter.case,
        by=by,
        structure=letter.structure,
        letter=letter.pk,
        reason=reason,
    )


@transaction.atomic
def note_return(*, letter: Letter, on: date, by: User, at: datetime) -> JournalEntry:
    letter.returned_on = on
    letter.save(update_fields=["returned_on"])
    return journal.record(
        "letter.returned", at=at, case=letter.case, by=by, structure=letter.structure, letter=letter.pk
    )
