"""The correspondents of an operator: the questions asked to their service, one of them, and the causes in numbers.

They never see a case. Of a question they see what it asks and the fields shared with it, as long as it waits.
"""

from typing import Any, ClassVar, Unpack

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import permissions
from cases.forms import DayField, FormData, FormOptions, MoneyField, UnfoldingForm, UnfoldingRadio
from cases.models import AccessEntry, Question, Structure
from cases.models.questions import first_of_month
from cases.permissions import ShownBy
from cases.refusals import NotAllowed, Refusal
from cases.rules.overpayments import Overpayments
from workflows.actions import questions
from workflows.queries.months import Month
from workflows.queries.questions import (
    HISTORY,
    alerts_of,
    build_cause_report,
    build_shown_questions,
    shared_fields,
    with_all,
    words_on,
)
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
        ended = Question.objects.filter(structure=self.structure, state=Question.State.ANSWERED)
        last = ended.order_by("-ended_at", "-pk").values("pk")[:HISTORY]
        asked = with_all(Question.objects.filter(Q(pk__in=waiting.values("pk")) | Q(pk__in=last)))
        lines = build_shown_questions(asked.order_by("asked_at", "pk"), words=words, on=self.today)
        answered = [each for each in lines if not each.question.is_open]
        context = {
            "structure": self.structure,
            "structure_tabs": self.structure_tabs,
            "waiting": [each for each in lines if each.question.is_open],
            "late": sum(each.is_late for each in lines),
            "ended": sorted(answered, key=lambda each: each.question.ended_at or self.now, reverse=True),
            "alerts": len(alerts_of([self.structure], month=first_of_month(self.today))),
        }
        return render(request, "questions/list.html", context)


class QuestionAnswerForm(UnfoldingForm):
    unfolds: ClassVar = {}

    answer = forms.ChoiceField(label="Votre réponse", widget=UnfoldingRadio)
    decided_on = DayField(label="Décidé le", help_text="Les délais qui suivent comptent de ce jour.")
    text = forms.CharField(
        label="Précision",
        help_text="Le professionnel la lira. Ni donnée de santé, ni autre personne.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=1000,
        required=False,
    )

    def __init__(self, data: FormData = None, *, words: Overpayments, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["answer"]
        field.choices = [(each.code, each.label) for each in words.answers]
        # A field for each: two of the same name would be one whose last value counts.
        partly = {each.code: f"amount_{each.code}" for each in words.answers if words.lowered_part(each) == "part"}
        for name in partly.values():
            self.fields[name] = MoneyField(label="Somme qui n’est plus réclamée", required=False)
        self.unfolds = {"answer": {code: (name,) for code, name in partly.items()}}  # type: ignore[misc]  # of the edition

    def clean(self) -> None:
        cleaned = self.cleaned_data
        cleaned["amount"] = cleaned.get(f"amount_{cleaned.get('answer')}")


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

    def find_shown_case(self) -> Any:
        """Once it is answered, nothing of the case is shown."""
        return self.question.line.notice.case if self.is_waiting else None

    def find_shown_by(self, case: Any) -> ShownBy:
        return ShownBy(self.question.structure_id, AccessEntry.Right.QUESTION)

    @property
    def words(self) -> Overpayments:
        return words_on(self.today, territory=self.question.structure.territory)

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return QuestionAnswerForm(data, words=self.words, initial={"decided_on": self.today})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        said = {name: typed[name] for name in ("answer", "amount", "decided_on", "text")}
        try:
            questions.answer(question=self.question, by=self.user, at=self.now, **said)
        except NotAllowed as refusal:
            raise PermissionDenied from refusal
        messages.success(self.request, "Réponse envoyée : le professionnel en est prévenu.")
        return redirect(f"{reverse('questions')}?structure={self.question.structure.code}")

    def add_refusal(self, form: forms.Form, refusal: Refusal) -> None:
        """Each answer has its own amount."""
        field = f"amount_{form.cleaned_data['answer']}" if refusal.field == "amount" else refusal.field
        super().add_refusal(form, Refusal(str(refusal), field=field))

    def render_form(self, form: forms.Form) -> HttpResponse:
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
        }
        return render(self.request, "questions/question.html", context)


class CauseReportPage(StructurePage):
    """The notices of a month by cause, benefit and outcome: for the correspondents of the operator, and the pilots."""

    held_back = ()

    def get_selectable_structures(self) -> QuerySet[Structure]:
        return permissions.reported_operators(self.user, at=self.today)

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
            "report": build_cause_report(self.structure, month=month.first, on=self.today),
            "before": month.shifted_by(-1),
            "after": after,
            "questions_url": reverse("questions") if self.can_answer_questions else "",
        }
        return render(request, "questions/report.html", context)
