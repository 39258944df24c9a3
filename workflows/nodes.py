"""The kinds of node that our flows are made of, and the only file that knows viewflow’s quirks.

A node never reads the clock nor asks who may act: `workflows.engine` does, and leaves on the process the turn
under way (who, when, why). Exceptions propagate, so that a failing act rolls the whole turn back.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from django.db import connection
from django.db.models import Model
from viewflow.this_object import ThisObject
from viewflow.workflow import Flow, Node, nodes as stock
from viewflow.workflow.activation import Activation
from viewflow.workflow.status import STATUS
from viewflow.workflow.token import Token

from cases.models import JournalEntry, Referent, User
from workflows.models import CaseProcess, CaseTask


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Who moves the process, when, and the journal line that everything in this turn follows from."""

    at: datetime
    by: User | None
    cause: JournalEntry | None = None
    read: dict[int, Referent] = field(default_factory=dict, compare=False)
    """The référents that its nodes have read: acts alone change them, and each begins another turn, or empties this."""
    links: list[Model] = field(default_factory=list, compare=False)
    """Which step followed which, of those that it opened: written when it settles (`engine`)."""


class OurActivation(Activation):
    """Creates and finishes our tasks: they carry the case, the node’s name and the times of the turn."""

    is_kept_at_once = True
    """Is its row written when it opens? What is over in the same breath is written once, when it is."""

    __hash__ = object.__hash__
    __eq__ = object.__eq__

    @classmethod
    def create(
        cls,
        flow_task: Node,
        prev_activation: Activation,
        token: Token,
        data: dict[str, object] | None = None,
        seed: None = None,
    ) -> Self:
        process = prev_activation.process
        task = flow_task.flow_class.task_class(
            process=process, flow_task=flow_task, token=token, case=process.case, node=flow_task.name, data=data or {}
        )
        task.structure = process.case.responsible_structure
        task.created = process.turn.at
        flow_task.prepare_task(task)
        process.turn.links.append(CaseTask.previous.through(from_casetask=task, to_casetask=prev_activation.task))
        flow_task.on_task_opened(task)
        if cls.is_kept_at_once and task.pk is None:
            task.save()
        return cls(task)

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.DONE)
    def complete(self) -> None:
        self.finish()

    def finish(self) -> None:
        if not connection.in_atomic_block:
            raise RuntimeError("a step is finished inside the turn’s transaction")
        self.task.finished = self.process.turn.at
        fields = ["status", "owner", "started", "finished", "data"]
        self.task.save(update_fields=fields if self.task.pk else None)


class Titled:
    """A node titled in French, with who takes it; it may fill its task and be told when it opens."""

    def __init__(self, *args: object, title: str = "", who: str = "", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.task_title = title
        self.who = who

    def prepare_task(self, task: CaseTask) -> None:
        """Fill the task before it is saved."""

    def on_task_opened(self, task: CaseTask) -> None:
        """Start what runs with the task, of which nothing is written yet."""


class StartActivation(OurActivation, stock.StartActivation):
    pass


class Start(Titled, stock.StartHandle):
    """Where a procedure begins (see `engine.start`)."""

    activation_class = StartActivation

    def __init__(self, following: ThisObject, **words: str) -> None:
        super().__init__(**words)
        self.Next(following)


class TaskActivation(OurActivation, stock.HandleActivation):
    @Activation.status.super()
    def activate(self) -> None:
        """Does nothing: a human step waits until somebody takes it."""

    @Activation.status.transition(source=STATUS.STARTED, target=STATUS.DONE)
    def complete(self) -> None:
        self.finish()

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.CANCELED)
    def cancel(self) -> None:
        self.flow_task.step.on_task_abandoned(self.task)
        self.finish()


class Task(Titled, stock.Handle):
    """A step that waits for someone of a structure. Its step says who, with which form and act."""

    task_type = "HUMAN"
    activation_class = TaskActivation
    shape = stock.View.shape
    bpmn_element = "userTask"

    def __init__(self, step: type, *, verb: str, **words: str) -> None:
        super().__init__(**words)
        self.step = step()
        self.verb = verb
        """The button that leads to it, from a list."""

    def prepare_task(self, task: CaseTask) -> None:
        task.is_human = True
        task.structure = self.step.assigned_structure(task.process)
        task.comes_first = bool(task.process.answer("comes_first")) and not task.structure.is_claimant
        task.owner = self.step.assigned_professional(task.process)
        task.assigned = task.created if task.owner else None

    def on_task_opened(self, task: CaseTask) -> None:
        self.step.on_task_opened(task)


class ActActivation(OurActivation, stock.FunctionActivation):
    @Activation.status.super()
    def activate(self) -> None:
        self.flow_task.step.carry_out(self.task)
        self.process.turn.read.clear()


class SideTask(Task):
    """A step beside the others: once `after` was taken it opens when its step is called for, wherever one stands."""

    def __init__(self, step: type, *, after: str, **words: str) -> None:
        super().__init__(step, **words)
        self.after = after

    def open(self, process: CaseProcess) -> CaseTask:
        """As if it followed what the procedure waits for."""
        waiting = process.open_tasks().latest("pk")
        previous = waiting.flow_task.activation_class(waiting)
        previous.process = process
        return TaskActivation.create(self, previous, Token(self.name)).task


class EachDebt(Task):
    """A step at which a procedure waits for one of another kind on each of the debts that its step names."""

    def __init__(self, step: type, *, each: type[Flow], **words: str) -> None:
        super().__init__(step, **words)
        self.each = each


class AutomaticStep(Titled, stock.Function):
    """A step that the tool takes by itself, at once."""

    activation_class = ActActivation

    def __init__(self, step: type, **words: str) -> None:
        super().__init__(None, **words)
        self.step = step()


class DecisionActivation(OurActivation, stock.IfActivation):
    is_kept_at_once = False

    @Activation.status.super()
    def activate(self) -> None:
        answer = self.flow_task._condition(self)  # noqa: SLF001 - no public name
        if not isinstance(answer, bool):
            raise TypeError(f"{self.flow_task.name} answered {type(answer).__name__}, not yes or no")
        self._condition_result = answer


class YesNoGateway(Titled, stock.If):
    """A question to the process, answered by yes or no; anything else is a mistake in the flow, and stops it."""

    activation_class = DecisionActivation


class OutcomeActivation(OurActivation, stock.TerminateEnd.activation_class):
    pass


class SideEndActivation(OurActivation, stock.End.activation_class):
    pass


class SideEnd(Titled, stock.End):
    """The end of a side step: the rest goes on."""

    activation_class = SideEndActivation


class ProcessEnd(Titled, stock.TerminateEnd):
    """The end of the procedure: whatever still waits is cancelled, so that no task outlives it."""

    activation_class = OutcomeActivation
