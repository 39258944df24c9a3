"""Attendre la prochaine vague: a case of an initial stock is held at the pilot’s desk; no delay runs meanwhile."""

from collections.abc import Mapping

from cases import journal
from cases.models import LOOK_AT_ONCE, Deadline, JournalEntry
from workflows.models import CaseTask
from workflows.steps.desk import DeskStep


class WaitTurn(DeskStep[Mapping[str, object]]):
    """Its turn comes at a tick (`workflows.actions.stock`), or when the pilot says so."""

    may_expire = True
    is_offered = False
    help = (
        "Ce dossier vient du premier fichier d’un bailleur : il sera orienté à son tour, sans délai d’ici là. Valider"
        " l’oriente dès maintenant."
    )

    def on_task_finished(self, task: CaseTask) -> None:
        """What waited in silence may be reminded of from now on."""
        super().on_task_finished(task)
        Deadline.objects.running().filter(case=task.case_id).update(remind_on=LOOK_AT_ONCE)

    def carry_out(self, task: CaseTask, data: Mapping[str, object]) -> JournalEntry:
        turn = task.process.turn
        return journal.record(
            "stock.released", at=turn.at, case=task.case, by=turn.by, structure=task.structure, task=task.pk
        )
