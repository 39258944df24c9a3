"""What a line wrote, kept with it so that its import can be undone exactly."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Model

from cases.actions.rows import as_json, table_of
from cases.models import Case, JournalEntry, Watch


class Trace:
    def __init__(self) -> None:
        self.made: dict[str, list[int]] = {}
        """Table → rows that the line added."""
        self.changed: list[list[Any]] = []
        """Table, row, column, value before, value after."""
        self.facts: dict[str, list[Any]] = {}
        """Fact of the household → (value, source, date) before, or nothing; and after."""
        self.unwatched: list[str] = []
        """First and last day of the watch that the line ended."""
        self.routed = False
        """The line told what was missing to route a case that waited."""
        self.entries: list[int] = []
        """The last line of the case’s journal before this one was written, and after."""

    @property
    def opened(self) -> list[int]:
        """The case that the line opened, if it did."""
        return self.made.get("cases.case", [])

    def note_created(self, row: Model) -> None:
        self.made.setdefault(table_of(row), []).append(row.pk)

    @contextmanager
    def noting_changes(self, row: Model, names: Iterable[str]) -> Iterator[None]:
        """Note the columns that really change, as the database has them: in memory, planning has moved on already."""
        table, rows = table_of(row), type(row)._base_manager  # noqa: SLF001 - Django’s documented API
        before = rows.get(pk=row.pk)
        yield
        after = rows.get(pk=row.pk)
        for name in names:
            old, new = as_json(before, name), as_json(after, name)
            if old != new:
                self.changed.append([table, row.pk, name, old, new])

    def note_unwatched(self, watch: Watch) -> None:
        self.unwatched = [watch.first_seen_on.isoformat(), watch.last_seen_on.isoformat()]

    def note_entries(self, case: Case | None, *, before: int) -> None:
        if case:
            self.entries = [before, last_entry(case)]

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value}


def last_entry(case: Case | None) -> int:
    """The newest line of a case’s journal. The case is locked: no other comes meanwhile."""
    entries = JournalEntry.objects.filter(case=case) if case else JournalEntry.objects.none()
    return entries.order_by("-pk").values_list("pk", flat=True).first() or 0
