"""A professional asks an operator about a line; what its correspondent answers is a fact, which moves the line."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NotRequired, TypedDict, Unpack

from django.db import transaction
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import documents, lines as domain, questions
from cases.actions.documents import AlreadyThere
from cases.actions.lines import SETTLED, LawOfTheDay
from cases.actions.questions import AlreadyEnded
from cases.locks import lock_case
from cases.models import DebtLine, Document, JournalEntry, LedgerEntry, Milestone, Question, Structure, User
from cases.refusals import NotAllowed, Refusal
from cases.rules.overpayments import FACTS, AnswerChoice
from workflows.actions import milestones
from workflows.actions.ledger import refuse_unless_followed

REMITTED = frozenset({"waived", "waived_partly"})
"""Outcomes by which a sum is waived; by any other it is cancelled."""


class OperatorAnswer(TypedDict):
    """What an operator answers."""

    answer: str
    decided_on: date
    amount: NotRequired[Decimal | None]
    noted: NotRequired[str]
    """Of a part: is it a sum that is deducted already (`cases.actions.lines.SAME`)?"""
    meets_at: NotRequired[datetime | None]
    text: NotRequired[str]


class CannotAnswer(Refusal):
    """An operator’s answer is not recorded so."""


@transaction.atomic
def ask(
    *,
    line: DebtLine,
    structure: Structure,
    kind: str,
    shared: Sequence[str],
    text: str,
    basis: str,
    follows: Question | None,
    by: User,
    at: datetime,
) -> Question:
    """Refuses (`NotAllowed`) who does not follow the case, and (`CannotAsk`) as `questions.ask` does."""
    refuse_unless_followed(line.notice.case, by=by, at=at)
    line.refresh_from_db(fields=["closed_on"])
    return questions.ask(
        line=line,
        structure=structure,
        kind=kind,
        shared=shared,
        text=text,
        basis=basis,
        follows=follows,
        by=by,
        at=at,
    )


@transaction.atomic
def withdraw(*, question: Question, by: User, at: datetime) -> None:
    """Refuses (`NotAllowed`) who does not follow the case, and (`AlreadyEnded`) as `questions.withdraw` does."""
    refuse_unless_followed(question.line.notice.case, by=by, at=at)
    questions.withdraw(question=question, by=by, at=at)


@transaction.atomic
def answer(
    *, question: Question, files: Sequence[bytes] = (), by: User, at: datetime, **said: Unpack[OperatorAnswer]
) -> Question:
    """Keep what the operator says, and let it move the line.

    1. The case is locked, the question read again: of two who answer at once, the second is told (`AlreadyEnded`).
    2. The answer is kept with its line of the journal; the service leaves the case if nothing else waits there.
    3. Its files become shared pieces of the line, inspected and held in quarantine as any other.
    4. A sum that falls is a movement of the debt; once nothing is left, that is a dated fact. A withholding that is
       stopped is a dated fact too. Any other answer moves nothing: the professional reads it, and goes on.

    It completes no step: whether it answers a demand that was sent is the professional’s to say.
    Refuses (`NotAllowed`) who does not answer for this service; (`CannotAnswer`) an answer that is unknown or not of such a
    question, a day to come or before the letter, what must come with it and lacks, a sum above what is left; asks
    (`AlreadyTakenOff`) whether a part is what was deducted since the question; and refuses (`uploads.RefusedFile`) a file that
    may not be kept.
    """
    lock_case(question.line.notice.case_id)
    if not permissions.visible_questions(by, at=localdate(at)).filter(pk=question.pk).exists():
        raise NotAllowed
    return _keep_answer(question, said, files=files, is_noted=False, by=by, at=at)


@transaction.atomic
def note_answer(*, question: Question, by: User, at: datetime, **said: Unpack[OperatorAnswer]) -> Question:
    """`answer`, said elsewhere by an operator that does not sign in: the same answer, with the same effects.

    Refuses (`NotAllowed`) who does not follow the case, and (`CannotAnswer`, `AlreadyEnded`) as `answer` does.
    """
    refuse_unless_followed(question.line.notice.case, by=by, at=at)
    return _keep_answer(question, said, files=(), is_noted=True, by=by, at=at)


def _keep_answer(
    question: Question, said: OperatorAnswer, *, files: Sequence[bytes], is_noted: bool, by: User, at: datetime
) -> Question:
    question = Question.objects.select_related("structure", "line__notice__case", "line__debt").get(pk=question.pk)
    today, amount, text = localdate(at), said.get("amount"), said.get("text", "")
    law = LawOfTheDay(on=today, territory=question.line.notice.case.territory)
    if not question.is_open:
        raise AlreadyEnded(question)
    offered = law.overpayments.answers_to(question.kind)
    choice = next((each for each in offered if each.code == said["answer"]), None)
    if choice is None:
        raise CannotAnswer("Choisir une des réponses à cette question.", field="answer")
    lowers = law.overpayments.lowered_part(choice)
    _refuse_day(said["decided_on"], question, is_noted=is_noted, today=today)
    if lowers == "part" and not amount:
        raise CannotAnswer("Saisir la somme qui n’est plus réclamée.", field="amount")
    _refuse_incomplete(choice, meets_at=said.get("meets_at"), text=text, files=files, at=at)
    part = amount if lowers == "part" else None
    entry = questions.answer(
        question=question,
        answer=choice.code,
        amount=part,
        decided_on=said["decided_on"],
        meets_at=said.get("meets_at") if choice.takes == "meeting" else None,
        text=text,
        is_noted=is_noted,
        by=by,
        at=at,
    )
    _join_files(question, files, by=by, at=at, entry=entry)
    if lowers in ("all", "part"):
        _lower_debt(question, choice, part, noted=said.get("noted", ""), law=law, by=by, at=at, entry=entry)
    elif choice.moves in FACTS and _is_withheld(question.line, stop=choice.moves):
        _keep_fact(question, choice.moves, law=law, by=by, at=at, entry=entry)
    return question


def is_taken_off_since(question: Question) -> bool:
    """Was a sum taken off the line since the day on which the question was asked? Its answer may be that one."""
    return domain.find_taken_off(question.line.debt_id, since=localdate(question.asked_at)).exists()


def _refuse_day(decided_on: date, question: Question, *, is_noted: bool, today: date) -> None:
    """The day of the letter is said to who follows the case, and to an operator with whom it was shared."""
    if decided_on > today:
        raise CannotAnswer("Cette date est à venir : saisir le jour de la décision.", field="decided_on")
    if decided_on < question.line.notice.letter_date:
        is_said = is_noted or "letter_date" in question.shared
        letter = f", du {question.line.notice.letter_date:%d/%m/%Y}" if is_said else " qui réclame cette somme"
        raise CannotAnswer(
            f"Cette date précède le courrier{letter} : vérifier le jour et l’année.", field="decided_on"
        )


def _refuse_incomplete(
    said: AnswerChoice, *, meets_at: datetime | None, text: str, files: Sequence[bytes], at: datetime
) -> None:
    """What must come with an answer, without which it says nothing."""
    if said.takes == "file" and not files and not text.strip():
        raise CannotAnswer("Joindre le fichier, ou écrire dans la précision comment il a été envoyé.", field="pieces")
    if said.takes == "text" and not text.strip():
        raise CannotAnswer("Préciser la réponse en une phrase.", field="text")
    if said.takes == "meeting" and (meets_at is None or meets_at <= at):
        raise CannotAnswer("Saisir un jour et une heure à venir.", field="meets_at")


def _join_files(question: Question, files: Sequence[bytes], *, by: User, at: datetime, entry: JournalEntry) -> None:
    """One that is among the pieces that all read is not kept twice, and the operator is not told that it is there."""
    for content in files:
        try:
            documents.add(
                case=question.line.notice.case,
                content=content,
                kind=Document.Kind.ANSWER,
                received_on=localdate(at),
                visibility=Document.Visibility.SHARED,
                structure=question.structure,
                line=question.line,
                question=question,
                by=by,
                at=at,
                cause=entry,
            )
        except AlreadyThere:
            continue


def _lower_debt(
    question: Question,
    said: AnswerChoice,
    amount: Decimal | None,
    *,
    noted: str,
    law: LawOfTheDay,
    by: User,
    at: datetime,
    entry: JournalEntry,
) -> None:
    kind = LedgerEntry.Kind.REMITTED if said.moves in REMITTED else LedgerEntry.Kind.CANCELLED
    on = question.decided_on or localdate(at)
    is_settled = domain.lower_debt(
        question.line,
        kind=kind,
        amount=amount,
        asked_on=localdate(question.asked_at),
        noted=noted,
        on=on,
        structure=question.structure,
        by=by,
        at=at,
        cause=entry,
    )
    if is_settled:
        _keep_fact(question, SETTLED, law=law, by=by, at=at, entry=entry)


def _keep_fact(
    question: Question, fact: str, *, law: LawOfTheDay, by: User, at: datetime, entry: JournalEntry
) -> None:
    """The operator says it itself: the day is proved."""
    milestones.keep_milestone(
        case=question.line.notice.case,
        debt=question.line.debt,
        context=law.context_of(question.line),
        kind=fact,
        happened_on=question.decided_on or localdate(at),
        known=Milestone.Known.PROVED,
        structure=question.structure,
        by=by,
        at=at,
        cause=entry,
    )


def _is_withheld(line: DebtLine, *, stop: str) -> bool:
    """Was a sum withheld since the withholding was last stopped?"""
    withheld = LedgerEntry.objects.filter(debt=line.debt_id, kind=LedgerEntry.Kind.WITHHELD, corrected_by=None)
    last = withheld.order_by("-on").values_list("on", flat=True).first()
    stopped = Milestone.objects.filter(debt=line.debt_id, kind=stop, replaced_by=None)
    return last is not None and not stopped.filter(happened_on__gte=last).exists()
