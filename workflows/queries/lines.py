"""The lines of an overpayment case: what each claims, what is left of it, where it stands and by when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from cases.actions.lines import LawOfTheDay, facts_of
from cases.actions.questions import FACT as ASKED
from cases.models import Case, Deadline, DebtLine, DebtStatement, LedgerEntry
from cases.rules.debt_lines import Standing
from cases.rules.remedies import Remedy
from workflows.queries.case_page import Step


@dataclass(kw_only=True)
class ShownLine:
    line: DebtLine
    left: Decimal
    """What was notified, less everything that lowered it since."""
    standing: Standing
    remedy: Remedy
    steps: Sequence[Step]
    deadlines: Sequence[Deadline]
    """Those that run on it, the nearest safe date first."""
    acts: list[Any] = field(default_factory=list)
    """Its steps, with what the reader may do about them."""
    questions: list[Any] = field(default_factory=list)
    """What operators were asked about it (`workflows.queries.questions.ShownQuestion`), the last one first."""

    @property
    def next(self) -> Deadline | None:
        return self.deadlines[0] if self.deadlines else None


def with_balance(lines: QuerySet[DebtLine]) -> QuerySet[DebtLine]:
    """Read with each line what is left of it, as `left`."""
    said = DebtStatement.objects.filter(debt=OuterRef("debt")).order_by("-as_of", "-pk").values("balance")[:1]
    moved = LedgerEntry.objects.filter(debt=OuterRef("debt")).order_by().values("debt").annotate(sum=Sum("amount"))
    return lines.annotate(left=Subquery(said) - Coalesce(Subquery(moved.values("sum")), Decimal()))


def lines_of(case: Case, *, steps: Sequence[Step], deadlines: Sequence[Deadline], on: date) -> list[ShownLine]:
    """Six queries, however many lines; the steps and the dates are those that the page has read."""
    found = list(
        with_balance(DebtLine.objects.filter(notice__case=case))
        .select_related("notice__creditor", "debt")
        .order_by("notice", "position")
    )
    law, facts = LawOfTheDay(on=on, territory=case.territory), facts_of(found)
    return [
        ShownLine(
            line=line,
            left=line.left,  # type: ignore[attr-defined]  # annotated
            standing=law.standing(line, facts[line.debt_id]),
            remedy=law.remedy(line),
            steps=[step for step in steps if step.task.process.debt_id == line.debt_id],
            deadlines=[each for each in deadlines if each.debt_id == line.debt_id and _runs(each)],
        )
        for line in found
    ]


def _runs(deadline: Deadline) -> bool:
    """A question to an operator says itself by when it is to be answered."""
    return deadline.state in Deadline.WAITING and deadline.rule.start != ASKED
