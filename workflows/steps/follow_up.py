"""Faire le point, every six months: the référent goes on, or ends."""

from datetime import date
from typing import ClassVar, NotRequired, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from cases.actions import referents
from cases.forms import DayField, UnfoldingRadio
from cases.models import JournalEntry, Referent
from workflows.models import CaseTask, read_referent
from workflows.steps.base import StepForm
from workflows.steps.place import PlaceStep

REASONS = [choice for choice in Referent.End.choices if choice[0] != Referent.End.HANDED_OVER]


class FollowUpForm(StepForm):
    unfolds: ClassVar = {"result": {"kept": ("on",), "vacant": ("reason",), "over": ("reason_over", "because")}}

    result = forms.ChoiceField(
        label="Suite",
        choices=[
            ("kept", "Point fait : le suivi continue"),
            ("vacant", "Mettre fin : la place est à pourvoir par la structure"),
            ("over", "Mettre fin sans successeur"),
        ],
        widget=UnfoldingRadio,
    )
    on = DayField(label="Point fait le", required=False)
    reason = forms.ChoiceField(label="Motif de fin", choices=[("", "Choisir un motif"), *REASONS], required=False)
    reason_over = forms.ChoiceField(label="Motif de fin", choices=[("", "Choisir un motif"), *REASONS], required=False)
    because = forms.CharField(label="Sans successeur, parce que", max_length=200, required=False)

    def prepare_fields(self) -> None:
        self.fields["on"].initial = localdate()

    def clean(self) -> None:
        cleaned = self.cleaned_data
        result = cleaned.get("result")
        for field, wanted, words in [
            ("on", "kept", "Indiquer quand le point a été fait."),
            ("reason", "vacant", "Indiquer pourquoi le suivi prend fin."),
            ("reason_over", "over", "Indiquer pourquoi le suivi prend fin."),
            ("because", "over", "Dire pourquoi personne ne lui succède."),
        ]:
            if result == wanted and not cleaned.get(field) and field not in self.errors:
                self.add_error(field, ValidationError(words))


class FollowUpAnswers(TypedDict):
    """What came of a review, with what this result calls for."""

    result: str
    on: NotRequired[date]
    reason: NotRequired[str]
    reason_over: NotRequired[str]
    because: NotRequired[str]


class FollowUp(PlaceStep[FollowUpAnswers]):
    """Six months after the person was told; then after each review."""

    fact = "person_told_of_referent"
    form_class = FollowUpForm
    help = "Relire avec la personne où elle en est. Pour passer le relais à un collègue, le proposer depuis sa page."

    def starts_with(self, task: CaseTask) -> str:
        return "referent_reviewed" if read_referent(task.process).reviewed_on else self.fact

    def counts_from(self, task: CaseTask) -> date:
        referent = read_referent(task.process)
        return referent.reviewed_on or referent.informed_on or super().counts_from(task)

    def carry_out(self, task: CaseTask, data: FollowUpAnswers) -> JournalEntry:
        turn, referent, result = task.process.turn, read_referent(task.process), data["result"]
        task.process.data["reviewed"] = result
        if result == "kept":
            return referents.review(referent=referent, on=data["on"], by=turn.by, at=turn.at)
        return referents.end(
            referent=referent,
            reason=data["reason"] if result == "vacant" else data["reason_over"],
            stays_vacant=result == "vacant",
            because=data.get("because", ""),
            by=turn.by,
            at=turn.at,
        )
