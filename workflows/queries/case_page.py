"""What the page of a case reads."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from cases.models import Beneficiary, Case, HouseholdMember
from cases.models.people import Household
from workflows.models import CaseTask


@dataclass(frozen=True, kw_only=True)
class CaseHead:
    """The first screen."""

    members: list[HouseholdMember]
    tasks: list[CaseTask]

    @classmethod
    def of(cls, case: Case, *, at: date) -> Self:
        return cls(members=members_of(case.household), tasks=open_tasks(case))

    @property
    def holder(self) -> Beneficiary:
        return next((m.beneficiary for m in self.members if m.position == "holder"), self.members[0].beneficiary)


def members_of(household: Household) -> list[HouseholdMember]:
    return list(household.memberships.filter(until=None).select_related("beneficiary"))


def open_tasks(case: Case) -> list[CaseTask]:
    found = CaseTask.objects.open().of(case).select_related("structure", "owner").order_by("due_on", "pk")
    for task in found:
        task.case = case
    return list(found)


def next_step_words(case: Case) -> str:
    """What happens next and who has the ball, in a sentence without a name of a household."""
    if not case.is_open:
        return f"Le dossier est clos : {case.get_outcome_display()}."
    words = []
    for task in open_tasks(case):
        ball = f"{task.owner}, {task.structure}" if task.owner else str(task.structure)
        due = f", à faire avant le {task.due_on:%d/%m/%Y}" if task.due_on else ""
        words.append(f"« {task.flow_task.task_title} », chez {ball}{due}")
    return f"Prochaine étape : {' ; '.join(words)}."
