"""The total that a file says itself, at its foot: compared with what was read of its lines, before anything is imported."""

import re
from collections.abc import Mapping
from decimal import Decimal

from cases.rules.names import normalise_text
from workflows.imports import values
from workflows.imports.read import FileRow, FileTable
from workflows.imports.rows import is_total_line

PARTIAL = re.compile(r"SOUS TOTAL|CUMUL|REPORT")
LARGEST = Decimal("999999999999.99")
"""Of a whole file: a thousand large debts pass what one may be."""
WHOLE = re.compile(r"TOTAL GENERAL|GRAND TOTAL|TOTAUX")


def read_stated_total(table: FileTable, mapping: Mapping[str, str]) -> Decimal | None:
    """None when it says none, or several that do not say one: totals of parts are no total of the file, unless a last one
    adds them up."""
    heading = next((heading for heading, name in mapping.items() if name == "debt"), None)
    if heading is None:
        return None
    found = [
        (_words_of(row), amount)
        for row in table.rows
        if is_total_line(row, table.headings, mapping)
        and (amount := _read_amount(row.cells[table.headings.index(heading)])) is not None
    ]
    whole = [amount for words, amount in found if WHOLE.search(words)]
    if whole:
        return whole[-1]
    sums = [amount for words, amount in found if not PARTIAL.search(words)]
    if len(sums) > 1 and sums[-1] != sum(sums[:-1]):
        return None
    return sums[-1] if sums else None


def _words_of(row: FileRow) -> str:
    return normalise_text(" ".join(cell for cell in row.cells if isinstance(cell, str)))


def _read_amount(cell: values.Cell) -> Decimal | None:
    try:
        return None if values.is_nothing(cell) else values.amount(cell, largest=LARGEST)
    except values.Unreadable:
        return None
