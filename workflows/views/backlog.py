"""Encours: the structure’s figures, the list behind each, and giving a task to someone."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import permissions
from cases.models import User
from cases.queries import lease_holders
from workflows import diagram, engine
from workflows.actions.tasks import give
from workflows.models import CaseTask
from workflows.queries import backlog
from workflows.views.base import Page, StructurePage

PAGE_SIZE = 50


class BacklogPage(StructurePage):
    right = "view_backlog"


class Backlog(BacklogPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        rows = backlog.by_step(self.structure, on=self.today, titles=diagram.titles())
        context = {
            "structure": self.structure,
            "structure_tabs": self.structure_tabs,
            "ages": backlog.AGES,
            "steps": rows,
            "total": backlog.total(rows),
            "late": sum(row.late.count for row in rows),
            "people": backlog.by_professional(self.structure, on=self.today),
        }
        return render(request, "backlog/backlog.html", context)


class BacklogList(BacklogPage):
    """The tasks behind a figure, the nearest date first; pages follow the last line shown (keyset)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = backlog.selected(
            self.structure,
            on=self.today,
            step=request.GET.get("etape", ""),
            age=self._age(request),
            who=request.GET.get("qui", ""),
        )
        found = self._after(chosen, request.GET.get("apres", ""))
        lines = list(found.select_related("case", "owner", "structure")[: PAGE_SIZE + 1])
        names = lease_holders([task.case.household_id for task in lines])
        next_url = ""
        if len(lines) > PAGE_SIZE:
            lines = lines[:PAGE_SIZE]
            query = request.GET.copy()
            query["apres"] = str(lines[-1].pk)
            next_url = f"?{query.urlencode()}"
        context = {
            "structure": self.structure,
            "lines": [(task, names.get(task.case.household_id, "")) for task in lines],
            "total": (total := chosen.count()),
            "total_text": f"{total} étapes" if total > 1 else "1 étape",
            "next_url": next_url,
        }
        return render(request, "backlog/list.html", context)

    def _age(self, request: HttpRequest) -> str:
        known = {age.code for age in backlog.AGES} | {backlog.LATE}
        asked = request.GET.get("age", "")
        return asked if asked in known else ""

    def _after(self, tasks: QuerySet[CaseTask], last: str) -> QuerySet[CaseTask]:
        tasks = tasks.order_by("pk")
        return tasks.filter(pk__gt=int(last)) if last.isdecimal() else tasks


class GiveForm(forms.Form):
    to = forms.ModelChoiceField(
        label="Confier à", queryset=User.objects.none(), empty_label="Choisir un professionnel"
    )

    def __init__(self, *args: Any, colleagues: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.queryset = colleagues


class GiveTask(Page):
    """A manager gives an open task of his structure to a professional, or takes it over."""

    task: CaseTask

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        mine = permissions.structures_where(self.user, "view_backlog", at=self.today)
        self.task = get_object_or_404(
            CaseTask.objects.select_related("case", "structure", "owner", "process"),
            public_id=kwargs["task"],
            structure__in=mine,
            is_human=True,
        )
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, task: str) -> HttpResponse:
        return self._show(request, self._form(None))

    def post(self, request: HttpRequest, task: str) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self._show(request, form)
        try:
            give(task=self.task, to=form.cleaned_data["to"], by=self.user, at=self.now)
        except engine.Refused as refusal:
            form.add_error(None, str(refusal))
            return self._show(request, form)
        if form.cleaned_data["to"] == self.user and permissions.can_view(self.user, self.task.case, at=self.today):
            messages.success(request, "Cette tâche est à vous.")
            return redirect("case", self.task.case.public_id)
        messages.success(request, f"Tâche confiée à {form.cleaned_data['to']}, qui en est prévenu.")
        if request.GET.get("retour") == "dossier":
            return redirect("case", case=self.task.case.public_id)
        return redirect(f"{reverse('backlog')}?structure={self.task.structure.code}")

    def _form(self, data: Any) -> GiveForm:
        able = permissions.colleagues(self.task.structure, self.task.step.right, at=self.today)
        return GiveForm(data, colleagues=able, initial={"to": self.user.pk if self.user in able else None})

    def _show(self, request: HttpRequest, form: GiveForm) -> HttpResponse:
        names = lease_holders([self.task.case.household_id])
        context = {"task": self.task, "form": form, "person": names.get(self.task.case.household_id, "")}
        return render(request, "backlog/give.html", context)
