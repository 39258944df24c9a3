"""The question that a professional is asked about himself: he accepts, or declines for a reason."""

from typing import ClassVar, NotRequired, TypedDict

from django import forms
from django.core.exceptions import ValidationError

from cases.forms import UnfoldingRadio
from workflows.steps.base import StepForm

Choices = list[tuple[str, str]]


def accept_field(accepting: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Votre réponse",
        choices=[("yes", f"Accepter : {accepting}"), ("no", "Décliner")],
        widget=UnfoldingRadio,
        error_messages={"required": "Choisir : accepter, ou décliner."},
    )


def reason_field(reasons: Choices, *, then: str) -> forms.ChoiceField:
    """`then`: what becomes of the reason, or of the proposal."""
    choices = [("", "Choisir un motif"), *reasons]
    return forms.ChoiceField(label="Motif", help_text=then, choices=choices, required=False)


class ProposalAnswers(TypedDict):
    """`yes`, or `no` for a reason."""

    accept: str
    reason: NotRequired[str]


class ProposalForm(StepForm):
    """With `accept` (yes or no) and `reason`, of the two functions above."""

    unfolds: ClassVar = {"accept": {"no": ("reason",)}}

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if cleaned.get("accept") == "no" and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", ValidationError("Indiquer pourquoi décliner."))
