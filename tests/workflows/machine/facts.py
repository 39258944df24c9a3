"""Les faits datés: the eviction procedure moves, a fact is corrected or taken back, the judge is told."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from cases.models import Milestone
from cases.refusals import NotAllowed, Refusal
from tests.workflows.machine.base import PICK, act
from tests.workflows.machine.cast import DESK
from tests.workflows.machine.matter import BESIDE, Matter
from tests.workflows.machine.policy import follows
from tests.workflows.machine.time_passes import Time
from workflows.actions import milestones
from workflows.steps.refusal import StepRefused

DATED = (
    "order_to_pay_served", "summons_served", "hearing", "order_to_leave_served", "procedure_dropped", "debt_cleared",
)  # fmt: skip
KINDS = st.sampled_from(DATED)
DAYS = st.sampled_from([-20, -3, 0])


class Facts(Time):
    def __init__(self) -> None:
        super().__init__()
        self.facts: dict[int, dict[str, date]] = {}
        """Case → dated facts that stand."""

    def facts_of(self, matter: Matter) -> dict[str, date]:
        return self.facts.setdefault(matter.case, {})

    def may_date(self, person: int, matter: Matter) -> bool:
        """Who follows households in the service that answers for the case; the desk as long as it has a part."""
        at_desk = person in self.at_work(DESK) and DESK in self.parts(matter)
        return matter.is_open and (follows(self.posts, person, matter.responsible, on=self.today) or at_desk)

    @act(when=lambda self: self.open_matters(), case=PICK, by=PICK, kind=KINDS, days=DAYS, is_desk=st.booleans())
    def record_a_dated_fact(self, case: int, by: int, kind: str, days: int, is_desk: bool) -> bool | None:
        matter = self.pick(self.open_matters(), case)
        person = self.pick(self.at_work(DESK), by) if is_desk else self.follower(matter, by)
        on = self.today + timedelta(days=25 if kind == "hearing" else days)
        self.tell(f"{kind} on {on} for {matter.case}")
        row = self.case(matter)

        def record() -> Any:
            return milestones.record(
                case=row, kind=kind, happened_on=on, known="proved", by=self.user(person), at=self.at
            )

        if not self.may_date(person, matter):
            return self.refused(record, NotAllowed)
        if kind == "summons_served" and self.precedes_its_order(matter, on):
            return self.refused(record, Refusal)
        record()
        if self.facts_of(matter).get(kind) == on:
            return None
        self.facts_of(matter)[kind] = on
        if kind == "procedure_dropped" and self.facts_of(matter).get("hearing", on) > self.today:
            del self.facts_of(matter)["hearing"]
        matter.acts += 1
        self.moves(matter)
        return None

    def precedes_its_order(self, matter: Matter, on: date) -> bool:
        """Of the same procedure: a debt that is cleared, or a landlord who gives up, ends one."""
        facts = self.facts_of(matter)
        order = facts.get("order_to_pay_served", date.min)
        ended = max(facts.get("procedure_dropped", date.min), facts.get("debt_cleared", date.min))
        return on < order and (order > ended) == (on > ended)

    @act(when=lambda self: self.dated(), place=PICK, by=PICK)
    def take_back_a_dated_fact(self, place: int, by: int) -> bool | None:
        matter, kind = self.pick(self.dated(), place)
        person, row = self.follower(matter, by), self.case(matter)
        self.tell(f"{kind} of {matter.case} was a mistake")

        def withdraw() -> None:
            milestones.withdraw(case=row, kind=kind, by=self.user(person), at=self.at)

        if not self.may_date(person, matter):
            return self.refused(withdraw, NotAllowed)
        withdraw()
        del self.facts_of(matter)[kind]
        matter.acts += 1
        self.moves(matter)
        return None

    def dated(self) -> list[tuple[Matter, str]]:
        return [(matter, kind) for matter in self.open_matters() for kind in self.facts.get(matter.case, {})]

    def moves(self, matter: Matter) -> None:
        """As long as nobody has accepted the case, another service may have to be asked."""
        self.learns(matter)

    @act(
        when=lambda self: self.steps_at(BESIDE),
        case=PICK,
        by=PICK,
        result=st.sampled_from(["dsf_sent", "dsf_not_made"]),
    )
    def tell_the_judge(self, case: int, by: int, result: str) -> bool:
        step = self.pick(self.steps_at(BESIDE), case)
        has_none = step.case not in self.diagnosed
        refusal = StepRefused if result == "dsf_sent" and has_none else None
        if not self.take(step, self.someone(step, by), refusal, result=result, sent_on=self.today):
            return False
        self.facts_of(self.matters[step.case])[result] = self.today
        return True

    def check_facts(self) -> None:
        """Those that were told and not taken back; the judge is to be told once a hearing is fixed and the case
        accepted."""
        rows = Milestone.objects.filter(replaced_by=None, kind__in=[*DATED, "dsf_sent", "dsf_not_made"])
        expected = {(case, kind, on) for case, facts in self.facts.items() for kind, on in facts.items()}
        assert set(rows.values_list("case", "kind", "happened_on")) == expected, "dated facts"
        for matter in self.open_matters():
            facts = self.facts.get(matter.case, {})
            waits = any(step.node == BESIDE for step in self.of(matter))
            assert not waits or (matter.is_accepted and "hearing" in facts), f"case {matter.case} tells the judge"
