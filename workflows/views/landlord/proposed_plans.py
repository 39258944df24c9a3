"""The repayment plans of a report, as the landlord may read them: what was proposed to him and what he answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cases.models import Instalment, RepaymentPlan, Report
from cases.queries import expected_balance
from cases.rules.french import money

State = RepaymentPlan.State
WORDS = {
    State.PROPOSED: "à approuver",
    State.COUNTERED: "contre-proposé",
    State.REFUSED: "refusé",
    State.RUNNING: "en cours",
    State.KEPT: "tenu jusqu’au bout",
    State.BROKEN: "rompu",
    State.REPLACED: "remplacé",
    State.WITHDRAWN: "sans suite : dossier clos",
    State.AMENDED: "remplacé par un avenant",
}
"""Why a plan was broken, and who else takes charge of what, are not his to read: the sums are."""


@dataclass(frozen=True, kw_only=True)
class ProposedPlan:
    plan: RepaymentPlan
    instalments: Sequence[Instalment]

    @property
    def words(self) -> str:
        return WORDS[State(self.plan.state)]

    @property
    def is_waiting(self) -> bool:
        return self.plan.state == State.PROPOSED

    @property
    def is_running(self) -> bool:
        return self.plan.state in (State.RUNNING, State.KEPT)

    @property
    def is_over(self) -> bool:
        return self.plan.ended_on is not None

    @cached_property
    def last_instalment(self) -> Instalment | None:
        return self.instalments[-1] if self.instalments else None


def plans_of(report: Report) -> list[ProposedPlan]:
    """The newest first. Two queries."""
    found = RepaymentPlan.objects.filter(case=report.case_id).select_related("amends").prefetch_related("instalments")
    return [ProposedPlan(plan=plan, instalments=list(plan.instalments.all())) for plan in found.order_by("-pk")]


def say_difference(plan: RepaymentPlan, last: Any) -> str:
    """By how much the offer is not the last balance known, if that is one of his (`last`: of `own_statements`); empty when it is
    the same. What was paid since the offer was made is no difference: the plan counts it."""
    if last.is_overtaken:
        return ""
    known = last.balance if last.as_of >= plan.made_on else expected_balance(plan.debt, on=plan.made_on)
    if known is None or known == plan.owed:
        return ""
    paid = f", moins {money(last.balance - known)} notés depuis" if known != last.balance else ""
    gap = abs(known - plan.owed)
    said = f"{money(gap)} ne sont pas dans ce plan" if known > plan.owed else f"ce plan compte {money(gap)} de plus"
    return f"Le dernier solde connu est de {money(last.balance)} au {last.as_of:%d/%m/%Y}{paid} : {said}."
