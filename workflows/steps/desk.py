"""Steps of the pilot’s desk: it sees the card of the case while it has the ball, and no longer, unless it closed it."""

from datetime import date

from cases import permissions
from cases.actions import sharing
from cases.actions.rules_in_force import once
from cases.models import Case, Participation, Structure, StructureKind
from cases.rules.procedures import PROCEDURES
from workflows.models import CaseProcess, CaseTask
from workflows.steps.base import Answers, Step


class DeskStep(Step[Answers]):
    right = "pilot_action"
    part = Participation.Part.QUALIFYING

    def assigned_structure(self, process: CaseProcess) -> Structure:
        return pilot_of_case(process.case)

    def assigned_professional(self, process: CaseProcess) -> None:
        return None

    def on_task_opened(self, task: CaseTask) -> None:
        if not self._answers_for(task):
            turn = task.process.turn
            sharing.take_part(
                case=task.case,
                structure=task.structure,
                part=self.part,
                level=Participation.Level.CARD,
                at=turn.at,
                by=turn.by,
                cause=turn.cause,
            )
        super().on_task_opened(task)

    def on_task_finished(self, task: CaseTask) -> None:
        self._end_desk_sharing(task)
        super().on_task_finished(task)

    def on_task_abandoned(self, task: CaseTask) -> None:
        self._end_desk_sharing(task)
        super().on_task_abandoned(task)

    def _end_desk_sharing(self, task: CaseTask) -> None:
        if not self._answers_for(task) and not self.keeps_sight(task):
            turn = task.process.turn
            sharing.end_sharing(case=task.case, structure=task.structure, at=turn.at, by=turn.by, cause=turn.cause)

    def keeps_sight(self, task: CaseTask) -> bool:
        """Did the desk close the case? It goes on seeing its card: it may have to reopen it."""
        return False

    def _answers_for(self, task: CaseTask) -> bool:
        return task.structure_id == task.case.responsible_structure_id


def is_held(desk: Structure, *, on: date) -> bool:
    """Does anybody pilot at that desk on that day?"""
    return permissions.colleagues_with_right(desk, DeskStep.right, at=on).exists()


def pilot_of_case(case: Case) -> Structure:
    """The desk that pilots the action of which a case is."""
    return pilot_of(case.territory, kind=PROCEDURES[case.kind].pilot)


def pilot_of(territory: str, *, kind: str = StructureKind.CAF_PILOT) -> Structure:
    """The desk of an action’s pilot: the qualification and arbitration desk of action 12, unless another is asked for."""
    held = Structure.objects.filter(kind=kind, territory=territory, is_active=True)
    return once(("desk", kind, territory), held.get)
