"""Encours: the structure’s figures, the list behind each, and giving a task to someone."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import permissions
from cases.acting import Away, away_in
from cases.forms import ColleagueField
from cases.models import Suspension, User
from cases.models.absences import ONE_DAY
from cases.queries import lease_holders
from workflows import diagram, engine
from workflows.actions.tasks import give, may_give
from workflows.lists.backlog import BacklogListing, of_flow
from workflows.models import CaseTask
from workflows.queries import backlog
from workflows.views.base import FormPage, StructurePage
from workflows.views.here import Here
from workflows.views.saved import views_bar

PAGE_SIZE = 50


class BacklogPage(StructurePage):
    right = "view_backlog"


class Backlog(BacklogPage):
    def reachable(self) -> QuerySet[Any]:
        """Each with the last day on which it takes no new case, if it is suspended: no query more."""
        current = Suspension.objects.current(self.today).filter(structure=OuterRef("pk"))
        return super().reachable().annotate(suspended_until=Subquery(current.values("until")[:1]))

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
            "may_suspend": self.structure.may_help,
            "suspended": self.suspended,
        }
        return render(request, "backlog/backlog.html", context)

    @property
    def suspended(self) -> str:
        until = self.structure.suspended_until  # type: ignore[attr-defined]  # annotated
        return f"Jusqu’au {until - ONE_DAY:%d/%m/%Y}." if until else ""


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
        chosen = of_flow(chosen, request.GET.get("procedure", ""))
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
            "bar": views_bar(
                BacklogListing(user=self.user, asked=request.GET.dict(), today=self.today, structure=self.structure)
            ),
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
    to = ColleagueField(label="Confier à", queryset=User.objects.none(), empty_label="Choisir un professionnel")

    def __init__(self, *args: Any, colleagues: QuerySet[User], away: Mapping[int, Away], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.offer(colleagues, away=away)


class GiveTask(Here, FormPage):
    """An open task is given to a professional of its structure: by a manager, or by whoever has it."""

    refusals = (engine.Refused,)
    task: CaseTask

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        found = CaseTask.objects.select_related("case", "structure", "owner", "process").filter(is_human=True)
        self.task = get_object_or_404(found, public_id=kwargs["task"])
        self.case = self.task.case
        held = permissions.rights(self.user, at=self.today)
        self.manages = self.task.structure_id in held.get("view_backlog", ())
        if not may_give(self.user, self.task, held=held):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def go(self, typed: dict[str, Any]) -> HttpResponse:
        to = typed["to"]
        give(task=self.task, to=to, by=self.user, at=self.now)
        if to == self.user and permissions.can_view(self.user, self.case, at=self.today):
            messages.success(self.request, "Cette tâche est à vous.")
            return redirect("case", self.case.public_id)
        messages.success(self.request, f"Tâche confiée à {to}, qui en est prévenu.")
        return redirect(self.back_url)

    @property
    def back_url(self) -> str:
        """To the case when it is still seen; else to where the task came from."""
        asked = self.request.GET.get("retour", "")
        if asked == "dossier" and permissions.can_view(self.user, self.case, at=self.today):
            return reverse("case", args=[self.case.public_id])
        if asked == "accueil" or not self.manages:
            return reverse("inbox")
        return f"{reverse('backlog')}?structure={self.task.structure.code}"

    def form(self, data: Any = None) -> GiveForm:
        able = permissions.colleagues(self.task.structure, self.task.step.right, at=self.today)
        if not self.manages:
            able = able.exclude(pk=self.user.pk)
        away = away_in(self.task.structure, on=self.today)
        return GiveForm(data, colleagues=able, away=away, initial={"to": self.user.pk if self.user in able else None})

    def show(self, form: GiveForm) -> HttpResponse:
        lead = "" if self.manages else "La situation le suit : elle quitte votre liste."
        if self.is_here:
            return self.opened_here(form, title="Confier à un collègue", submit_label="Confier", lead=lead)
        names = lease_holders([self.case.household_id])
        person = names.get(self.case.household_id, "")
        context = {"task": self.task, "form": form, "person": person, "lead": lead, "back_url": self.back_url}
        return render(self.request, "backlog/give.html", context)
