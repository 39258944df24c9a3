"""The picture of a table: a bar for each line of the whole period, else for each column. The numbers of the table, no other."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from workflows.indicators.said import said, worth
from workflows.indicators.tables import TOGETHER, Shown, Table

WIDTH, LABELS, VALUES, STEP, THICK, TOP = 440, 180, 80, 24, 14, 4
LONGEST = 28
"""Letters of a label that the picture has room for; the table has them all."""
FEWEST = 2


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Whole units of the drawing, which no language writes differently."""

    label: str
    text: str
    y: int
    base: int
    width: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Chart:
    bars: list[Bar]
    height: int
    says: str
    """The same in words, for who does not see it."""
    width: int = WIDTH
    start: int = LABELS
    label_end: int = LABELS - 8
    thick: int = THICK

    @property
    def svg(self) -> str:
        return render_to_string("indicators/chart.svg", {"chart": self})


def chart_of(table: Table) -> Chart | None:
    """Nothing to compare below two numbers that are shown."""
    drawn = _drawn(table)
    values = [worth(table.indicator, shown) for _, shown in drawn]
    if sum(value is not None for value in values) < FEWEST or not any(values):
        return None
    highest = max(value for value in values if value)
    bars = [
        _bar(place, label, said(table.indicator, shown), (value or 0) / highest)
        for place, ((label, shown), value) in enumerate(zip(drawn, values, strict=True))
    ]
    says = f"{table.indicator.title} : " + " ; ".join(f"{bar.label}, {bar.text}" for bar in bars)
    return Chart(bars=bars, height=TOP + STEP * len(bars), says=says)


def _drawn(table: Table) -> list[tuple[str, Shown]]:
    if table.lines and table.has_whole:
        return [(line.label, line.cells[-1]) for line in table.lines]
    columns = [heading for heading in table.headings if heading != TOGETHER]
    return list(zip(columns, table.total.cells, strict=False))


def _bar(place: int, label: str, text: str, part: float) -> Bar:
    width = round((WIDTH - LABELS - VALUES) * part)
    top = TOP + place * STEP
    short = label if len(label) <= LONGEST else f"{label[: LONGEST - 1].rstrip()}…"
    return Bar(label=short, text=text, y=top, base=top + THICK - 3, width=width, end=LABELS + width + 6)
