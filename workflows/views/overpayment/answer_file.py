"""The questions of a service as a file, and that file given back filled in: each of its lines is an ordinary answer, or is
refused with a sentence. By who answers for the service; or, for one that never signs in, by who follows the cases."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from cases import permissions
from cases.actions.lines import BY_SUM
from cases.actions.questions import AlreadyEnded
from cases.models import AccessEntry, Question, Structure
from cases.permissions import ShownBy
from cases.refusals import NotAllowed, Refusal
from cases.rules.answer_files import AMOUNT, ANSWER, DAY, DECIDED_ON, HOUR, TEXT, AnsweredRow, read_answers
from cases.rules.free_text import warn_of
from cases.rules.names import normalise_text
from cases.rules.overpayments import AnswerChoice, Overpayments
from cases.rules.parameters import read_uuid
from workflows.actions import questions
from workflows.actions.questions import OperatorAnswer
from workflows.exports.jobs import CannotExport
from workflows.exports.questions import CODE, export_questions
from workflows.queries.questions import with_all, words_on
from workflows.views.overpayment.answer_forms import QuestionAnswerForm
from workflows.views.parts.pages import StructurePage
from workflows.views.work.exports import build_file_response

UNKNOWN = "Cette référence n’est pas celle d’une question posée à votre service : la reprendre du fichier téléchargé."
UNKNOWN_TO_FOLLOWER = (
    "Cette référence n’est pas celle d’une question sur une situation que vous suivez : la reprendre du fichier téléchargé, "
    "ou laisser qui la suit déposer ce fichier."
)
TWICE = (
    "Cette référence est deux fois dans le fichier, avec une réponse : rien n’est enregistré pour elle. N’en garder qu’une, "
    "puis déposer le fichier de nouveau."
)
NOT_OFFERED = "Cette réponse n’est pas de celles que la colonne « Réponses possibles » propose."


class AnswerFileForm(forms.Form):
    file = forms.FileField(
        label="Fichier rempli",
        help_text="Celui qui a été téléchargé ici, enregistré au format CSV. Il n’est pas gardé.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={
            "required": "Choisir le fichier rempli.",
            "empty": "Ce fichier est vide : le choisir à nouveau.",
        },
    )


@dataclass(frozen=True, kw_only=True)
class AnsweredLine:
    """What became of a line of a file."""

    number: int
    title: str
    """Of the question; empty when it is none of the reader’s."""
    state: str
    """kept, known (by the same file before), empty or refused."""
    words: str


class QuestionFilePage(StructurePage):
    """Of a service of an operator: which of its questions are the reader’s, and what he does with an answer."""

    page, export_page = "", ""
    unknown = ""
    """What is said of any other question, as of none."""
    kept = ""
    """What is said of a line that is."""

    answers_here = False
    """Has the reader a list of these questions, where each is answered?"""

    def find_back(self) -> tuple[str, str]:
        """Where one came from: its name and its address."""
        raise NotImplementedError

    def find_questions(self) -> QuerySet[Question]:
        """Whether or not they wait."""
        raise NotImplementedError

    def find_waiting(self) -> QuerySet[Question]:
        raise NotImplementedError

    def keep_answer(self, question: Question, said: OperatorAnswer) -> None:
        raise NotImplementedError

    @property
    def file_url(self) -> str:
        return f"{reverse(self.page)}?structure={self.structure.code}"


class OperatorPage(QuestionFilePage):
    """Its reader answers for the service."""

    page, export_page = "questions_file", "questions_export"
    unknown, kept = UNKNOWN, "Enregistrée : le professionnel en est prévenu."
    answers_here = True

    def get_selectable_structures(self) -> QuerySet[Structure]:
        return permissions.questioned_structures(self.user, at=self.today)

    def find_back(self) -> tuple[str, str]:
        return self.structure.name, f"{reverse('questions')}?structure={self.structure.code}"

    def find_questions(self) -> QuerySet[Question]:
        return permissions.visible_questions(self.user, at=self.today)

    def find_waiting(self) -> QuerySet[Question]:
        return permissions.questions_to_answer(self.user, at=self.today)

    def keep_answer(self, question: Question, said: OperatorAnswer) -> None:
        questions.answer(question=question, by=self.user, at=self.now, **said)


class FollowerPage(QuestionFilePage):
    """Its reader follows the cases: he gives the file to an operator that never signs in, and notes what it answers."""

    page, export_page = "followed_questions_file", "followed_questions_export"
    unknown, kept = UNKNOWN_TO_FOLLOWER, "Enregistrée : qui suit la situation en est prévenu."

    def find_shown_by(self, case: Any) -> ShownBy:
        """The service is not his."""
        return permissions.list_shown_by(self.held, right="handle_case")

    def get_selectable_structures(self) -> QuerySet[Structure]:
        asked = self.find_questions().order_by().values("structure")
        return Structure.objects.filter(pk__in=asked).order_by("name", "pk")

    def find_back(self) -> tuple[str, str]:
        """The line that leads here (`?ligne=`), if he still follows it; else his cases."""
        line = read_uuid(self.request.GET.get("ligne", ""))
        asked = self.find_questions().select_related("line__notice__case")
        question = asked.filter(line__public_id=line).first() if line else None
        if question is None:
            return "Situations", reverse("cases")
        case = question.line.notice.case
        return "Ligne de trop-perçu", reverse("case_line", args=[case.public_id, question.line.public_id])

    def find_questions(self) -> QuerySet[Question]:
        return permissions.followed_questions(self.user, at=self.today)

    def find_waiting(self) -> QuerySet[Question]:
        return self.find_questions().filter(state=Question.State.ASKED)

    def keep_answer(self, question: Question, said: OperatorAnswer) -> None:
        questions.note_answer(question=question, by=self.user, at=self.now, **said)


class DepositAnswers(QuestionFilePage):
    """Download, then deposit: the page names nobody."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.render_form(AnswerFileForm(), [])

    def show_typed(self) -> HttpResponse:
        """A file is chosen again."""
        return self.render_form(AnswerFileForm(), [])

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        form = AnswerFileForm(request.POST, request.FILES)
        lines: list[AnsweredLine] = []
        if form.is_valid():
            try:
                rows = read_answers(form.cleaned_data["file"].read())
            except Refusal as refusal:
                form.add_error("file", str(refusal))
            else:
                lines = self.answer_all(rows)
                if said := warn_of(" ".join(row.cells.get(TEXT, "") for row in rows)):
                    messages.warning(request, said)
        return self.render_form(form, lines)

    def answer_all(self, rows: list[AnsweredRow]) -> list[AnsweredLine]:
        """Each line in a turn of its own: one that is refused holds back no other."""
        keys = [key for row in rows if (key := read_uuid(row.key))]
        mine = with_all(self.find_questions().filter(public_id__in=keys))
        found = {str(each.public_id): each for each in mine.select_related("line__notice__case", "structure")}
        words = words_on(self.today, territory=self.structure.territory)
        filled = Counter(row.key.lower() for row in rows if not row.is_empty)
        return [
            self.answer_one(row, found.get(row.key.lower()), words, is_twice=filled[row.key.lower()] > 1)
            for row in rows
        ]

    def answer_one(
        self, row: AnsweredRow, question: Question | None, words: Overpayments, *, is_twice: bool
    ) -> AnsweredLine:
        if question is None:
            return AnsweredLine(number=row.number, title="", state="refused", words=self.unknown)
        title = next((each.label for each in words.questions if each.code == question.kind), question.kind)
        if row.is_empty:
            return AnsweredLine(number=row.number, title=title, state="empty", words="Laissée sans réponse.")
        if is_twice:
            return AnsweredLine(number=row.number, title=title, state="refused", words=TWICE)
        try:
            state, said = self._keep_answer(row, question, words)
        except NotAllowed:  # the case changed hands since it was found
            return AnsweredLine(number=row.number, title="", state="refused", words=self.unknown)
        except Refusal as refusal:
            state, said = "refused", str(refusal)
        return AnsweredLine(number=row.number, title=title, state=state, words=said)

    def _keep_answer(self, row: AnsweredRow, question: Question, words: Overpayments) -> tuple[str, str]:
        asked = normalise_text(row.cells[ANSWER])
        offered = words.answers_to(question.kind)
        choice = next((each for each in offered if normalise_text(each.label) == asked), None)
        if choice is None:
            return "refused", NOT_OFFERED
        form = QuestionAnswerForm(_typed(row, choice), words=words, kind=question.kind)
        if not form.is_valid():
            faults = (f"{form.fields[name].label} : {said[0]}" for name, said in form.errors.items())
            return "refused", " ".join(faults)
        typed = form.cleaned_data
        said: Any = {name: typed[name] for name in ("answer", "amount", "meets_at", "decided_on", "text")}
        said["noted"] = BY_SUM  # a column cannot ask
        if _is_known(question, said):
            return "known", "Déjà enregistrée : rien n’a changé."
        if not question.is_open:
            raise AlreadyEnded(question)
        self.keep_answer(question, said)
        return "kept", self.kept

    def render_form(self, form: AnswerFileForm, lines: list[AnsweredLine]) -> HttpResponse:
        waiting = self.find_waiting().filter(structure=self.structure)
        states = Counter(line.state for line in lines)
        back_label, back_url = self.find_back()
        context = {
            "structure": self.structure,
            "structure_tabs": self.structure_tabs,
            "back_label": back_label,
            "back_url": back_url,
            "export_url": f"{reverse(self.export_page)}?structure={self.structure.code}",
            "answers_here": self.answers_here,
            "waiting": waiting.count(),
            "form": form,
            "lines": lines,
            "kept": states["kept"],
            "known": states["known"],
            "refused": states["refused"],
        }
        return render(self.request, "questions/file.html", context)


