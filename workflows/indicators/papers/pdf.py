"""The report as an accessible PDF, with its pictures; and a picture alone, for the other files."""

from pathlib import Path

import typst

from cases.letters.typeset import typeset_page
from workflows.indicators.papers.blocks import as_of_words, build_blocks, report_subject
from workflows.indicators.report import Printed

PAGE = Path(__file__).parent / "report.typ"
PICTURE = b"""
#set page(width: auto, height: auto, margin: 4pt)
#image(bytes(sys.inputs.svg), format: "svg")
"""
SHARP = 144
"""Dots an inch: read on a slide, without weighing."""


def build_pdf(report: Printed) -> bytes:
    """The same report gives the same bytes."""
    day = report.as_of
    return typeset_page(
        PAGE,
        {
            "subject": report_subject(report),
            "structure": f"Partenariat : {report.territory_name}",
            "dated": as_of_words(report),
            "day": [day.year, day.month, day.day],
            "footer": f"{report_subject(report)} · {as_of_words(report).lower()} · interne au partenariat",
            "blocks": list(build_blocks(report)),
        },
    )


def png_of(svg: str) -> bytes:
    made = typst.Compiler(ignore_system_fonts=True).compile(PICTURE, format="png", ppi=SHARP, sys_inputs={"svg": svg})
    if not isinstance(made, bytes):
        raise TypeError("typst gave no picture")
    return made
