"""The lines of a file, planned one after the other: each may be carried out before the next is planned."""

import datetime
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from cases.matching import Identity
from workflows.imports.decisions import decided_by_people
from workflows.imports.known import Known
from workflows.imports.plan import Plan
from workflows.imports.planner import Planner
from workflows.imports.read import Row, Table
from workflows.imports.rows import ReadRow, identity, read_row
from workflows.imports.sender import Sender

Corrections = Mapping[int, Mapping[str, str]]
"""Line → heading → what someone typed in the place of what the file says."""
CHUNK = 500  # lines whose near households are looked up together


class Lines:
    """Plans a file against the database. Set `failed` to a plan that could not be carried out: the rest starts from what is known then."""

    def __init__(
        self,
        table: Table,
        mapping: Mapping[str, str],
        *,
        sender: Sender,
        as_of: datetime.date,
        today: datetime.date,
        done: Collection[int] = (),
        seen: Collection[int] = (),
        corrections: Corrections | None = None,
    ) -> None:
        self.table, self.mapping, self.sender, self.today = table, mapping, sender, today
        self.rows = [row for row in table.rows if row.line not in done]
        self.corrections = corrections or {}
        self.failed: Plan | None = None
        self.planner = Planner(
            sender=sender,
            known=Known(sender=sender.structure),
            as_of=as_of,
            today=today,
            seen=seen,
            decided=decided_by_people(sender.structure),
        )

    def plans(self) -> Iterator[Plan]:
        rows = iter(self.rows)
        while chunk := [self.read(row) for row in islice(rows, CHUNK)]:
            self.load(chunk)
            for place, row in enumerate(chunk):
                if self.failed:
                    self.planner.forget(self.failed, known=Known(sender=self.sender.structure))
                    self.failed = None
                    self.load(chunk[place:])
                yield self.planner.plan(row)

    def read(self, row: Row) -> ReadRow:
        row = corrected(row, self.table.headings, self.corrections.get(row.line, {}))
        return read_row(row, self.table.headings, self.mapping, today=self.today)

    def load(self, rows: list[ReadRow]) -> None:
        self.planner.known.load(self.identity(row) for row in rows if row.outcome is None)

    def identity(self, row: ReadRow) -> Identity:
        return identity(row.values, sender=self.sender.structure.code)


def corrected(row: Row, headings: tuple[str, ...], typed: Mapping[str, str]) -> Row:
    if not typed:
        return row
    cells = (typed.get(heading, cell) for heading, cell in zip(headings, row.cells, strict=True))
    return replace(row, cells=tuple(cells))
