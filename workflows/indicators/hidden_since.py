"""How many numbers a published report shows that it would hide if it were published again: rules of small numbers may have
become stricter since, and what was published never changes by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from workflows.indicators.quarters import Quarter
from workflows.indicators.report import build_figures_again, tables_of
from workflows.indicators.tables import IndicatorTable, ShownCell, TableLine
from workflows.models import CommitteeReport


@dataclass(frozen=True, kw_only=True)
class NewlyHidden:
    """Numbers that its readers would read no more."""

    from_partners: int
    from_all: int

    def __bool__(self) -> bool:
        return bool(self.from_partners or self.from_all)

    @property
    def words(self) -> str:
        """Publié de nouveau, ce bilan masquerait 3 nombres de plus aux partenaires et 1 nombre de plus à tous."""
        said = ((self.from_partners, "aux partenaires"), (self.from_all, "à tous"))
        parts = [f"{number} nombre{'s' if number > 1 else ''} de plus {whom}" for number, whom in said if number]
        return f"Publié de nouveau, ce bilan masquerait {' et '.join(parts)}."


def find_newly_hidden(
    report: CommitteeReport, *, on: date, kept: Mapping[Quarter, CommitteeReport]
) -> NewlyHidden | None:
    """Of the last issue of a published report; None when there is nothing to say. `kept` as `find_reports` finds them."""
    if not report.is_published:
        return None
    figures, _ = build_figures_again(report, on=on, kept=kept)
    if not figures:
        return None
    counted = {
        name: _count_newly_hidden(tables_of(report.figures, name), tables_of(figures, name))
        for name in ("partners", "open")
    }
    return NewlyHidden(from_partners=counted["partners"], from_all=counted["open"]) or None


def _count_newly_hidden(before: Mapping[str, IndicatorTable], now: Mapping[str, IndicatorTable]) -> int:
    return sum(_count_in_table(table, now[code]) for code, table in before.items() if code in now)


def _count_in_table(before: IndicatorTable, now: IndicatorTable) -> int:
    lines = {line.label: line for line in now.lines}
    found = _count_in_line(before.total, now.total, before.headings, now.headings)
    for line in before.lines:
        # A table that must say nothing of its lines has none any more; a line that lacks among others counts nobody now.
        found += _count_in_line(line, lines.get(line.label), before.split, now.split, is_gone=not now.lines)
    return found


def _count_in_line(
    before: TableLine | None,
    now: TableLine | None,
    headings: Sequence[str],
    headings_now: Sequence[str],
    *,
    is_gone: bool = False,
) -> int:
    if before is None:
        return 0
    cells = dict(zip(headings_now, now.cells, strict=True)) if now else {}
    return sum(
        _tells(cell) and (is_gone or (heading in cells and cells[heading].is_hidden))
        for heading, cell in zip(headings, before.cells, strict=True)
    )


def _tells(cell: ShownCell) -> bool:
    """A nothing that is hidden afterwards was no small number."""
    return cell.number > 0 and not cell.is_hidden
