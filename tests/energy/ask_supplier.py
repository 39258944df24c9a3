"""Demander un délai au fournisseur: he keeps the power on while the household is helped, or he does not."""

from typing import TypedDict

from django import forms

from cases import journal
from cases.models import JournalEntry
from workflows.models import CaseTask
from workflows.steps.base import Step, StepForm

journal.register_kinds(told={}, silent={"energy.supplier_asked": "a demandé un délai au fournisseur d’énergie"})


class AskSupplierForm(StepForm):
    answer = forms.ChoiceField(
        label="Le fournisseur", choices=[("waits", "suspend la coupure"), ("cuts", "maintient la coupure")]
    )


class SupplierAnswers(TypedDict):
    """What the supplier said."""

    answer: str


class AskSupplier(Step[SupplierAnswers]):
    fact = "power_cut_announced"
    form_class = AskSupplierForm
    help = "Pendant l’instruction d’une aide, le fournisseur suspend la coupure."

    def carry_out(self, task: CaseTask, data: SupplierAnswers) -> JournalEntry:
        turn = task.process.turn
        return journal.record(
            "energy.supplier_asked",
            at=turn.at,
            case=task.case,
            by=turn.by,
            structure=task.structure,
            answer=data["answer"],
        )
