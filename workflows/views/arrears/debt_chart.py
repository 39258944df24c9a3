"""The geometry of the debt’s history: bars drawn by the server, beside the table of the same numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from cases.models import DebtStatement

WIDTH, HEIGHT, TOP, FOOT = 432, 130, 18, 18
MOST = 12
"""Bars drawn: the last year of monthly statements."""


@dataclass(frozen=True, kw_only=True)
class StatementBar:
    """Whole units of the drawing, which no language writes differently."""

    x: int
    y: int
    width: int
    height: int
    middle: int
    statement: DebtStatement
    label: str


@dataclass(frozen=True, kw_only=True)
class DebtChart:
    bars: list[StatementBar]
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = HEIGHT - FOOT
    foot: int = HEIGHT - 4


def debt_chart(statements: Iterable[DebtStatement]) -> DebtChart | None:
    """`statements`: the newest first; one bar a date, of the last that spoke. Nothing to draw below two dates."""
    by_date = {statement.as_of: statement for statement in reversed(list(statements))}
    shown = list(by_date.values())[-MOST:]
    if len(shown) < 2:
        return None
    highest = max(statement.balance for statement in shown) or Decimal(1)
    step = WIDTH // len(shown)
    return DebtChart(bars=[_bar(statement, number * step, step, highest) for number, statement in enumerate(shown)])


def _bar(statement: DebtStatement, left: int, step: int, highest: Decimal) -> StatementBar:
    room = HEIGHT - TOP - FOOT
    height = round(room * statement.balance / highest)
    width = min(step * 3 // 5, 60)
    return StatementBar(
        x=left + (step - width) // 2,
        y=HEIGHT - FOOT - height,
        width=width,
        height=height,
        middle=left + step // 2,
        statement=statement,
        label=f"{statement.as_of:%m/%y}",
    )
