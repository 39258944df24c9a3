"""Lots: what an import brought to a structure, accepted and given, or declined, several cases at once."""

from collections.abc import Mapping
from typing import Any, Unpack

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property

from cases import permissions
from cases.acting import Away, away_in, why_not
from cases.forms import FormData, FormOptions
from cases.models import AccessEntry, Structure, User
from cases.queries import case_loads
from cases.refusals import Refusal
from workflows.actions import lots as acts
from workflows.models import CaseTask, ImportJob
from workflows.queries import stock
from workflows.steps.answer import AcceptOrDecline
from workflows.steps.base import choice_field
from workflows.views.backlog import pending_lots as queries
from workflows.views.parts.pages import FormPage, Page

PAGE_SIZE = 50


class LotForm(AcceptOrDecline):
    """What is done of the cases that are ticked."""

    def __init__(
        self,
        data: FormData = None,
        *,
        tasks: list[CaseTask],
        colleagues: QuerySet[User],
        away: Mapping[int, Away],
        load: Mapping[int, int],
        **kwargs: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **kwargs)
        self.by_id = {str(task.public_id): task for task in tasks}
        self.offer_professionals(colleagues, away=away, load=load)
        self.fields["accept"].label = "Pour les situations cochées"
        self.fields["accept"].initial = "yes"
        choice_field(self, "accept").choices = [("yes", "Accepter et confier"), ("no", "Décliner")]

    @property
    def chosen_tasks(self) -> list[CaseTask]:
        ticked = self.data.getlist("task") if self.is_bound else []  # type: ignore[attr-defined]  # a QueryDict
        return [self.by_id[key] for key in dict.fromkeys(ticked) if key in self.by_id]

    def clean(self) -> None:
        super().clean()
        if not self.chosen_tasks:
            self.add_error(None, "Cocher au moins une situation qui attend encore.")


class Lots(Page):
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not permissions.rights(self.user, at=self.today).get("answer_routing"):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        mine = permissions.rights(self.user, at=self.today).get("answer_routing", frozenset())
        context = {
            "lots": queries.find_pending_lots(self.user, today=self.today),
            "to_come": stock.portions(on=self.today, structures=mine),
        }
        return render(request, "lots/list.html", context)


class LotPage(FormPage):
    """Of a structure in which the reader may answer. Empty once everything is answered."""

    shows = AccessEntry.Kind.LIST

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        mine = permissions.structures_where(self.user, "answer_routing", at=self.today)
        self.structure: Structure = get_object_or_404(mine, code=kwargs["structure"])
        received = ImportJob.objects.filter(rows__decision__structure=self.structure).distinct()
        self.job = get_object_or_404(received.select_related("structure"), public_id=kwargs["job"])
        return super().dispatch(request, *args, **kwargs)

    def process_sent(self, form: LotForm) -> HttpResponse:
        typed = form.cleaned_data
        if typed["accept"]:  # said once beside the form, and not once a case
            refused = why_not(typed["professional"], self.structure, by=self.user, on=self.today)
            if refused:
                raise Refusal(refused, field="professional")
        self.announce_answers(self.answer(form), typed)
        return redirect("lot", **self.kwargs)

    def answer(self, form: LotForm) -> acts.Answered:
        typed = form.cleaned_data
        common: dict[str, Any] = {"structure": self.structure, "job": self.job, "by": self.user, "at": self.now}
        if typed["accept"]:
            return acts.accept(tasks=form.chosen_tasks, professional=typed["professional"], **common)
        return acts.decline(tasks=form.chosen_tasks, reason=typed["reason"], **common)

    def announce_answers(self, answered: acts.Answered, typed: dict[str, Any]) -> None:
        count = len(answered.done)
        if count:
            several = "s" if count > 1 else ""
            done = f"acceptée{several} et confiée{several} à" if typed["accept"] else f"déclinée{several}"
            whom = f" {typed['professional']}" if typed["accept"] else ""
            messages.success(self.request, f"{count} situation{several} {done}{whom}.")
        for task, refusal in answered.refused:
            messages.error(self.request, f"Dossier {task.case.reference} : {refusal}")

    @cached_property
    def tasks(self) -> list[CaseTask]:
        found = queries.find_pending_tasks(self.user, self.job, self.structure, today=self.today)
        return list(found.select_related("case__tenancy", "structure")[: PAGE_SIZE + 1])

    def get_form(self, data: QueryDict | None = None) -> LotForm:
        colleagues = permissions.colleagues_with_right(self.structure, "handle_case", at=self.today)
        away = away_in(self.structure, on=self.today)
        load = case_loads(self.structure, on=self.today)
        return LotForm(data, tasks=self.tasks[:PAGE_SIZE], colleagues=colleagues, away=away, load=load)

    def render_form(self, form: LotForm) -> HttpResponse:
        tasks = self.tasks
        lines = queries.describe_lot_cases(tasks[:PAGE_SIZE], reader=self.user, today=self.today)
        context = {
            "lead": f"Import du {self.job.created_at:%d/%m/%Y}, {self.job.structure}",
            "structure": self.structure,
            "lines": lines,
            "shows_debt": any(line.debt is not None for line in lines),
            "others": len(tasks) > PAGE_SIZE,
            "form": form,
            "chosen": set(tasks if "tout" in self.request.GET and not form.is_bound else form.chosen_tasks),
        }
        return render(self.request, "lots/lot.html", context)
