"""What the steps of a référent share: their row, their structure’s own delays, who has the ball, and what else stops."""

from collections.abc import Iterable

from viewflow.workflow.status import STATUS

from cases.models import Deadline, Referent, Structure, User, Vacancy
from workflows.models import FILL_PLACE, CaseProcess, CaseTask, read_referent
from workflows.nodes import Turn
from workflows.steps.base import Answers, Begun, Step
from workflows.steps.coordination import coordinator_procedures


def referent_procedure(referent: Referent) -> Begun:
    """The procedure of a référent who was just proposed, or put in place."""
    return Begun(flow="referent", case=referent.case, data={"referent": referent.pk})


class PlaceStep(Step[Answers]):
    """A step of one référent. It waits for the delays that it began, in his structure: others run on the same case, of other
    structures, and there of a colleague from whom he takes over, or who takes over from him."""

    right = "be_referent"

    def assigned_structure(self, process: CaseProcess) -> Structure:
        return read_referent(process).structure

    def assigned_professional(self, process: CaseProcess) -> User | None:
        return read_referent(process).user

    def waits_for(self, task: CaseTask, own: list[Deadline]) -> list[Deadline]:
        waiting = [each for each in super().waits_for(task, own) if each.structure_id == task.structure_id]
        return [each for each in waiting if each.rule.start == self.starts_with(task)]

    def on_task_finished(self, task: CaseTask) -> None:
        super().on_task_finished(task)
        stop_others(task)

    def procedures_to_start(self, task: CaseTask) -> Iterable[Begun]:
        """What the person was told, or who left, may call for a coordinator."""
        return coordinator_procedures(task.case)

    def has_an_object(self, task: CaseTask) -> bool:
        referent = read_referent(task.process)
        if task.node == FILL_PLACE:
            return Vacancy.objects.open().filter(case=task.case_id, structure=task.structure_id).exists()
        return referent.has_place or referent.state == Referent.State.PROPOSED


def stop_others(task: CaseTask) -> None:
    """What an act left without an object stops: the steps of a predecessor, say."""
    others = CaseTask.objects.open().of_case(task.case).exclude(process=task.process)
    stop_stale(others.select_related("process__case", "structure"), turn=task.process.turn)


def stop_stale(tasks: Iterable[CaseTask], *, turn: Turn) -> None:
    """Stop the procedures of référents who are neither proposed nor in place, save where a place is to be filled; and of
    a coordinator whom nobody asks any more."""
    for task in tasks:
        if not task.step.has_an_object(task):
            _stop(task, turn=turn)


def _stop(task: CaseTask, *, turn: Turn) -> None:
    task.case = task.process.case
    activation = task.flow_task.activation_class(task)
    task.process = activation.process
    task.process.turn = turn
    activation.cancel()
    CaseProcess.objects.filter(pk=task.process.pk).update(status=STATUS.CANCELED, finished=turn.at)
