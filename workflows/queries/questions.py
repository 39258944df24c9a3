"""Questions to operators: as their correspondents read them, and as who asks reads them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.text import capfirst
from django.utils.timezone import localdate

from cases.actions.lines import LawOfTheDay
from cases.actions.remedies import overpayments_in_force
from cases.calendar import working_days_between
from cases.models import (
    Beneficiary,
    Case,
    Deadline,
    Document,
    HouseholdMember,
    Membership,
    Question,
    QuestionText,
)
from cases.rules.overpayments import Overpayments
from cases.rules.questions import SHARED
from cases.templatetags.relais import birth_date, euros, short_date
from workflows.queries.waiting_time import closed_days, read_closed_days

JOINED = ("public_id", "content_type", "size", "scan")
HISTORY = 20
"""Ended questions that a list shows, the last ones first."""


@dataclass(frozen=True, kw_only=True)
class ShownQuestion:
    """A question and its answer in words."""

    question: Question
    title: str
    answer: str
    asked: str
    """What was written with the question."""
    said: str
    """What was written with the answer."""
    age: int
    """Working days of the service for which it waits, or waited."""
    due_on: date | None
    is_late: bool
    is_noted: bool
    """Its answer was said elsewhere, and written here by who follows the case."""
    files: Sequence[Document]
    """What the operator joined to its answer, for who reads the case: of each, what `JOINED` names."""

    @property
    def waiting_words(self) -> str:
        """chez CAF 91 – recouvrement depuis 6 jours ouvrés"""
        if not self.age:
            return f"chez {self.question.structure} depuis aujourd’hui"
        return f"chez {self.question.structure} depuis {self.age} jour{'s' if self.age > 1 else ''} ouvré{'s' if self.age > 1 else ''}"


IS_LATE = Exists(Deadline.objects.filter(questions=OuterRef("pk"), state=Deadline.State.MISSED))
"""Of those that wait: a day on which the answer was expected is over."""


def with_all(questions: QuerySet[Question]) -> QuerySet[Question]:
    """Read with all that `build_shown_questions` says, in the same query."""
    delays = Deadline.objects.filter(questions=OuterRef("pk"))
    texts = QuestionText.objects.filter(question=OuterRef("pk")).values("text")
    return questions.select_related("structure", "line__notice", "asked_by", "ended_by").annotate(
        closures=closed_days("structure"),
        due_on=Subquery(delays.order_by("legal_date").values("legal_date")[:1]),
        is_of_service=Exists(Membership.objects.filter(user=OuterRef("ended_by"), structure=OuterRef("structure"))),
        has_missed=IS_LATE,
        asked=Subquery(texts.filter(side=QuestionText.Side.ASKED)[:1]),
        said=Subquery(texts.filter(side=QuestionText.Side.ANSWERED)[:1]),
    )


def build_shown_questions(questions: Iterable[Question], *, words: Overpayments, on: date) -> list[ShownQuestion]:
    """Of questions read by `with_all`: no query more."""
    titles = {each.code: each.label for each in words.questions}
    answers = {each.code: each.label for each in words.answers}
    return [_build_shown_question(each, titles=titles, answers=answers, on=on) for each in questions]


def words_on(on: date, *, territory: str) -> Overpayments:
    return overpayments_in_force(on=on, territory=territory)


def _build_shown_question(
    question: Any, *, titles: Mapping[str, str], answers: Mapping[str, str], on: date
) -> ShownQuestion:
    last = localdate(question.ended_at) if question.ended_at else on
    return ShownQuestion(
        question=question,
        title=titles.get(question.kind, question.kind),
        answer=answers.get(question.answer, question.answer),
        asked=question.asked or "",
        said=question.said or "",
        age=working_days_between(localdate(question.asked_at), last, closures=read_closed_days(question.closures)),
        due_on=question.due_on,
        is_late=question.is_open and question.has_missed,
        is_noted=not question.is_open and not question.is_of_service,
        files=[Document(**read) for read in getattr(question, "joined", ())],
    )


def of_case(case: Case, *, law: LawOfTheDay) -> dict[int, list[ShownQuestion]]:
    """Line → its questions, the last one first, for who sees the whole case. One query."""
    read = {name: name for name in JOINED}
    joined = Document.objects.filter(question=OuterRef("pk"), visibility=Document.Visibility.SHARED).order_by("pk")
    asked = with_all(Question.objects.filter(line__notice__case=case)).annotate(
        joined=ArraySubquery(joined.values_list(JSONObject(**read)))
    )
    found = list(asked.order_by("-asked_at", "-pk"))
    by_line: dict[int, list[ShownQuestion]] = {}
    for each in build_shown_questions(found, words=law.overpayments, on=law.on) if found else ():
        by_line.setdefault(each.question.line_id, []).append(each)
    return by_line


def shared_fields(question: Question) -> list[tuple[str, str]]:
    """The fields that the service is shown, as they are now. Nothing else of the case is read here."""
    return shared_fields_of([question])[question.pk]


def shared_fields_of(questions: Sequence[Question]) -> dict[int, list[tuple[str, str]]]:
    """The same of several, by question. One query at most."""
    named = [each.line.notice_id for each in questions if {"name", "birth_date"} & set(each.shared)]
    holders = HouseholdMember.objects.filter(
        household__cases__overpayment_notices__in=named, until=None, position="holder"
    ).annotate(notice=F("household__cases__overpayment_notices"))
    people = {each.notice: each.beneficiary for each in holders.select_related("beneficiary")} if named else {}
    return {each.pk: _fields_of(each, people.get(each.line.notice_id)) for each in questions}


def _fields_of(question: Question, person: Beneficiary | None) -> list[tuple[str, str]]:
    line = question.line
    values = {
        "name": person.full_name if person else "",
        "birth_date": birth_date(person.birth_date) if person else "",
        "file_number": line.notice.file_number,
        "benefit": capfirst(line.get_benefit_display()),
        "amount": euros(line.amount),
        "period": " à ".join(f"{day:%m/%Y}" for day in (line.since, line.until) if day),
        "letter_date": short_date(line.notice.letter_date),
    }
    return [(label, values[code]) for code, label in SHARED.items() if code in question.shared]
