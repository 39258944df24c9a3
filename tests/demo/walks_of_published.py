"""What a published report says to all: its open file and the page of the Observatoire, each number compared with `recounts`."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.text import capfirst

from tests.demo import recounts
from tests.demo.reading import SMALL, Read, Reader, Wrong, words_of
from tests.demo.walks_of_indicators import KINDS, MONTHS, PARTS, QUARTERS, SPLIT, VALUES, codes_of, month_of, of_part

PUBLISHED, WHOLE = "2026-T3", "3e trimestre 2026"
FEW = 10
"""Of all, below how many a number is hidden."""
SAID = recounts.INDICATORS | {title: sql for title, (_, sql) in VALUES.items()}
COMPARED_WITH = QUARTERS | {
    "2026-T2": (date(2026, 4, 1), date(2026, 6, 30)),
    "2025-T3": (date(2025, 7, 1), date(2025, 9, 30)),
}
PAST = {"T3 2026": "2026-T3", "T2 2026": "2026-T2", "T3 2025": "2025-T3"}


@dataclass(frozen=True, kw_only=True)
class Cell:
    title: str
    first: date
    last: date
    shown: str
    by: str = ""
    """A dimension, and of which of its lines it is."""
    line: str = ""


def of_open_figures(me: Reader) -> Wrong:
    """Who pilots opens the page; then whoever has no account reads it, and its file."""
    if me.role != "pilot" or KINDS[me.structure.code] != "arrears":
        return
    with transaction.atomic():
        me.client.post(reverse("observatory_switch", args=["grigny"]), {"act": "open"})
        anybody = Client()
        text = anybody.get(reverse("observatory_file", args=["grigny", PUBLISHED])).content.decode("utf-8-sig")
        page = Read(anybody.get(reverse("observatory_quarter", args=["grigny", PUBLISHED])))
        for area, cells in (("CSV ouvert", cells_of_file(text)), ("Observatoire", cells_of_page(page))):
            for cell in cells:
                yield from of_open_cell(area, cell)
        transaction.set_rollback(True)


def of_open_cell(area: str, cell: Cell) -> Wrong:
    known: dict[str, Any] = {"first": cell.first, "last": cell.last, "t": "grigny"}
    sql: str | None = SAID[cell.title]
    if cell.by and cell.title not in SPLIT:
        return
    if cell.by:
        known[cell.by] = {capfirst(words): code for words, code in codes_of(cell.by).items()}[capfirst(cell.line)]
        sql = recounts.of_part(cell.title, SPLIT[cell.title], cell.by)
    if sql:
        what = f"{area}, {cell.title}, {cell.line}, {cell.first}"
        yield from of_part(what, cell.title, sql, cell.shown, known=known, hides_below=FEW)


def days_of(period: str) -> tuple[date, date] | None:
    """Of a month or of the whole of the published quarter; None of an age."""
    first, last = QUARTERS[PUBLISHED]
    if capfirst(period) in MONTHS:
        of_month = month_of(capfirst(period), first, last)
        return of_month["first"], of_month["last"]
    return (first, last) if period in ("Total", WHOLE, "ce trimestre") else None


def cells_of_file(text: str) -> Iterator[Cell]:
    dimensions = {words: by for by, words in PARTS.items()}
    for row in csv.DictReader(StringIO(text), delimiter=";"):
        title, value = row["indicateur"], row["valeur"]
        if title not in SAID or row["periode"].startswith("objectif"):
            continue
        shown = (f"{value} ({row['effectif']})" if value else "–") if title in VALUES else row["effectif"]
        shown = SMALL if row["masque"] == "oui" else shown
        by = dimensions.get(row["repartition"], "")
        if row["repartition"] == "Plus tôt ou plus tard ?":
            first, last = COMPARED_WITH[row["trimestre"]]
            yield Cell(title=title, first=first, last=last, shown=shown)
        elif days := days_of(row["periode"]):
            line = row["modalite"] if by else ""
            if by or row["modalite"] == "ensemble":
                yield Cell(title=title, first=days[0], last=days[1], shown=shown, by=by, line=line)


def cells_of_page(page: Read) -> Iterator[Cell]:
    dimensions = {words: by for by, words in PARTS.items()}
    for title, cells in page.table("Plus tôt ou plus tard ?").items():
        for column, code in PAST.items():
            first, last = COMPARED_WITH[code]
            yield Cell(title=title, first=first, last=last, shown=cells[column])
    for caption in {words_of(each) for each in page.page.xpath("//main//table/caption")}:
        title, _, heading = caption.rpartition(", ")
        for line, cells in page.table(caption).items() if title in SAID else ():
            is_whole, by = line.startswith("Ensemble"), dimensions.get(heading, "")
            for period, shown in cells.items() if is_whole or by else ():
                if days := days_of(period):
                    part = {} if is_whole else {"by": by, "line": line}
                    yield Cell(title=title, first=days[0], last=days[1], shown=shown, **part)


WALKED = (of_open_figures,)
