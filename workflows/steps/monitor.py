"""Suivre le plan: month after month, until it is kept to the end, broken, or the measures have done their work."""

from datetime import date
from typing import Any

from django import forms
from django.utils.timezone import localdate

from cases import journal
from cases.actions import plans
from cases.models import Instalment, JournalEntry, RepaymentPlan
from cases.rules.counting import add_months
from workflows.models import CaseTask
from workflows.steps.base import Step, StepForm, choose
from workflows.steps.refusal import StepRefused

WITH_PLAN = [
    ("kept", "Mensualité payée"),
    ("incident", "Incident : mensualité non payée, le plan continue"),
    ("broken", "Plan rompu : revenir au plan d’actions"),
    ("close", "Suivi terminé : clore le dossier"),
]
WITHOUT_PLAN = [
    ("kept", "Les démarches avancent : refaire le point dans un mois"),
    ("broken", "À revoir : revenir au plan d’actions"),
    ("close", "Suivi terminé : clore le dossier"),
]


class MonitorForm(StepForm):
    result = forms.ChoiceField(label="Constat du mois", widget=forms.RadioSelect)
    rent_paid = forms.TypedChoiceField(
        label="Loyer courant payé ce mois-ci",
        choices=[("", "Non connu"), ("yes", "Oui"), ("no", "Non")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = plans.current_plan(self.task.case)
        choose(self, "result").choices = WITH_PLAN if plan else WITHOUT_PLAN


class Monitor(Step):
    fact = "instalment_due"
    form_class = MonitorForm
    help = "Vérifier la mensualité trois jours après son échéance, et si le loyer courant est payé."

    def counts_from(self, task: CaseTask) -> date:
        """The next instalment; without a repayment plan, a month from now."""
        plan = plans.current_plan(task.case)
        due = plan and plan.instalments.filter(state=Instalment.State.EXPECTED).first()
        return due.due_on if due else add_months(localdate(task.created), 1)

    def act(self, task: CaseTask, data: dict[str, Any]) -> JournalEntry:
        turn, result = task.process.turn, data["result"]
        plan = plans.current_plan(task.case)
        if plan and result != "close":
            try:
                entry = plans.check_plan(
                    plan=plan,
                    result=result,
                    rent_paid=data.get("rent_paid"),
                    structure=task.structure,
                    by=turn.by,
                    at=turn.at,
                )
            except plans.CannotPlan as error:
                raise StepRefused(str(error)) from error
        else:
            entry = journal.record(
                "step.monitored", at=turn.at, case=task.case, by=turn.by, structure=task.structure, result=result
            )
        ended = result == "close" or (plan is not None and plan.state == RepaymentPlan.State.KEPT)
        task.process.data["monitored"] = "broken" if result == "broken" else "ended" if ended else "goes_on"
        return entry
