"""Transmettre le diagnostic (DSF): opens beside the procedure when a hearing is fixed, whatever the step one is at."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from cases import journal
from cases.actions import deadlines, milestones
from cases.actions.diagnosis import last_finished
from cases.forms import DayField
from cases.models import JournalEntry, Milestone
from cases.queries import court_position, track_facts
from cases.rules import tracks
from workflows.models import CaseProcess, CaseTask
from workflows.steps.base import SideStep, StepForm, attach_deadlines, choice_field, deadlines_awaiting
from workflows.steps.notes import NotedAnswers, keep_note, note_field
from workflows.steps.refusal import StepRefused

HEARING = "hearing"
SENT, NOT_MADE = "dsf_sent", "dsf_not_made"
RESULTS = [
    (SENT, "Diagnostic transmis au juge et à la CCAPEX"),
    (NOT_MADE, "Carence transmise : le ménage n’a pas pu être rencontré, ou n’a pas répondu"),
]


class SendDsfForm(StepForm):
    result = forms.ChoiceField(label="Ce qui a été transmis", choices=RESULTS, widget=forms.RadioSelect)
    sent_on = DayField(label="Transmis le")
    note = note_field()

    def prepare_fields(self) -> None:
        self.fields["sent_on"].initial = localdate()
        choice_field(self, "result").help_text = diagnosis_words(self.task)

    def clean_sent_on(self) -> date:
        sent_on: date = self.cleaned_data["sent_on"]
        if sent_on > localdate():
            raise ValidationError("Cette date est à venir : saisir la date de l’envoi qui a eu lieu.")
        if sent_on < self.task.case.opened_on:
            raise ValidationError(
                f"Cette date précède le dossier, ouvert le {self.task.case.opened_on:%d/%m/%Y} : la vérifier. Un envoi plus"
                " ancien s’enregistre comme fait daté."
            )
        return sent_on


class SendDsfAnswers(NotedAnswers):
    """What was sent to the judge, and when."""

    result: str
    sent_on: date


class SendDsf(SideStep[SendDsfAnswers]):
    form_class = SendDsfForm
    help = (
        "Une audience est fixée. Le diagnostic social et financier (CERFA 16227*01) éclaire le juge : le mettre à jour, "
        "surtout la reprise du loyer courant, puis le transmettre au secrétariat de la CCAPEX, qui l’adresse au tribunal."
    )

    def is_called_for(self, process: CaseProcess) -> bool:
        """A hearing is to come before the judge of the lease, the case was accepted, nothing was sent in this procedure."""
        if process.answer("answered") != "accepted":
            return False
        found = court_position(process.case, on=localdate(process.turn.at))
        return any(fact.kind == HEARING for fact in found.coming) and not _is_over(found)

    def is_pointless(self, process: CaseProcess) -> bool:
        facts = track_facts(process.case)
        found = tracks.load_tracks().court.position(facts, on=localdate(process.turn.at))
        return _is_over(found) or not any(fact.kind == HEARING for fact in facts)

    def on_task_opened(self, task: CaseTask) -> None:
        """The hearing started its delays when it was recorded."""
        attach_deadlines(task, deadlines_awaiting(task, {SENT, NOT_MADE}))

    def carry_out(self, task: CaseTask, data: SendDsfAnswers) -> JournalEntry:
        case, turn, result = task.case, task.process.turn, data["result"]
        if result == SENT and last_finished(case) is None:
            raise StepRefused(
                "Aucun diagnostic n’est établi : l’établir d’abord, ou indiquer une carence si le ménage n’a pas répondu."
            )
        entry = journal.record(
            "step.dsf_sent", at=turn.at, case=case, by=turn.by, structure=task.structure, result=result
        )
        milestones.save_milestone(
            case=case,
            kind=result,
            happened_on=data["sent_on"],
            known=Milestone.Known.PROVED,
            structure=task.structure,
            by=turn.by,
            at=turn.at,
            cause=entry,
        )
        deadlines.meet_by([tracks.DatedFact(result, data["sent_on"])], case=case, since=date.min, at=turn.at)
        keep_note(task, data.get("note"), cause=entry)
        return entry


def diagnosis_words(task: CaseTask) -> str:
    """Which diagnosis the case has, in French; what the form says before one notes a sending."""
    last = last_finished(task.case)
    if last is None or last.made_on is None:
        return "Aucun diagnostic n’est encore établi sur ce dossier."
    return f"Dernier diagnostic : {last.get_completeness_display()}, établi le {last.made_on:%d/%m/%Y}."


def _is_over(found: tracks.TrackPosition) -> bool:
    """It was sent, or the judge has decided: a hearing is then that of the appeal, or of the judge of enforcement."""
    return found.is_judged or any(reached.fact.kind in (SENT, NOT_MADE) for reached in found.reached)
