"""Each line of a notice has its own procedure; the case waits for all of them."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate
from viewflow.workflow.status import STATUS

from cases import journal
from cases.actions import case as cases
from cases.models import CaseOutcome, Debt, DebtLine, JournalEntry
from workflows.models import CaseProcess, CaseTask
from workflows.steps.base import Step, StepForm
from workflows.steps.notes import NotedAnswers, keep_note, note_field
from workflows.steps.refusal import StepRefused


class AwaitLines(Step[Mapping[str, object]]):
    """Waits for nobody in particular: the lines do."""

    right = "view_backlog"
    had_with = "handle_case"
    is_offered = False
    form_class = StepForm
    help = "Le dossier se clôt quand chaque ligne a son issue."

    def debts_to_start(self, process: CaseProcess) -> list[Debt]:
        """Those of the lines that are open and go nowhere yet."""
        gone = CaseProcess.objects.filter(debt=OuterRef("debt")).exclude(status=STATUS.CANCELED)
        lines = DebtLine.objects.filter(~Exists(gone), notice__case=process.case_id, closed_on=None)
        return [line.debt for line in lines.select_related("debt").order_by("notice", "position")]

    def carry_out(self, task: CaseTask, data: Mapping[str, object]) -> JournalEntry:
        turn = task.process.turn
        return journal.record(
            "step.lines_closed", at=turn.at, case=task.case, by=turn.by, structure=task.structure, cause=turn.cause
        )


class CloseOverpaymentForm(StepForm):
    note = note_field()


class CloseOverpayment(Step[NotedAnswers]):
    """The case closes with the outcomes of its lines."""

    fact = "closing_asked"
    form_class = CloseOverpaymentForm
    help = "Chaque ligne a son issue. Clore le dossier ; un nouveau courrier en ouvrira un autre."

    def counts_from(self, task: CaseTask) -> date:
        return localdate(task.created)

    def carry_out(self, task: CaseTask, data: NotedAnswers) -> JournalEntry:
        turn = task.process.turn
        if DebtLine.objects.filter(notice__case=task.case_id, closed_on=None).exists():
            raise StepRefused("Une ligne n’a pas encore d’issue : la clore d’abord.")
        entry = cases.close_case(case=task.case, outcome=CaseOutcome.LINES_CLOSED, at=turn.at, by=turn.by)
        keep_note(task, data.get("note"), cause=entry)
        return entry
