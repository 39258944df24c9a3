"""The causes of overpayments in numbers, by operator: of a month, and of a year.

A month and its year are read by the same people: what either hides is decided once, on the table of the whole year by month.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet
from django.db.models.functions import ExtractMonth
from django.utils.text import capfirst

from cases.actions.remedies import overpayments_in_force
from cases.models import CauseAlert, DebtLine, Structure
from cases.models.notices import benefits
from cases.rules.counting import add_months
from cases.rules.hidden_cell_rings import TOTAL, Cell
from cases.rules.overpayments import Overpayments
from cases.rules.questions import load_question_limits
from cases.rules.small_counts import mask_counts
from cases.rules.small_tables import hidden_cells, with_totals

MONTHS = tuple(f"{number:02}" for number in range(1, 13))
UNCODED = ""
FIRST_YEAR = 2000


class YearGrid:
    """Lines of one operator by cause and by month of their letter, and which of these numbers are hidden."""

    def __init__(self, structure: Structure, *, year: int, is_plain: bool) -> None:
        """`is_plain`: its reader pilots the action (`permissions.piloted_kinds`). One query."""
        lines = DebtLine.objects.filter(
            notice__creditor=structure,
            notice__letter_date__gte=date(year, 1, 1),
            notice__letter_date__lt=date(year + 1, 1, 1),
        )
        found = lines.order_by().values_list("cause", ExtractMonth("notice__letter_date")).annotate(number=Count("pk"))
        counts = {(cause, f"{month:02}"): number for cause, month, number in found}
        self.causes = sorted({cause for cause, _ in counts})
        self._counts = with_totals(counts, rows=self.causes, columns=MONTHS)
        self._hidden: frozenset[Cell] = frozenset()
        if counts and not is_plain:
            self._hidden = hidden_cells(
                [counts], rows=self.causes, columns=MONTHS, shown_from=load_question_limits().shown_from
            )

    def number(self, cause: str, month: str = TOTAL) -> int | None:
        """None: it is hidden."""
        return None if (cause, month) in self._hidden else self.plain_number(cause, month)

    def plain_number(self, cause: str, month: str) -> int:
        """As who pilots the action reads it."""
        return self._counts.get((cause, month), 0)

    def total(self, month: str = TOTAL) -> int | None:
        return self.number(TOTAL, month)


@dataclass(frozen=True, kw_only=True)
class CauseTable:
    title: str
    heading: str
    rows: list[tuple[str, int | None]]
    """A number that is None is hidden."""
    total: int | None


@dataclass(frozen=True, kw_only=True)
class CauseReport:
    """What the notices of one month come to, for one operator."""

    tables: list[CauseTable]
    alerts: list[tuple[int, str]]
    """Key and cause of those that came back. Without their number: beside a total, it would tell a hidden one."""
    alert_from: int
    shown_from: int
    is_plain: bool
    is_empty: bool


def build_cause_report(structure: Structure, *, month: date, on: date, is_plain: bool = False) -> CauseReport:
    """The lines notified by a creditor in a month, by cause and by benefit. Four queries."""
    lines = DebtLine.objects.filter(
        notice__creditor=structure, notice__letter_date__gte=month, notice__letter_date__lt=add_months(month, 1)
    )
    rows = list(lines.values_list("benefit", "outcome").order_by().annotate(number=Count("pk")))
    words, limits = overpayments_in_force(on=on, territory=structure.territory), load_question_limits()
    causes = labels_of(words)
    grid = YearGrid(structure, year=month.year, is_plain=is_plain)
    outcomes = {"": "En cours", **{code: capfirst(str(label)) for code, label in DebtLine.Outcome.choices}}
    others = (("Prestation", {code: capfirst(label) for code, label in benefits()}), ("Issue", outcomes))
    total = grid.total(f"{month:%m}")
    return CauseReport(
        tables=[
            _cause_table(grid, f"{month:%m}", causes),
            *(
                _table(rows, place, *each, total=total, shown_from=0 if is_plain else limits.shown_from)
                for place, each in enumerate(others)
            ),
        ],
        alerts=_alerts(structure, month=month, causes=causes),
        alert_from=words.alert_from,
        shown_from=limits.shown_from,
        is_plain=is_plain,
        is_empty=not rows,
    )


def labels_of(words: Overpayments) -> dict[str, str]:
    return {UNCODED: "Motif non codé", **{each.code: each.label for each in words.causes}}


def _cause_table(grid: YearGrid, month: str, labels: Mapping[str, str]) -> CauseTable:
    """A nothing that is hidden is a line as another: without it, one would know which it is."""
    numbers = [(labels.get(each, each), grid.number(each, month)) for each in grid.causes]
    rows = sorted((label, number) for label, number in numbers if number != 0)
    return CauseTable(title="Par motif", heading="Motif", rows=rows, total=grid.total(month))


def _table(
    rows: Sequence[tuple[str, str, int]],
    place: int,
    heading: str,
    labels: Mapping[str, str],
    *,
    total: int | None,
    shown_from: int,
) -> CauseTable:
    """`total`: None where the year hides it; then nothing that would make it is shown."""
    counted: Counter[str] = Counter()
    for row in rows:
        counted[str(row[place])] += row[-1]
    cells, _ = mask_counts(counted, shown_from=shown_from)
    shown = {code: None if total is None else number for code, number in cells.items()}
    # By name: an order by size would say which hidden number is the larger.
    ordered = sorted((labels.get(code, code), number) for code, number in shown.items())
    return CauseTable(title=f"Par {heading.lower()}", heading=heading, rows=ordered, total=total)


@dataclass(frozen=True, kw_only=True)
class CauseYearRow:
    label: str
    total: int | None
    before: int | None
    """In the year before."""
    months: list[int | None]


@dataclass(frozen=True, kw_only=True)
class CauseYear:
    """The lines of the notices of one year by cause, beside the year before, for one operator."""

    structure: Structure
    year: int
    on: date
    rows: list[CauseYearRow]
    whole: CauseYearRow
    is_plain: bool
    shown_from: int

    @property
    def is_empty(self) -> bool:
        """A hidden number is some number."""
        return self.whole.total == 0

    @property
    def has_before(self) -> bool:
        return self.whole.before != 0

    @property
    def year_before(self) -> int:
        return self.year - 1

    @property
    def is_running(self) -> bool:
        return self.year == self.on.year

    @property
    def words(self) -> str:
        return f"{self.year}, en cours" if self.is_running else str(self.year)


def build_cause_year(structure: Structure, *, year: int, on: date, is_plain: bool) -> CauseYear:
    """Three queries."""
    labels = labels_of(overpayments_in_force(on=on, territory=structure.territory))
    grid, before = (YearGrid(structure, year=each, is_plain=is_plain) for each in (year, year - 1))

    def row(cause: str, label: str) -> CauseYearRow:
        months = [grid.number(cause, each) for each in MONTHS]
        return CauseYearRow(label=label, total=grid.number(cause), before=before.number(cause), months=months)

    codes = sorted({*grid.causes, *before.causes}, key=lambda code: labels.get(code, code))
    return CauseYear(
        structure=structure,
        year=year,
        on=on,
        rows=[row(code, labels.get(code, code)) for code in codes],
        whole=row(TOTAL, "Total"),
        is_plain=is_plain,
        shown_from=load_question_limits().shown_from,
    )


def _alerts(structure: Structure, *, month: date, causes: Mapping[str, str]) -> list[tuple[int, str]]:
    told = CauseAlert.objects.filter(structure=structure, month=month).order_by("cause")
    return [(each.pk, causes.get(each.cause, each.cause)) for each in told]


def alerts_of(structures: Iterable[Structure], *, month: date) -> QuerySet[CauseAlert]:
    """Those of a month, for the services of a reader."""
    return CauseAlert.objects.filter(structure__in=list(structures), month=month).select_related("structure")
