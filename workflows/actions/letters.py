"""The sending of a letter, which may count as an attempt to reach the household when the professional says so."""

from datetime import date, datetime

from django.db import transaction

from cases.actions import letters
from cases.models import JournalEntry, Letter, User
from workflows import engine
from workflows.models import CaseTask

CONTACT = "contact"


def waiting_contact(letter: Letter, *, by: User, at: datetime) -> CaseTask | None:
    """The step that waits for an attempt to reach the household, if this person may take it."""
    task = CaseTask.objects.open().of(letter.case).filter(node=CONTACT).first()
    return task if task and engine.may_act(by, task, at=at) else None


@transaction.atomic
def record_sending(
    *, letter: Letter, means: str, sent_on: date, by: User, at: datetime, attempt: str = ""
) -> JournalEntry:
    """`attempt`: the channel under which it also counts as an attempt, without an answer so far.

    Refuses (`AlreadySent`) a second time, and whatever the step refuses.
    """
    engine.lock(letter.case)
    entry = letters.record_sending(letter=letter, means=means, sent_on=sent_on, by=by, at=at)
    if attempt:
        task = waiting_contact(letter, by=by, at=at)
        if task is None:
            raise engine.Refused("Ce dossier n’attend plus de tentative de contact : enregistrer l’envoi seul.")
        data = {"result": "again", "channel": attempt, "made_on": sent_on, "informed_by": "", "turn": None}
        engine.complete(task, by=by, at=at, data=data)
    return entry
