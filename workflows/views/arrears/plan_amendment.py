"""An amendment to the repayment plan: another monthly sum, or another length, for what remains."""

from collections.abc import Mapping
from datetime import date

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from cases.actions import plans
from cases.actions.measures import caution_about_plan
from cases.actions.plans import remaining_terms
from cases.forms import DayField, FormData, MoneyField
from cases.models import Instalment, RepaymentPlan
from cases.rules.counting import add_months
from cases.templatetags.relais import euros
from workflows import engine
from workflows.models import CaseTask
from workflows.steps.plan import PAY_DAY, in_words
from workflows.views.case.case_actions import ActPage


class AmendForm(forms.Form):
    monthly = MoneyField(label="Nouvelle mensualité", help_text="En plus du loyer courant.", required=False)
    months = forms.IntegerField(
        label="Ou nombre de mensualités", help_text="À la place de la mensualité.", min_value=1, required=False
    )
    first_due_on = DayField(label="Première échéance de l’avenant")

    def __init__(self, data: FormData = None, *, plan: RepaymentPlan, today: date, caution: str) -> None:
        super().__init__(data)
        self.today, self.caution = today, caution
        unpaid = plan.instalments.filter(due_on__gt=today).exclude(state=Instalment.State.PAID)
        coming = unpaid.order_by("due_on").first()
        following = coming.due_on if coming else add_months(today, 1).replace(day=PAY_DAY)
        self.fields["first_due_on"].initial = following
        countered = plan.amendments.exclude(counter_monthly=None).order_by("-pk").first()
        if countered:
            self.fields["monthly"].initial = countered.counter_monthly

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if not self.errors.keys() & {"monthly", "months"}:
            if cleaned.get("monthly") and cleaned.get("months"):
                self.add_error("months", ValidationError("Choisir la mensualité ou leur nombre, pas les deux."))
            elif not cleaned.get("monthly") and not cleaned.get("months"):
                self.add_error("monthly", ValidationError("Saisir la mensualité ou leur nombre."))
        if cleaned.get("first_due_on") and cleaned["first_due_on"] < self.today:
            self.add_error("first_due_on", ValidationError("La première échéance doit être à venir."))


class AmendPlan(ActPage):
    """It takes the monthly check as an amendment: the landlord is asked, the plan goes on meanwhile."""

    right = "follow_plan"
    title = "Proposer un avenant au plan d’apurement"
    submit_label = "Proposer au bailleur"
    plan: RepaymentPlan
    task: CaseTask

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        refused = super().find_objects(request, **kwargs)
        plan = plans.running_plan(self.case.tenancy.debt) if self.case.tenancy else None
        task = (
            CaseTask.objects.open().of_case(self.case).filter(node="monitor").select_related("process__case").first()
        )
        if plan is None or task is None:
            messages.info(request, "Aucun plan d’apurement n’est suivi en ce moment : rien à modifier par un avenant.")
            return redirect(self.case_url)
        self.plan, self.task = plan, task
        self.lead = (
            f"Il reste {euros(remaining_terms(plan, on=self.today).amount)} à rembourser. Le plan en cours continue"
            " jusqu’à la réponse du bailleur, et reste en vigueur s’il refuse."
        )
        return refused

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return AmendForm(data, plan=self.plan, today=self.today, caution=caution_about_plan(self.case))

    def carry_out(self, typed: Mapping[str, object]) -> str:
        engine.complete(self.task, by=self.user, at=self.now, data={**typed, "result": "amend"})
        amendment = plans.waiting_plan(self.case)
        parts = tuple(amendment.instalments.order_by("number")) if amendment else ()
        return f"Avenant proposé au bailleur. {in_words(parts)}" if parts else "Avenant proposé au bailleur."
