"""The repayment plans of a report, as the landlord may read them: what was proposed to him and what he answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cases.models import Instalment, RepaymentPlan, Report

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
