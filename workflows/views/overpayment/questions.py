"""The correspondents of an operator: the questions asked to their service, one of them, and the causes in numbers.

They never see a case. Of a question they see what it asks and the fields shared with it, as long as it waits.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import permissions
from cases.actions.questions import AlreadyEnded
from cases.forms import FormFiles
from cases.models import AccessEntry, Case, CaseKind, Question, Structure
from cases.models.questions import first_of_month
from cases.permissions import ShownBy
from cases.refusals import NotAllowed, Refusal
from cases.rules.overpayments import Overpayments
from workflows.actions import kept, questions
from workflows.queries.causes import alerts_of, build_cause_report
from workflows.queries.months import Month
from workflows.queries.questions import (
    HISTORY,
    IS_LATE,
    build_shown_questions,
    shared_fields,
    with_all,
    words_on,
)
from workflows.views.overpayment.answer_forms import QuestionAnswerForm
from workflows.views.parts.cut_lists import MOST_SHOWN
from workflows.views.parts.free_text import warn_of_typed
from workflows.views.parts.pages import FormPage, StructurePage
from workflows.views.parts.tabs import build_structure_tabs


class QuestionsPage(StructurePage):
    """The inbox of a service: what waits, the oldest first, then what was answered last."""

    shows = AccessEntry.Kind.LIST

    def get_selectable_structures(self) -> QuerySet[Structure]:
        return permissions.questioned_structures(self.user, at=self.today)

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        words = words_on(self.today, territory=self.structure.territory)
        waiting = permissions.questions_to_answer(self.user, at=self.today).filter(structure=self.structure)
        oldest = waiting.order_by("asked_at", "pk").values("pk")[: MOST_SHOWN + 1]
        ended = Question.objects.filter(structure=self.structure, state=Question.State.ANSWERED)
        last = ended.order_by("-ended_at", "-pk").values("pk")[:HISTORY]
        asked = with_all(Question.objects.filter(Q(pk__in=oldest) | Q(pk__in=last)))
        lines = build_shown_questions(asked.order_by("asked_at", "pk"), words=words, on=self.today)
        answered = [each for each in lines if not each.question.is_open]
        unanswered = [each for each in lines if each.question.is_open]
        is_cut = len(unanswered) > MOST_SHOWN
        context = {
            "structure": self.structure,
            "structure_tabs": self.structure_tabs,
            "waiting": unanswered[:MOST_SHOWN],
            "waiting_count": waiting.count() if is_cut else len(unanswered),
            "late": waiting.filter(IS_LATE).count() if is_cut else sum(each.is_late for each in unanswered),
            "ended": sorted(answered, key=lambda each: each.question.ended_at or self.now, reverse=True),
            "alerts": len(alerts_of([self.structure], month=first_of_month(self.today))),
        }
        return render(request, "questions/list.html", context)


ANSWERED = ("answer", "amount", "noted", "meets_at", "decided_on", "pieces", "text")
"""What an answer says, by the names that its refusals give."""


class QuestionPage(FormPage):
    """One question. For who answers there; for everybody else it does not exist."""

    shows = AccessEntry.Kind.QUESTION

    question: Question

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        visible = with_all(permissions.visible_questions(self.user, at=self.today))
        found = visible.select_related("line__notice__case", "line__debt", "structure", "follows")
        self.question = get_object_or_404(found, public_id=kwargs["question"])
        waiting = permissions.questions_to_answer(self.user, at=self.today)
        self.is_waiting = waiting.filter(pk=self.question.pk).exists()
        return super().dispatch(request, *args, **kwargs)

    def find_shown_case(self) -> Case | None:
        """Once it is answered, nothing of the case is shown."""
        return self.question.line.notice.case if self.is_waiting else None

    def find_shown_by(self, case: Case | None) -> ShownBy:
        return ShownBy(self.question.structure_id, AccessEntry.Right.QUESTION)

    @property
    def words(self) -> Overpayments:
        return words_on(self.today, territory=self.question.structure.territory)

    def get_form(self, data: QueryDict | None = None, files: FormFiles = None) -> QuestionAnswerForm:
        form = QuestionAnswerForm(
            data,
            files,
            words=self.words,
            kind=self.question.kind,
            is_taken_off=questions.is_taken_off_since(self.question),
            initial={"decided_on": self.today},
        )
        form.kept_files = kept.files_of(self.user, data.getlist("kept")) if data else ()
        return form

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        """A file is kept for its author, whatever else is at fault."""
        form = self.get_form(request.POST, request.FILES)
        if form.is_valid():
            try:
                answer = self.process_sent(form)
            except AlreadyEnded:
                self.is_waiting = False
            except Refusal as refusal:
                form.add_error(form.field_of(refusal.field) if refusal.field in ANSWERED else None, str(refusal))
            else:
                kept.discard_files(form.kept_files)
                warn_of_typed(request, form, case=None, by=self.user, at=self.now)
                return answer
        if self.is_waiting:
            sent = request.FILES.getlist("pieces")
            form.kept_files = [*form.kept_files, *kept.keep_files(author=self.user, files=sent, at=self.now)]
        return self.render_form(form)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        said = {name: typed[name] for name in ("answer", "amount", "noted", "meets_at", "decided_on", "text")}
        try:
            questions.answer(question=self.question, files=typed["pieces"], by=self.user, at=self.now, **said)
        except NotAllowed as refusal:
            raise PermissionDenied from refusal
        messages.success(self.request, f"Réponse envoyée{_count_files(typed)} : le professionnel en est prévenu.")
        return redirect(f"{reverse('questions')}?structure={self.question.structure.code}")

    def render_form(self, form: QuestionAnswerForm) -> HttpResponse:
        chain = [self.question, *([self.question.follows] if self.question.follows else [])]
        read = build_shown_questions(
            with_all(Question.objects.filter(pk__in=[each.pk for each in chain])), words=self.words, on=self.today
        )
        by_pk = {each.question.pk: each for each in read}
        context = {
            "shown": by_pk[self.question.pk],
            "before": by_pk.get(self.question.follows_id or 0),
            "fields": shared_fields(self.question) if self.is_waiting else [],
            "is_waiting": self.is_waiting,
            "structure": self.question.structure,
            "list_url": f"{reverse('questions')}?structure={self.question.structure.code}",
            "form": form if self.is_waiting else None,
            "unsent": None if self.is_waiting or not form.is_bound else form["text"].value() or "",
        }
        return render(self.request, "questions/question.html", context)


def _count_files(typed: dict[str, Any]) -> str:
    number = len(typed["pieces"])
    return f", avec {number} fichier{'s' if number > 1 else ''}" if number else ""


class CausePage(StructurePage):
    """Causes in numbers: for the correspondents of the operator, and the pilots."""

    held_back = ()

    def get_selectable_structures(self) -> QuerySet[Structure]:
        return permissions.reported_operators(self.user, at=self.today)

    @property
    def reads_plain(self) -> bool:
        """Who pilots this action: small numbers are hidden from all others."""
        return CaseKind.OVERPAYMENT in permissions.piloted_kinds(
            self.user, territory=self.structure.territory, at=self.today
        )


class CauseReportPage(CausePage):
    """The notices of a month by cause, benefit and outcome."""

    @property
    def can_answer_questions(self) -> bool:
        return permissions.questioned_structures(self.user, at=self.today).exists()

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        month = Month.parse_past_or_current(request.GET.get("mois", ""), today=self.today) or Month.containing(
            self.today
        )
        after = month.shifted_by(1) if month < Month.containing(self.today) else None
        context = {
            "structure": self.structure,
            "tabs": build_structure_tabs(self.mine, current=self.structure, mois=month.code),
            "month": month,
            "report": build_cause_report(self.structure, month=month.first, on=self.today, is_plain=self.reads_plain),
            "before": month.shifted_by(-1),
            "after": after,
            "questions_url": reverse("questions") if self.can_answer_questions else "",
        }
        return render(request, "questions/report.html", context)
