"""Clore: with one of the coded outcomes of the steering committee."""

from django import forms
from django.utils.timezone import now

from cases.actions import case as cases
from cases.models import CaseOutcome, JournalEntry
from workflows.models import CaseTask
from workflows.steps.base import Step, StepForm
from workflows.steps.closing import ask_before_closing, consequences_of
from workflows.steps.notes import NotedAnswers, keep_note, note_field

PRESET = {"declined": CaseOutcome.DECLINED_SUPPORT, "not_reached": CaseOutcome.NOT_REACHED}


class CloseForm(StepForm):
    outcome = forms.ChoiceField(label="Issue", choices=[("", "Choisir l’issue"), *CaseOutcome.to_choose()])
    note = note_field()

    def prepare_fields(self) -> None:
        self.fields["outcome"].initial = PRESET.get(self.task.process.answer("contacted") or "")
        self.consequences = consequences_of(self.task.case, at=now())

    def clean(self) -> None:
        cleaned = self.cleaned_data
        ask_before_closing(self, cleaned.get("outcome", ""))


class CloseAnswers(NotedAnswers):
    """With which outcome a case closes, or a line."""

    outcome: str


class Close(Step[CloseAnswers]):
    fact = "closing_asked"
    form_class = CloseForm
    help = "L’issue sert aux statistiques de l’action. Le dossier peut être rouvert."

    def carry_out(self, task: CaseTask, data: CloseAnswers) -> JournalEntry:
        turn = task.process.turn
        entry = cases.close_case(case=task.case, outcome=data["outcome"], at=turn.at, by=turn.by)
        keep_note(task, data.get("note"), cause=entry)
        return entry


class LeaveScheme:
    """The pilot found the case out of scope: it closes at once."""

    def carry_out(self, task: CaseTask) -> None:
        turn = task.process.turn
        desk = turn.cause.structure if turn.cause else None
        cases.close_case(
            case=task.case, outcome=CaseOutcome.OUT_OF_SCOPE, structure=desk, at=turn.at, by=turn.by, cause=turn.cause
        )
