"""The lines of a file, planned one after the other: each may be carried out before the next is planned."""

import datetime
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from cases.matching import Identity
from workflows.imports.decisions import decided_by_people
from workflows.imports.existing_records import KnownHomes
from workflows.imports.plan import LinePlan
from workflows.imports.planner import NOT_SEEN, Planner
from workflows.imports.read import FileRow, FileTable
from workflows.imports.rows import ReadRow, line_identity, read_row
from workflows.imports.sender import Sender

Corrections = Mapping[int, Mapping[str, str]]
"""Line → heading → what someone typed in the place of what the file says."""
CHUNK = 500  # lines whose near households are looked up together


class FilePlanner:
    """Plans a file against the database. Note a plan that could not be carried out (`note_failed`): the rest starts
    from what is known then. `waiting`: of the lines that are done, those that wait for someone."""

    def __init__(
        self,
        table: FileTable,
        mapping: Mapping[str, str],
        *,
        sender: Sender,
        as_of: datetime.date,
        today: datetime.date,
        done: Collection[int] = (),
        seen: Collection[int] = (),
        waiting: Collection[int] = (),
        corrections: Corrections | None = None,
    ) -> None:
        self.table, self.mapping, self.sender, self.today = table, mapping, sender, today
        self.rows = [row for row in table.rows if row.line not in done]
        self.waiting = [row for row in table.rows if row.line in waiting]
        self.corrections = corrections or {}
        self.failed: list[LinePlan] = []
        self.not_planned: list[ReadRow] = []
        """The rest of the lines whose near households were looked up together, the one just planned first."""
        self.planner = Planner(
            sender=sender,
            known=KnownHomes(sender=sender.structure),
            as_of=as_of,
            today=today,
            seen=seen,
            decided=decided_by_people(sender.structure),
        )

    def plans(self) -> Iterator[LinePlan]:
        """Lines in credit come last: of a tenant who has two, what he owes counts, whatever the order of the file."""
        for row in map(self.read_corrected, self.waiting):
            self.planner.note_waiting(row)
        rows, in_credit = map(self.read_corrected, self.rows), list[ReadRow]()
        while chunk := list(islice(rows, CHUNK)):
            in_credit += (row for row in chunk if row.is_in_credit)
            yield from self.plan_chunk([row for row in chunk if not row.is_in_credit])
        for first in range(0, len(in_credit), CHUNK):
            yield from self.plan_chunk(in_credit[first : first + CHUNK])

    def plan_chunk(self, chunk: list[ReadRow]) -> Iterator[LinePlan]:
        self.load_known_homes(chunk)
        for place, row in enumerate(chunk):
            self.not_planned = chunk[place:]
            if self.failed:
                self.start_anew()
            yield self.planner.plan(row)

    def note_failed(self, plan: LinePlan) -> None:
        self.failed.append(plan)
        self.planner.note_waiting(plan.row)

    def plan_again(self, plan: LinePlan) -> LinePlan:
        """The line just planned, now that some before it have failed."""
        if plan.outcome not in NOT_SEEN:  # else its lease was seen by an earlier line, if by any
            self.failed.append(plan)
        self.start_anew()
        return self.planner.plan(plan.row.in_credit or plan.row)

    def start_anew(self) -> None:
        """From what the database knows now."""
        structure = self.sender.structure
        decided = decided_by_people(structure)
        self.planner.forget_failed(self.failed, known=KnownHomes(sender=structure), decided=decided)
        self.failed = []
        self.load_known_homes(self.not_planned)

    def read_corrected(self, row: FileRow) -> ReadRow:
        row = apply_corrections(row, self.table.headings, self.corrections.get(row.line, {}))
        return read_row(row, self.table.headings, self.mapping, today=self.today)

    def load_known_homes(self, rows: list[ReadRow]) -> None:
        self.planner.known.load_homes_near(self.identity_of(row) for row in rows if may_be_known(row))

    def identity_of(self, row: ReadRow) -> Identity:
        return line_identity(row.values, sender=self.sender.structure.code)


def may_be_known(row: ReadRow) -> bool:
    """Is the line of somebody?"""
    return row.outcome is None or row.is_in_credit


def apply_corrections(row: FileRow, headings: tuple[str, ...], typed: Mapping[str, str]) -> FileRow:
    if not typed:
        return row
    cells = (typed.get(heading, cell) for heading, cell in zip(headings, row.cells, strict=True))
    return replace(row, cells=tuple(cells))
