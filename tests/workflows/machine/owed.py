"""A debt kept by hand, in cents: what was said to be owed, what was paid, and what each instalment has received."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

LIMIT = 36
"""Instalments at most, whoever draws up the plan."""


@dataclass
class Said:
    """What a source said was owed on a day; corrected by the same source, it keeps its place."""

    source: str
    on: date
    versions: list[tuple[int, int | None]] = field(default_factory=list)
    """(cents, import), the last one counts."""

    @property
    def cents(self) -> int:
        return self.versions[-1][0]


@dataclass
class Moved:
    row: int
    kind: str
    cents: int
    on: date
    plan: "Plan | None"
    is_corrected: bool = False


@dataclass
class Plan:
    row: int
    amounts: list[int]
    made_on: date
    fsl: int = 0
    aid: int = 0
    moves_before: int = 0
    """How many movements were known when it was proposed."""
    is_imposed: bool = False
    state: str = "proposed"
    amends: "Plan | None" = None
    known_until: date | None = None
    """The day of the statement that said less than what was left to amend, by this amendment or one before: it has what
    was paid until then."""
    missed: set[int] = field(default_factory=set)
    """Instalments that a check found unpaid."""

    @property
    def amount(self) -> int:
        return sum(self.amounts)


@dataclass
class Owed:
    said: list[Said] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)

    # Statements

    def says(self, source: str, on: date, cents: int, *, job: int | None = None) -> None:
        found = self.statement(source, on)
        if found is None:
            found = Said(source, on)
            self.said.append(found)
        if not found.versions or found.cents != cents:
            found.versions.append((cents, job))

    def statement(self, source: str, on: date) -> Said | None:
        return next((each for each in self.said if (each.source, each.on) == (source, on)), None)

    def unsay(self, job: int) -> None:
        """An import is undone: what it said is as if it had not been."""
        for each in self.said:
            each.versions = [version for version in each.versions if version[1] != job]
        self.said = [each for each in self.said if each.versions]

    def last_said(self, *, before: date) -> Said | None:
        """Strictly before that day; of two of one day, the one that came last."""
        found = None
        for each in self.said:
            if each.on < before and (found is None or each.on >= found.on):
                found = each
        return found

    # What is left

    def left(self, on: date) -> int | None:
        """What should be owed on the evening of that day."""
        base = self.last_said(before=date.fromordinal(on.toordinal() + 1))
        return None if base is None else base.cents - self._between(base.on, on)

    def payable(self, on: date) -> int | None:
        """What a movement of that day may come to at most; None when nobody can say."""
        base = self.last_said(before=on)
        if base is None:
            return None
        following = min((each.on for each in self.said if each.on > base.on), default=date.max)
        return base.cents - self._between(base.on, following)

    def _between(self, after: date, until: date) -> int:
        standing = (each for each in self.moved if not each.is_corrected)
        return sum(each.cents for each in standing if after < each.on <= until)

    def knows(self, cents: int, on: date) -> bool:
        return any((each.cents, each.on) == (cents, on) for each in self.moved if not each.is_corrected)

    # Plans

    def plan(self, *states: str) -> Plan | None:
        return next((plan for plan in self.plans if plan.state in states), None)

    @property
    def running(self) -> Plan | None:
        return self.plan("running")

    @property
    def waiting(self) -> Plan | None:
        return self.plan("proposed", "countered")

    @property
    def current(self) -> list[Plan]:
        """Those that wait for the landlord, or run."""
        return [plan for plan in self.plans if plan.state in ("proposed", "countered", "running")]

    def pays(self, kind: str, on: date) -> Plan | None:
        """The plan that a movement of that day pays, or whose share it is."""
        plan = self.running
        if plan is None:
            return None
        if plan.amends is None:
            return plan if on >= plan.made_on else None
        return None if kind in ("payment", "waiver") and self.is_known(plan, on) else plan

    def is_known(self, plan: Plan, on: date) -> bool:
        return plan.known_until is not None and on <= plan.known_until

    def lowered_on(self, plan: Plan, *, today: date) -> date | None:
        """Until when statements say what was paid, for an amendment of this plan made today: the last one, if it says
        less than what the plan has left, else as the plan."""
        said, owed = self.last_said(before=date.fromordinal(today.toordinal() + 1)), self.left(today)
        left = sum(self.remaining(plan)) + sum(self.shares_left(plan))
        return said.on if said and owed is not None and owed < left else plan.known_until

    def settle(self, plan: Plan) -> None:
        """A plan wholly received is kept; one that a correction shows not to be runs again, unless another does."""
        remaining = self.remaining(plan)
        plan.missed = {place for place in plan.missed if remaining[place]}
        is_paid = not any(remaining)
        if is_paid and plan.state == "running":
            self.end(plan, "kept")
        elif not is_paid and plan.state == "kept" and not (self.running or self.waiting):
            plan.state = "running"

    def end(self, plan: Plan, state: str) -> None:
        """A plan that is over needs no amendment any more."""
        plan.state = state
        waiting = self.waiting
        if waiting and waiting.amends is plan:
            waiting.state = "replaced"

    def sums(self, plan: Plan) -> dict[str, int]:
        found = {"payment": 0, "fsl": 0, "aid": 0, "waiver": 0}
        for each in self.moved:
            if each.plan is plan and not each.is_corrected:
                found[each.kind] += each.cents
        return found

    def received(self, plan: Plan) -> list[tuple[int, int]]:
        """Instalment by instalment: paid by the household, the oldest first; taken off by others, the last first."""
        sums = self.sums(plan)
        paid = poured(plan.amounts, sums["payment"])
        relief = self.beyond(plan, "fsl", plan.fsl) + self.beyond(plan, "aid", plan.aid) + sums["waiver"]
        rest = [amount - part for amount, part in zip(plan.amounts, paid, strict=True)]
        relieved = poured(rest[::-1], relief)[::-1]
        return list(zip(paid, relieved, strict=True))

    def beyond(self, plan: Plan, kind: str, share: int) -> int:
        """What another paid besides his share, of which what the statement has pays nothing else."""
        own = [each for each in self.moved if each.plan is plan and each.kind == kind and not each.is_corrected]
        awaited = max(share - sum(each.cents for each in own if self.is_known(plan, each.on)), 0)
        return max(sum(each.cents for each in own if not self.is_known(plan, each.on)) - awaited, 0)

    def remaining(self, plan: Plan) -> list[int]:
        received = self.received(plan)
        return [amount - paid - off for amount, (paid, off) in zip(plan.amounts, received, strict=True)]

    def shares_left(self, plan: Plan) -> tuple[int, int]:
        """What the FSL and the CAF were to pay, and have not."""
        sums = self.sums(plan)
        return max(plan.fsl - sums["fsl"], 0), max(plan.aid - sums["aid"], 0)


def poured(glasses: list[int], water: int) -> list[int]:
    found = []
    for glass in glasses:
        found.append(min(glass, max(water, 0)))
        water -= found[-1]
    return found


def split(cents: int, *, monthly: int | None = None, months: int | None = None) -> list[int] | None:
    """The instalments of a debt; None when there can be none such."""
    if cents <= 0:
        return None
    if months:
        each = cents // months
        return [each] * (months - 1) + [cents - each * (months - 1)] if each and months <= LIMIT else None
    assert monthly
    count = -(-cents // monthly)
    return [monthly] * (count - 1) + [cents - monthly * (count - 1)] if count <= LIMIT else None


def euros(cents: int) -> Any:
    from decimal import Decimal

    return Decimal(cents) / 100
