"""The questions of a service as a file, and that file given back filled in: each of its lines is an ordinary answer, or is
refused with a sentence."""

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
from cases.models import AccessEntry, Question, Structure
from cases.refusals import Refusal
from cases.rules.answer_files import AMOUNT, ANSWER, DAY, DECIDED_ON, HOUR, TEXT, AnsweredRow, read_answers
from cases.rules.free_text import warn_of
from cases.rules.names import normalise_text
from cases.rules.overpayments import AnswerChoice, Overpayments
from cases.rules.parameters import read_uuid
from workflows.actions import questions
from workflows.exports.jobs import CannotExport
from workflows.exports.questions import CODE, export_questions
from workflows.queries.questions import with_all, words_on
from workflows.views.overpayment.answer_forms import QuestionAnswerForm
from workflows.views.parts.pages import StructurePage
from workflows.views.work.exports import build_file_response

UNKNOWN = "Cette référence n’est pas celle d’une question posée à votre service : la reprendre du fichier téléchargé."
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


class OperatorPage(StructurePage):
    """Of a service of an operator whose questions the reader answers."""

    def get_selectable_structures(self) -> QuerySet[Structure]:
        return permissions.questioned_structures(self.user, at=self.today)

    @property
    def file_url(self) -> str:
        return f"{reverse('questions_file')}?structure={self.structure.code}"


class AnswerFilePage(OperatorPage):
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
        mine = with_all(permissions.visible_questions(self.user, at=self.today).filter(public_id__in=keys))
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
            return AnsweredLine(number=row.number, title="", state="refused", words=UNKNOWN)
        title = next((each.label for each in words.questions if each.code == question.kind), question.kind)
        if row.is_empty:
            return AnsweredLine(number=row.number, title=title, state="empty", words="Laissée sans réponse.")
        if is_twice:
            return AnsweredLine(number=row.number, title=title, state="refused", words=TWICE)
        try:
            state, said = self._keep_answer(row, question, words)
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
        said = {name: typed[name] for name in ("answer", "amount", "meets_at", "decided_on", "text")}
        if _is_known(question, said):
            return "known", "Déjà enregistrée : rien n’a changé."
        questions.answer(question=question, by=self.user, at=self.now, **said)
        return "kept", "Enregistrée : le professionnel en est prévenu."

    def render_form(self, form: AnswerFileForm, lines: list[AnsweredLine]) -> HttpResponse:
        waiting = permissions.questions_to_answer(self.user, at=self.today).filter(structure=self.structure)
        states = Counter(line.state for line in lines)
        context = {
            "structure": self.structure,
            "structure_tabs": self.structure_tabs,
            "list_url": f"{reverse('questions')}?structure={self.structure.code}",
            "export_url": f"{reverse('questions_export')}?structure={self.structure.code}",
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


class ExportQuestions(OperatorPage):
    shows = AccessEntry.Kind.EXPORT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        try:
            file = export_questions(structure=self.structure, by=self.user, at=self.now)
        except CannotExport as refusal:
            messages.error(request, str(refusal))
            return redirect(self.file_url)
        return build_file_response(file, code=CODE, file_type="csv", page=self)
