"""A sender's file becomes a table: lines numbered as in the file, headings found, values cleaned."""

import datetime
import itertools
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from cases.refusals import Refusal
from cases.rules.names import normalise_text
from workflows.imports import columns, values

CHILD = Path(__file__).with_name("parser_process.py")
HEADER_SEARCH = 40  # lines looked at for the headings
TABLE_WIDTH = 3  # columns below which lines without headings are no table
SHEETS_READ = 6  # of a workbook, to find its table

Cell = values.Cell


class CannotRead(Refusal):
    """A file is not read at all."""


@dataclass(frozen=True, kw_only=True)
class ReadLimits:
    file_bytes: int = 20_000_000
    memory: int = 900_000_000
    seconds: int = 30
    output: int = 200_000_000
    rows: int = 100_000
    columns: int = 200
    cells: int = 3_000_000


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What the person who sends the file corrects when we guessed wrong."""

    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    header_line: int | None = None  # 0: the file has none
    usual_encoding: str | None = None  # for what is neither marked nor UTF-8
    known_headings: Collection[str] = ()  # those of the sender's own mapping
    limits: ReadLimits = field(default_factory=ReadLimits)


@dataclass(frozen=True, kw_only=True)
class FileRow:
    line: int
    cells: tuple[Cell, ...]  # as many as there are headings; "" when empty
    shifted: bool = False  # more cells than headings: its values cannot be trusted to be under the right ones


@dataclass(frozen=True, kw_only=True)
class FileTable:
    kind: str  # csv, xlsx, xls or ods
    encoding: str
    separator: str
    sheet: str
    sheets: tuple[str, ...]
    header_line: int  # 0: it has none, and its columns are numbered
    headings: tuple[str, ...]
    rows: tuple[FileRow, ...]
    as_of: datetime.date | None  # the day, or the first of the month, that the file gives its balances for

    @property
    def dated_headings(self) -> frozenset[str]:
        """The headings of the columns that hold dates, as far as their first lines say."""
        samples = {
            heading: [row.cells[place] for row in self.rows[:HEADER_SEARCH] if row.cells[place] != ""]
            for place, heading in enumerate(self.headings)
        }
        return frozenset(heading for heading, cells in samples.items() if cells and all(map(is_dated, cells)))


def read_table(path: Path, *, name: str | None = None, options: ReadOptions | None = None) -> FileTable:
    """Refuses (CannotRead) what is not a table with headings and at least one line under them.

    `name` is what the sender called the file, when `path` is a temporary one.
    """
    options = options or ReadOptions()
    refuse_by_size(path, options.limits)
    until = time.monotonic() + options.limits.seconds
    head, lines = parse_in_child(path, name=name or path.name, options=options)
    if options.sheet is None and options.header_line is None and len(head["sheets"]) > 1:
        head, lines = find_sheet(path, head, lines, name=name or path.name, options=options, until=until)
    header = find_header(lines, options)
    below = [row for row in lines if row.line > header.line and row.cells != header.cells]  # a title row may come back
    headings = unique_headings(header.cells, width=usual_width(header, below))
    rows = tuple(fit_to_width(row, len(headings)) for row in below)
    if not rows:
        raise CannotRead("Ce fichier n’a aucune ligne sous ses titres de colonnes. Vérifiez l’extraction.")
    return FileTable(
        kind=head["kind"],
        encoding=head["encoding"],
        separator=head["separator"],
        sheet=head["sheet"],
        sheets=tuple(head["sheets"]),
        header_line=header.line,
        headings=headings,
        rows=rows,
        as_of=stated_date(
            [row for row in lines if row.line < header.line], header, [head["sheet"], name or path.name]
        ),
    )


def refuse_by_size(path: Path, limits: ReadLimits) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise CannotRead("Ce fichier est introuvable. Vérifiez son chemin.") from error
    if not path.is_file():
        raise CannotRead("Ceci n’est pas un fichier. Indiquez un fichier .csv, .xlsx, .xls ou .ods.")
    if size > limits.file_bytes:
        raise CannotRead(
            f"Ce fichier est trop gros ({size / 1e6:.0f} Mo) : la limite est de {limits.file_bytes / 1e6:.0f} Mo. "
            "Ne gardez que le tableau, ou découpez-le en plusieurs fichiers."
        )


def parse_in_child(path: Path, *, name: str, options: ReadOptions) -> tuple[dict[str, Any], list[FileRow]]:
    """Run the parser where its crash, its greed or its slowness costs us nothing.

    Isolated mode and an empty environment: the child sees no setting and no secret.
    """
    wishes = {"encoding": options.encoding, "separator": options.separator, "sheet": options.sheet}
    wishes["usual_encoding"] = options.usual_encoding
    arguments = json.dumps(wishes | {"limits": vars(options.limits)})
    command = [sys.executable, "-I", "-X", "utf8", str(CHILD), str(path.resolve()), name, arguments]
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                env={},
                timeout=options.limits.seconds + 5,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CannotRead(
                "Ce fichier est trop long à lire. Ne gardez que le tableau, dans un nouveau fichier."
            ) from error
        output.seek(0)
        return read_parser_output(output, crashed=done.returncode != 0)


def find_sheet(
    path: Path, head: dict[str, Any], lines: list[FileRow], *, name: str, options: ReadOptions, until: float
) -> tuple[dict[str, Any], list[FileRow]]:
    """Of a workbook whose first sheet is a page of explanations: the first sheet whose headings are known, else the first
    that looks like a table, else the first. Whoever sends the file may choose another one.

    `until`: the monotonic moment after which no other sheet is looked at; all of them together take no longer than one file."""
    likely = None
    for sheet in [head["sheet"], *(each for each in head["sheets"] if each != head["sheet"])][:SHEETS_READ]:
        found = head, lines
        if sheet != head["sheet"]:
            left = int(until - time.monotonic())
            if left < 1:
                break
            own = replace(options, sheet=sheet, limits=replace(options.limits, seconds=left))
            try:
                found = parse_in_child(path, name=name, options=own)
            except CannotRead:  # an empty sheet
                continue
        header = known_header(found[1], options)
        if header and found[1][-1].line > header.line:
            return found
        likely = likely or (found if likely_header(found[1]) else None)
    return likely or (head, lines)


def read_parser_output(output: IO[bytes], *, crashed: bool) -> tuple[dict[str, object], list[FileRow]]:
    if crashed:
        raise CannotRead(
            "Ce fichier n’a pas pu être lu : il est abîmé, ou demande trop de mémoire ou de temps. "
            "Recopiez le tableau dans un nouveau fichier .xlsx ou .csv, puis envoyez-le."
        )
    parts = (json.loads(line) for line in output)
    head = next(parts)
    rows = []
    for part in parts:
        if isinstance(part, dict):
            raise CannotRead(part["refused"])
        line, cells = part
        rows.append(FileRow(line=line, cells=tuple(map(cell_value, cells))))
    if "refused" in head:
        raise CannotRead(head["refused"])
    return head, rows


def cell_value(cell: Any) -> Cell:
    return datetime.date.fromisoformat(cell["date"]) if isinstance(cell, dict) else cell


MONTH = rf"(?:{'|'.join(values.MONTHS)})"
YEAR = r"20\d\d"
DAY = rf"(?:\d{{1,2}} (?:\d{{1,2}}|{MONTH}) {YEAR}|{YEAR} (?:0[1-9]|1[0-2]) \d\d)"
OF_BALANCES = rf"\b(?:AU|ARRETEE?S? LE|SITUATION DU) (?P<day>{DAY}|\d{{1,2}} \d{{1,2}} \d\d\b|\d{{8}}\b)"
DATE_FORMS = (OF_BALANCES, rf"\b(?P<day>{DAY})\b", rf"\b(?P<day>{MONTH} {YEAR})\b")
"""“Situation au 31/10/2026”, before “Edité le 05/11/2026”, before “OCTOBRE 2026”."""
IN_NAMES = rf"\b(?P<day>\d\d(?:0[1-9]|1[0-2]){YEAR}|{YEAR} (?:0[1-9]|1[0-2]))\b"


def stated_date(above: list[FileRow], header: FileRow, called: list[str]) -> datetime.date | None:
    """What is written above the headings, or in them after “au”, the latest of those that differ by their date alone; else
    in the names of the sheet and of the file."""
    texts, written = texts_of(above), texts_of([header])
    headings = [columns.latest_of(heading, written) for heading in written]
    looked_at = [(OF_BALANCES, texts), (OF_BALANCES, headings), *((form, texts) for form in DATE_FORMS[1:])]
    looked_at += [(form, called) for form in (*DATE_FORMS, IN_NAMES)]
    found = (re.search(form, normalise_text(source)) for form, sources in looked_at for source in sources)
    days = (readable_date(each["day"]) for each in found if each)
    return next(filter(None, days), None)


def texts_of(rows: list[FileRow]) -> list[str]:
    return [values.as_text(cell) for row in rows for cell in row.cells if cell != ""]


def readable_date(written: str) -> datetime.date | None:
    if re.fullmatch(r"\d{4}20\d\d", written):
        written = f"{written[:2]} {written[2:4]} {written[4:]}"
    try:
        return values.month_or_day(written)
    except values.Unreadable:
        return None


def is_dated(cell: Cell) -> bool:
    if isinstance(cell, datetime.date):
        return True
    return isinstance(cell, str) and bool(re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d\d)?\d\d", cell))


# The headings


NO_HEADER = FileRow(line=0, cells=())


def looks_like_a_table(lines: list[FileRow]) -> bool:
    """Most lines are as wide as each other: its columns may be named by whoever sends it."""
    widths = [len(row.cells) for row in lines]
    usual = max(set(widths), key=widths.count, default=0)
    return usual >= TABLE_WIDTH and widths.count(usual) * 2 > len(widths)


def find_header(lines: list[FileRow], options: ReadOptions) -> FileRow:
    if options.header_line == 0:
        return NO_HEADER
    if options.header_line is not None:
        for row in lines:
            if row.line == options.header_line:
                return row
        raise CannotRead(
            f"La ligne {options.header_line} est vide ou n’existe pas : indiquez celle des titres de colonnes."
        )
    header = known_header(lines, options) or likely_header(lines) or (NO_HEADER if looks_like_a_table(lines) else None)
    if header is None:
        raise CannotRead("Aucune ligne de titres de colonnes n’a été trouvée dans ce fichier. Vérifiez l’extraction.")
    return header


def known_header(lines: list[FileRow], options: ReadOptions) -> FileRow | None:
    """The line with most headings that we know or that the sender's mapping names; at least two of them."""
    wanted = {columns.heading_key(heading) for heading in options.known_headings}

    def score(row: FileRow) -> int:
        keys = {columns.heading_key(cell) for cell in row.cells if isinstance(cell, str) and cell}
        return sum(key in wanted or columns.field_of_key(key) is not None for key in keys)

    best = max(lines[:HEADER_SEARCH], key=score, default=None)
    enough = min(2, len(wanted) or 2)
    return best if best is not None and score(best) >= enough else None


