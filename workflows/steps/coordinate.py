"""Répondre à la proposition de coordonner: the référent accepts, or declines for a reason and the next one is asked."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from cases.actions import coordination
from cases.actions.coordination import CannotCoordinate
from cases.forms import UnfoldingRadio
from cases.models import Coordination, JournalEntry
from workflows.models import CaseTask
from workflows.steps.base import StepForm
from workflows.steps.coordination import CoordinatorStep, coordination_of, refuse


class CoordinateForm(StepForm):
    unfolds: ClassVar = {"accept": {"no": ("reason",)}}

    accept = forms.ChoiceField(
        label="Votre réponse",
        choices=[("yes", "Accepter : je coordonne, si la personne est d’accord"), ("no", "Décliner")],
        widget=UnfoldingRadio,
        error_messages={"required": "Choisir : accepter, ou décliner."},
    )
    reason = forms.ChoiceField(
        label="Motif",
        help_text="Un autre référent est alors proposé, ou le pilote décide.",
        choices=[("", "Choisir un motif"), *Coordination.Decline.choices],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("accept") == "no" and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", ValidationError("Indiquer pourquoi décliner."))
        return cleaned


class Coordinate(CoordinatorStep):
    fact = "coordinator_proposed"
    form_class = CoordinateForm
    help = "Le coordinateur fait le lien entre les structures qui suivent la personne, et lui demande son accord. Un responsable peut décliner pour qui ne répond pas."

    def act(self, task: CaseTask, data: dict[str, Any]) -> JournalEntry:
        turn, proposed = task.process.turn, coordination_of(task.process)
        try:
            if data["accept"] == "yes":
                task.process.data["coordinates"] = True
                return coordination.accept(coordination=proposed, by=turn.by, at=turn.at)
            task.process.data["coordinates"] = False
            return coordination.decline(coordination=proposed, reason=data["reason"], by=turn.by, at=turn.at)
        except CannotCoordinate as refusal:
            raise refuse(refusal) from refusal
