"""What is compared after each act: the tables against the model, to the cent and to the person."""

from collections import defaultdict
from typing import Any

from cases.invariants import INVARIANTS as OF_CASES
from cases.models import (
    Assignment,
    Case,
    Debt,
    Instalment,
    Participation,
    RepaymentPlan,
    Report,
    SharingRequest,
    Watch,
)
from cases.permissions import rights, visible_cases, visible_reports, visible_watches
from cases.queries import expected_balance
from tests.workflows.machine.cast import DESK, LANDLORDS
from tests.workflows.machine.matter import BESIDE, HELD, Matter, Part, Waiting
from tests.workflows.machine.merging import Merging
from tests.workflows.machine.owed import Plan, euros
from tests.workflows.machine.policy import sees
from workflows.invariants import INVARIANTS as OF_WORKFLOWS

OFTEN = 15
"""Every so many acts, what takes time is asked too: the debts, what waits, the whole database."""
AT_A_TIME = 3
"""People whose sight is compared after each act, besides those for whom something should have changed."""


class Checked(Merging):
    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[int, set[int]] = {}
        """Person → cases that he should see, when last asked."""
        self.read: dict[int, Any] = {}

    def check(self) -> None:
        self.check_steps()
        self.check_parts()
        self.check_plans()
        self.check_meetings()
        self.check_facts()
        self.check_sight(everyone=False)
        if self.mood.is_told:
            self.check_told()
        if self.steps % OFTEN == 0:
            self.check_all()

    def check_end(self) -> None:
        self.check_sight(everyone=True)
        self.check_all()

    def check_all(self) -> None:
        self.check_claimants()
        self.check_balances()
        self.check_what_waits()
        broken = {each.code: list(each.broken(self.today)) for each in (*OF_CASES, *OF_WORKFLOWS)}
        assert not any(broken.values()), {code: ids for code, ids in broken.items() if ids}

    # The procedure

    def check_steps(self) -> None:
        """Each open case waits for somebody, at one step that the model foresees; a closed one for nobody."""
        rows = dict(Case.objects.values_list("pk", "outcome"))
        assert rows == {matter.case: matter.outcome for matter in self.matters.values()}
        standing: dict[int, list[Waiting]] = defaultdict(list)
        for step in self.waiting:
            standing[step.case].append(step)
        for matter in self.matters.values():
            main = [step.node for step in standing[matter.case] if step.node != BESIDE]
            expected = matter.steps
            assert len(main) == bool(expected), f"case {matter.case} stands at {main}"
            assert not main or main[0] in expected, f"case {matter.case} is at {main[0]}, not at {sorted(expected)}"
            for step in standing[matter.case]:
                self.check_ball(matter, step)

    def check_ball(self, matter: Matter, step: Waiting) -> None:
        """Who has the ball: the desk, the landlord, or who answers for the case; and in it, who was named."""
        if step.node == "answer":
            assert step.structure not in matter.declined or matter.is_imposed
            return
        desk = step.node in ("qualify", "arbitrate", HELD)
        holder = DESK if desk else matter.owner if step.node == "agree" else matter.responsible
        assert step.structure == holder, f"{step.node} of case {matter.case} waits for {step.structure}"
        if not desk and step.node != "agree":
            assert step.owner == matter.named.get(matter.responsible), f"{step.node} of case {matter.case}"

    # Who takes part, who sees

    def check_parts(self) -> None:
        rows = Participation.objects.filter(until=None).values_list("case", "structure__code", "part", "level")
        found: dict[int, dict[str, Part]] = defaultdict(dict)
        for case, code, role, level in rows:
            found[case][code] = Part(role, level)
        for matter in self.matters.values():
            assert found[matter.case] == self.parts(matter), f"who takes part in case {matter.case}"
        named: dict[int, dict[str, int]] = defaultdict(dict)
        for case, code, user in Assignment.objects.filter(until=None).values_list("case", "structure__code", "user"):
            named[case][code] = user
        for matter in self.matters.values():
            assert named[matter.case] == matter.named, f"who is named in case {matter.case}"

    def check_sight(self, *, everyone: bool) -> None:
        parts = {matter.case: self.parts(matter) for matter in self.matters.values()}
        here: dict[int, list[Any]] = defaultdict(list)
        for post in self.posts:
            if post.holds(self.today):
                here[post.user].append(post)
        expected = {
            user: {
                matter.case
                for matter in self.matters.values()
                if any(sees(post, matter, parts[matter.case]) for post in here[user])
            }
            for user in self.cast.users
        }
        people = sorted(self.cast.users)
        turn = (self.steps * AT_A_TIME) % len(people)
        asked = set(people) if everyone else {*(people + people)[turn : turn + AT_A_TIME]}
        asked |= {user for user in people if expected[user] != self.seen.get(user, set())}
        for user in sorted(asked):
            seen = visible_cases(self.user(user), at=self.today, held=self.rights_of(user))
            found = set(seen.values_list("pk", flat=True))
            assert found == expected[user], f"{self.said(user)} sees {found}, may see {expected[user]}"
        self.seen = expected

    def rights_of(self, user: int) -> Any:
        """Read again whenever the day, or what the person is, has changed."""
        state = (self.today, tuple(post for post in self.posts if post.user == user))
        if self.read.get(user, (None,))[0] != state:
            self.read[user] = (state, rights(self.user(user), at=self.today))
        return self.read[user][1]

    def check_claimants(self) -> None:
        """A landlord sees his own reports, those of his tenants to whom a plan is proposed, and his watch list."""
        planned = set(RepaymentPlan.objects.values_list("case", flat=True))
        for code in LANDLORDS:
            user = self.user(self.at_work(code)[0])
            assert not visible_cases(user, at=self.today).exists()
            expected = {
                (matter.case, who)
                for matter in self.matters.values()
                for who in matter.reports
                if who == code or (matter.owner == code and matter.case in planned and code not in matter.reports)
            }
            found = visible_reports(user, at=self.today).values_list("case", "structure__code")
            assert set(found) == expected, f"the reports that {code} sees"
            watched = {lease.pk for lease in self.leases.values() if lease.watched_by == code}
            assert set(visible_watches(user, at=self.today).values_list("tenancy", flat=True)) == watched
        everything = Report.objects.values_list("case", "structure__code")
        assert set(everything) == {(m.case, who) for m in self.matters.values() for who in m.reports}
        assert Watch.objects.count() == sum(bool(lease.watched_by) for lease in self.leases.values())

    # What is owed

    def check_plans(self) -> None:
        known = {plan.row: (owed, plan) for owed in self.owed.values() for plan in owed.plans}
        states = dict(RepaymentPlan.objects.values_list("pk", "state"))
        foreseen = {row: plan.state for row, (_, plan) in known.items()}
        assert states == foreseen, f"plans are {states}, not {foreseen}"
        rows = Instalment.objects.order_by("plan", "number").values_list(
            "plan", "amount", "paid", "relieved", "state", "due_on"
        )
        found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for number, *rest in rows:
            found[number].append(tuple(rest))
        for row, (owed, plan) in known.items():
            received = owed.received(plan)
            expected = [
                (euros(amount), euros(paid), euros(off), self.state_of(plan, place, amount - paid - off), due)
                for place, (amount, (paid, off)) in enumerate(zip(plan.amounts, received, strict=True))
                for due in [self.due_day(plan, place)]
            ]
            assert found[row] == expected, f"instalments of plan {row}"

    def state_of(self, plan: Plan, place: int, remaining: int) -> str:
        if not remaining:
            return "paid"
        return "missed" if place in plan.missed else "expected"

    def check_balances(self) -> None:
        for lease, owed in self.owed.items():
            debt = Debt.objects.filter(tenancy=lease).first()
            left = owed.left(self.today)
            found = expected_balance(debt, on=self.today) if debt else None
            assert found == (None if left is None else euros(left)), f"what is owed for lease {lease}"

    # What waits beside

    def check_what_waits(self) -> None:
        """Nothing waits on a case where nobody can answer it any more."""
        waiting = SharingRequest.objects.filter(state="asked")
        assert set(waiting.values_list("pk", flat=True)) == set(self.requests)
