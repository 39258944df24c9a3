"""The packages and their layers as the import contracts say them: what the documentation shows is what is checked."""

import runpy

from tests.databases import ROOT


def test_the_picture_in_the_documentation_is_the_one_that_the_contracts_draw():
    script = runpy.run_path(str(ROOT / "scripts" / "draw_packages.py"))
    drawn = (ROOT / "docs" / "images" / "packages.svg").read_text(encoding="utf-8")
    assert drawn == script["draw_packages"](), "run `scripts/draw_packages.py` and look at the difference"
