"""Clore, rouvrir."""

from typing import Any

from hypothesis import strategies as st

from cases.actions.case import CannotOpen
from cases.refusals import NotAllowed
from tests.workflows.machine.base import PICK, act
from tests.workflows.machine.cast import DESK
from tests.workflows.machine.matter import Matter, Waiting
from tests.workflows.machine.money import Money
from tests.workflows.machine.policy import follows, may_take
from workflows.actions.reopen import reopen_case
from workflows.actions.tasks import close_now

OUTCOMES = st.sampled_from(["cleared", "plan_kept", "rehoused"])


class Closing(Money):
    @act(when=lambda self: self.steps_at("close"), weight=3, case=PICK, by=PICK, outcome=OUTCOMES)
    def close(self, case: int, by: int, outcome: str) -> bool:
        step = self.pick(self.steps_at("close"), case)
        if not self.take(step, self.someone(step, by), outcome=outcome):
            return False
        self.closed(self.matters[step.case], outcome)
        return True

    @act(when=lambda self: self.followed(), case=PICK, by=PICK, outcome=OUTCOMES)
    def close_now(self, case: int, by: int, outcome: str) -> bool | None:
        """From whichever step it is at: what still waits is cancelled."""
        matter = self.pick(self.followed(), case)
        person, row = self.follower(matter, by), self.case(matter)
        self.tell(f"{matter.responsible} closes {matter.case} now")

        def close() -> Any:
            return close_now(case=row, by=self.user(person), at=self.at, data={"outcome": outcome})

        closing = Waiting(0, matter.case, "close", matter.responsible, matter.named.get(matter.responsible))
        if matter.responsible == DESK or not may_take(self.posts, person, closing, matter, on=self.today):
            return self.refused(close, NotAllowed)
        close()
        matter.acts += 1
        self.closed(matter, outcome)
        return None

    def closed(self, matter: Matter, outcome: str) -> None:
        """Nobody is asked anything of it any more."""
        matter.closed(outcome)
        for plan in self.debt_of(matter).plans:
            if plan.state in ("proposed", "countered"):
                plan.state = "withdrawn"

    @act(when=lambda self: self.closed_matters(), weight=2, case=PICK, by=PICK)
    def reopen(self, case: int, by: int) -> bool | None:
        """By the service that answered for it, which is asked first; unless it was voided, is a duplicate of one, or
        another is open."""
        matter = self.pick(self.closed_matters(), case)
        person, row = self.follower(matter, by), self.case(matter)
        self.tell(f"{matter.responsible} reopens {matter.case}")

        def again() -> Any:
            return reopen_case(case=row, by=self.user(person), at=self.at)

        if matter.responsible != DESK and not follows(self.posts, person, matter.responsible, on=self.today):
            return self.refused(again, NotAllowed)
        others = [other for other in self.open_matters() if other.lease == matter.lease]
        if matter.outcome == "voided" or matter.is_duplicate or others:
            return self.refused(again, CannotOpen)
        again()
        matter.acts += 1
        matter.begins_again()
        return None
