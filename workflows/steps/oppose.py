"""Former opposition à la contrainte: fifteen days, after which it is worth a judgment. It opens beside everything else."""

from datetime import date
from typing import NotRequired

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from cases import journal
from cases.forms import DayField
from cases.models import JournalEntry, Milestone
from workflows.models import CaseProcess, CaseTask
from workflows.steps.base import SideStep, StepForm, attach_deadlines, deadlines_awaiting
from workflows.steps.line import LineStep, keep_fact, line_of, refuse_before
from workflows.steps.notes import NotedAnswers, keep_note, note_field

SERVED, OPPOSED = "constraint_served", "constraint_opposed"
RESULTS = [
    ("opposed", "Opposition formée, motivée, avec copie de la contrainte"),
    ("not_opposed", "Aucune opposition : la personne y renonce, ou le délai est passé"),
]


class OpposeForm(StepForm):
    result = forms.ChoiceField(label="Ce qui a été fait", choices=RESULTS, widget=forms.RadioSelect)
    sent_on = DayField(label="Opposition envoyée le", required=False)
    is_proved = forms.BooleanField(label="Envoi prouvé (recommandé ou récépissé du greffe)", required=False)
    note = note_field()

    def clean(self) -> None:
        cleaned = self.cleaned_data
        on = cleaned.get("sent_on")
        if cleaned.get("result") == "opposed" and not on and "sent_on" not in self.errors:
            self.add_error("sent_on", ValidationError("Saisir le jour de l’envoi : quinze jours, pas un de plus."))
        if on and on > localdate():
            self.add_error("sent_on", ValidationError("Cette date est à venir : saisir l’envoi qui a eu lieu."))


class OpposeAnswers(NotedAnswers):
    """Whether the person opposed, and when."""

    result: str
    sent_on: NotRequired[date]
    is_proved: NotRequired[bool]


class Oppose(SideStep[OpposeAnswers], LineStep[OpposeAnswers]):
    form_class = OpposeForm
    help = (
        "Au tribunal dit dans l’acte, par recommandé, avec une copie de la contrainte et les raisons. Elle suspend le"
        " recouvrement. Passé le délai, la contrainte vaut jugement."
    )

    def is_called_for(self, process: CaseProcess) -> bool:
        known = _facts(process)
        return SERVED in known and OPPOSED not in known and not process.answer("opposed")

    def is_pointless(self, process: CaseProcess) -> bool:
        known = _facts(process)
        return SERVED not in known or OPPOSED in known

    def on_task_opened(self, task: CaseTask) -> None:
        """The act started its delay when it was recorded. Nothing in the product is more urgent."""
        task.comes_first, task.data["benefit"] = True, line_of(task).benefit
        attach_deadlines(task, deadlines_awaiting(task, {OPPOSED}))

    def carry_out(self, task: CaseTask, data: OpposeAnswers) -> JournalEntry:
        turn = task.process.turn
        if data["result"] == "opposed":
            sent_on, since = data["sent_on"], "la contrainte, signifiée"
            refuse_before(task, SERVED, sent_on, what="Cette opposition", since=since, field="sent_on")
        entry = journal.record(
            "line.opposed" if data["result"] == "opposed" else "line.not_opposed",
            at=turn.at,
            case=task.case,
            by=turn.by,
            structure=task.structure,
            line=line_of(task).pk,
        )
        task.process.data["opposed"] = data["result"]
        if data["result"] == "opposed":
            keep_fact(task, OPPOSED, data["sent_on"], is_proved=bool(data.get("is_proved")), cause=entry)
        keep_note(task, data.get("note"), cause=entry)
        return entry


def _facts(process: CaseProcess) -> set[str]:
    current = Milestone.objects.filter(case=process.case_id, debt=process.debt_id, replaced_by=None)
    return set(current.values_list("kind", flat=True))
