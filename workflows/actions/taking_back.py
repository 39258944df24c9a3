"""What one press noted by mistake is taken back: at once by its author, later with a reason. Its lines of the journal stay.

Nothing that others have built on since is taken back: the refusal says what rests on it.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import letters, support
from cases.locks import lock_case
from cases.models import Case, ContactAttempt, JournalEntry, Letter, Milestone, User
from cases.refusals import NotAllowed, Refusal
from workflows.actions import milestones
from workflows.models import CaseProcess, CaseTask
from workflows.steps import way_facts

AT_ONCE = timedelta(minutes=10)
"""In which its author takes an act back without a word."""
UNDONE = "undone"
REASONS = {
    "wrong_case": "noté sur le mauvais dossier",
    "not_done": "cela n’a pas eu lieu",
    "mistake": "autre erreur de saisie",
}
TAKEN_BACK = "C’est déjà retiré."


def is_recent(entry: JournalEntry, *, by: User, at: datetime) -> bool:
    """May its author take it back without saying why?"""
    return entry.actor_id == by.pk and at - entry.happened_at <= AT_ONCE


def entry_of_attempt(attempt: ContactAttempt) -> JournalEntry:
    return JournalEntry.objects.get(case=attempt.case_id, kind="contact.attempted", data__attempt=attempt.pk)


def entry_of_sending(letter: Letter) -> JournalEntry | None:
    """The last time it was said to be sent."""
    said = JournalEntry.objects.filter(case=letter.case_id, kind="letter.sent", data__letter=letter.pk)
    return said.order_by("-pk").first()


def may_be_taken_back(attempt: ContactAttempt) -> bool:
    """One that nobody answered; what was said to somebody has opened the case, and stays."""
    return attempt.result == ContactAttempt.Result.NO_ANSWER


@transaction.atomic
def take_back_attempt(*, attempt: ContactAttempt, by: User, at: datetime, reason: str = "") -> JournalEntry:
    """Refuses (`NotAllowed`) another service, and (`Refusal`) an attempt on which something rests."""
    lock_case(attempt.case_id)
    attempt = ContactAttempt.everything.select_related("case", "structure").get(pk=attempt.pk)
    if attempt.voided_at:
        raise Refusal(TAKEN_BACK)
    _require_right(by, attempt.structure_id, at=at)
    if not may_be_taken_back(attempt):
        raise Refusal("Un contact établi a ouvert la suite : il ne se retire pas. L’expliquer par une observation.")
    if hasattr(attempt, "appointment"):
        raise Refusal("Cette tentative vient d’un rendez-vous non honoré : elle reste avec lui.")
    concluded = CaseProcess.objects.filter(case=attempt.case_id, data__contacted="not_reached").exists()
    if concluded:
        raise Refusal(
            "« Contact non établi » a été conclu depuis, et repose sur cette tentative : rouvrir d’abord le dossier."
        )
    reason = _reason(entry_of_attempt(attempt), reason, by=by, at=at)
    return support.take_back_attempt(attempt=attempt, by=by, reason=reason, at=at)


@transaction.atomic
def take_back_sending(*, letter: Letter, by: User, at: datetime, reason: str = "") -> JournalEntry:
    """With the dated fact and the attempt that it counted as. Refuses (`NotAllowed`) another service, and (`Refusal`) a
    sending that a step recorded, or on which its line has gone on."""
    lock_case(letter.case_id)
    letter = Letter.objects.select_related("case__responsible_structure", "structure").get(pk=letter.pk)
    said = entry_of_sending(letter)
    if letter.sent_on is None or said is None:
        raise Refusal(TAKEN_BACK)
    _require_right(by, letter.structure_id, at=at)
    if said.cause_id:
        raise Refusal(
            "Cet envoi a été noté par une étape, et le dossier a avancé depuis : l’expliquer par une observation."
        )
    if letter.line_id and _line_went_on(letter, since=said):
        raise Refusal("La ligne a avancé depuis cet envoi : retirer plutôt le fait daté, depuis le dossier.")
    reason = _reason(said, reason, by=by, at=at)
    entry = letters.take_back_sending(letter=letter, by=by, reason=reason, at=at)
    for fact in _facts_of(said):
        _stop_awaiting(fact)
        milestones.take_back(milestone=fact, structure=letter.case.responsible_structure, by=by, at=at, cause=entry)
    for attempt in _attempts_beside(said):
        support.take_back_attempt(attempt=attempt, by=by, reason=reason, at=at, cause=entry)
    return entry


@transaction.atomic
def note_return(*, letter: Letter, on: date, by: User, at: datetime) -> JournalEntry:
    """The post brought it back. Refuses (`NotAllowed`) another service, and (`Refusal`) what was not sent, or came back."""
    lock_case(letter.case_id)
    letter = Letter.objects.select_related("case", "structure").get(pk=letter.pk)
    _require_right(by, letter.structure_id, at=at)
    if letter.sent_on is None:
        raise Refusal("L’envoi de ce courrier n’est pas noté : le noter d’abord.")
    if letter.returned_on:
        raise Refusal(f"Ce courrier est déjà noté comme revenu, le {letter.returned_on:%d/%m/%Y}.")
    if on < letter.sent_on:
        raise Refusal(f"Il est parti le {letter.sent_on:%d/%m/%Y} : il n’a pas pu revenir avant.", field="returned_on")
    return letters.note_return(letter=letter, on=on, by=by, at=at)


def last_act_to_take_back(case: Case, *, by: User, at: datetime) -> JournalEntry | None:
    """What this very turn noted, when a press may take it back."""
    entries = JournalEntry.objects.filter(case=case, actor=by, happened_at=at, kind="contact.attempted")
    last = entries.order_by("-pk").first()
    return last if last and last.data["result"] == ContactAttempt.Result.NO_ANSWER else None


def _require_right(by: User, structure: int, *, at: datetime) -> None:
    if not permissions.has_right(by, "handle_case", structure, at=localdate(at)):
        raise NotAllowed


def _reason(said: JournalEntry, reason: str, *, by: User, at: datetime) -> str:
    if reason in REASONS:
        return reason
    if is_recent(said, by=by, at=at):
        return UNDONE
    raise Refusal(
        "Plus de dix minutes ont passé, ou quelqu’un d’autre l’a noté : dire pourquoi le retirer.", field="reason"
    )


def _line_went_on(letter: Letter, *, since: JournalEntry) -> bool:
    later = JournalEntry.objects.filter(case=letter.case_id, pk__gt=since.pk, data__line=letter.line_id)
    return later.filter(kind__startswith="line.").exists()


def _facts_of(said: JournalEntry) -> list[Milestone]:
    kept = JournalEntry.objects.filter(cause=said, kind="milestone.recorded").values_list("data__milestone", flat=True)
    return list(Milestone.objects.filter(pk__in=list(kept), replaced_by=None).select_related("case", "debt"))


def _stop_awaiting(fact: Milestone) -> None:
    """Its answer, which nobody will give."""
    ways = {way for way, facts in way_facts.FACTS.items() if facts.sent == fact.kind}
    waiting = CaseTask.objects.open().filter(process__debt=fact.debt_id, node="await_answer").select_related("process")
    for task in waiting.exclude(process__debt=None):
        left = [way for way in task.process.answer("awaits") or [] if way not in ways]
        if left:  # the step waits for another answer
            task.process.data["awaits"] = left
            task.process.save()


def _attempts_beside(said: JournalEntry) -> list[ContactAttempt]:
    """The attempt that the sending counted as: noted in the same act."""
    beside = JournalEntry.objects.filter(
        case=said.case_id, actor=said.actor_id, happened_at=said.happened_at, kind="contact.attempted"
    ).values_list("data__attempt", flat=True)
    return list(ContactAttempt.objects.filter(pk__in=list(beside)).select_related("case", "structure"))
