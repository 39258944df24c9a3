"""Recueillir l’accord du bailleur: he answers himself, or the professional records what he answered."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cases.actions import plans
from cases.forms import MoneyField
from cases.models import JournalEntry, Structure
from workflows.models import CaseProcess, CaseTask
from workflows.steps.base import Step, StepForm
from workflows.steps.refusal import StepRefused

ANSWERS = [("accepted", "Accepter le plan"), ("countered", "Proposer une autre mensualité"), ("refused", "Refuser")]


class AgreeForm(StepForm):
    answer = forms.ChoiceField(label="Réponse du bailleur", choices=ANSWERS, widget=forms.RadioSelect)
    counter_monthly = MoneyField(
        label="Mensualité proposée", help_text="Si vous proposez une autre mensualité.", required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("answer") == "countered" and not cleaned.get("counter_monthly"):
            self.add_error("counter_monthly", ValidationError("Saisir la mensualité que le bailleur propose."))
        return cleaned


class Agree(Step):
    right = "answer_question"
    stand_in_right = "handle_case"
    fact = "landlord_asked"
    form_class = AgreeForm
    help = "Le bailleur répond ici. S’il répond par téléphone ou courrier, le professionnel l’enregistre à sa place."

    def holder(self, process: CaseProcess) -> Structure:
        tenancy = process.case.tenancy
        return tenancy.manager or tenancy.landlord

    def professional(self, process: CaseProcess) -> None:
        return None

    def act(self, task: CaseTask, data: dict[str, Any]) -> JournalEntry:
        plan = plans.waiting_plan(task.case)
        if plan is None:
            raise StepRefused("Aucun plan d’apurement n’attend de réponse.")
        turn = task.process.turn
        try:
            entry = plans.answer_plan(
                plan=plan,
                answer=data["answer"],
                counter_monthly=data.get("counter_monthly"),
                structure=task.structure,
                by=turn.by,
                at=turn.at,
            )
        except plans.CannotPlan as error:
            raise StepRefused(str(error)) from error
        task.process.data["agreed"] = data["answer"]
        task.process.data["former_runs"] = plans.running_plan(plan.debt) is not None
        return entry
