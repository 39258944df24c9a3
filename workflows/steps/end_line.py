"""Décider de la suite d’une ligne, et la clore avec son issue."""

from django import forms
from django.utils.timezone import localdate

from cases import journal
from cases.actions import notices
from cases.actions.lines import facts_of
from cases.models import Deadline, DebtLine, JournalEntry, LedgerEntry
from cases.rules.closing import LineClosingSituation, line_closing_doubts
from workflows.models import CaseTask
from workflows.steps import way_facts
from workflows.steps.base import StepForm
from workflows.steps.close import CloseAnswers
from workflows.steps.closing import abandoned_delays, ask, is_to_be_asked
from workflows.steps.line import LineStep, law_of, line_of
from workflows.steps.notes import NotedAnswers, keep_note, note_field


class DecideNextForm(StepForm):
    next = forms.ChoiceField(
        label="Suite",
        choices=[
            ("go_on", "Continuer par une autre voie : recours, tribunal, remise, échéancier"),
            ("stop", "S’arrêter là : clore la ligne"),
        ],
        widget=forms.RadioSelect,
    )
    note = note_field()


class DecideNextAnswers(NotedAnswers):
    """Whether the household goes on after the answer: `go_on` or `stop`."""

    next: str


class DecideNext(LineStep[DecideNextAnswers]):
    fact = "next_step_asked"
    form_class = DecideNextForm
    help = "Une réponse n’a pas tout accordé. Le délai de la voie suivante court déjà : il est affiché ici."

    def carry_out(self, task: CaseTask, data: DecideNextAnswers) -> JournalEntry:
        turn = task.process.turn
        task.process.data["next"] = data["next"]
        entry = journal.record(
            "line.next_decided",
            at=turn.at,
            case=task.case,
            by=turn.by,
            structure=task.structure,
            line=line_of(task).pk,
            next=data["next"],
        )
        keep_note(task, data.get("note"), cause=entry)
        return entry


class CloseLineForm(StepForm):
    outcome = forms.ChoiceField(
        label="Issue de la ligne", choices=[("", "Choisir l’issue"), *DebtLine.Outcome.choices]
    )
    note = note_field()

    def prepare_fields(self) -> None:
        self.fields["outcome"].initial = _likely_outcome(self.task)
        self.consequences = consequences_of_line(self.task)

    def clean(self) -> None:
        outcome = self.cleaned_data.get("outcome", "")
        if is_to_be_asked(self, outcome):
            found = line_closing_doubts(outcome, _closing_situation(self.task))
            ask(self, outcome, found, self.consequences)


def consequences_of_line(task: CaseTask) -> list[str]:
    """A line for each delay that would run no more."""
    delays = Deadline.objects.waiting().filter(debt=task.process.debt_id).exclude(rule__start=CloseLine.fact)
    return abandoned_delays(delays.select_related("rule").order_by("legal_date", "pk"))


def _closing_situation(task: CaseTask) -> LineClosingSituation:
    line = line_of(task)
    standing = law_of(task, on=localdate()).standing_of_line(line, facts_of([line])[line.debt_id])
    pending = tuple(each.state.title for each in standing.reached if each.state.suspends)
    return LineClosingSituation(left=notices.balance_of(line.debt), pending=pending)


def _likely_outcome(task: CaseTask) -> str:
    """The outcome that the sums and what was chosen make likely."""
    line = line_of(task)
    left = notices.balance_of(line.debt)
    kinds = set(line.debt.ledger.filter(corrected_by=None).values_list("kind", flat=True))
    whole = left <= 0
    if LedgerEntry.Kind.REMITTED in kinds:
        return DebtLine.Outcome.WAIVED if whole else DebtLine.Outcome.WAIVED_PARTLY
    if LedgerEntry.Kind.CANCELLED in kinds:
        return DebtLine.Outcome.CANCELLED if whole else DebtLine.Outcome.REDUCED
    if whole:
        return DebtLine.Outcome.SETTLED
    return DebtLine.Outcome.MAINTAINED if set(task.process.answer("ways") or []) & way_facts.WITHOUT_LETTER else ""


class CloseLine(LineStep[CloseAnswers]):
    fact = "line_closing_asked"
    form_class = CloseLineForm
    help = "L’issue de chaque ligne sert aux statistiques de l’action et au retour fait à l’organisme."

    def carry_out(self, task: CaseTask, data: CloseAnswers) -> JournalEntry:
        turn = task.process.turn
        entry = notices.close_line(
            line=line_of(task), outcome=data["outcome"], structure=task.structure, by=turn.by, at=turn.at
        )
        keep_note(task, data.get("note"), cause=entry)
        return entry
