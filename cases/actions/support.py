"""What is done with the household is recorded: attempts, information, milestones, notes."""

from datetime import date, datetime, timedelta

from django.db import transaction

from cases import journal
from cases.actions import sharing
from cases.models import (
    Beneficiary,
    Case,
    ContactAttempt,
    InformationGiven,
    JournalEntry,
    Note,
    Structure,
    User,
)
from cases.refusals import Refusal

AT_ONCE = timedelta(minutes=10)
"""In which its author takes back what he has just noted, or rewrites what others read: afterwards somebody may have decided on it."""
TOO_LATE = "Cette observation est partagée depuis plus de dix minutes : en écrire une autre, qui dit ce qui change."


@transaction.atomic(savepoint=False)
def record_attempt(
    *,
    case: Case,
    structure: Structure,
    by: User,
    channel: str,
    result: str,
    made_on: date,
    at: datetime,
    cause: JournalEntry | None = None,
) -> JournalEntry:
    attempt = ContactAttempt.objects.create(
        case=case, structure=structure, by=by, channel=channel, result=result, made_on=made_on
    )
    return journal.record(
        "contact.attempted",
        at=at,
        case=case,
        by=by,
        structure=structure,
        cause=cause,
        attempt=attempt.pk,
        channel=channel,
        result=result,
    )


@transaction.atomic
def take_back_attempt(
    *, attempt: ContactAttempt, by: User | None, reason: str, at: datetime, cause: JournalEntry | None = None
) -> JournalEntry:
    """It stays in its table, and counts for nothing."""
    attempt.voided_at = at
    attempt.save(update_fields=["voided_at"])
    return journal.record(
        "contact.taken_back",
        at=at,
        case=attempt.case,
        by=by,
        structure=attempt.structure,
        cause=cause,
        attempt=attempt.pk,
        channel=attempt.channel,
        reason=reason,
    )


@transaction.atomic(savepoint=False)
def inform_person(
    *,
    case: Case,
    person: Beneficiary,
    structure: Structure,
    by: User,
    means: str,
    given_on: date,
    at: datetime,
    cause: JournalEntry | None = None,
) -> InformationGiven:
    """Record that the person was told who follows her and what is shared: the structure then sees the whole case."""
    given, entry = _record_information(
        case=case,
        person=person,
        named=structure,
        structure=structure,
        by=by,
        means=means,
        given_on=given_on,
        at=at,
        cause=cause,
    )
    sharing.open_fully(case=case, structure=structure, at=at, by=by, cause=entry)
    return given


@transaction.atomic
def inform_at_counter(
    *,
    case: Case,
    person: Beneficiary,
    named: Structure | None,
    structure: Structure,
    by: User,
    given_on: date,
    at: datetime,
    cause: JournalEntry | None = None,
) -> InformationGiven:
    """Record what the counter of a structure told the person: `named` follows her, or is asked to, if that is known.

    It opens nothing by itself: the whole case opens when the structure named takes it up (see `steps.contact`).
    """
    return _record_information(
        case=case,
        person=person,
        named=named,
        structure=structure,
        by=by,
        means=InformationGiven.Means.COUNTER,
        given_on=given_on,
        at=at,
        cause=cause,
    )[0]


def _record_information(
    *,
    case: Case,
    person: Beneficiary,
    named: Structure | None,
    structure: Structure,
    by: User,
    means: str,
    given_on: date,
    at: datetime,
    cause: JournalEntry | None,
) -> tuple[InformationGiven, JournalEntry]:
    given = InformationGiven.objects.create(
        case=case, beneficiary=person, structure=structure, named=named, by=by, means=means, given_on=given_on
    )
    entry = journal.record(
        "person.informed", at=at, case=case, by=by, structure=structure, cause=cause, information=given.pk, means=means
    )
    return given, entry


def may_rewrite(note: Note, *, at: datetime) -> bool:
    return note.visibility != Note.Visibility.SHARED or at - note.written_at <= AT_ONCE


@transaction.atomic
def rewrite_note(*, note: Note, text: str, by: User, at: datetime) -> JournalEntry | None:
    """By its author; what it said before is kept apart (`PastRow`), as of any row. None when nothing changes.

    Refuses (`Refusal`) one that others have been able to read for some time."""
    if not may_rewrite(note, at=at):
        raise Refusal(TOO_LATE)
    if note.text == text:
        return None
    note.text = text
    note.save(update_fields=["text"])
    return journal.record(
        "note.rewritten",
        at=at,
        case=note.case,
        by=by,
        structure=note.structure,
        note=note.pk,
        visibility=note.visibility,
    )


@transaction.atomic
def write_note(
    *,
    case: Case,
    structure: Structure,
    author: User,
    text: str,
    visibility: str,
    at: datetime,
    is_to_reach: bool = False,
    cause: JournalEntry | None = None,
) -> Note:
    note = Note.objects.create(
        case=case,
        structure=structure,
        author=author,
        text=text,
        visibility=visibility,
        is_to_reach=is_to_reach,
        written_at=at,
    )
    journal.record(
        "note.written",
        at=at,
        case=case,
        by=author,
        structure=structure,
        cause=cause,
        note=note.pk,
        visibility=visibility,
    )
    return note
