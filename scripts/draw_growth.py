"""Draws how the processor of a page grows with the number of cases, as a table of docs/performance.md says it, into
docs/images/growth.svg.

.venv/bin/python scripts/draw_growth.py
"""

from html import escape
from math import log10
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEASURES = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "images" / "growth.svg"
HEADING = "## From ten thousand cases to a million"
WIDTH, HEIGHT, LEFT, RIGHT, MARGIN = 760, 380, 70, 210, 30
DECADE = 100
"""Pixels, in height."""
LEAST = 1
"""Of milliseconds, the power of ten at the bottom."""
INKS = ("#0969da", "#1a7f37", "#9a6700", "#cf222e", "#8250df", "#57606a", "#bf3989")
STYLE = (
    "text { font: 12px sans-serif; fill: #1f2328 } .grid { stroke: #d0d7de } polyline { fill: none; stroke-width: 2 }"
)

Line = tuple[str, list[tuple[int, float]]]


def main() -> None:
    PICTURE.write_text(draw_growth(read_lines(MEASURES.read_text(encoding="utf-8"))), encoding="utf-8")


def read_lines(text: str) -> list[Line]:
    """Of the table above the picture, each column but the first: its name and (cases, milliseconds); « 41 + 29 » is Python and
    PostgreSQL."""
    table = [row for row in text.partition(HEADING)[2].partition("\n![")[0].splitlines() if row.startswith("| ")]
    names, *rows = [[cell.strip() for cell in row.strip("| ").split("|")] for row in table]
    return [
        (name, [(_read(row[0]), float(sum(map(_read, row[column].split("+"))))) for row in rows if row[column]])
        for column, name in enumerate(names)
        if column
    ]


def draw_growth(lines: list[Line]) -> str:
    """Both ways, ten times as much is as far: what is twice as steep grows as the square."""
    sizes = sorted({cases for _, points in lines for cases, _ in points})
    across = (WIDTH - LEFT - RIGHT) / (log10(sizes[-1]) - log10(sizes[0]))
    bottom = HEIGHT - MARGIN

    def x_of(cases: float) -> float:
        return round(LEFT + (log10(cases) - log10(sizes[0])) * across, 1)

    def y_of(ms: float) -> float:
        return round(bottom - (log10(ms) - LEAST) * DECADE, 1)

    body = []
    for cases in sizes:
        body.append(f'<line class="grid" x1="{x_of(cases)}" y1="{MARGIN}" x2="{x_of(cases)}" y2="{bottom}"/>')
        said = f"{cases:,}".replace(",", " ")
        body.append(f'<text x="{x_of(cases)}" y="{bottom + 18}" text-anchor="middle">{said}</text>')
    for power in range(LEAST, LEAST + int((bottom - MARGIN) / DECADE) + 1):
        y = y_of(10**power)
        body.append(f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}"/>')
        body.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{10**power} ms</text>')
    lowest = float(HEIGHT)
    for ink, (name, points) in zip(INKS, sorted(lines, key=lambda line: line[1][-1][1]), strict=True):
        drawn = " ".join(f"{x_of(cases)},{y_of(ms)}" for cases, ms in points)
        body.append(f'<polyline points="{drawn}" stroke="{ink}"/>')
        lowest = min(y_of(points[-1][1]) + 4, lowest - 15)  # names do not lie on one another
        body.append(f'<text x="{WIDTH - RIGHT + 8}" y="{lowest}" style="fill: {ink}">{escape(name)}</text>')
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
            f'<style>{STYLE}</style><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            *body,
            "</svg>\n",
        ]
    )


def _read(number: str) -> int:
    return int(number.replace(" ", "").replace("\N{NO-BREAK SPACE}", ""))


if __name__ == "__main__":
    main()
