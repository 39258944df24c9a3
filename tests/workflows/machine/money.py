"""The ledger: payments, what the FSL, an aid or the landlord take off, corrections, balances heard of; measures that pay."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from cases.actions.ledger import AlreadyRecorded, CannotRecordMovement
from cases.models import LedgerEntry
from cases.refusals import NotAllowed
from tests.workflows.machine.base import PICK, act
from tests.workflows.machine.cast import SERVICES
from tests.workflows.machine.matter import Matter
from tests.workflows.machine.owed import Owed, euros
from tests.workflows.machine.plans import Plans
from tests.workflows.machine.policy import follows, sees_fully
from workflows.actions import ledger, measures

BACK = st.sampled_from([0, 0, 1, 4, 40])
"""How many days ago."""
PATHS = {
    "fsl": {"to_build": "filed", "filed": "granted", "granted": "paid"},
    "rights": {"to_build": "filed", "filed": "opened", "opened": "recovered"},
    "dispute": {"to_build": "raised", "raised": "rejected"},
}
PAYS = {"paid": "fsl", "recovered": "aid"}


class Money(Plans):
    def may_follow(self, person: int, matter: Matter) -> bool:
        """Whoever follows households in the service that answers for the case, once he sees the whole of it."""
        posts = [post for post in self.posts if post.user == person and post.holds(self.today)]
        follower = follows(posts, person, matter.responsible, on=self.today)
        return matter.is_open and follower and any(sees_fully(post, matter, self.parts(matter)) for post in posts)

    def follower(self, matter: Matter, place: int) -> int:
        """The professional as a rule, else a manager; now and then whoever else works there."""
        named = matter.named.get(matter.responsible)
        here = self.at_work(matter.responsible)
        return self.pick(
            [*([named] * len(here) if named else []), *self.at_work(matter.responsible, "manager"), *here], place
        )

    def followed(self) -> list[Matter]:
        """Cases that a service answers for: neither the desk, nor a counter."""
        return [matter for matter in self.open_matters() if matter.responsible in SERVICES]

    def whole(self) -> list[Matter]:
        """Those of which it sees everything."""
        return [matter for matter in self.followed() if matter.responsible in matter.full]

    @act(
        when=lambda self: self.whole(),
        case=PICK,
        by=PICK,
        kind=st.sampled_from(["payment", "payment", "fsl", "aid", "waiver"]),
        amount=st.sampled_from(["some", "cents", "the plan", "all", "too much"]),
        back=BACK,
        is_another=st.booleans(),
    )
    def record_a_movement(
        self, case: int, by: int, kind: str, amount: str, back: int, is_another: bool
    ) -> bool | None:
        matter = self.pick(self.whole(), case)
        person, owed, on = self.follower(matter, by), self.debt_of(matter), self.today - timedelta(days=back)
        cents = self.sum_of(owed, amount, on)
        self.tell(f"{kind} of {euros(cents)} on {on} for {matter.case}")
        row = self.case(matter)

        def record() -> Any:
            return ledger.record_movement(
                case=row,
                kind=kind,
                amount=euros(cents),
                on=on,
                by=self.user(person),
                at=self.at,
                is_another=is_another,
            )

        if not self.may_follow(person, matter):
            return self.refused(record, NotAllowed)
        if owed.knows(cents, on) and not is_another:
            return self.refused(record, AlreadyRecorded)
        most = owed.payable(on)
        if most is not None and cents > most:
            return self.refused(record, CannotRecordMovement)
        record()
        matter.acts += 1
        self.moved(owed, kind, cents, on, plan=owed.pays(kind, on))
        self.stop_asking_about_a_paid_plan(matter)
        return None

    def sum_of(self, owed: Owed, amount: str, on: date) -> int:
        plan, most = owed.running, owed.payable(on)
        remaining = sum(owed.remaining(plan)) if plan else 0
        asked = {"some": 75_00, "cents": 33, "the plan": remaining, "all": most, "too much": (most or 0) + 1}
        return max(asked[amount] or 0, 1)

    def stop_asking_about_a_paid_plan(self, matter: Matter) -> None:
        if self.debt_of(matter).waiting is None and self.node_of(matter) == "agree":
            matter.stands_at("monitor")

    @act(when=lambda self: self.corrigible(), place=PICK, by=PICK)
    def correct_a_movement(self, place: int, by: int) -> bool | None:
        matter, moved = self.pick(self.corrigible(), place)
        person, owed = self.follower(matter, by), self.debt_of(matter)
        self.tell(f"the {moved.kind} of {euros(moved.cents)} on {moved.on} of {matter.case} was wrong")
        row, entry = self.case(matter), LedgerEntry.objects.get(pk=moved.row)

        def correct() -> Any:
            return ledger.correct_movement(case=row, entry=entry, reason="wrong", by=self.user(person), at=self.at)

        if not self.may_follow(person, matter):
            return self.refused(correct, NotAllowed)
        had_none = owed.running is None
        correct()
        matter.acts += 1
        moved.is_corrected = True
        if moved.plan:
            owed.settle(moved.plan)
        if had_none and owed.running and self.node_of(matter) == "close":
            matter.stands_at("monitor")
        return None

    def corrigible(self) -> list[Any]:
        return [
            (matter, moved)
            for matter in self.whole()
            for moved in self.debt_of(matter).moved
            if not moved.is_corrected
        ]

    @act(
        when=lambda self: self.whole(),
        case=PICK,
        by=PICK,
        cents=st.sampled_from([400_10, 1200_00, 1843_27, 0]),
        back=BACK,
    )
    def hear_of_a_balance(self, case: int, by: int, cents: int, back: int) -> bool | None:
        return self.hear(self.pick(self.whole(), case), by, cents, back)

    @act(when=lambda self: self.repaying(), weight=3, case=PICK, by=PICK, back=BACK)
    def hear_that_less_is_owed(self, case: int, by: int, back: int) -> bool | None:
        """Less than what the plan has left: an amendment is lowered to it."""
        matter = self.pick(self.repaying(), case)
        owed = self.debt_of(matter)
        assert owed.running
        return self.hear(matter, by, sum(owed.remaining(owed.running)) * 2 // 3, back)

    def repaying(self) -> list[Matter]:
        return [matter for matter in self.whole() if self.debt_of(matter).running]

    def hear(self, matter: Matter, by: int, cents: int, back: int) -> bool | None:
        person, on = self.follower(matter, by), self.today - timedelta(days=back)
        self.tell(f"{matter.responsible} hears that {matter.case} owed {euros(cents)} on {on}")
        row = self.case(matter)

        def record() -> Any:
            return ledger.record_balance(case=row, balance=euros(cents), as_of=on, by=self.user(person), at=self.at)

        if not self.may_follow(person, matter):
            return self.refused(record, NotAllowed)
        record()
        matter.acts += 1
        self.debt_of(matter).says(matter.responsible, on, cents)
        return None

    # Measures

    @act(when=lambda self: self.movable(), place=PICK, by=PICK, cents=st.sampled_from([120_00, 300_00]))
    def follow_a_measure(self, place: int, by: int, cents: int) -> bool | None:
        """To its next state; the last one of the FSL, or of rights that were opened, pays the debt."""
        matter, kind = self.pick(self.movable(), place)
        person, owed, states = self.follower(matter, by), self.debt_of(matter), self.measures[matter.case]
        to = PATHS[kind][states[kind]]
        pays = PAYS.get(to)
        self.tell(f"{kind} of {matter.case} is {to}")
        row = self.case(matter)
        measure = row.measures.filter(kind=kind).latest("pk")

        def follow() -> Any:
            return measures.follow_measure(
                case=row,
                measure=measure,
                to=to,
                on=self.today,
                details={},
                by=self.user(person),
                at=self.at,
                paid=euros(cents) if pays else None,
            )

        if not self.may_follow(person, matter):
            return self.refused(follow, NotAllowed)
        most = owed.payable(self.today)
        if pays and (owed.knows(cents, self.today) or (most is not None and cents > most)):
            return self.refused(follow, CannotRecordMovement)
        follow()
        matter.acts += 1
        states[kind] = to
        if pays:
            self.moved(owed, pays, cents, self.today, plan=owed.pays(pays, self.today))
            self.stop_asking_about_a_paid_plan(matter)
        return None

    def movable(self) -> list[Any]:
        return [
            (matter, kind)
            for matter in self.whole()
            for kind, state in self.measures.get(matter.case, {}).items()
            if state in PATHS[kind]
        ]
