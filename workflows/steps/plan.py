"""Construire le plan d’actions: several measures at once; a repayment plan asks for the landlord’s agreement."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from cases import journal
from cases.actions import measures, plans
from cases.forms import DayField, MoneyField
from cases.models import JournalEntry, Measure
from cases.queries import latest_balance
from workflows.models import CaseTask
from workflows.steps.base import Step, StepForm
from workflows.steps.refusal import StepRefused

REPAYMENT = "repayment"
KINDS = [(REPAYMENT, "plan d’apurement"), *Measure.Kind.choices]


class PlanForm(StepForm):
    kinds = forms.MultipleChoiceField(
        label="Mesures retenues avec le ménage", choices=KINDS, widget=forms.CheckboxSelectMultiple
    )
    amount = MoneyField(label="Dette à apurer", help_text="Pour un plan d’apurement.", required=False)
    monthly = MoneyField(
        label="Mensualité", help_text="En plus du loyer courant. La dernière solde le reste.", required=False
    )
    first_due_on = DayField(label="Première échéance", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].initial = latest_balance(self.task.case)
        plan = plans.current_plan(self.task.case)
        if plan and plan.counter_monthly:
            self.fields["monthly"].initial = plan.counter_monthly

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if REPAYMENT in cleaned.get("kinds", []):
            for name, label in [("amount", "la dette"), ("monthly", "la mensualité"), ("first_due_on", "la date")]:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, ValidationError(f"Pour un plan d’apurement, saisir {label}."))
            if cleaned.get("first_due_on") and cleaned["first_due_on"] < localdate():
                self.add_error("first_due_on", ValidationError("La première échéance doit être à venir."))
        return cleaned


class PlanActions(Step):
    fact = "actions_asked"
    form_class = PlanForm
    help = "Plusieurs mesures vont de front. Le plan d’apurement part aussitôt chez le bailleur pour accord."

    def act(self, task: CaseTask, data: dict[str, Any]) -> JournalEntry:
        case, turn, kinds = task.case, task.process.turn, data["kinds"]
        entry = journal.record(
            "step.planned", at=turn.at, case=case, by=turn.by, structure=task.structure, kinds=list(kinds)
        )
        measures.decide_measures(
            case=case,
            structure=task.structure,
            by=turn.by,
            kinds=[kind for kind in kinds if kind != REPAYMENT],
            on=localdate(turn.at),
            at=turn.at,
            cause=entry,
        )
        if REPAYMENT in kinds:
            try:
                plans.propose_plan(
                    case=case,
                    debt=case.tenancy.debt,
                    amount=data["amount"],
                    monthly=data["monthly"],
                    first_due_on=data["first_due_on"],
                    structure=task.structure,
                    by=turn.by,
                    at=turn.at,
                    cause=entry,
                )
            except plans.CannotPlan as error:
                raise StepRefused(str(error)) from error
        else:
            plans.give_up_current(case=case, structure=task.structure, by=turn.by, at=turn.at, cause=entry)
        task.process.data["planned"] = REPAYMENT if REPAYMENT in kinds else "measures"
        return entry
