"""The first page of a report, and the page of each action, as the screen shows them: the words and numbers of the papers."""

from collections.abc import Sequence

from workflows.indicators.first_page import TITLE, FirstPageLine, SummaryRow, cell_text
from workflows.indicators.first_page_words import answer, count_trends, describe
from workflows.indicators.kinds import ACTIONS
from workflows.indicators.papers.blocks import compared_headings, first_page_note, title_with_unit
from workflows.indicators.report import Printed
from workflows.indicators.tables import FOR_PARTNERS

ShownRow = list[tuple[str, str]]
"""The heading of each cell, and its text."""


def shown_first_page(lines: Sequence[FirstPageLine], *, shown_from: int = FOR_PARTNERS) -> dict[str, object] | None:
    if not lines:
        return None
    return {
        "title": TITLE,
        "answer": answer(lines),
        "trends": count_trends(lines),
        "headings": [*compared_headings(lines[0].quarter), "Objectif", "Tendance"],
        "lines": [
            {
                "title": line.title,
                "cells": [*_cells(line), ("Objectif", line.target_text), ("Tendance", line.trend)],
                "definition": line.definition,
                "says": describe(line),
                "comment": line.comment,
            }
            for line in lines
        ],
        "note": first_page_note(shown_from),
    }


def shown_summaries(found: Printed) -> list[dict[str, object]]:
    return [
        {
            "action": action,
            "title": f"{ACTIONS[action]}, en bref",
            "headings": compared_headings(found.quarter),
            "rows": [(title_with_unit(row.indicator), _cells(row)) for row in found.summaries[action]],
        }
        for action in found.actions_in_short
    ]


def _cells(row: SummaryRow) -> ShownRow:
    texts = (cell_text(row, cell) for cell in row.cells)
    return list(zip(compared_headings(row.quarter), texts, strict=True))
