"""Informer et contacter, puis établir le diagnostic."""

from typing import Any

from hypothesis import strategies as st

from cases.actions import diagnosis
from cases.refusals import NotAllowed
from tests.workflows.machine.base import PICK, act
from tests.workflows.machine.matter import Waiting
from tests.workflows.machine.policy import may_take
from tests.workflows.machine.routing import Routing
from workflows import engine
from workflows.steps.refusal import StepRefused

ENOUGH = 3
"""Attempts before one may say that the household was not reached."""


class Contact(Routing):
    def __init__(self) -> None:
        super().__init__()
        self.diagnosed: set[int] = set()
        """Cases of which a diagnosis was made, be it that nobody answered."""

    def take(self, step: Waiting, person: int, refusal: type[Exception] | None = None, **data: Any) -> bool:
        """Take a step, unless the policy or the model forbids it: then it must be refused. Was it taken?"""
        matter, task, user = self.matters[step.case], self.task(step), self.user(person)

        def complete() -> Any:
            return engine.complete(task, by=user, at=self.at, data=data)

        self.tell(f"{user.get_full_name()} of {step.structure} takes {step.node} of {step.case}: {data}")
        if not may_take(self.posts, person, step, matter, on=self.today):
            return self.refused(complete, NotAllowed)
        if refusal:
            return self.refused(complete, refusal)
        complete()
        matter.acts += 1
        return True

    def someone(self, step: Waiting, place: int) -> int:
        """Of the structure that has the ball: the one to whom it is given, a colleague or a manager."""
        here = self.at_work(step.structure, "agent", "manager")
        owner = [step.owner] * len(here) if step.owner else []
        return self.pick([*owner, *self.at_work(step.structure, "manager"), *here], place)

    @act(
        when=lambda self: self.steps_at("contact"),
        weight=4,
        case=PICK,
        by=PICK,
        result=st.sampled_from(["again", "reached", "reached", "declined", "not_reached"]),
    )
    def contact(self, case: int, by: int, result: str) -> bool:
        step = self.pick(self.steps_at("contact"), case)
        matter = self.matters[step.case]
        too_soon = result == "not_reached" and matter.attempts + 1 < ENOUGH
        data: dict[str, Any] = {
            "result": result,
            "channel": "phone",
            "made_on": self.today,
            "informed_by": "phone",
            "turn": None,
        }
        if not self.take(step, self.someone(step, by), StepRefused if too_soon else None, **data):
            return False
        matter.attempts += 1
        if result == "reached":
            matter.is_informed = True
            matter.full.add(step.structure)
            matter.stands_at("diagnose")
        elif result != "again":
            matter.stands_at("close")
        return True

    @act(when=lambda self: self.told(), case=PICK, by=PICK)
    def take_up_what_the_counter_did(self, case: int, by: int) -> bool:
        """Only for the service of which the counter told the person."""
        step = self.pick(self.told(), case)
        matter = self.matters[step.case]
        refusal = None if matter.met_at_counter and step.structure in matter.told_at_counter else StepRefused
        data: dict[str, Any] = {
            "result": "reached",
            "channel": "desk",
            "made_on": self.today,
            "informed_by": "counter",
        }
        if not self.take(step, self.someone(step, by), refusal, **data):
            return False
        matter.full.add(step.structure)
        matter.stands_at("diagnose")
        return True

    def told(self) -> list[Waiting]:
        """Where a counter has told the person of somebody."""
        return [step for step in self.steps_at("contact") if self.matters[step.case].told_at_counter]

    @act(when=lambda self: self.steps_at("contact"), case=PICK, by=PICK, turn=st.sampled_from([0, 1]))
    def send_an_attempt_twice(self, case: int, by: int, turn: int) -> bool:
        step = self.pick(self.steps_at("contact"), case)
        matter = self.matters[step.case]
        task, person = self.task(step), self.someone(step, by)
        data: dict[str, Any] = {
            "result": "again",
            "channel": "mail",
            "made_on": self.today,
            "informed_by": "",
            "turn": task.turn_count,
        }
        if not self.take(step, person, **data):
            return False
        matter.attempts += 1
        self.refused(
            lambda: engine.complete(self.task(step), by=self.user(person), at=self.at, data=data), engine.AlreadySent
        )
        return True

    # The diagnosis

    @act(
        when=lambda self: self.steps_at("diagnose"),
        weight=4,
        case=PICK,
        by=PICK,
        completeness=st.sampled_from(["partial", "default", "complete"]),
    )
    def diagnose(self, case: int, by: int, completeness: str) -> bool:
        step = self.pick(self.steps_at("diagnose"), case)
        data: dict[str, Any] = {"completeness": completeness}
        if completeness == "complete":
            data |= {"family": "alone", "cause": "budget", "resources": 1200, "rent_resumed": "yes"}
        if not self.take(step, self.someone(step, by), **data):
            return False
        self.matters[step.case].stands_at("plan")
        self.diagnosed.add(step.case)
        return True

    @act(when=lambda self: self.steps_at("diagnose"), case=PICK)
    def begin_a_diagnosis_and_give_it_up(self, case: int) -> None:
        step = self.pick(self.steps_at("diagnose"), case)
        matter = self.matters[step.case]
        by = self.user(self.at_work(step.structure, "manager")[0])
        common: dict[str, Any] = {
            "case": self.case(matter),
            "structure": self.structure(step.structure),
            "by": by,
            "at": self.at,
        }
        diagnosis.begin(**common)
        diagnosis.drop_draft(**common)
        matter.acts += 1
