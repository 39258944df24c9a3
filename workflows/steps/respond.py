"""Répondre à la proposition, and Passer le relais: the professional accepts to follow the person, or declines."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from cases.actions import referents
from cases.actions.referents import CannotFollow
from cases.forms import UnfoldingRadio
from cases.models import JournalEntry, Referent
from workflows.models import CaseTask
from workflows.steps.base import StepForm
from workflows.steps.place import PlaceStep, referent_of, refuse


class RespondForm(StepForm):
    unfolds: ClassVar = {"accept": {"no": ("reason",)}}

    accept = forms.ChoiceField(
        label="Votre réponse",
        choices=[("yes", "Accepter : je deviens le référent de cette personne"), ("no", "Décliner")],
        widget=UnfoldingRadio,
        error_messages={"required": "Choisir : accepter, ou décliner."},
    )
    reason = forms.ChoiceField(
        label="Motif",
        help_text="Le responsable de la structure le lira.",
        choices=[("", "Choisir un motif"), *Referent.Decline.choices],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("accept") == "no" and not cleaned.get("reason"):
            self.add_error("reason", ValidationError("Indiquer pourquoi décliner."))
        return cleaned


class Respond(PlaceStep):
    fact = "referent_proposed"
    form_class = RespondForm
    help = (
        "Accepter ouvre la fiche de la personne et vous demande de l’informer ; décliner rend la main au responsable."
    )

    def act(self, task: CaseTask, data: dict[str, Any]) -> JournalEntry:
        turn, referent = task.process.turn, referent_of(task.process)
        try:
            if data["accept"] == "yes":
                task.process.data["answered"] = "accepted"
                return referents.accept(referent=referent, by=turn.by, at=turn.at, cause=turn.cause)
            task.process.data["answered"] = "declined"
            return referents.decline(referent=referent, reason=data["reason"], by=turn.by, at=turn.at)
        except CannotFollow as refusal:
            raise refuse(refusal) from refusal


class TakeOver(Respond):
    """The same question, when a colleague follows the person until the answer."""

    fact = "handover_proposed"
    help = (
        "Tant que vous n’avez pas accepté, votre collègue reste le référent ; ensuite, il garde l’accès quelque temps."
    )
