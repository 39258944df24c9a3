"""A line of the table becomes values, or a reason why not; what looks like a social security number, or is long, is kept nowhere."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from cases.matching import Identity, Person
from cases.rules.names import normalise_text
from workflows.imports import columns, values
from workflows.imports.read import Cell, FileRow, FileTable
from workflows.imports.values import RejectionReason, Unreadable


class ReadingOutcome(StrEnum):
    """What reading alone decides; the other outcomes need what is already known."""

    REJECTED = "rejected"
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True)
class Problem:
    line: int
    heading: str
    reason: RejectionReason
    message: str
    blocking: bool

    def __str__(self) -> str:
        where = f"Ligne {self.line}, colonne « {self.heading} »" if self.heading else f"Ligne {self.line}"
        return f"{where} : {self.message}"


@dataclass(frozen=True, kw_only=True)
class ReadRow:
    line: int
    values: dict[str, Any] = field(default_factory=dict)  # by field name; only what was filled in and could be read
    problems: tuple[Problem, ...] = ()
    reason: RejectionReason | None = None  # why the line goes no further
    kept: dict[str, str] = field(default_factory=dict)
    """What may be stored of the line as it came: mapped columns, without refused values."""
    refused: dict[str, str] = field(default_factory=dict)  # short ones, to be corrected beside what the file says
    in_credit: "ReadRow | None" = None  # as it was read, before it was read as cleared

    @property
    def outcome(self) -> ReadingOutcome | None:
        if self.reason is None:
            return None
        return ReadingOutcome.IGNORED if self.reason in IGNORED else ReadingOutcome.REJECTED

    @property
    def is_in_credit(self) -> bool:
        """All of it is read, and nothing is owed."""
        return self.reason is RejectionReason.CREDIT_BALANCE

    @property
    def was_in_credit(self) -> bool:
        return self.in_credit is not None

    @property
    def may_owe(self) -> bool:
        """Something is owed, or the line was refused before anybody could read how much."""
        unread = Decimal(self.reason is not None)
        return bool(self.values.get("debt", unread) > 0)

    def read_as_cleared(self) -> "ReadRow":
        """Of a line in credit: the same at zero, as it is judged where something was owed."""
        stays = tuple(problem for problem in self.problems if problem.reason is not self.reason)
        wrong = {problem.heading for problem in stays}
        read = {heading: text for heading, text in self.refused.items() if heading not in wrong}
        return replace(
            self,
            values=self.values | {"debt": Decimal()},
            in_credit=self,
            problems=stays,
            reason=None,
            kept=self.kept | read,
            refused={heading: text for heading, text in self.refused.items() if heading in wrong},
        )


IGNORED = {RejectionReason.TOTAL_LINE, RejectionReason.STRAY_LINE, RejectionReason.CREDIT_BALANCE}
NAMES = ("last_name", "full_name")
IDENTIFIERS = ("tenant_reference", "contract_number", "birth_date", "caf_number", "phone", "first_name")
AMOUNTS = (
    "debt",
    "rent",
    "charges",
    "rent_with_charges",
    "aid_amount",
    "last_payment_amount",
    "debt_charges",
    "debt_costs",
)


def read_rows(table: FileTable, mapping: Mapping[str, str], *, today: datetime.date) -> Iterator[ReadRow]:
    for row in table.rows:
        yield read_row(row, table.headings, mapping, today=today)


def read_row(row: FileRow, headings: tuple[str, ...], mapping: Mapping[str, str], *, today: datetime.date) -> ReadRow:
    """Values of the mapped columns; `outcome` is set when the line goes no further."""
    cells = dict(zip(headings, row.cells, strict=True))
    filled = {heading: cells[heading] for heading in mapping if not values.is_nothing(cells[heading])}
    filled |= find_short_names(cells, mapping, known={mapping[heading] for heading in filled})
    by_field = {mapping[heading]: cell for heading, cell in filled.items()}
    if reason := no_household(row, by_field):
        return ReadRow(line=row.line, reason=reason)
    if row.shifted:
        reason = RejectionReason.SHIFTED_LINE
        problem = Problem(line=row.line, heading="", reason=reason, message=SHIFTED, blocking=True)
        return ReadRow(line=row.line, problems=(problem,), reason=reason)
    found, kept, problems = parse(row.line, filled, mapping, today=today)
    problems += find_line_problems(row.line, found, mapping, today=today)
    refused = {problem.heading for problem in problems}
    kept = {heading: text for heading, text in kept.items() if heading not in refused}
    first = next((problem for problem in problems if problem.blocking), None)
    return ReadRow(
        line=row.line,
        values=found,
        problems=tuple(problems),
        reason=first.reason if first else None,
        kept=kept,
        refused=to_correct(filled, problems),
    )


def find_short_names(cells: Mapping[str, Cell], mapping: Mapping[str, str], *, known: set[str]) -> dict[str, Cell]:
    """Families called Na or So, whose first name or birth date the line gives: of nobody, these words are nothing."""
    if not known & {"first_name", "birth_date"}:
        return {}
    return {
        heading: cells[heading]
        for heading, name in mapping.items()
        if name == "last_name" and normalise_text(values.as_text(cells[heading])) in SHORT_NAMES
    }


SHORT_NAMES = {"NA", "SO"}
LONGEST_REFUSED = 40


def to_correct(filled: Mapping[str, Cell], problems: list[Problem]) -> dict[str, str]:
    """What someone needs to see to correct it; a longer text is no slip of the pen."""
    secret = {problem.heading for problem in problems if problem.reason is RejectionReason.SOCIAL_SECURITY_NUMBER}
    wrong = {problem.heading for problem in problems if problem.heading in filled} - secret
    found = {heading: values.as_text(filled[heading]) for heading in sorted(wrong)}
    return {
        heading: text
        for heading, text in found.items()
        if len(text) <= LONGEST_REFUSED and not values.is_social_security_number(text)
    }


SHIFTED = "il y a plus de cellules que de titres : un séparateur ou un guillemet est en trop. Corrigez la ligne."


# Lines that no household comes from


def is_total_line(row: FileRow, headings: tuple[str, ...], mapping: Mapping[str, str]) -> bool:
    cells = zip(headings, row.cells, strict=True)
    by_field = {mapping[name]: cell for name, cell in cells if name in mapping and not values.is_nothing(cell)}
    return no_household(row, by_field) is RejectionReason.TOTAL_LINE


def no_household(row: FileRow, by_field: Mapping[str, Cell]) -> RejectionReason | None:
    texts = [cell for cell in row.cells if isinstance(cell, str) and cell]
    identified = any(name in by_field and not is_total(values.as_text(by_field[name])) for name in IDENTIFIERS)
    if not identified and (any(map(is_total, texts)) or only_amounts(by_field)):
        return RejectionReason.TOTAL_LINE
    if len([cell for cell in row.cells if cell != ""]) < 2:
        return RejectionReason.STRAY_LINE
    return None


def is_total(text: str) -> bool:
    words = normalise_text(text).split()
    return bool(words) and (
        words[0] in {"TOTAL", "TOTAUX", "SOMME", "CUMUL"} or words[:2] in (["SOUS", "TOTAL"], ["GRAND", "TOTAL"])
    )


def only_amounts(by_field: Mapping[str, Cell]) -> bool:
    return bool(by_field) and all(name in AMOUNTS for name in by_field)


# Values


@lru_cache(maxsize=8)
def parsers_by_field(today: datetime.date) -> dict[str, values.Parser]:
    return {known.name: known.maker(today) for known in columns.FIELDS}


def parse(
    line: int, filled: Mapping[str, Cell], mapping: Mapping[str, str], *, today: datetime.date
) -> tuple[dict[str, object], dict[str, str], list[Problem]]:
    """By field, what the cells say; by heading, as they are kept; and what is refused."""
    found: dict[str, Any] = {}
    kept: dict[str, str] = {}
    problems: list[Problem] = []
    readers = parsers_by_field(today)
    for heading, cell in filled.items():
        column = columns.BY_NAME[mapping[heading]]
        try:
            value = readers[column.name](cell)
            text = values.as_read_again(cell, value)
            values.refuse_social_security_number(text)
            found |= name_values(column.name, heading, value)
            kept[heading] = text
        except Unreadable as error:
            blocking = column.essential or error.reason == RejectionReason.TOO_LONG
            problems.append(
                Problem(line=line, heading=heading, reason=error.reason, message=error.message, blocking=blocking)
            )
    return found, kept, problems


def name_values(name: str, heading: str, value: Any) -> dict[str, object]:
    """One-cell addresses and family names come out as several values; a column called APL tells the kind of aid."""
    if name == "address":
        return dict(value)
    if name == "last_name":
        birth = {"birth_last_name": value.birth_last_name} if value.birth_last_name else {}
        return {"last_name": value.last_name} | birth
    kind = columns.heading_key(heading)
    if name == "aid_amount" and kind in {"APL", "ALF", "ALS"} and value:
        return {"aid_amount": value, "aid_kind": kind}
    return {name: value}


def find_line_problems(
    line: int, found: dict[str, Any], mapping: Mapping[str, str], *, today: datetime.date
) -> list[Problem]:
    """What each value allows alone and the line does not."""
    headings = {name: heading for heading, name in mapping.items()}
    problems: list[Problem] = []

    def refuse(name: str, reason: RejectionReason, message: str) -> None:
        heading = next((headings[other] for other in (name, *NAMES) if other in headings), "")
        problems.append(Problem(line=line, heading=heading, reason=reason, message=message, blocking=True))

    if not any(name in found for name in NAMES):
        refuse(
            next((name for name in NAMES if name in headings), ""),
            RejectionReason.MISSING_NAME,
            "le nom manque. Complétez-le dans le fichier.",
        )
    if found.get("lease_date", today) > today:
        refuse("lease_date", RejectionReason.FUTURE_LEASE, "la date du bail est à venir. Corrigez-la dans le fichier.")
    if found.get("lease_renewed_on", today) > today:
        # The next renewal is none: it would shorten the delay after an order to pay.
        del found["lease_renewed_on"]
        message = "le renouvellement est à venir : il n’est pas repris. Écrivez le dernier, ou laissez la case vide."
        heading = headings.get("lease_renewed_on", "")
        reason = RejectionReason.FUTURE_LEASE
        problems.append(Problem(line=line, heading=heading, reason=reason, message=message, blocking=False))
    if found.get("debt", 0) < 0:
        refuse("debt", RejectionReason.CREDIT_BALANCE, "le solde est en faveur du locataire : il n’y a pas d’impayé.")
    return problems


# Who the line is about


def line_identity(found: Mapping[str, Any], *, sender: str) -> Identity:
    """`sender` is the code of the structure whose references these are."""
    address = values.to_address(dict(found))
    references = {(sender, number) for number in numbers_in_line(found)}
    return Identity(
        people=people_in_line(found),
        references=frozenset(references),
        phones=frozenset({found["phone"]} if "phone" in found else ()),
        addresses=(address,) if address else (),
    )


def numbers_in_line(found: Mapping[str, Any]) -> set[str]:
    """Those of its sender."""
    return {found[name] for name in ("tenant_reference", "contract_number") if name in found}


def people_in_line(found: Mapping[str, Any]) -> tuple[Person, ...]:
    """The birth date and the CAF number of a line are those of the first person named."""
    first, *others = found.get("full_name") or (Person(last_name=found["last_name"]),)
    own = {name: found[name] for name in ("first_name", "birth_last_name", "caf_number") if name in found}
    if "birth_date" in found:
        own["birth"] = found["birth_date"]
    return (replace(first, **own), *others, *found.get("co_tenant", ()))
