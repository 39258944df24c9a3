"""The first page of the report: does help come earlier, is it kept? Five figures of the catalogue beside their past. Pure.

Each is the whole of its table: what that table hides is hidden here, and nothing more is counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from workflows.indicators.catalogue import BY_CODE
from workflows.indicators.formatting import NARROW, NO_BREAK, displayed_value, format_number, with_count
from workflows.indicators.kinds import Action, Aggregation, Indicator
from workflows.indicators.quarters import Quarter
from workflows.indicators.tables import HIDDEN, ShownCell

TITLE = "Plus tôt ou plus tard ?"
FEW = 30
"""Cases below which a figure moves by a few of them: it is said beside it."""


@dataclass(frozen=True, kw_only=True)
class KeyFigure:
    code: str
    """Of the catalogue."""
    says: str
    """The figure in a sentence, around `{value}`."""
    verdicts: tuple[str, str]
    """Of a change for the better, and for the worse."""
    more_is_better: bool = True

    @property
    def indicator(self) -> Indicator:
        return BY_CODE[self.code]

    @property
    def comment_code(self) -> str:
        """Of the pilot’s words, among those of the report."""
        return f"premiere-page-{self.code}"


EARLIER = ("plus tôt", "plus tard")
KEPT = ("mieux tenu", "moins bien tenu")
KEY_FIGURES = (
    KeyFigure(
        code="reported_early",
        says="{value} des impayés ont été signalés dans les deux mois du premier terme impayé",
        verdicts=EARLIER,
    ),
    KeyFigure(
        code="report_to_meeting",
        says="du signalement au premier contact réel, il s’est passé {value} (médiane)",
        more_is_better=False,
        verdicts=EARLIER,
    ),
    KeyFigure(
        code="plans_kept_6", says="{value} des plans d’apurement n’étaient pas rompus à six mois", verdicts=KEPT
    ),
    KeyFigure(
        code="op_taken_soon",
        says="{value} des courriers de trop-perçu ont été pris en main dans les dix jours",
        verdicts=EARLIER,
    ),
    KeyFigure(code="ref_held", says="{value} des places de référent étaient tenues le dernier jour", verdicts=KEPT),
)
"""The first one is the head: reported while the debt is young."""

SUMMARIES: Mapping[Action, tuple[str, ...]] = {
    Action.ARREARS: (
        "reports", "landlords", "debt_age", "reported_early", "to_route", "to_accept", "to_meet", "report_to_meeting",
        "answered_in_time", "met_in_time", "reached", "declined", "unanswered", "plans", "plans_kept_6", "rent_paid_3",
        "fsl_granted", "dsf_sent", "reentries", "opened", "taken", "closed", "open",
    ),
    Action.OVERPAYMENTS: (
        "op_lines", "op_repeated", "op_to_take", "op_taken_soon", "op_in_time", "op_missed", "op_answers", "op_outcomes",
        "op_cancelled", "op_waived", "op_scheduled", "op_opened", "op_taken", "op_closed", "op_open",
    ),
    Action.REFERENTS: (
        "ref_followed", "ref_coordinated", "ref_informed", "ref_held", "ref_vacant", "ref_vacancy_days", "ref_to_accept",
        "ref_ended", "ref_objections",
    ),
}  # fmt: skip
"""What the page of an action shows, as a whole, in this order."""


class ComparedQuarter(StrEnum):
    """With what a quarter is compared; the code is kept with a published report."""

    BEFORE = "before"
    YEAR_AGO = "year_ago"

    def quarter_of(self, quarter: Quarter) -> Quarter:
        return quarter.shifted_by(-1 if self is ComparedQuarter.BEFORE else -4)


PastWholes = Mapping[ComparedQuarter, ShownCell]
"""Without a quarter that was not counted."""


@dataclass(frozen=True, kw_only=True)
class Target:
    value: int
    """In the unit of the figure: a share in hundredths, or days."""
    agreed_on: date | None
    """None: the partners have not said it yet."""

    @property
    def is_agreed(self) -> bool:
        return self.agreed_on is not None

    def freeze(self) -> dict[str, Any]:
        return {"value": self.value, "agreed_on": self.agreed_on and self.agreed_on.isoformat()}

    @classmethod
    def thaw(cls, data: Mapping[str, Any]) -> "Target":
        return cls(value=data["value"], agreed_on=date.fromisoformat(data["agreed_on"]) if data["agreed_on"] else None)


@dataclass(frozen=True, kw_only=True)
class SummaryRow:
    """An indicator as a whole: this quarter, and those that it is compared with."""

    indicator: Indicator
    quarter: Quarter
    now: ShownCell
    past: PastWholes

    @property
    def cells(self) -> list[ShownCell | None]:
        """In the order of the columns; None: not counted."""
        return [self.now, *(self.past.get(each) for each in ComparedQuarter)]

    @property
    def says_something(self) -> bool:
        return any(cell is not None and (cell.number or cell.is_hidden) for cell in self.cells)


@dataclass(frozen=True, kw_only=True)
class FirstPageLine(SummaryRow):
    figure: KeyFigure
    target: Target | None
    comment: str = ""

    @property
    def title(self) -> str:
        return self.indicator.title

    @property
    def definition(self) -> str:
        """In one line: the first sentence of the catalogue’s."""
        first = self.indicator.definition.split(". ")[0].removesuffix(".")
        return f"{first} (médiane)." if self.indicator.measure == Aggregation.MEDIAN else f"{first}."

    def measure(self, cell: ShownCell | None) -> float | None:
        """The number that a reader sees, so that his own subtraction is ours; None where he sees none."""
        value = None if cell is None else displayed_value(self.indicator, cell)
        return None if value is None else round(value, 0 if self.indicator.unit == "%" else 1)

    def is_few(self, cell: ShownCell | None) -> bool:
        return cell is not None and self.measure(cell) is not None and cell.number < FEW

    def change_since(self, past: ComparedQuarter) -> float | None:
        """More (positive) or less; None where one of the two cannot be read."""
        now, then = self.measure(self.now), self.measure(self.past.get(past))
        return None if now is None or then is None else round(now - then, 1)

    def judge(self, change: float) -> str:
        """« plus tôt », « plus tard »; of no change, « stable »."""
        if change == 0:
            return "stable"
        better, worse = self.figure.verdicts
        return better if self.is_for_the_better(change) else worse

    def is_for_the_better(self, change: float) -> bool:
        return change != 0 and (change > 0) == self.figure.more_is_better

    @property
    def trend(self) -> str:
        """In words, what changed since the quarter before; « – » where one of the two is unknown."""
        change = self.change_since(ComparedQuarter.BEFORE)
        if change is None:
            return "–"
        few = self.is_few(self.now) or self.is_few(self.past.get(ComparedQuarter.BEFORE))
        return self.judge(change) + (" (peu de cas)" if few else "")

    @property
    def target_text(self) -> str:
        if self.target is None:
            return "aucun"
        return self.with_unit(self.target.value) + ("" if self.target.is_agreed else " (à vérifier)")

    def with_unit(self, value: float) -> str:
        """« 46 % », « 12 jours »."""
        if self.indicator.unit == "%":
            return f"{format_number(value)}{NARROW}%"
        return f"{format_number(value)}{NO_BREAK}{'jours' if value >= 2 else 'jour'}"


def cell_text(row: SummaryRow, cell: ShownCell | None) -> str:
    """As the tables write it; « non compté » where nothing was."""
    if cell is None:
        return "non compté"
    words = with_count(row.indicator, cell)
    unit = row.indicator.unit
    hidden = cell.is_hidden or displayed_value(row.indicator, cell) is None
    return words if hidden or unit != "jours" else words.replace(f"{NO_BREAK}(", f"{NO_BREAK}j{NO_BREAK}(")


def freeze_wholes(wholes: PastWholes) -> dict[str, list[float | int | None] | None]:
    return {
        past.value: None if cell.is_hidden else [cell.number, cell.value, cell.high] for past, cell in wholes.items()
    }


def thaw_wholes(data: Mapping[str, Any]) -> PastWholes:
    return {
        past: HIDDEN
        if data[past] is None
        else ShownCell(number=data[past][0], value=data[past][1], high=data[past][2])
        for past in ComparedQuarter
        if past in data
    }
