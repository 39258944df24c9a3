"""Recueillir l’accord de la personne on being coordinated: her refusal stops coordination, and nothing else."""

from datetime import date
from typing import TypedDict

from django import forms
from django.utils.timezone import localdate

from cases.actions import coordination
from cases.forms import DayField
from cases.models import Coordination, JournalEntry
from workflows.models import CaseTask
from workflows.steps.base import StepForm
from workflows.steps.coordination import CoordinatorStep, coordination_of


class AskAgreementForm(StepForm):
    agrees = forms.ChoiceField(
        label="Réponse de la personne",
        choices=[("yes", "Elle est d’accord"), ("no", "Elle ne souhaite pas de coordination")],
        widget=forms.RadioSelect,
        error_messages={"required": "Indiquer ce que la personne a répondu."},
    )
    on = DayField(label="Recueillie le")

    def prepare_fields(self) -> None:
        self.fields["on"].initial = localdate()


class AgreementAnswers(TypedDict):
    """What the person answered: `yes` or `no`."""

    agrees: str
    on: date


class AskAgreement(CoordinatorStep[AgreementAnswers]):
    fact = "coordinator_accepted"
    state = Coordination.State.ACCEPTED
    form_class = AskAgreementForm
    help = "Un refus arrête la coordination, et rien d’autre : ses droits et ses accompagnements continuent."

    def carry_out(self, task: CaseTask, data: AgreementAnswers) -> JournalEntry:
        turn, asked = task.process.turn, coordination_of(task.process)
        agrees = data["agrees"] == "yes"
        return coordination.record_agreement(coordination=asked, agrees=agrees, on=data["on"], by=turn.by, at=turn.at)
