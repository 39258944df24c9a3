"""One report of a landlord: where it stands, the plan that waits for his answer, what he plans in court."""

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from cases import permissions
from workflows import engine
from workflows.queries import reports as queries
from workflows.queries.court_acts import court_acts
from workflows.steps.desk import pilot_of
from workflows.views.landlord.court import OrderForm
from workflows.views.landlord.proposed_plans import plans_of, say_difference
from workflows.views.landlord.reports import LandlordReportPage
from workflows.views.parts.pages import FormPage


class ReportDetail(FormPage, LandlordReportPage):
    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        self.task = queries.plan_task(self.report)

        if self.task and not engine.may_act(self.user, self.task, at=self.now):
            self.task = None

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if self.task is None:
            return self.lead_on("Ce plan n’attend plus de réponse.", self.report_url, level=messages.INFO)
        return super().post(request, **kwargs)

    def show_typed(self) -> HttpResponse:
        return self.render_form(self.get_form(self.request.POST))

    def process_form(self, typed: Mapping[str, object]) -> HttpResponse:
        if self.task:
            engine.complete(self.task, by=self.user, at=self.now, data=typed)
        messages.success(
            self.request, "Votre réponse est enregistrée. Le professionnel qui suit le ménage est prévenu."
        )
        planned_on = court_acts(self.report, mine=self.structures).planned_on
        if typed["answer"] == "accepted" and planned_on:
            messages.warning(self.request, _still_planned(planned_on))
        return redirect(self.report_url)

    def get_form(self, data: QueryDict | None = None) -> Form | None:
        """None where no plan waits for him."""
        return self.task and self.task.step.form_class(data, task=self.task, user=self.user)

    def render_form(self, form: Form | None) -> HttpResponse:
        acts = court_acts(self.report, mine=self.structures)
        speaks = permissions.claimant_of(self.user, self.report, at=self.today) is not None
        plans = plans_of(self.report)
        statements = queries.own_statements(self.report, mine=self.structures)
        context = {
            "line": self.line(),
            "form": form,
            "difference": say_difference(plans[0].plan, statements[0]) if form and plans and statements else "",
            "plans": plans,
            "statements": statements,
            "public_reason": queries.public_reason(self.report),
            "contact": pilot_of(self.report.case.territory),
            "acts": acts,
            "is_overdue": acts.planned_on is not None and acts.planned_on < self.today,
            "may_tell": speaks and self.report.case.is_open,
            "order_form": OrderForm(on=self.today, initial={"on": acts.planned_on}),
        }
        return render(self.request, "reports/detail.html", context)


def _still_planned(on: date) -> str:
    return f"Un commandement reste annoncé pour le {on:%d/%m/%Y} : retirer l’annonce s’il n’a plus lieu d’être."
