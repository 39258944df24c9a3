"""The lines of an overpayment case: what each claims, what is left of it, where it stands and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from cases.models import Case, Deadline, DebtLine, DebtStatement, LedgerEntry
from workflows.queries.case_page import Step


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    line: DebtLine
    left: Decimal
    """What was notified, less everything that lowered it since."""
    steps: Sequence[Step]
    deadlines: Sequence[Deadline]
    """Those that run on it, the nearest safe date first, then those that were missed."""


def lines_of(case: Case, *, steps: Sequence[Step], deadlines: Sequence[Deadline]) -> list[ShownLine]:
    """One query; the steps and the dates are those that the page has read."""
    said = DebtStatement.objects.filter(debt=OuterRef("debt")).order_by("-as_of", "-pk").values("balance")[:1]
    moved = LedgerEntry.objects.filter(debt=OuterRef("debt")).order_by().values("debt").annotate(sum=Sum("amount"))
    found = DebtLine.objects.filter(notice__case=case).select_related("notice__creditor", "debt")
    found = found.annotate(
        balance=Subquery(said) - Coalesce(Subquery(moved.values("sum")), Decimal()),
    )
    return [
        ShownLine(
            line=line,
            left=line.balance,  # type: ignore[attr-defined]  # annotated
            steps=[step for step in steps if step.task.process.debt_id == line.debt_id],
            deadlines=[each for each in deadlines if each.debt_id == line.debt_id],
        )
        for line in found.order_by("notice", "position")
    ]
