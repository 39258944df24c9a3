"""What one press noted by mistake is taken back: at once by its author, later with a reason. Its lines of the journal stay.

Nothing that others have built on since is taken back: the refusal says what rests on it.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from viewflow.workflow.status import STATUS

from cases import permissions
from cases.actions import letters, support
from cases.locks import lock_case
from cases.models import Case, ContactAttempt, JournalEntry, Letter, Milestone, User
from cases.refusals import NotAllowed, Refusal
from workflows import engine
from workflows.actions import milestones
from workflows.models import CaseProcess, CaseTask
from workflows.steps import way_facts

UNDONE = "undone"
REASONS = {
    "wrong_case": "noté sur le mauvais dossier",
    "not_done": "cela n’a pas eu lieu",
    "mistake": "autre erreur de saisie",
}
TAKEN_BACK = "C’est déjà retiré."


def is_recent(entry: JournalEntry | None, *, by: User, at: datetime) -> bool:
    """May its author take it back without saying why?"""
    return entry is not None and entry.actor_id == by.pk and at - entry.happened_at <= support.AT_ONCE


def entry_of_attempt(attempt: ContactAttempt) -> JournalEntry | None:
    said = JournalEntry.objects.filter(case=attempt.case_id, kind="contact.attempted", data__attempt=attempt.pk)
    return said.order_by("-pk").first()


def entry_of_sending(letter: Letter) -> JournalEntry | None:
    """The last time it was said to be sent."""
    said = JournalEntry.objects.filter(case=letter.case_id, kind="letter.sent", data__letter=letter.pk)
    return said.order_by("-pk").first()


def may_be_taken_back(attempt: ContactAttempt) -> bool:
    """One that nobody answered; what was said to somebody has opened the case, and stays."""
    return attempt.result == ContactAttempt.Result.NO_ANSWER


def find_removable_attempts(case: Case, *, by: User, at: datetime) -> frozenset[int]:
    """Those that this person may take back now: of his structure, unanswered, and on which nothing rests."""
    if not case.is_open or _is_concluded(case):
        return frozenset()
    structures = permissions.rights(by, at=localdate(at)).get("handle_case", frozenset())
    found = case.contact_attempts.filter(
        structure__in=structures, result=ContactAttempt.Result.NO_ANSWER, appointment=None
    )
    return frozenset(found.values_list("pk", flat=True))


@transaction.atomic
def take_back_attempt(*, attempt: ContactAttempt, by: User, at: datetime, reason: str = "") -> JournalEntry:
    """Refuses (`NotAllowed`) another service, and (`Refusal`) an attempt on which something rests."""
    lock_case(attempt.case_id)
    attempt = ContactAttempt.everything.select_related("case", "structure").get(pk=attempt.pk)
    if attempt.voided_at:
        raise Refusal(TAKEN_BACK)
    require_right(by, attempt.structure_id, at=at)
    refuse_closed(attempt.case)
    if not may_be_taken_back(attempt):
        raise Refusal("Un contact établi a ouvert la suite : il ne se retire pas. L’expliquer par une observation.")
    if hasattr(attempt, "appointment"):
        raise Refusal("Cette tentative vient d’un rendez-vous non honoré : elle reste avec lui.")
    _refuse_concluded(attempt.case)
    reason = reason_of(entry_of_attempt(attempt), reason, by=by, at=at)
    return support.take_back_attempt(attempt=attempt, by=by, reason=reason, at=at)


def take_back_attempt_of(attempt: ContactAttempt, *, cause: JournalEntry, reason: str) -> None:
    """The attempt that another act counted as, with that act. Refuses (`Refusal`) one on which something rests."""
    _refuse_concluded(attempt.case)
    by, at = cause.actor, cause.happened_at
    support.take_back_attempt(attempt=attempt, by=by, reason=reason, at=at, cause=cause)


@transaction.atomic
def take_back_sending(*, letter: Letter, by: User, at: datetime, reason: str = "") -> JournalEntry:
    """With the dated fact and the attempt that it counted as; a fact that it corrected is known again as before. Refuses
    (`NotAllowed`) another service, and (`Refusal`) a sending that a step recorded, on which its line or the case has gone
    on, or whose fact is now for another service to say."""
    lock_case(letter.case_id)
    letter = Letter.objects.select_related("case__responsible_structure", "structure").get(pk=letter.pk)
    said = entry_of_sending(letter)
    if letter.sent_on is None or said is None:
        raise Refusal(TAKEN_BACK)
    require_right(by, letter.structure_id, at=at)
    refuse_closed(letter.case)
    if said.cause_id:
        raise Refusal(
            "Cet envoi a été noté par une étape, et le dossier a avancé depuis : l’expliquer par une observation."
        )
    facts, attempts = _facts_of(said), _attempts_beside(said)
    if letter.line_id and _line_went_on(letter, since=said, facts=facts):
        raise Refusal(
            "La ligne a avancé depuis cet envoi, ou un fait y a été noté : il ne se retire plus. L’expliquer par une"
            " observation."
        )
    if facts and not milestones.may_record(by, letter.case, at=at):
        raise Refusal(
            f"Cet envoi est aussi un fait daté du dossier, que suit maintenant {letter.case.responsible_structure} :"
            " l’expliquer par une observation, qu’elle lira."
        )
    if attempts:
        _refuse_concluded(letter.case)
    reason = reason_of(said, reason, by=by, at=at)
    entry = letters.take_back_sending(letter=letter, by=by, reason=reason, at=at)
    for fact in facts:
        _undo_fact(fact, by=by, at=at, cause=entry)
    for attempt in attempts:
        support.take_back_attempt(attempt=attempt, by=by, reason=reason, at=at, cause=entry)
    return entry


@transaction.atomic
def note_return(*, letter: Letter, on: date, by: User, at: datetime) -> JournalEntry:
    """The post brought it back. Refuses (`NotAllowed`) another service, and (`Refusal`) what was not sent, or came back."""
    lock_case(letter.case_id)
    letter = Letter.objects.select_related("case", "structure").get(pk=letter.pk)
    require_right(by, letter.structure_id, at=at)
    refuse_closed(letter.case)
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


def require_right(by: User, structure: int | None, *, at: datetime) -> None:
    if not permissions.has_right(by, "handle_case", structure, at=localdate(at)):
        raise NotAllowed


def refuse_closed(case: Case) -> None:
    if not case.is_open:
        raise Refusal("Ce dossier est clos : le rouvrir d’abord, puis revenir ici.")


def _is_concluded(case: Case) -> bool:
    """Did the procedure that runs conclude that nobody could be reached?"""
    return CaseProcess.objects.filter(case=case, status=STATUS.NEW, data__contacted="not_reached").exists()


def _refuse_concluded(case: Case) -> None:
    if _is_concluded(case):
        raise Refusal(
            "« Contact non établi » a été conclu depuis, et repose sur cette tentative : l’expliquer par une observation."
        )


def reason_of(said: JournalEntry | None, reason: str, *, by: User, at: datetime) -> str:
    if reason in REASONS:
        return reason
    if is_recent(said, by=by, at=at):
        return UNDONE
    raise Refusal(
        "Plus de dix minutes ont passé, ou quelqu’un d’autre l’a noté : dire pourquoi le retirer.", field="reason"
    )


def _line_went_on(letter: Letter, *, since: JournalEntry, facts: list[Milestone]) -> bool:
    """Was a step of its line taken, or another fact of it recorded: above all an answer, which its demand carries?"""
    later = JournalEntry.objects.filter(case=letter.case_id, pk__gt=since.pk)
    steps = later.filter(data__line=letter.line_id, kind__startswith="line.").exclude(cause=since)
    if steps.exists():
        return True
    recorded = list(later.filter(kind="milestone.recorded").values_list("data__milestone", flat=True))
    standing = Milestone.objects.filter(pk__in=recorded, debt__line=letter.line_id, replaced_by=None)
    return standing.exclude(pk__in=[fact.pk for fact in facts]).exists()


def _facts_of(said: JournalEntry) -> list[Milestone]:
    kept = said.consequences.filter(kind="milestone.recorded").values_list("data__milestone", flat=True)
    return list(Milestone.objects.filter(pk__in=list(kept), replaced_by=None).select_related("case", "debt"))


def _undo_fact(fact: Milestone, *, by: User, at: datetime, cause: JournalEntry) -> None:
    """A day that was known before is known again; else the fact did not happen, and nobody answers it."""
    structure, former = fact.case.responsible_structure, Milestone.objects.filter(replaced_by=fact).first()
    if former is None:
        milestones.take_back(milestone=fact, structure=structure, by=by, at=at, cause=cause)
        _stop_awaiting(fact, by=by, at=at, cause=cause)
        return
    milestones.keep_milestone(
        case=fact.case,
        debt=fact.debt,
        kind=fact.kind,
        happened_on=former.happened_on,
        known=former.known,
        term=former.term,
        structure=structure,
        by=by,
        at=at,
        cause=cause,
    )


def _stop_awaiting(fact: Milestone, *, by: User, at: datetime, cause: JournalEntry) -> None:
    """Its answer, which nobody will give. A step that waits for no other has nothing to wait for: a way is chosen again."""
    mediates = fact.kind == way_facts.MEDIATION.sent
    ways = {way for way in way_facts.FACTS if way_facts.facts_of(way, mediates=mediates).sent == fact.kind}
    waiting = CaseTask.objects.open().filter(process__debt=fact.debt_id, node="await_answer").select_related("process")
    for task in waiting.exclude(process__debt=None):
        awaits, titles = task.process.answer("awaits") or [], task.process.answer("titles") or {}
        left = [way for way in awaits if way not in ways]
        if left == awaits:
            continue
        task.process.data |= {
            "awaits": left,
            "titles": {way: title for way, title in titles.items() if way not in ways},
        }
        task.process.save(update_fields=["data"])
        if not left:
            engine.redirect(engine.reload_open_task(task), to="choose_way", by=by, at=at, cause=cause)


def _attempts_beside(said: JournalEntry) -> list[ContactAttempt]:
    """The attempt that the sending counted as, unless it was answered."""
    beside = said.consequences.filter(kind="contact.attempted").values_list("data__attempt", flat=True)
    found = ContactAttempt.objects.filter(pk__in=list(beside), result=ContactAttempt.Result.NO_ANSWER)
    return list(found.select_related("case", "structure"))
