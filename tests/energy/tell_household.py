"""Rendre compte au ménage: what the supplier answered was told, and the case closes."""

from collections.abc import Mapping

from cases.actions import case as cases
from cases.models import CaseOutcome, JournalEntry
from workflows.models import CaseTask
from workflows.steps.base import Step


class TellHousehold(Step[Mapping[str, object]]):
    fact = "supplier_answered"
    help = "Dire au ménage ce que le fournisseur a répondu. Le dossier se clôt."

    def carry_out(self, task: CaseTask, data: Mapping[str, object]) -> JournalEntry:
        turn = task.process.turn
        return cases.close_case(case=task.case, outcome=CaseOutcome.RIGHTS_OPENED, at=turn.at, by=turn.by)
