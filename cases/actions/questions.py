"""Questions to the services of operators: asked, answered, withdrawn. As long as one waits, and no longer, its service
takes part in the case, as a thread: it sees what is shared with it, and nothing else."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import deadlines, restrictions, sharing
from cases.models import (
    Case,
    Deadline,
    DebtLine,
    JournalEntry,
    LegalBasis,
    Participation,
    Question,
    QuestionText,
    Structure,
    User,
)
from cases.refusals import Refusal
from cases.rules.questions import SHARED

State, Side = Question.State, QuestionText.Side
FACT = "question_asked"
BASES = (LegalBasis.ON_REQUEST, LegalBasis.RSA, LegalBasis.MANDATE)
"""The grounds on which an operator is asked (domain §D2); the first one is preset."""


class CannotAsk(Refusal):
    """An operator is not asked this."""


class AlreadyEnded(Refusal):
    """A question is answered or withdrawn a second time."""

    def __init__(self, question: Question) -> None:
        moment = f" le {localdate(question.ended_at):%d/%m/%Y}" if question.ended_at else ""
        super().__init__(f"Cette question n’attend plus de réponse : {question.get_state_display()}{moment}.")


@transaction.atomic
def ask(
    *,
    line: DebtLine,
    structure: Structure,
    kind: str,
    shared: Sequence[str],
    text: str = "",
    basis: str = LegalBasis.ON_REQUEST,
    follows: Question | None = None,
    by: User,
    at: datetime,
) -> Question:
    """Ask a service about a line. It takes part as a thread until nothing waits there any more; its delay starts.

    Refuses (`CannotAsk`) a closed line, a service that claims nothing or in which nobody can answer, the same question
    twice at once, what follows a question that still waits, or that was already followed, and a service that has no part in
    the case yet while what is done with the household is restricted, or on a ground that was opposed.
    """
    case = line.notice.case
    _refuse_impossible_question(line, structure, kind=kind, follows=follows, at=at)
    is_new = not Participation.objects.filter(case=case, structure=structure, until=None).exists()
    if is_new and restrictions.is_restricted(case.household_id):
        raise CannotAsk(restrictions.RESTRICTED)
    if is_new and sharing.is_opposed(case, basis):
        raise CannotAsk(sharing.OPPOSED, field="basis")
    question = Question.objects.create(
        line=line,
        structure=structure,
        kind=kind,
        shared=[code for code in SHARED if code in shared],
        asked_by=by,
        asked_at=at,
        follows=follows,
    )
    _write_text(question, Side.ASKED, text)
    entry = journal.record(
        "question.asked",
        at=at,
        case=case,
        by=by,
        structure=structure,
        line=line.pk,
        question=question.pk,
        code=kind,
        shared=question.shared,
    )
    if is_new:
        sharing.take_part(
            case=case,
            structure=structure,
            part=Participation.Part.ANSWERING,
            level=Participation.Level.THREAD,
            basis=basis,
            by=by,
            at=at,
            cause=entry,
        )
    started = deadlines.start(case=case, debt=line.debt, fact=FACT, on=localdate(at), structure=structure, context={})
    question.deadlines.set(started)
    return question


def _refuse_impossible_question(
    line: DebtLine, structure: Structure, *, kind: str, follows: Question | None, at: datetime
) -> None:
    if not line.is_open:
        raise CannotAsk("Cette ligne est close : il n’y a plus rien à demander à l’organisme.")
    if not structure.is_operator:
        raise CannotAsk(f"{structure} ne réclame pas de trop-perçu : choisir le service qui a écrit.")
    if not permissions.colleagues_with_right(structure, "answer_question", at=localdate(at)).exists():
        raise CannotAsk(f"{structure} n’a pas encore de correspondant dans Relais : lui écrire par courrier.")
    if Question.objects.filter(line=line, structure=structure, kind=kind, state=State.ASKED).exists():
        raise CannotAsk("Cette question attend déjà la réponse de ce service.")
    if follows and follows.is_open:
        raise CannotAsk("La question précédente attend encore sa réponse : la retirer, ou attendre.")
    if follows and Question.objects.filter(follows=follows).exists():
        raise CannotAsk("Cette réponse a déjà sa suite : repartir de la dernière question.")


@transaction.atomic
def answer(
    *,
    question: Question,
    answer: str,
    decided_on: date,
    amount: Decimal | None = None,
    meets_at: datetime | None = None,
    text: str = "",
    is_noted: bool = False,
    by: User,
    at: datetime,
) -> JournalEntry:
    """What the operator says, and on which day it decided so. What follows for the line is its caller’s.

    `is_noted`: it said so elsewhere, and `by` is who follows the case.

    Refuses (`AlreadyEnded`) what no longer waits: of two who answer at once, the second is told.
    """
    said = {"answer": answer, "amount": amount, "decided_on": decided_on, "meets_at": meets_at}
    _end(question, State.ANSWERED, ended_by=by, ended_at=at, **said)
    _write_text(question, Side.ANSWERED, text)
    deadlines.meet(Deadline.objects.waiting().filter(questions=question), at=at)
    entry = journal.record(
        "question.answer_noted" if is_noted else "question.answered",
        at=at,
        case=question.line.notice.case,
        by=by,
        structure=question.structure,
        line=question.line_id,
        question=question.pk,
        code=answer,
        to=question.asked_by_id,
    )
    _end_thread_access(question, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def withdraw(*, question: Question, by: User | None, at: datetime, cause: JournalEntry | None = None) -> None:
    """The answer is no longer waited for. Refuses (`AlreadyEnded`) as `answer` does."""
    _end(question, State.WITHDRAWN, ended_by=by, ended_at=at)
    deadlines.cancel(Deadline.objects.waiting().filter(questions=question), at=at)
    entry = journal.record(
        "question.withdrawn",
        at=at,
        case=question.line.notice.case,
        by=by,
        structure=question.structure,
        cause=cause,
        line=question.line_id,
        question=question.pk,
    )
    _end_thread_access(question, by=by, at=at, cause=entry)


def withdraw_those_of(
    *,
    case: Case,
    line: DebtLine | None = None,
    structure: Structure | None = None,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None,
) -> None:
    """A line is closed, or the whole case, or the service may see it no more: nothing is asked any more."""
    waiting = Question.objects.filter(line__notice__case=case, state=State.ASKED)
    waiting = waiting.filter(line=line) if line else waiting
    waiting = waiting.filter(structure=structure) if structure else waiting
    for question in waiting.select_related("structure", "line__notice__case").order_by("pk"):
        withdraw(question=question, by=by, at=at, cause=cause)


def is_asked(case: Case, structure: Structure) -> bool:
    """Does a question about this case wait there?"""
    return Question.objects.filter(line__notice__case=case, structure=structure, state=State.ASKED).exists()


def _write_text(question: Question, side: str, text: str) -> None:
    if text.strip():
        QuestionText.objects.create(question=question, side=side, text=text.strip())


def _end(question: Question, state: str, **fields: object) -> None:
    """Ends a question that still waits; of two who end it at once, the second is refused (`AlreadyEnded`)."""
    if not Question.objects.filter(pk=question.pk, state=State.ASKED).update(state=state, **fields):
        question.refresh_from_db()
        raise AlreadyEnded(question)
    question.refresh_from_db()


def _end_thread_access(question: Question, *, by: User | None, at: datetime, cause: JournalEntry) -> None:
    """The right ends with its cause: once nothing waits there, the service sees nothing of the case."""
    case, structure = question.line.notice.case, question.structure
    if is_asked(case, structure):
        return
    is_thread = Participation.objects.filter(
        case=case, structure=structure, until=None, level=Participation.Level.THREAD
    )
    if is_thread.exists():
        sharing.end_sharing(case=case, structure=structure, by=by, at=at, cause=cause)
