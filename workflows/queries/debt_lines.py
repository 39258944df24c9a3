"""The lines of an overpayment case: what each claims, what is left of it, where it stands and by when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case as Choice, F, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from cases.actions.lines import LawOfTheDay, facts_of, fraud_of
from cases.actions.questions import FACT as ASKED
from cases.models import Case, Deadline, DebtLine, DebtStatement, LedgerEntry, WithholdingCheck
from cases.rules.debt_line_standing import DebtLineStanding
from cases.rules.remedies import Remedy
from cases.rules.withholding import Verdict
from workflows.queries.case_page import CasePageData, CurrentStep
from workflows.steps.send_letters import chosen_words

OF_WAYS = frozenset({"prepare", "send", "await_answer"})
AFTER_WAY = OF_WAYS | {"decide_next", "close_line"}
"""The steps of a line once a way is chosen, and those that are about what was chosen."""


@dataclass(kw_only=True)
class ShownLine:
    line: DebtLine
    left: Decimal
    """What was notified, less everything that lowered it since."""
    standing: DebtLineStanding
    remedy: Remedy
    steps: Sequence[CurrentStep]
    deadlines: Sequence[Deadline]
    """Those that run on it, the nearest safe date first."""
    acts: list[Any] = field(default_factory=list)
    """Its steps, with what the reader may do about them."""
    excess: Decimal | None = None
    """What the last comparison with the scale found withheld in excess."""
    questions: list[Any] = field(default_factory=list)
    """What operators were asked about it (`workflows.queries.questions.ShownQuestion`), the last one first."""

    @property
    def revision_letter(self) -> str:
        """The letter that asks for a revision of what is withheld, where a scale says what may be."""
        return self.remedy.letters.get("withholding", "")

    @property
    def next_words(self) -> str:
        """What its state calls for; once a way is chosen, what is to be done of it."""
        state = self.standing.current_state
        step = next((each for each in self.steps if each.task.node in AFTER_WAY), None)
        if state is None or step is None or not state.asks_way:
            return state.next if state else ""
        ways = chosen_words(step.task) if step.task.node in OF_WAYS else ""
        return f"{step.task.flow_task.task_title} : {ways}." if ways else f"{step.task.flow_task.task_title}."

    @property
    def prescription(self) -> str:
        """How far back the operator may claim this debt."""
        return self.remedy.prescription.years_in_words(fraud=fraud_of(self.line)) if self.remedy.prescription else ""


ABOVE = Choice(When(verdict=Verdict.ABOVE, then=F("observed") - F("allowed")))


def with_balance(lines: QuerySet[DebtLine]) -> QuerySet[DebtLine]:
    """Read with each line what is left of it, as `left`, and what is withheld above the scale, as `excess`."""
    said = DebtStatement.objects.filter(debt=OuterRef("debt")).order_by("-as_of", "-pk").values("balance")[:1]
    moved = LedgerEntry.objects.filter(debt=OuterRef("debt")).order_by().values("debt").annotate(sum=Sum("amount"))
    checked = WithholdingCheck.objects.filter(line=OuterRef("pk")).order_by("-pk")
    return lines.annotate(
        left=Subquery(said) - Coalesce(Subquery(moved.values("sum")), Decimal()),
        excess=Subquery(checked.values(found=ABOVE)[:1]),
    )


def lines_of(case: Case, *, law: LawOfTheDay, data: CasePageData) -> list[ShownLine]:
    """Three queries, however many lines, and those of `law`; the steps, the dates and the facts are those that the page
    has read."""
    found = with_balance(DebtLine.objects.filter(notice__case=case))
    found = found.select_related("notice__creditor", "debt").order_by("notice", "position")
    return build_shown_lines(found, law=law, data=data)


def build_shown_lines(lines: Iterable[DebtLine], *, law: LawOfTheDay, data: CasePageData) -> list[ShownLine]:
    """Lines as pages show them; they were read `with_balance`."""
    found = list(lines)
    facts = facts_of(found, known=data.milestones)
    steps = {line.pk: [step for step in data.steps if step.task.process.debt_id == line.debt_id] for line in found}
    return [
        ShownLine(
            line=line,
            left=line.left,  # type: ignore[attr-defined]  # annotated
            excess=line.excess,  # type: ignore[attr-defined]  # annotated
            standing=law.standing_of_line(line, facts[line.debt_id]),
            remedy=law.remedy_for(line),
            steps=steps[line.pk],
            deadlines=[
                each
                for each in data.deadlines
                if each.debt_id == line.debt_id and _is_shown_on_line(each, steps[line.pk])
            ],
        )
        for line in found
    ]


def _is_shown_on_line(deadline: Deadline, steps: Iterable[CurrentStep]) -> bool:
    """A question to an operator says itself by when it is to be answered. So does a step: its own delay, where a right dates it
    sooner, is no second date of the same step."""
    is_dated_otherwise = any(
        deadline.rule.start == step.task.step.fact and step.said_on not in (None, deadline.safe_date) for step in steps
    )
    return deadline.state in Deadline.WAITING and deadline.rule.start != ASKED and not is_dated_otherwise
