"""What the documentation draws is what is checked (the packages and their layers, as the import contracts say them) or what was
measured (growth, as its table says it)."""

import runpy

from tests.databases import ROOT


def test_the_picture_in_the_documentation_is_the_one_that_the_contracts_draw():
    script = runpy.run_path(str(ROOT / "scripts" / "draw_packages.py"))
    drawn = (ROOT / "docs" / "images" / "packages.svg").read_text(encoding="utf-8")
    assert drawn == script["draw_packages"](), "run `scripts/draw_packages.py` and look at the difference"


def test_growth_is_drawn_as_its_table_says_it():
    script = runpy.run_path(str(ROOT / "scripts" / "draw_growth.py"))
    lines = script["read_lines"]((ROOT / "docs" / "performance.md").read_text(encoding="utf-8"))
    assert dict(lines)["Situations"] == [(10_000, 33), (100_000, 46), (1_000_000, 88)]
    drawn = (ROOT / "docs" / "images" / "growth.svg").read_text(encoding="utf-8")
    assert drawn == script["draw_growth"](lines), "run `scripts/draw_growth.py` and look at the difference"
