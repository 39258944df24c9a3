"""A plan: what will become of a line, and why. `apply` writes exactly that."""

import datetime
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cases.matching import HouseholdCandidate, MatchReason
from cases.models import Beneficiary, DebtStatement
from workflows.imports.existing_records import Home, Lease
from workflows.imports.rows import ReadRow


class ImportOutcome(StrEnum):
    """What became of a line; stored and printed, never renamed."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    WATCHED = "watched"
    IGNORED = "ignored"
    REJECTED = "rejected"
    TO_CHECK = "to_check"


class DebtAction(StrEnum):
    """What is to be done about the debt."""

    NONE = "none"
    STATE = "state"  # keep the balance
    REPORT = "report"  # open the case, or complete it
    WATCH = "watch"
    CLEAR = "clear"


class CannotKeep(Exception):
    """A value does not fit where it would be kept. French."""


@dataclass(kw_only=True)
class LinePlan:
    outcome: ImportOutcome
    reason: str = ""
    column: str = ""
    row: ReadRow
    home: Home | None = None
    lease: Lease | None = None
    candidates: tuple[HouseholdCandidate, ...] = ()
    """The nearest households, by the keys of their homes: the line would be another without them."""
    why: tuple[MatchReason, ...] = ()
    """What the household was recognised by."""
    is_own: bool = True
    """Had the sender a lease of this household already? Else he is not told that it is known."""
    new_people: list[Beneficiary] = field(default_factory=list)
    people_changes: list[tuple[Beneficiary, dict[str, str]]] = field(default_factory=list)
    tenancy_changes: dict[str, Any] = field(default_factory=dict)
    blanks_filled: frozenset[str] = frozenset()
    """Of these changes of the lease, those that its sender may make only where nothing is known."""
    facts: dict[str, Any] = field(default_factory=dict)
    milestones: dict[str, datetime.date] = field(default_factory=dict)
    act: DebtAction = DebtAction.NONE
    statement: DebtStatement | None = None
    left: Lease | None = None
    """The lease that the household has left, or whose number now names another one."""
    decided: str = ""
    """Key of what someone decided of whoever it names, as long as it is of no household."""
    question: str = ""
    proposes_closing: bool = False

    @property
    def line(self) -> int:
        return self.row.line

    @property
    def has_details(self) -> bool:
        """Does the line bring anything besides its balance?"""
        dated = self.milestones if self.lease and self.lease.is_open else {}
        return bool(self.new_people or self.people_changes or self.tenancy_changes or self.facts or dated)


def plan_refused_line(row: ReadRow) -> LinePlan:
    """The reason first, then what to do about it."""
    problem = next((problem for problem in row.problems if problem.blocking), None)
    reason = row.reason.label if row.reason else ""
    detail = problem.message.removeprefix(reason).lstrip(". ") if problem else ""
    return LinePlan(
        outcome=ImportOutcome(str(row.outcome)),
        reason=f"{reason} : {detail}" if detail else reason,
        column=problem.heading if problem else "",
        row=row,
    )


def set_outcome(plan: LinePlan, outcome: ImportOutcome, reason: str) -> LinePlan:
    """A value that was left out is said beside what became of the line."""
    left_out = [problem for problem in plan.row.problems if not problem.blocking]
    plan.outcome = outcome
    plan.reason = " ; ".join([reason, *(f"« {problem.heading} » : {problem.message}" for problem in left_out)])
    plan.column = left_out[0].heading if left_out else ""
    return plan
