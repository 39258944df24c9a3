"""One report of a landlord: where it stands, the plan that waits for his answer, what he plans in court."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases import permissions
from workflows import engine
from workflows.queries import reports as queries
from workflows.queries.court_acts import court_acts
from workflows.steps.desk import pilot_of
from workflows.steps.refusal import StepRefused
from workflows.views.landlord.court import OrderForm
from workflows.views.landlord.proposed_plans import plans_of
from workflows.views.landlord.reports import LandlordReportPage


class ReportDetail(LandlordReportPage):
    def find_objects(self, **kwargs: Any) -> None:
        super().find_objects(**kwargs)
        self.task = queries.plan_task(self.report)

    def get(self, request: HttpRequest, report: str) -> HttpResponse:
        return self._show(request, self._form(None))

    def post(self, request: HttpRequest, report: str) -> HttpResponse:
        form = self._form(request.POST)
        if form is None or self.task is None:
            messages.info(request, "Ce plan n’attend plus de réponse.")
            return redirect(self.report_url)
        if not form.is_valid():
            return self._show(request, form)
        try:
            engine.complete(self.task, by=self.user, at=self.now, data=form.cleaned_data)
        except (engine.Refused, StepRefused) as refusal:
            form.add_error(None, str(refusal))
            return self._show(request, form)
        messages.success(request, "Votre réponse est enregistrée. Le professionnel qui suit le ménage est prévenu.")
        planned_on = court_acts(self.report, mine=self.structures).planned_on
        if form.cleaned_data["answer"] == "accepted" and planned_on:
            messages.warning(request, _still_planned(planned_on))
        return redirect(self.report_url)

    def show_typed(self) -> HttpResponse:
        return self._show(self.request, self._form(self.request.POST))

    def _form(self, data: Any) -> Any:
        if self.task is None or not engine.may_act(self.user, self.task, at=self.now):
            return None
        return self.task.step.form_class(data, task=self.task, user=self.user)

    def _show(self, request: HttpRequest, form: Any) -> HttpResponse:
        acts = court_acts(self.report, mine=self.structures)
        speaks = permissions.claimant_of(self.user, self.report, at=self.today) is not None
        context = {
            "line": self.line(),
            "form": form,
            "plans": plans_of(self.report),
            "statements": queries.own_statements(self.report, mine=self.structures),
            "public_reason": queries.public_reason(self.report),
            "contact": pilot_of(self.report.case.territory),
            "acts": acts,
            "is_overdue": acts.planned_on is not None and acts.planned_on < self.today,
            "may_tell": speaks and self.report.case.is_open,
            "order_form": OrderForm(on=self.today, initial={"on": acts.planned_on}),
        }
        return render(request, "reports/detail.html", context)


def _still_planned(on: date) -> str:
    return f"Un commandement reste annoncé pour le {on:%d/%m/%Y} : retirer l’annonce s’il n’a plus lieu d’être."
