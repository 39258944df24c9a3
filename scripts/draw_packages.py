"""Draws the packages and their layers, as the import contracts of `pyproject.toml` say them, into docs/images/packages.svg.

.venv/bin/python scripts/draw_packages.py
"""

import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "packages.svg"
WIDTH, ROW, GAP, MARGIN = 365, 24, 44, 10
"""Of a column, of a layer, between columns, around all."""
STYLE = (
    "text { font: 12px sans-serif; fill: #1f2328 } .name { font-weight: bold; font-size: 15px }"
    " rect { fill: #fff; stroke: #57606a } path { fill: none; stroke: #57606a } .call { marker-end: url(#head) }"
)


def main() -> None:
    PICTURE.write_text(draw_packages(), encoding="utf-8")


def draw_packages() -> str:
    """A column for each package, whose layers call downwards; columns call those on their right."""
    packages, layers = read_contracts()
    columns = [[package, *layers[package]] for package in packages if package in layers]
    above = [package for package in packages if package not in layers]
    width = 2 * MARGIN + len(columns) * (WIDTH + GAP) - GAP
    height = 3 * MARGIN + ROW * (2 + max(map(len, columns)))
    body = [line for number, column in enumerate(columns) for line in draw_column(number, column)]
    first = f'<text class="name" x="{MARGIN}" y="{MARGIN + 16}">{escape(" → ".join([*above, columns[0][0]]))}</text>'
    head = '<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
            f'<style>{STYLE}</style><defs>{head}<path d="M0 0 8 4 0 8"/></marker></defs>',
            f'<rect width="{width}" height="{height}" style="stroke: none"/>',
            first,
            *body,
            "</svg>\n",
        ]
    )


def read_contracts() -> tuple[list[str], dict[str, list[str]]]:
    """The packages from the outer to the inner, and the layers of those that have some."""
    read: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = [each for each in read["tool"]["importlinter"]["contracts"] if each["type"] == "layers"]
    packages = next(each["layers"] for each in contracts if "containers" not in each)
    layers = {each["containers"][0]: each["layers"] for each in contracts if "containers" in each}
    return packages, {
        package: [say_layer(each) for each in layers[package]] for package in packages if package in layers
    }


def say_layer(layer: str) -> str:
    """Modules side by side; those that may call one another, joined by a line."""
    return layer.replace("(", "").replace(")", "").replace(" | ", "  ·  ").replace(" : ", " – ")


def draw_column(number: int, column: list[str]) -> Iterator[str]:
    left, top = MARGIN + number * (WIDTH + GAP), 2 * MARGIN + ROW
    if number:
        middle = top + ROW // 2
        yield f'<path class="call" d="M{left - GAP + 4} {middle} {left - 4} {middle}"/>'
    for rank, words in enumerate(column):
        y = top + rank * ROW
        kind = "" if rank else ' class="name"'
        yield f'<rect x="{left}" y="{y}" width="{WIDTH}" height="{ROW}"/>'
        yield f'<text{kind} x="{left + 8}" y="{y + 16}">{escape(words)}</text>'


if __name__ == "__main__":
    main()
