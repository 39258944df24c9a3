"""Établir le diagnostic: the first eight fields of the DSF; the rest can wait."""

from typing import Any

from django import forms
from django.utils.timezone import localdate

from cases.actions import support
from cases.forms import MoneyField
from cases.models import Diagnostic, JournalEntry, Measure
from workflows.models import CaseTask
from workflows.steps.base import Step, StepForm

BLANK = [("", "Non renseigné")]


class DiagnoseForm(StepForm):
    family = forms.ChoiceField(label="Situation familiale", choices=BLANK + Diagnostic.Family.choices, required=False)
    cause = forms.ChoiceField(
        label="Cause principale de l’impayé", choices=BLANK + Diagnostic.Cause.choices, required=False
    )
    resources = MoneyField(label="Ressources mensuelles", required=False)
    expenses = MoneyField(label="Charges mensuelles hors loyer", required=False)
    other_debts = MoneyField(label="Autres dettes", required=False)
    rent_resumed = forms.ChoiceField(
        label="Le loyer courant est-il repris ?",
        help_text="Décisif si le dossier va à l’audience.",
        choices=BLANK + Diagnostic.Resumed.choices,
        required=False,
    )
    steps_taken = forms.MultipleChoiceField(
        label="Démarches déjà engagées",
        choices=Measure.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    wish = forms.ChoiceField(label="Souhait du ménage", choices=BLANK + Diagnostic.Wish.choices, required=False)
    completeness = forms.ChoiceField(
        label="Diagnostic", choices=Diagnostic.Completeness.choices, widget=forms.RadioSelect
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("completeness") == Diagnostic.Completeness.COMPLETE:
            for name in ("family", "cause", "resources", "rent_resumed"):
                if cleaned.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, "À renseigner pour un diagnostic complet ; sinon, choisir « partiel ».")
        return cleaned


class Diagnose(Step):
    fact = "diagnosis_asked"
    form_class = DiagnoseForm
    help = "Huit champs suffisent pour commencer ; ils serviront au plan, au FSL et, s’il le faut, au juge."

    def act(self, task: CaseTask, data: dict[str, Any]) -> JournalEntry:
        turn = task.process.turn
        return support.diagnose(
            case=task.case,
            structure=task.structure,
            by=turn.by,
            made_on=localdate(turn.at),
            at=turn.at,
            **{name: value for name, value in data.items() if name in DiagnoseForm.base_fields},
        )