def _typed(row: AnsweredRow, choice: AnswerChoice) -> QueryDict:
    """The line, as the form of the question would send it."""
    sent = QueryDict(mutable=True)
    sent["answer"] = choice.code
    for name, column in (
        ("decided_on", DECIDED_ON),
        (f"amount_{choice.code}", AMOUNT),
        (f"meets_at_{choice.code}", DAY),
        (f"hour_{choice.code}", HOUR),
        ("text", TEXT),
    ):
        sent[name] = row.cells.get(column, "")
    return sent


def _is_known(question: Any, said: dict[str, Any]) -> bool:
    """Was this very answer kept already?"""
    kept = (question.answer, question.decided_on, question.meets_at, question.said or "")
    sent = (said["answer"], said["decided_on"], said["meets_at"], said["text"].strip())
    is_same_sum = question.amount is None or question.amount == said["amount"]
    return question.state == Question.State.ANSWERED and kept == sent and is_same_sum


class AnswerFilePage(OperatorPage, DepositAnswers):
    pass


class FollowedAnswerFilePage(FollowerPage, DepositAnswers):
    pass


class TakeQuestionsAway(QuestionFilePage):
    shows = AccessEntry.Kind.EXPORT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        try:
            file = export_questions(waiting=self.find_waiting(), structure=self.structure, by=self.user, at=self.now)
        except CannotExport as refusal:
            messages.error(request, str(refusal))
            return redirect(self.file_url)
        return build_file_response(file, code=CODE, file_type="csv", page=self)


class ExportQuestions(OperatorPage, TakeQuestionsAway):
    pass


class ExportFollowedQuestions(FollowerPage, TakeQuestionsAway):
    pass
