"""Orienter: the desk qualifies, services accept or decline, the pilot arbitrates."""

from hypothesis import strategies as st

from cases.refusals import NotAllowed
from tests.workflows.machine.base import PICK, act
from tests.workflows.machine.cast import DESK, SERVICES
from tests.workflows.machine.policy import may_take
from tests.workflows.machine.reporting import ALONE, FAMILY, Reporting
from workflows import engine
from workflows.steps.refusal import StepRefused

DECLINES = 2
"""So many services may decline before the pilot decides."""


class Routing(Reporting):
    @act(
        when=lambda self: self.steps_at("qualify"),
        case=PICK,
        facts=st.sampled_from([FAMILY, ALONE, {**ALONE, "rsa": True}, {"urgent": True}, {}]),
        is_in_scope=st.sampled_from([True, True, True, False]),
    )
    def qualify(self, case: int, facts: dict[str, object], is_in_scope: bool) -> None:
        step = self.pick(self.steps_at("qualify"), case)
        matter = self.matters[step.case]
        result = "complete" if is_in_scope else "out_of_scope"
        self.tell(f"the desk qualifies {step.case}: {result}")
        by = self.user(self.at_work(DESK)[0])
        engine.complete(self.task(step), by=by, at=self.at, data={"result": result, "facts": dict(facts)})
        matter.acts += 1
        if is_in_scope:
            matter.stands_at("answer", "arbitrate")
        else:
            matter.closed("out_of_scope", by_desk="qualifying")

    @act(when=lambda self: self.steps_at("answer"), case=PICK, by=PICK, professional=PICK)
    def accept(self, case: int, by: int, professional: int) -> bool | None:
        step = self.pick(self.steps_at("answer"), case)
        matter = self.matters[step.case]
        named = self.pick(self.at_work(step.structure, "agent", "manager"), professional)
        person = self.pick(self.at_work(step.structure, "agent", "manager"), by)
        self.tell(f"{step.structure} accepts {step.case}")
        data = {"accept": True, "professional": self.user(named), "reason": ""}
        task, user = self.task(step), self.user(person)
        if not may_take(self.posts, person, step, matter, on=self.today):
            return self.refused(lambda: engine.complete(task, by=user, at=self.at, data=data), NotAllowed)
        engine.complete(task, by=user, at=self.at, data=data)
        matter.acts += 1
        matter.accepted(step.structure, named)
        return None

    @act(when=lambda self: self.steps_at("answer"), case=PICK, by=PICK)
    def decline(self, case: int, by: int) -> bool | None:
        step = self.pick(self.steps_at("answer"), case)
        matter = self.matters[step.case]
        person = self.pick(self.at_work(step.structure, "manager"), by)
        self.tell(f"{step.structure} declines {step.case}")
        data = {"accept": False, "professional": None, "reason": "no_capacity"}
        task, user = self.task(step), self.user(person)
        if matter.is_imposed:
            return self.refused(lambda: engine.complete(task, by=user, at=self.at, data=data), StepRefused)
        engine.complete(task, by=user, at=self.at, data=data)
        matter.acts += 1
        self.declined(step.case, step.structure)
        return None

    def declined(self, case: int, structure: str) -> None:
        matter = self.matters[case]
        matter.declined.append(structure)
        matter.steps = frozenset({"arbitrate"} if len(matter.declined) >= DECLINES else {"answer", "arbitrate"})

    @act(
        when=lambda self: self.steps_at("arbitrate"),
        case=PICK,
        to=PICK,
        is_in_scope=st.sampled_from([True, True, True, False]),
    )
    def arbitrate(self, case: int, to: int, is_in_scope: bool) -> bool | None:
        step = self.pick(self.steps_at("arbitrate"), case)
        matter = self.matters[step.case]
        chosen = self.pick(SERVICES, to) if is_in_scope else None
        self.tell(f"the pilot gives {step.case} to {chosen or 'nobody'}")
        by = self.user(self.at_work(DESK)[0])
        data = {"structure": self.structure(chosen) if chosen else None, "out_of_scope": not chosen}
        task = self.task(step)
        if chosen == "bailleur-a-social" and matter.owner == "bailleur-a":  # it claims the rent
            return self.refused(lambda: engine.complete(task, by=by, at=self.at, data=data), StepRefused)
        engine.complete(task, by=by, at=self.at, data=data)
        matter.acts += 1
        if chosen:
            matter.is_imposed = True
            matter.stands_at("answer")
        else:
            matter.closed("out_of_scope", by_desk="arbiter")
        return None
