"""Construire le plan, recueillir l’accord du bailleur, suivre mois après mois."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from cases.refusals import Refusal
from tests.workflows.machine.base import PICK, act
from tests.workflows.machine.contact import Contact
from tests.workflows.machine.matter import Matter, Waiting
from tests.workflows.machine.owed import Owed, Plan, euros, split

KINDS = ("fsl", "rights", "dispute")


def month_after(day: date, months: int) -> date:
    """The same day of a later month (a plan of the machine is due on the 28th at the latest)."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, day.day)


class Due(NamedTuple):
    """What a check of the month is about."""

    due_on: date
    """Of the oldest instalment that is not received."""
    day: date
    """On which a payment is counted, when nothing else is said."""
    cents: int
    late: int


class Plans(Contact):
    def __init__(self) -> None:
        super().__init__()
        self.due: dict[int, date] = {}
        """Plan → its first due date."""
        self.measures: dict[int, dict[str, str]] = {}
        """Case → measure → its state."""

    def debt_of(self, matter: Matter) -> Owed:
        return self.owed[matter.lease]

    # The plan of actions

    @act(
        when=lambda self: self.steps_at("plan"),
        weight=4,
        case=PICK,
        by=PICK,
        part=st.sampled_from([1, 1, 2, 3]),
        beyond=st.sampled_from([0, 0, 0, 0, 1]),
        shares=st.sampled_from([(0, 0), (0, 0), (150_00, 0), (100_00, 50_01)]),
        monthly=st.sampled_from([None, None, 60_00, 97_31, 333_33, 9_99]),
        months=st.sampled_from([1, 3, 7, 12, 36, 37]),
        is_default=st.sampled_from([False, False, False, True]),
        beside=st.sampled_from(["", "", "fsl", "fsl", "rights", "dispute"]),
    )
    def plan_a_repayment(
        self,
        case: int,
        by: int,
        part: int,
        beyond: int,
        shares: tuple[int, int],
        monthly: int | None,
        months: int,
        is_default: bool,
        beside: str,
    ) -> bool:
        """Of all that is owed, of a half or a third; of a cent more, which is refused."""
        step = self.pick(self.steps_at("plan"), case)
        matter = self.matters[step.case]
        owed, left = self.debt_of(matter), self.debt_of(matter).left(self.today) or 0
        cents = left // part + beyond * (left - left // part + 1)
        amounts = split(cents - sum(shares), monthly=monthly, months=None if monthly else months)
        kinds = self.running_measures(matter) | ({beside} if beside else set())
        is_imposed = is_default and "dispute" in kinds
        refusal = Refusal if cents > left or amounts is None or is_imposed else None
        first = month_after(self.today.replace(day=5), 1)
        data: dict[str, Any] = {
            "kinds": ["repayment", *filter(None, [beside])],
            "amount": euros(cents),
            "monthly": euros(monthly) if monthly else None,
            "months": None if monthly else months,
            "first_due_on": first,
            "fsl_share": euros(shares[0]),
            "aid_share": euros(shares[1]),
            "author": "caf" if is_default else "social_worker",
        }
        if not self.take(step, self.someone(step, by), refusal, **data):
            return False
        assert amounts
        known = len(owed.moved)
        plan = Plan(self.last_plan(matter), amounts, self.today, *shares, moves_before=known, is_imposed=is_default)
        self.propose(owed, plan, first=first, replaces=True)
        self.decide(matter, {beside} if beside else set())
        matter.stands_at("agree")
        return True

    @act(
        when=lambda self: self.steps_at("plan"),
        case=PICK,
        by=PICK,
        kinds=st.sets(st.sampled_from(KINDS), min_size=1),
    )
    def plan_measures_alone(self, case: int, by: int, kinds: set[str]) -> bool:
        """No repayment: one that still waited or ran is no longer followed."""
        step = self.pick(self.steps_at("plan"), case)
        matter = self.matters[step.case]
        if not self.take(step, self.someone(step, by), kinds=sorted(kinds)):
            return False
        for plan in self.debt_of(matter).current:
            plan.state = "replaced"
        self.decide(matter, kinds)
        matter.stands_at("monitor")
        return True

    def last_plan(self, matter: Matter) -> int:
        from cases.models import RepaymentPlan

        return RepaymentPlan.objects.filter(case=matter.case).latest("pk").pk

    def propose(self, owed: Owed, plan: Plan, *, first: date, replaces: bool) -> None:
        for other in owed.current:
            if replaces or other.state != "running":
                other.state = "replaced"
        owed.plans.append(plan)
        self.due[plan.row] = first

    def decide(self, matter: Matter, kinds: set[str]) -> None:
        states = self.measures.setdefault(matter.case, {})
        for kind in kinds - self.running_measures(matter):
            states[kind] = "to_build"

    def running_measures(self, matter: Matter) -> set[str]:
        states = self.measures.get(matter.case, {})
        return {kind for kind, state in states.items() if state not in ("paid", "refused", "recovered", "rejected")}

    # The landlord

    @act(
        when=lambda self: self.steps_at("agree"),
        case=PICK,
        by=PICK,
        answer=st.sampled_from(["accepted", "accepted", "countered", "refused"]),
        is_his_own=st.booleans(),
    )
    def answer_of_the_landlord(self, case: int, by: int, answer: str, is_his_own: bool) -> bool:
        """His correspondent answers, or who follows the case records what he answered."""
        step = self.pick(self.steps_at("agree"), case)
        matter = self.matters[step.case]
        owed = self.debt_of(matter)
        person = self.pick(self.at_work(step.structure if is_his_own else matter.responsible), by)
        data: dict[str, Any] = {"answer": answer, "counter_monthly": euros(50_00) if answer == "countered" else None}
        waiting, running = owed.waiting, owed.running
        assert waiting
        has_nothing_left = waiting.amends and answer == "accepted" and self.left_of(owed, waiting.amends) <= 0
        if not self.take(step, person, Refusal if has_nothing_left else None, **data):
            return False
        if answer == "accepted" and waiting.amends:
            self.give_way(owed, waiting)
        waiting.state = {"accepted": "running"}.get(answer, answer)
        if answer == "accepted" and not waiting.amends:
            self.take_up_received(owed, waiting)
        goes_on = answer == "accepted" or running is not None
        matter.stands_at("monitor" if goes_on else "plan")
        return True

    def take_up_received(self, owed: Owed, plan: Plan) -> None:
        """What came while the landlord was asked is of the plan that he accepts."""
        came = owed.moved[plan.moves_before :]
        taken = [each for each in came if not each.plan and not each.is_corrected and each.on >= plan.made_on]
        for each in taken:
            each.plan = plan
        if taken:
            owed.settle(plan)

    def give_way(self, owed: Owed, amendment: Plan) -> None:
        """The amendment takes the place of the plan, for what remains of it on that day."""
        former = amendment.amends
        assert former
        left = self.left_of(owed, former)
        amendment.known_until = owed.lowered_on(former, today=self.today)
        if left != amendment.amount or owed.is_known(amendment, self.due[amendment.row]):
            first = self.first_due_after_paid(owed, former, self.due[amendment.row])
            while owed.is_known(amendment, first):
                first = month_after(first, 1)
            self.due[amendment.row] = first
        if left != amendment.amount:
            shorter = split(left, monthly=amendment.amounts[0]) or split(left, months=len(amendment.amounts))
            assert shorter
            amendment.amounts = shorter
        amendment.fsl, amendment.aid = owed.shares_left(former)
        former.state = "amended"

    def first_due_after_paid(self, owed: Owed, former: Plan, agreed: date) -> date:
        """Or the same day of the month that follows those that are paid."""
        remaining = owed.remaining(former)
        paid = next((place for place, cents in enumerate(remaining) if cents), len(remaining))
        months = 0
        while paid and self.due_day(former, paid - 1) >= month_after(agreed, months):
            months += 1
        return month_after(agreed, months)

    def left_of(self, owed: Owed, plan: Plan) -> int:
        """What an amendment is for: no more than what is owed, less the shares of others."""
        shares, known = sum(owed.shares_left(plan)), owed.left(self.today)
        left = sum(owed.remaining(plan)) + shares
        return (left if known is None else min(left, known)) - shares

    # Month after month

    @act(
        when=lambda self: self.steps_at("monitor"),
        weight=4,
        case=PICK,
        by=PICK,
        result=st.sampled_from(["paid", "paid", "paid", "kept", "incident", "broken", "close"]),
        cents=st.sampled_from([None, None, 50_00, 10_01, 5000_00]),
        is_another=st.booleans(),
    )
    def monitor(self, case: int, by: int, result: str, cents: int | None, is_another: bool) -> bool:
        step = self.pick(self.steps_at("monitor"), case)
        matter = self.matters[step.case]
        owed, plan = self.debt_of(matter), self.debt_of(matter).running
        if plan is None:
            return self.monitor_measures(step, by, "kept" if result in ("paid", "incident") else result)
        due = self.due_of(owed, plan)
        paid = due.cents if cents is None else cents
        data: dict[str, Any] = {"result": result, "reason": "rent_unpaid" if result == "broken" else ""}
        if result == "paid":
            data |= {"paid": euros(cents) if cents else None, "is_another": is_another}
        is_refused = self.is_untrue(owed, plan, due, result, paid, is_another)
        if not self.take(step, self.someone(step, by), Refusal if is_refused else None, **data):
            return False
        if result == "close":
            matter.stands_at("close")
            return True
        if result == "paid":
            self.moved(owed, "payment", paid, due.day, plan=owed.pays("payment", due.day))
        if result in ("incident", "broken") or (result == "paid" and paid < due.late):
            self.mark_missed(owed, plan, until=max(self.today, due.due_on))
        if result == "broken":
            owed.end(plan, "broken")
        matter.stands_at({"broken": "plan"}.get(plan.state, "close" if plan.state == "kept" else "monitor"))
        return True

    def is_untrue(self, owed: Owed, plan: Plan, due: Due, result: str, paid: int, is_another: bool) -> bool:
        """More than what is owed, the same sum twice, what a statement has, or a plan kept while something is late."""
        if result == "kept":
            return due.late > 0
        if result == "paid" and owed.is_known(plan, due.day):
            return True
        most = owed.payable(due.day)
        known = owed.knows(paid, due.day) and not is_another
        return result == "paid" and (known or (most is not None and paid > most))

    def monitor_measures(self, step: Waiting, by: int, result: str) -> bool:
        if not self.take(step, self.someone(step, by), result=result):
            return False
        self.matters[step.case].stands_at({"kept": "monitor", "broken": "plan", "close": "close"}[result])
        return True

    @act(
        when=lambda self: self.amendable(),
        weight=2,
        case=PICK,
        by=PICK,
        monthly=st.sampled_from([None, 45_00, 80_07]),
        months=st.sampled_from([2, 6, 36]),
    )
    def amend(self, case: int, by: int, monthly: int | None, months: int) -> bool:
        """Other instalments for what remains; the plan goes on until the landlord has answered."""
        step = self.pick(self.amendable(), case)
        matter = self.matters[step.case]
        owed, plan = self.debt_of(matter), self.debt_of(matter).running
        left = self.left_of(owed, plan) if plan else 0
        amounts = split(left, monthly=monthly, months=None if monthly else months)
        first = month_after(self.today.replace(day=5), 1)
        data: dict[str, Any] = {
            "result": "amend",
            "monthly": euros(monthly) if monthly else None,
            "months": None if monthly else months,
            "first_due_on": first,
        }
        is_imposed = plan is not None and plan.is_imposed and "dispute" in self.running_measures(matter)
        refusal = Refusal if plan is None or left <= 0 or amounts is None or is_imposed else None
        if not self.take(step, self.someone(step, by), refusal, **data):
            return False
        assert plan
        assert amounts
        shares = owed.shares_left(plan)
        amendment = Plan(self.last_plan(matter), amounts, self.today, *shares, is_imposed=plan.is_imposed, amends=plan)
        amendment.known_until = owed.lowered_on(plan, today=self.today)
        self.propose(owed, amendment, first=first, replaces=False)
        matter.stands_at("agree")
        return True

    def amendable(self) -> list[Waiting]:
        return [step for step in self.steps_at("monitor") if self.debt_of(self.matters[step.case]).running]

    def due_day(self, plan: Plan, place: int) -> date:
        return month_after(self.due[plan.row], place)

    def due_of(self, owed: Owed, plan: Plan) -> Due:
        remaining = owed.remaining(plan)
        unpaid = [place for place, cents in enumerate(remaining) if cents]
        late = sum(remaining[place] for place in unpaid if self.due_day(plan, place) <= self.today)
        due_on = self.due_day(plan, unpaid[0])
        return Due(due_on, min(due_on, self.today), late or remaining[unpaid[0]], late)

    def mark_missed(self, owed: Owed, plan: Plan, *, until: date) -> None:
        for place, cents in enumerate(owed.remaining(plan)):
            if cents and self.due_day(plan, place) <= until:
                plan.missed.add(place)

    def moved(self, owed: Owed, kind: str, cents: int, on: date, *, plan: Plan | None) -> None:
        from cases.models import LedgerEntry
        from tests.workflows.machine.owed import Moved

        row = LedgerEntry.objects.exclude(kind="correction").latest("pk").pk
        owed.moved.append(Moved(row, kind, cents, on, plan))
        if plan:
            owed.settle(plan)

    @property
    def a_day_ago(self) -> date:
        return self.today - timedelta(days=1)
