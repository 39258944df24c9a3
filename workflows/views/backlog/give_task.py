"""Confier une tâche: an open step is given to a professional of its structure."""

from collections.abc import Mapping
from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property

from cases import permissions
from cases.acting import Away, away_in
from cases.forms import ColleagueField, FormData, FormOptions
from cases.models import AccessEntry, Case, User
from cases.queries import case_loads, names_of
from workflows import engine
from workflows.actions.tasks import give_task, may_give
from workflows.models import CaseTask
from workflows.queries.time_left import with_last_day
from workflows.views.backlog.backlog import WEEK_AHEAD, list_come_from, url_with_query
from workflows.views.parts.inline_form import InlineFormPage
from workflows.views.parts.pages import FormPage


class GiveForm(forms.Form):
    to = ColleagueField(label="Confier à", queryset=User.objects.none(), empty_label="Choisir un professionnel")

    def __init__(
        self,
        data: FormData = None,
        *,
        colleagues: QuerySet[User],
        away: Mapping[int, Away],
        load: Mapping[int, int],
        **kwargs: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["to"]
        field.offer_colleagues(colleagues, away=away, load=load)


class GiveTask(InlineFormPage, FormPage):
    """An open task is given to a professional of its structure: by a manager, or by whoever has it."""

    shows = AccessEntry.Kind.LIST
    task: CaseTask

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        found = with_last_day(CaseTask.objects.filter(is_human=True)).select_related(
            "case", "structure", "owner", "process"
        )
        self.task = get_object_or_404(found, public_id=kwargs["task"])
        self.case = self.task.case
        held = permissions.rights(self.user, at=self.today)
        self.manages = self.task.structure_id in held.get("view_backlog", ())
        if not may_give(self.user, self.task, held=held) or not (self.task.is_open or self.is_seen):
            raise Http404
        if not self.task.is_open:
            return self.lead_on(str(engine.AlreadyDone(self.task)), self.back_url, level=messages.INFO)
        return super().dispatch(request, *args, **kwargs)

    def find_shown_case(self) -> Case:
        return self.case

    @cached_property
    def is_seen(self) -> bool:
        """Is the case shown to the reader?"""
        return permissions.can_view(self.user, self.case, at=self.today)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        to = typed["to"]
        give_task(task=self.task, to=to, by=self.user, at=self.now)
        if to == self.user and permissions.can_view(self.user, self.case, at=self.today):
            return self.lead_on("Cette tâche est à vous.", "case", self.case.public_id)
        return self.lead_on(f"Tâche confiée à {to}, qui en est prévenu.", self.back_url)

    @property
    def back_url(self) -> str:
        """To the case when it is still seen; else to where the task came from."""
        asked = self.request.GET.get("retour", "")
        if asked == "dossier" and permissions.can_view(self.user, self.case, at=self.today):
            return reverse("case", args=[self.case.public_id])
        if asked == "accueil" or not self.manages:
            return reverse("inbox")
        if asked == WEEK_AHEAD:
            return url_with_query("backlog_week", structure=self.task.structure.code)
        if come_from := list_come_from(self.request, structure=self.task.structure.code):
            return come_from
        return f"{reverse('backlog')}?structure={self.task.structure.code}"

    def get_form(self, data: QueryDict | None = None) -> GiveForm:
        able = permissions.colleagues_with_right(self.task.structure, self.task.right, at=self.today)
        if not self.manages:
            able = able.exclude(pk=self.user.pk)
        away = away_in(self.task.structure, on=self.today)
        load = case_loads(self.task.structure, on=self.today)
        initial = {"to": self.user.pk if self.user in able else None}
        return GiveForm(data, colleagues=able, away=away, load=load, initial=initial)

    def render_form(self, form: GiveForm) -> HttpResponse:
        lead = "" if self.manages else "La situation le suit : elle quitte votre liste."
        if self.is_here:
            return self.opened_here(form, title="Confier à un collègue", submit_label="Confier", lead=lead)
        names = names_of([self.case]) if self.is_seen else {}
        person = names.get(self.case.pk, "")
        context = {
            "task": self.task,
            "form": form,
            "person": person,
            "lead": lead,
            "back_url": self.back_url,
            "case_url": reverse("case", args=[self.case.public_id]) if self.is_seen else "",
        }
        return render(self.request, "backlog/give.html", context)
