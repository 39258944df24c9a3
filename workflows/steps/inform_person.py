"""Informer la personne: who follows her, what is shared and why, and that she may object or ask for somebody else."""

from datetime import date
from typing import NotRequired, TypedDict

from django import forms
from django.utils.timezone import localdate

from cases.actions import referents
from cases.forms import DayField
from cases.models import InformationGiven, JournalEntry
from workflows.models import CaseTask, read_referent
from workflows.steps.base import StepForm
from workflows.steps.place import PlaceStep


class InformPersonForm(StepForm):
    means = forms.ChoiceField(label="Informée", choices=[("", "Choisir comment"), *InformationGiven.Means.choices])
    on = DayField(label="Le")
    objects = forms.BooleanField(
        label="La personne s’oppose à la coordination",
        help_text="Ses droits et ses accompagnements n’en dépendent pas : seule la coordination s’arrête.",
        required=False,
    )
    asks_change = forms.BooleanField(
        label="La personne demande un autre référent", help_text="Le responsable en est prévenu.", required=False
    )

    def prepare_fields(self) -> None:
        self.fields["on"].initial = localdate()


class InformPersonAnswers(TypedDict):
    """How the person was informed, and what she said of it."""

    means: str
    on: date
    objects: NotRequired[bool]
    asks_change: NotRequired[bool]


class InformPerson(PlaceStep[InformPersonAnswers]):
    fact = "referent_accepted"
    form_class = InformPersonForm
    help = "Lui dire qui la suit, quelles structures y participent, ce qui est partagé, et qu’elle peut refuser. La fiche à lui remettre est sur sa page."

    def carry_out(self, task: CaseTask, data: InformPersonAnswers) -> JournalEntry:
        turn = task.process.turn
        return referents.inform_of_referent(
            referent=read_referent(task.process),
            means=data["means"],
            on=data["on"],
            objects=bool(data.get("objects")),
            asks_change=bool(data.get("asks_change")),
            by=turn.by,
            at=turn.at,
        )
