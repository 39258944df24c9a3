"""A step of a case: its form, and what comes next once it is taken."""

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html

from cases import permissions
from cases.models import Case
from cases.refusals import NotAllowed, Refusal
from workflows import engine
from workflows.actions import taking_back, taking_back_acts
from workflows.actions.conversations import (
    inform_as_referent_too,
    inform_of_cases_too,
    inform_of_overpayments_too,
)
from workflows.actions.more_time import may_be_asked
from workflows.models import CaseTask
from workflows.queries.case_page import next_step_words
from workflows.queries.time_left import first_last_day, with_last_day
from workflows.routing import apply
from workflows.steps.base import StepForm
from workflows.views.case.to_ask import UnansweredQuestion, build_unanswered_questions
from workflows.views.parts.inline_form import InlineFormPage
from workflows.views.parts.pages import CasePage, FormPage
from workflows.views.parts.task_lines import find_last_day_before
from workflows.views.parts.timeline import refusal_words

PREVIEW = "apercu"
TAKE_BACK_ACCEPTANCE = "Retirer l’acceptation"
"""Where a form says what it makes while it is being filled in (`templates/step/step.html`)."""


class StepView(InlineFormPage, FormPage, CasePage):
    """The form of a waiting step. A step already taken says by whom; one of someone else is refused."""

    task: CaseTask
    computed = ""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            return self.lost_sight(**kwargs)

    def lost_sight(self, **kwargs: object) -> HttpResponse:
        """The case is no longer shown to who could have taken this step: a colleague took it, and he is told."""
        task = get_object_or_404(
            CaseTask.objects.select_related("owner", "case"),
            public_id=kwargs["task"],
            case__public_id=kwargs["case"],
            is_human=True,
        )
        if task.is_open or not permissions.has_right(self.user, task.step.right, task.structure_id, at=self.today):
            raise Http404
        self.case = task.case
        answer = self.already_done(engine.AlreadyDone(task), back_url=reverse("inbox"))
        return self.render_updated_line() if self.is_here else answer

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        tasks = with_last_day(CaseTask.objects.annotate(last_day=first_last_day())).select_related(
            "process__case", "owner", "structure", "case__responsible_structure", "case__tenancy__debt"
        )
        self.task = get_object_or_404(tasks, public_id=kwargs["task"], case=self.case, is_human=True)
        if not self.task.is_open:
            return self.already_done(engine.AlreadyDone(self.task), back_url=self.case_url)
        return None

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if helper := request.POST.get("helper"):
            form = self.get_helped_form(helper)
            if self.is_preview:
                return self.render_preview()
            return self.render_form(form)
        return super().post(request, **kwargs)

    def get_helped_form(self, helper: str) -> StepForm:
        """The form again, with what a helper computed or filled in; nothing typed is lost, no step is taken."""
        form = self.get_form(self.request.POST)
        if helper == "preview":
            self.computed = form.preview_text if form.is_valid() else ""
            return form
        form = self.get_form()
        form.restore_typed_values(self.request.POST)
        form.fill_with_helper(helper)
        return form

    @property
    def is_preview(self) -> bool:
        """Is the preview alone asked for, by the form that offers it? Of any other request, the access log notes the page."""
        asked = self.request.POST.get("helper") == "preview" and self.request.headers.get("HX-Target") == PREVIEW
        return asked and self.task.step.form_class.previews_while_typing

    def note_shown(self) -> None:
        """It says nothing of the person that the page has not shown, and noted."""
        if not self.is_preview:
            super().note_shown()

    def render_preview(self) -> HttpResponse:
        """What the form makes, alone, while it is being filled in."""
        if not engine.may_act(self.user, self.task, at=self.now):
            raise PermissionDenied
        return render(self.request, "step/preview.html", {"computed": self.computed})

    def process_form(self, typed: Mapping[str, object]) -> HttpResponse:
        try:
            engine.complete(self.task, by=self.user, at=self.now, data=typed)
        except engine.AlreadyDone as refusal:
            return self.already_done(refusal, back_url=self.case_url)
        except engine.AlreadySent as refusal:
            return self.lead_on(str(refusal), self.case_url, level=messages.INFO)
        except NotAllowed as refusal:
            raise PermissionDenied from refusal
        if inform_as_referent_too(self.task, by=self.user, at=self.now, data=typed):
            messages.success(self.request, "« Informer la personne » est noté aussi : c’est la même conversation.")
        if inform_of_cases_too(self.task, by=self.user, at=self.now, data=typed):
            messages.success(
                self.request, "« Informer et contacter » le note aussi : il reste à dire le contact établi."
            )
        if inform_of_overpayments_too(self.task, by=self.user, at=self.now, data=typed):
            messages.success(self.request, "Son dossier de trop-perçu le note aussi : c’est la même conversation.")
        return self.go_on()

    def add_refusal(self, form: StepForm, refusal: Refusal) -> None:
        form.add_refusal(refusal)

    def get_form(self, data: QueryDict | None = None) -> StepForm:
        form: StepForm = self.task.step.form_class(data, task=self.task, user=self.user)
        return form

    def render_form(self, form: StepForm) -> HttpResponse:
        if not engine.may_act(self.user, self.task, at=self.now):
            raise PermissionDenied
        refusals = [(entry, refusal_words(entry)) for entry in self.data.refusals]
        if self.is_here:
            return self.opened_here(
                form,
                title=self.task.full_title,
                lead=self.data.decision.explanation["reason"]
                if self.task.node == "answer" and self.data.decision
                else "",
                attempts=self.data.attempts if self.task.node == "contact" else [],
                removable=self.removable,
                refusals=refusals if self.task.node == "answer" else [],
                page_url=self.request.path,
            )
        return self.render_page(
            self.task.step.template,
            full=self.full,
            to_ask=self.to_ask(),
            task=self.task,
            right=find_last_day_before(self.task, own=self.task.last_on or self.task.due_on, today=self.today),
            form=form,
            refusals=refusals,
            removable=self.removable,
            preview=self.preview(),
            computed=self.computed,
            more_time_url=self.more_time_url(),
        )

    def to_ask(self) -> list[UnansweredQuestion]:
        follows = permissions.has_right(self.user, "handle_case", self.case.responsible_structure_id, at=self.today)
        return build_unanswered_questions(self.case, self.data, full=self.full, may_write=self.full and follows)

    @property
    def removable(self) -> frozenset[int]:
        """Of the attempts that are shown, those that the reader may take back."""
        if not any(map(taking_back.may_be_taken_back, self.data.attempts)):
            return frozenset()
        return taking_back.find_removable_attempts(self.case, by=self.user, at=self.now)

    def more_time_url(self) -> str:
        offered = may_be_asked(self.task, on=self.today)
        return reverse("ask_time", args=[self.case.public_id, self.task.public_id]) if offered else ""

    def preview(self) -> str:
        """What the table says with what is known, for who completes the facts before it decides."""
        if self.task.node != "qualify":
            return ""
        return apply.explain_routing(self.case, on=self.today)[1].reason

    def already_done(self, refusal: engine.AlreadyDone, *, back_url: str) -> HttpResponse:
        """Told on the next page to who took the step himself (double click, back button); a conflict otherwise."""
        if self.request.method == "GET" or self.is_here or refusal.task.owner_id == self.user.pk:
            return self.lead_on(str(refusal), back_url, level=messages.INFO)
        return self.render_conflict(str(refusal), back_url=back_url)

    def go_on(self) -> HttpResponse:
        """Back to the case, or to the inbox when the step ended what one may see of it."""
        still_seen = permissions.visible_cases(self.user, at=self.today).filter(pk=self.case.pk).first()
        words = next_step_words(still_seen or Case.objects.get(pk=self.case.pk), on=self.today)
        said = f"Étape enregistrée. {words}"
        if still_seen is None:
            return self.lead_on(self.with_own_undo(said), "inbox")
        return self.lead_on(self.with_undo(said), self.back_url)

    def with_own_undo(self, said: str) -> str:
        """Who accepted for a colleague may say that it was a mistake, though he sees the case no more."""
        act = taking_back_acts.last_act(self.case, by=self.user, at=self.now) if self.task.node == "answer" else None
        url = reverse("own_acceptance_take_back", args=[act.pk]) if act else ""
        return format_html('{} <a href="{}">{}</a>', said, url, TAKE_BACK_ACCEPTANCE) if act else said

    def with_undo(self, said: str) -> str:
        """What one press has just noted may be taken back from where it is said."""
        back = "?retour=accueil" if self.is_here or self.back_code else ""
        if self.task.node in ("answer", "prepare", "monitor"):
            act = taking_back_acts.last_act(self.case, by=self.user, at=self.now)
            url = reverse("act_take_back", args=[self.case.public_id, act.pk]) if act else ""
            what = TAKE_BACK_ACCEPTANCE if self.task.node == "answer" else "Retirer"
            return format_html('{} <a href="{}{}">{}</a>', said, url, back, what) if act else said
        entry = taking_back.last_act_to_take_back(self.case, by=self.user, at=self.now)
        if self.task.node != "contact" or entry is None:
            return said
        url = reverse("attempt_take_back", args=[self.case.public_id, entry.data["attempt"]])
        return format_html('{} <a href="{}{}">Retirer cette tentative</a>', said, url, back)
