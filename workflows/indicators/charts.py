"""The picture of a table: a bar for each line of the whole period, else for each column, as for bands; of several things
side by side, one for each in every period. The numbers of the table, no other.
"""

from dataclasses import dataclass

from django.template.loader import render_to_string

from workflows.indicators.formatting import displayed_value, format_cell
from workflows.indicators.tables import TOGETHER, IndicatorTable, ShownCell

WIDTH, LABELS, VALUES, STEP, THICK, TOP = 440, 180, 80, 24, 14, 4
LONGEST = 28
"""Letters of a label that the picture has room for; the table has them all."""
FEWEST = 2
APART = 10
"""Between the bars of a period and those of the next one."""
TONES = ("1", "0.65", "0.4")
"""Of bars of different things, in their order; their labels say the same."""


@dataclass(frozen=True, kw_only=True)
class IndicatorBar:
    """Whole units of the drawing, which no language writes differently."""

    label: str
    text: str
    y: int
    base: int
    width: int
    end: int
    tone: str = TONES[0]


@dataclass(frozen=True, kw_only=True)
class IndicatorChart:
    bars: list[IndicatorBar]
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


def chart_of(table: IndicatorTable) -> IndicatorChart | None:
    """Nothing to compare below two numbers that are shown."""
    drawn = _cells_to_draw(table)
    values = [displayed_value(table.indicator, shown) for _, shown in drawn]
    things = len(table.lines) if table.total is None else 0
    if sum(value is not None for value in values) < FEWEST or not any(values):
        return None
    highest = max(value for value in values if value)
    bars = [
        _bar(place, label, format_cell(table.indicator, shown), (value or 0) / highest, things=things)
        for place, ((label, shown), value) in enumerate(zip(drawn, values, strict=True))
    ]
    says = f"{table.indicator.title} : " + " ; ".join(f"{bar.label}, {bar.text}" for bar in bars)
    return IndicatorChart(bars=bars, height=bars[-1].y + STEP, says=says)


def _cells_to_draw(table: IndicatorTable) -> list[tuple[str, ShownCell]]:
    if table.total is None:
        periods = [(place, heading) for place, heading in enumerate(table.headings) if heading != TOGETHER]
        return [(f"{heading}, {line.label}", line.cells[place]) for place, heading in periods for line in table.lines]
    if table.lines and table.has_whole and len(table.indicator.bands) < FEWEST:
        return [(line.label, line.cells[-1]) for line in table.lines]
    columns = [heading for heading in table.headings if heading != TOGETHER]
    return list(zip(columns, table.total.cells, strict=False))


def _bar(place: int, label: str, text: str, part: float, *, things: int) -> IndicatorBar:
    """`things`: how many different ones there are in a period."""
    width = round((WIDTH - LABELS - VALUES) * part)
    top = TOP + place * STEP + (place // things * APART if things else 0)
    short = label if len(label) <= LONGEST else f"{label[: LONGEST - 1].rstrip()}…"
    return IndicatorBar(
        label=short,
        text=text,
        y=top,
        base=top + THICK - 3,
        width=width,
        end=LABELS + width + 6,
        tone=TONES[place % things if things else 0],
    )
