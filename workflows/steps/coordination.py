"""What the steps of the coordinator share: whom they are about, when he is to be looked for, and what leaves them pointless."""

from datetime import date

from cases.actions import coordination
from cases.models import Case, Coordination, Deadline, Structure, User
from workflows.models import CaseProcess, CaseTask
from workflows.steps.base import Answers, Begun, Step

NODES = ("choose_coordinator", "coordinate", "ask_agreement")


def coordination_of(process: CaseProcess) -> Coordination:
    """The one that the procedure is about, as it stands now."""
    read = Coordination.objects.select_related("case", "referent__structure", "referent__user", "resumes")
    found: Coordination = read.get(pk=process.answer("coordination"))
    return found


def coordinator_procedures(case: Case) -> list[Begun]:
    """The procedure of a coordinator, where one is to be looked for, or was given back, and none runs yet."""
    if CaseTask.objects.open().of_case(case).filter(node__in=NODES).exists():
        return []
    current = coordination.proposed_coordination(case) or coordination.current_coordination(case)
    unsettled = current is not None and current.state != Coordination.State.AGREED
    if not unsettled and not coordination.is_to_propose(case):
        return []
    return [Begun(flow="coordinator", case=case, data={"coordination": current.pk if current else None})]


class CoordinatorStep(Step[Answers]):
    """A step of one coordination. Its delays are its own: others run on the same case, for each structure."""

    right = "be_referent"
    state = Coordination.State.PROPOSED
    """In which the coordination waits for it."""

    def assigned_structure(self, process: CaseProcess) -> Structure:
        return coordination_of(process).referent.structure

    def assigned_professional(self, process: CaseProcess) -> User | None:
        return coordination_of(process).referent.user

    def waits_for(self, task: CaseTask, own: list[Deadline]) -> list[Deadline]:
        return own

    def has_an_object(self, task: CaseTask) -> bool:
        return coordination_of(task.process).state == self.state

    def counts_from(self, task: CaseTask) -> date:
        return coordination.accepted_on(coordination_of(task.process))
