"""What every list is: its filters, who may read it, what it holds, in which order, and its columns, in its page and sheets."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from operator import itemgetter
from typing import Any, ClassVar, TypeVar

from django import forms
from django.db.models import QuerySet

from cases import permissions
from cases.models import Structure, User
from cases.rules import names
from cases.rules.catalogue import of_benefit

T = TypeVar("T")


class ColumnKind(StrEnum):
    TEXT = "text"
    DATE = "date"
    MONEY = "money"
    NUMBER = "number"


Cell = str | int | date | Decimal | None
Line = Sequence[Cell]
Row = Mapping[str, Any]
"""What was read of one row of a list, by name; `pk` is one of them."""


def _as_it_is(value: Any) -> Cell:
    found: Cell = value
    return found


@dataclass(frozen=True)
class Column:
    """What a list says of each of its rows: under which heading, in its sheets and, if it has a code, in its page."""

    title: str
    kind: ColumnKind = ColumnKind.TEXT
    width: int = 18
    """In a sheet, in characters."""
    reads: tuple[str, ...] = ()
    """What it reads of a row."""
    say: Callable[..., Cell] = _as_it_is
    """How a sheet writes what was read."""
    code: str = ""
    """By which the template of the page’s cells knows it, as a cell may hold links; empty: it is in sheets alone."""

    @property
    def is_number(self) -> bool:
        return self.kind is ColumnKind.NUMBER

    @cached_property
    def write(self) -> Callable[[Row], Cell]:
        """Its cell of a row, for a sheet. Made once: a sheet has hundreds of thousands of rows."""
        say, read = self.say, itemgetter(*self.reads)
        if len(self.reads) > 1:
            return lambda row: say(*read(row))
        return read if say is _as_it_is else lambda row: say(read(row))


def say_yes(value: object) -> str:
    return "oui" if value else ""


def say_yes_or_no(value: object) -> str:
    return "oui" if value else "non"


def say_person(usual_name: str | None, first_names: str | None) -> str:
    return names.full_name(usual_name or "", first_names or "")


def say_step(node: Any, benefit: str | None) -> str:
    return of_benefit(str(node.task_title), benefit)


def say_all(words: Sequence[str] | None) -> str:
    return ", ".join(words or ())


class Listing(ABC):
    """One list, as one person asks for it on a day. What he may not see is never in it: each query asks the door."""

    code: ClassVar[str]
    title: ClassVar[str]
    address: ClassVar[str]
    """The name of its page."""
    filters: ClassVar[tuple[str, ...]]
    """The parameters of its address that narrow it."""
    order: ClassVar[tuple[str, ...]]
    """Of its rows, in sheets."""
    declared: ClassVar[tuple[Column, ...]]
    """Its columns, whoever reads it."""
    rights: ClassVar[tuple[str, ...]]
    """Whoever holds one of them somewhere has this list."""
    of_structure: ClassVar[bool] = False
    """Is it a list of one structure, in which the right must be held?"""

    def __init__(
        self, *, user: User, asked: Mapping[str, str], today: date, structure: Structure | None = None
    ) -> None:
        self.user, self.today, self.structure = user, today, structure
        self.asked = {name: value for name, value in asked.items() if value}
        self.memo: dict[str, Any] = {}

    def with_filters(self, asked: Mapping[str, str]) -> "Listing":
        """The same list, otherwise narrowed: what was read for one serves the other."""
        other = type(self)(user=self.user, asked=asked, today=self.today, structure=self.structure)
        other.memo = self.memo
        return other

    def read_once(self, name: str, read: Callable[[], T]) -> T:
        if name not in self.memo:
            self.memo[name] = read()
        found: T = self.memo[name]
        return found

    @property
    def held_rights(self) -> permissions.Rights:
        return self.read_once("held", lambda: permissions.rights(self.user, at=self.today))

    @property
    def required_structure(self) -> Structure:
        """The structure of a list that is of one."""
        if self.structure is None:
            raise RuntimeError(f"« {self.code} » is of a structure")
        return self.structure

    @property
    def is_allowed(self) -> bool:
        if self.of_structure:
            return self.structure is not None and any(
                self.structure.pk in self.held_rights.get(right, ()) for right in self.rights
            )
        return any(self.held_rights.get(right) for right in self.rights)

    @property
    def scope(self) -> list[str]:
        """The rights by which the person reads it, and where: `view_backlog:12`."""
        rights = self.rights if not self.of_structure else ()
        own = [f"{right}:{structure}" for right in rights for structure in self.held_rights.get(right, ())]
        if self.structure and self.of_structure:
            own += [f"{right}:{self.structure.pk}" for right in self.rights]
        return sorted(own)

    @property
    def unknown_filters(self) -> list[str]:
        """What is asked and cannot be read: a step or a structure that no longer exists, in words."""
        return []

    def filter_words(self) -> dict[str, str]:
        """Filter → what is said of it."""
        return {}

    @abstractmethod
    def find_rows(self) -> QuerySet[Any]:
        """All that it holds, in no order."""

    @abstractmethod
    def read_rows(self, ids: Sequence[int]) -> Iterable[Row]:
        """Of these rows, what the columns read: a few queries, however many they are. One that is gone is left out."""

    @classmethod
    def page_columns(cls) -> list[Column]:
        return [column for column in cls.declared if column.code]

    def columns(self) -> list[Column]:
        """Those that the person may read in a sheet."""
        return list(self.declared)

    def fields(self, *, but: Collection[str] = ()) -> list[str]:
        """What the columns read, as `values` asks for it; `but`: what is read otherwise."""
        read = dict.fromkeys(name for column in self.columns() for name in column.reads)
        return ["pk", *(name for name in read if name not in but)]

    def read_lines(self, ids: Sequence[int]) -> Iterator[Line]:
        """Of a sheet, in the order of `ids`."""
        with permissions.reading_as(self.user, at=self.today):
            rows = {row["pk"]: row for row in self.read_rows(ids)}
        columns = self.columns()
        return ([column.write(rows[pk]) for column in columns] for pk in ids if pk in rows)

    @property
    def refusal_of_filters(self) -> str:
        """What is said of a list asked for with a filter that cannot be read; nothing when all can."""
        unknown = ", ".join(self.unknown_filters)
        return f"Un filtre n’est plus proposé ({unknown}) : le choisir de nouveau." if unknown else ""

    def ids(self, *, limit: int | None = None) -> list[int]:
        """Behind the door, the second barrier, as for its lines: whoever writes the sheet, page or worker."""
        with permissions.reading_as(self.user, at=self.today):
            return list(self.find_rows().order_by(*self.order).values_list("pk", flat=True)[:limit])

    @property
    def heading(self) -> str:
        """The first line of an export: what it is, of which day, narrowed by what."""
        about = self.title + (f", {self.structure.name}" if self.structure else "")
        narrowed = " ; ".join(self.filter_words().values()) or "aucun"
        return f"{about} au {self.today:%d/%m/%Y}. Filtres : {narrowed}."


def words_said(said: Mapping[str, str]) -> dict[str, str]:
    """Of filters, those of which something is said."""
    return {name: words for name, words in said.items() if words}


def faulty_fields(form: forms.Form) -> list[str]:
    """The labels of those that cannot be read."""
    return [str(form[name].label) for name in form.errors if name in form.fields]
