"""What Relais says of the law in a territory: each statement with its source, its reading, and its last check."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings

from cases.actions.editions import DEADLINES
from cases.actions.law import mark_of
from cases.actions.reference_files import find_file
from cases.actions.rules_in_force import editions_in_force
from cases.models import DeadlineRule, Edition, LawCheck
from cases.reference_data import FIRST_EDITIONS, FOLDER
from cases.rules.catalogue_reading import read_reference
from cases.rules.editions import LENGTH, START, say_deadline
from cases.rules.law import (
    ACTION_OF_FACTS,
    LawAction,
    LegalStatement,
    Row,
    StatementKind,
    load_file_statements,
    load_readings,
    read_statements,
)
from cases.rules.reading import read_toml
from workflows.models import RoutingRule
from workflows.routing.table import REFERENCES

Catalogue = Edition.Catalogue
IN_PARAMETERS = (
    Catalogue.LETTERS,
    Catalogue.TENANT_LETTERS,
    Catalogue.SHEETS,
    Catalogue.PLANS,
    Catalogue.RENT_CHECKS,
    Catalogue.REMEDIES,
    Catalogue.OVERPAYMENTS,
    Catalogue.OVERPAYMENT_LETTERS,
    Catalogue.WITHHOLDING,
)
ROUTING = {
    Catalogue.ROUTING_ARREARS: LawAction.ARREARS,
    Catalogue.ROUTING_OVERPAYMENT: LawAction.OVERPAYMENTS,
}


@dataclass(frozen=True, kw_only=True)
class StatementInForce:
    """A statement in a territory on a day."""

    statement: LegalStatement
    read_on: date | None
    """When its text was read for a release; None: nobody noted it, or the pilot wrote it."""
    is_own: bool
    """Otherwise than this release writes it."""
    checks: tuple[LawCheck, ...] = ()
    """The newest first."""

    @property
    def last_check(self) -> LawCheck | None:
        return self.checks[0] if self.checks else None

    @property
    def is_checked(self) -> bool:
        """Somebody compared with its text what it says now."""
        return self.last_check is not None and self.last_check.mark == mark_of(self.statement)

    @property
    def has_changed_since(self) -> bool:
        return self.last_check is not None and not self.is_checked

    @property
    def is_to_verify(self) -> bool:
        return not self.is_checked and not self.statement.is_sure


def read_law(*, territory: str, on: date) -> list[StatementInForce]:
    """All of them, in the order of the catalogues. Four queries."""
    released = {_key(each): mark_of(each) for each in released_statements()}
    checks: dict[tuple[str, str], list[LawCheck]] = {}
    for check in LawCheck.objects.of_territory(territory):
        checks.setdefault((check.catalogue, check.code), []).append(check)
    return [
        StatementInForce(
            statement=each,
            read_on=load_readings().read_on.get(_key(each)) if mark_of(each) == released.get(_key(each)) else None,
            is_own=mark_of(each) != released.get(_key(each)),
            checks=tuple(checks.get(_key(each), ())),
        )
        for each in _statements_in_force(territory=territory, on=on)
    ]


def _key(statement: LegalStatement) -> tuple[str, str]:
    return statement.catalogue, statement.code


def _statements_in_force(*, territory: str, on: date) -> Iterator[LegalStatement]:
    editions = editions_in_force([Catalogue.DEADLINES, *IN_PARAMETERS, *ROUTING], on=on, territory=territory)
    deadlines = editions[Catalogue.DEADLINES]
    rules = DeadlineRule.objects.filter(edition=deadlines).order_by("code")
    yield from _deadlines([rule.as_row() for rule in rules], deadlines.parameters)
    for catalogue in IN_PARAMETERS:
        yield from read_statements(catalogue, editions[catalogue].parameters)
    routing = {editions[catalogue].pk: catalogue for catalogue in ROUTING}
    for rule in RoutingRule.objects.filter(edition__in=routing).order_by("edition", "position"):
        yield _routing(routing[rule.edition_id], rule.content)
    yield from load_file_statements()


def released_statements() -> tuple[LegalStatement, ...]:
    """Those that this release writes, or the installation in files of its own."""
    return _statements_of_folder(settings.REFERENCE_FOLDER)


@cache
def _statements_of_folder(own: str) -> tuple[LegalStatement, ...]:
    return tuple(_read_released())


def _read_released() -> Iterator[LegalStatement]:
    whole = read_reference(find=find_file)
    yield from _deadlines(sorted(DEADLINES.released(""), key=lambda row: str(row["code"])), whole)
    for name, _, parts in FIRST_EDITIONS:
        data = read_toml(find_file(FOLDER / f"{name}.toml"))
        yield from read_statements(data["edition"]["catalogue"], {part: data[part] for part in parts})
    for reference in REFERENCES:
        data = read_toml(find_file(reference))
        for row in data["rows"]:
            yield _routing(data["edition"]["catalogue"], row)
    yield from load_file_statements()


def _deadlines(rows: Iterable[Row], words: Mapping[str, Any]) -> Iterator[LegalStatement]:
    procedures = {fact: procedure for procedure, facts in words.get("facts_of", {}).items() for fact in facts}
    for row in rows:
        said = say_deadline(row, milestones=words["milestones"], actors=words["actors"])
        length = " ; ".join(said.get(LENGTH, ()))
        starts = " ".join(said.get(START, ()))
        named = (row["start"], *row.get("condition", {}).get("until", ()))
        procedure = next((procedures[fact] for fact in named if fact in procedures), "")
        yield LegalStatement(
            catalogue=Catalogue.DEADLINES,
            code=row["code"],
            kind=StatementKind.RULE,
            action=ACTION_OF_FACTS.get(procedure, LawAction.ARREARS),
            title=f"{row['code']}, {row['title']}",
            says=tuple(filter(None, (f"{starts} : {length}", row.get("consequence", "")))),
            reference=row.get("reference", ""),
            confidence=row.get("confidence", ""),
            row=row,
        )


def _routing(catalogue: str, row: Row) -> LegalStatement:
    return LegalStatement(
        catalogue=catalogue,
        code=row["code"],
        kind=StatementKind.ROUTING,
        action=ROUTING[Catalogue(catalogue)],
        title=f"{row['code']}, {row['title']}",
        says=tuple(filter(None, (row.get("reason", ""), row.get("note", "")))),
        reference=row.get("note", ""),
        confidence=row.get("confidence", ""),
        row=row,
    )


def count_to_verify(found: Sequence[StatementInForce]) -> int:
    return sum(each.is_to_verify for each in found)