def likely_header(lines: list[FileRow]) -> FileRow | None:
    """Unknown headings: the first line of different texts, without figures, almost as wide as the table under it."""
    width = max((len(row.cells) for row in lines), default=0)
    for row, below in itertools.pairwise(lines[:HEADER_SEARCH]):
        texts = [cell for cell in row.cells if cell != ""]
        words = all(isinstance(text, str) and any(map(str.isalpha, text)) for text in texts)
        if words and len(texts) >= max(2, width * 0.6) and len(set(texts)) == len(texts) and len(below.cells) >= 2:
            return row
    return None


def unique_headings(cells: tuple[Cell, ...], *, width: int) -> tuple[str, ...]:
    """A mapping needs one name a column: an empty heading and a repeated one get a number."""
    headings: list[str] = []
    for number in range(1, width + 1):
        heading = str(cells[number - 1])[:200] if number <= len(cells) else ""
        heading = heading or f"Colonne {number}"
        headings.append(heading if heading not in headings else f"{heading} ({number})")
    return tuple(headings)


def usual_width(header: FileRow, below: list[FileRow]) -> int:
    """That of the headings, unless most lines have more cells: then the last columns have no heading."""
    widths = sorted(len(row.cells) for row in below)
    return max(len(header.cells), widths[len(widths) // 2] if widths else 0)


def fit_to_width(row: FileRow, width: int) -> FileRow:
    return FileRow(line=row.line, cells=(row.cells + ("",) * width)[:width], shifted=len(row.cells) > width)
