"""Days, months, and dates of birth of which a part is unknown."""

import calendar
import datetime
import re
from collections.abc import Callable

from cases.matching import BirthDate
from cases.rules.names import normalise_text
from workflows.imports.values.cells import Cell, RejectionReason, Unreadable

MONTHS = ["JANVIER", "FEVRIER", "MARS", "AVRIL", "MAI", "JUIN", "JUILLET", "AOUT"]
MONTHS += ["SEPTEMBRE", "OCTOBRE", "NOVEMBRE", "DECEMBRE"]
ABBREVIATED = {"JAN": 1, "JANV": 1, "FEV": 2, "FEVR": 2, "MAR": 3, "AVR": 4, "JUIL": 7, "JUILL": 7, "AOU": 8}
ABBREVIATED |= {"SEP": 9, "SEPT": 9, "OCT": 10, "NOV": 11, "DEC": 12}
MONTH_NUMBERS = {word: number for number, word in enumerate(MONTHS, start=1)} | ABBREVIATED
USUAL = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)  # read at once: a file holds little else
EXCEL_ORIGIN = datetime.date(1899, 12, 30)
DATE_HELP = "date impossible. Écrivez-la jour/mois/année, par exemple 24/11/2026."
OLDEST_YEAR, LATEST_YEAR = 1900, 2100


def date_parts(cell: Cell) -> tuple[int, int, int]:
    """Year, month, day; 0 for what is not written."""
    if isinstance(cell, datetime.date):
        return cell.year, cell.month, cell.day
    if isinstance(cell, int | float):
        return number_parts(cell)
    if usual := USUAL.fullmatch(cell):
        return int(usual[3]), int(usual[2]), int(usual[1])
    words = re.sub(r"[T ]\d{1,2}[:hH]\d{2}.*$", "", cell.strip())  # an hour after the date
    words = re.sub(r"\b1ER\b", "1", normalise_text(words))
    words = re.sub(r"(?<=\d)(?=[A-Z])|(?<=[A-Z])(?=\d)", " ", words)
    parts = [str(MONTH_NUMBERS[part]) if part in MONTH_NUMBERS else part for part in words.split()]
    if len(parts) == 1 and re.fullmatch(r"(19|20)\d{6}", parts[0]):
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    if not parts or len(parts) > 3 or not all(re.fullmatch(r"\d{1,4}", part) for part in parts):
        raise Unreadable(RejectionReason.IMPOSSIBLE_DATE, DATE_HELP)
    if len(parts[0]) != 4:
        parts.reverse()
    year, month, day = [*map(int, parts), 0, 0][:3]
    return full_year(year, written=parts[0]), month, day


def number_parts(number: float) -> tuple[int, int, int]:
    """A year, or the day number that Excel shows as a date."""
    if OLDEST_YEAR <= number <= LATEST_YEAR:
        return int(number), 0, 0
    if not 15_000 < number < 80_000:  # 1941 to 2119
        raise Unreadable(RejectionReason.IMPOSSIBLE_DATE, DATE_HELP)
    date = EXCEL_ORIGIN + datetime.timedelta(days=int(number))
    return date.year, date.month, date.day


def full_year(year: int, *, written: str) -> int:
    return year if len(written) == 4 else 2000 + year


def day(cell: Cell) -> datetime.date:
    year, month, number = date_parts(cell)
    return checked_date(year, month, number)


def month_or_day(cell: Cell) -> datetime.date:
    """“août 2026” is its first day."""
    year, month, number = date_parts(cell)
    return checked_date(year, month, number or 1)


def checked_date(year: int, month: int, number: int) -> datetime.date:
    try:
        date = datetime.date(year, month, number)
    except ValueError as error:
        raise Unreadable(RejectionReason.IMPOSSIBLE_DATE, DATE_HELP) from error
    if not OLDEST_YEAR <= year <= LATEST_YEAR:
        raise Unreadable(RejectionReason.IMPOSSIBLE_DATE, DATE_HELP)
    return date


def birth_date(today: datetime.date) -> Callable[[Cell], BirthDate]:
    """The day, or the day and the month, may be unknown: 1978, 04/1978, 00/04/1978."""

    def parse(cell: Cell) -> BirthDate:
        year, month, number = date_parts(cell)
        if isinstance(cell, str) and year > today.year and re.search(r"\D\d\d$", cell.strip()):
            year -= 100  # 12/06/75
        if not OLDEST_YEAR <= year <= today.year or month > 12 or (number and not month):
            raise Unreadable(RejectionReason.IMPOSSIBLE_DATE, DATE_HELP)
        if month and number > calendar.monthrange(year, month)[1]:
            raise Unreadable(RejectionReason.IMPOSSIBLE_DATE, DATE_HELP)
        if (year, month, number) > (today.year, today.month, today.day):
            raise Unreadable(
                RejectionReason.IMPOSSIBLE_DATE, "date de naissance à venir. Corrigez-la dans le fichier."
            )
        return BirthDate(year, month or None, number or None)

    return parse
