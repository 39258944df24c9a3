"""A piece is added to a case, or withdrawn from it with its reason. Its file is checked by its content."""

import hashlib
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.db import transaction

from cases import antivirus, journal
from cases.locks import lock_case
from cases.models import Case, DebtLine, Document, JournalEntry, Measure, Milestone, Question, Structure, User
from cases.refusals import Refusal
from cases.rules.uploads import accept_file


class AlreadyThere(Refusal):
    """The same file is among the pieces of the case."""

    def __init__(self, document: Document) -> None:
        self.document = document
        super().__init__(
            "Ce fichier contient un programme dangereux : il a déjà été supprimé. Demander un autre exemplaire, ou "
            "photographier le papier."
            if document.is_infected
            else f"Ce fichier est déjà au dossier : {document.label}, reçue le {document.received_on:%d/%m/%Y}."
        )


class NotOfThisCase(Exception):
    """A piece proves a fact or follows a measure of its own case."""


class AlreadyVoided(Refusal):
    """A piece is taken off a second time."""

    def __init__(self) -> None:
        super().__init__("Cette pièce est déjà retirée du dossier.")


@transaction.atomic
def add(
    *,
    case: Case,
    content: bytes,
    kind: str,
    received_on: date,
    visibility: str,
    structure: Structure,
    by: User,
    at: datetime,
    title: str = "",
    measure: Measure | None = None,
    milestone: Milestone | None = None,
    line: DebtLine | None = None,
    question: Question | None = None,
    paper: str = "",
    cause: JournalEntry | None = None,
) -> Document:
    """Keep a file as a piece of the case.

    Refuses a file that may not be kept (`cases.rules.uploads.RefusedFile`) and one that this structure has added
    already, or that is shared (`AlreadyThere`). Where there is a virus scanner, nobody opens it before it is scanned
    (`cases.actions.quarantine`). `paper`: which of those that an overpayment asks for; `line`: when it
    serves that one alone; `question`: whose answer it was joined to.
    """
    if any(thing is not None and thing.case_id != case.pk for thing in (measure, milestone)):
        raise NotOfThisCase
    if line is not None and line.notice.case_id != case.pk:
        raise NotOfThisCase
    accepted = accept_file(content)
    fingerprint = hashlib.sha256(accepted.content).hexdigest()
    # Two presses on the button come one after the other.
    lock_case(case.pk)
    _refuse_twin(case=case, sha256=fingerprint, structure=structure)
    document = Document(
        case=case,
        kind=kind,
        title=title,
        content_type=accepted.content_type,
        size=len(accepted.content),
        sha256=fingerprint,
        by=by,
        structure=structure,
        visibility=visibility,
        received_on=received_on,
        added_at=at,
        measure=measure,
        milestone=milestone,
        line=line,
        question=question,
        paper=paper,
        scan=Document.Scan.WAITING if antivirus.is_configured() else Document.Scan.UNSCANNED,
    )
    document.file.save("", ContentFile(accepted.content), save=False)
    document.save()
    journal.record(
        "document.added",
        at=at,
        case=case,
        by=by,
        structure=structure,
        cause=cause,
        document=document.pk,
        visibility=visibility,
    )
    return document


def _refuse_twin(*, case: Case, sha256: str, structure: Structure) -> None:
    """What another structure keeps to itself is not given away by its presence."""
    for twin in Document.objects.filter(case=case, sha256=sha256):
        if twin.structure_id == structure.pk or twin.visibility == Document.Visibility.SHARED:
            raise AlreadyThere(twin)


@transaction.atomic
def void(*, document: Document, reason: str, by: User, at: datetime) -> JournalEntry:
    """Withdraw a piece: it is no longer shown nor served, and the journal keeps that it was there.

    Refuses (`AlreadyVoided`) a second time.
    """
    if not Document.objects.filter(pk=document.pk).update(voided_at=at, void_reason=reason):
        raise AlreadyVoided
    document.refresh_from_db(from_queryset=Document.everything.all())
    return journal.record(
        "document.voided",
        at=at,
        case=document.case,
        by=by,
        structure=document.structure,
        document=document.pk,
        reason=reason,
    )
