"""Six and twelve months after as a table of cohorts: a line for each quarter of closing. Made of figures that are counted,
hidden as they are everywhere else."""

from dataclasses import dataclass
from datetime import date, datetime

from cases.rules import later
from cases.rules.counting import add_months
from cases.rules.hidden_cell_rings import TOTAL
from workflows.indicators.catalogue import BY_CODE
from workflows.indicators.figures_reader import Reader
from workflows.indicators.formatting import NARROW, NO_BREAK, NOTHING, SMALL, format_number
from workflows.indicators.quarters import MONTHS_OF_QUARTER, Quarter
from workflows.indicators.tables import FOR_PARTNERS, HIDDEN, Grid, ShownCell

SHOWN = 8
"""Quarters of closing."""
PARTS = ("home", "trend", "plan", "returned")


@dataclass(frozen=True, kw_only=True)
class CohortColumn:
    words: str
    part: str
    key: str = TOTAL
    says_share: bool = True
    """Which share of the whole it is."""
    says_whole: bool = False
    """Of how many, where they are not those of the line."""


COLUMNS = (
    CohortColumn(words="Dossiers", part="home", says_share=False),
    CohortColumn(words="Dans le logement", part="home", key=later.YES),
    CohortColumn(words="Partis", part="home", key=later.NO),
    CohortColumn(words="Dette en baisse", part="trend", key=later.LESS),
    CohortColumn(words="Stable", part="trend", key=later.SAME),
    CohortColumn(words="En hausse", part="trend", key=later.MORE),
    CohortColumn(words="Plans tenus", part="plan", key=later.KEPT, says_whole=True),
    CohortColumn(words="De retour", part="returned"),
    CohortColumn(words="Non connu", part="home", key=later.UNKNOWN),
)


@dataclass(frozen=True, kw_only=True)
class CohortLine:
    closed_in: Quarter
    moves: bool
    """Answers may still come."""
    cells: list[tuple[str, str, bool]]
    """Heading, words, hidden or not."""


@dataclass(frozen=True, kw_only=True)
class Cohorts:
    months: int
    title: str
    lines: list[CohortLine]


@dataclass(frozen=True, kw_only=True)
class ReadCohorts:
    tables: list[Cohorts]
    as_of: date | None
    computed_at: datetime | None


def read_cohorts(*, territory: str, on: date, is_plain: bool) -> ReadCohorts:
    """`is_plain`: its reader pilots the action (`permissions.piloted_kinds`). One query, and those of the words."""
    indicators = [BY_CODE[_code(months, part)] for months in later.HORIZONS for part in PARTS]
    quarters = [Quarter.containing(on).shifted_by(-behind) for behind in range(SHOWN)]
    reader = Reader(indicators, by="", quarters=quarters, territory=territory, on=on)
    tables = []
    for months in later.HORIZONS:
        lines = [_line(reader, months, quarter, on=on, is_plain=is_plain) for quarter in quarters]
        title = later.WORDS[months].capitalize()
        tables.append(Cohorts(months=months, title=title, lines=[line for line in lines if line]))
    return ReadCohorts(tables=tables, as_of=reader.as_of, computed_at=reader.computed_at)


def _code(months: int, part: str) -> str:
    return f"later_{months}_{part}"


def _line(reader: Reader, months: int, quarter: Quarter, *, on: date, is_plain: bool) -> CohortLine | None:
    """Of the quarter in which the time was over; None where it was not counted."""
    found = {part: reader.grid(BY_CODE[_code(months, part)], quarter) for part in PARTS}
    grids = {part: grid for part, grid in found.items() if grid is not None}
    if len(grids) < len(PARTS) or not _whole(grids["home"]).number:
        return None
    if not is_plain:
        reader.hide(grids.values(), quarter, shown_from=FOR_PARTNERS)
    return CohortLine(
        closed_in=quarter.shifted_by(-months // MONTHS_OF_QUARTER),
        moves=add_months(quarter.last, later.ASKED_FOR) > on,
        cells=[_cell(grids, column) for column in COLUMNS],
    )


def _whole(grid: Grid) -> ShownCell:
    return grid.shown_cell(TOTAL, TOTAL)


def _cell(grids: dict[str, Grid], column: CohortColumn) -> tuple[str, str, bool]:
    grid = grids[column.part]
    whole = _whole(grid)
    shown = grid.shown_cell(column.key, TOTAL)
    if column.part == "returned":
        shown = HIDDEN if shown.is_hidden else ShownCell(number=int(shown.value or 0))
    if shown.is_hidden:
        return column.words, SMALL, True
    return column.words, _count_words(column, shown, whole), False


def _count_words(column: CohortColumn, shown: ShownCell, whole: ShownCell) -> str:
    """« 12 », « 12 (60 %) », « 3 sur 5 (60 %) »; a dash of a part of nothing."""
    words = format_number(shown.number)
    if not column.says_share or whole.is_hidden:
        return words
    if not whole.number:
        return NOTHING
    of = f"{NO_BREAK}sur{NO_BREAK}{format_number(whole.number)}" if column.says_whole else ""
    share = f"{NO_BREAK}({format_number(round(100 * shown.number / whole.number))}{NARROW}%)" if shown.number else ""
    return f"{words}{of}{share}"


DEFINITIONS = (
    ("Dossiers", "les dossiers d’impayé clos ce trimestre-là, quelle que soit l’issue."),
    (
        "Dans le logement, partis",
        "d’après le fichier du bailleur des trois mois qui suivent, sinon le professionnel.",
    ),
    (
        "Dette",
        "le solde de ce fichier, contre le dernier relevé d’avant la clôture ; soldée, elle est en baisse.",
    ),
    (
        "Plans tenus",
        "parmi les plans en cours à la clôture : le solde ne dépasse pas ce qui reste à payer, à une mensualité près.",
    ),
    ("De retour", "le ménage a eu un nouveau dossier d’impayé entre la clôture et cette date."),
    (
        "Non connu",
        "ni le fichier ni le professionnel ne disent si le ménage est là, ou la question est sans objet (doublon, décès).",
    ),
)
"""What each column counts, in one line."""
