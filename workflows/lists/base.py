"""What every list is: its filters, who may read it, what it holds, in which order, and the columns of its export."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Func, QuerySet, Value

from cases import permissions
from cases.models import Structure, User

T = TypeVar("T")


class ColumnKind(StrEnum):
    TEXT = "text"
    DATE = "date"
    MONEY = "money"
    NUMBER = "number"


@dataclass(frozen=True)
class Column:
    title: str
    kind: ColumnKind = ColumnKind.TEXT
    width: int = 18
    """In characters."""


Cell = str | int | date | Decimal | None
Line = Sequence[Cell]


class Listing(ABC):
    """One list, as one person asks for it on a day. What he may not see is never in it: each query asks the door."""

    code: ClassVar[str]
    title: ClassVar[str]
    address: ClassVar[str]
    """The name of its page."""
    filters: ClassVar[tuple[str, ...]]
    """The parameters of its address that narrow it."""
    rights: ClassVar[tuple[str, ...]]
    """Whoever holds one of them somewhere has this list."""
    of_structure: ClassVar[bool] = False
    """Is it a list of one structure, in which the right must be held?"""

    def __init__(
        self, *, user: User, asked: Mapping[str, str], today: date, structure: Structure | None = None
    ) -> None:
        self.user, self.today, self.structure = user, today, structure
        self.asked = {name: value for name, value in asked.items() if value}
        self.shelf: dict[str, Any] = {}

    def with_filters(self, asked: Mapping[str, str]) -> "Listing":
        """The same list, otherwise narrowed: what was read for one serves the other."""
        other = type(self)(user=self.user, asked=asked, today=self.today, structure=self.structure)
        other.shelf = self.shelf
        return other

    def read_once(self, name: str, read: Callable[[], T]) -> T:
        if name not in self.shelf:
            self.shelf[name] = read()
        found: T = self.shelf[name]
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
    @abstractmethod
    def unknown_filters(self) -> list[str]:
        """What is asked and cannot be read: a step or a structure that no longer exists, in words."""

    @abstractmethod
    def filter_words(self) -> dict[str, str]:
        """Filter → what is said of it."""

    @abstractmethod
    def find_rows(self) -> QuerySet[Any]:
        """All that it holds, in no order."""

    @abstractmethod
    def find_ordered_rows(self) -> QuerySet[Any]:
        """The same, in the order of the page."""

    @abstractmethod
    def columns(self) -> list[Column]:
        """Those that the person may read."""

    @abstractmethod
    def read_lines(self, ids: Sequence[int]) -> Iterator[Line]:
        """Of these rows, in their order: a few queries, however many they are. One that is gone has no line."""

    def ids(self, *, limit: int | None = None) -> list[int]:
        return list(self.find_ordered_rows().values_list("pk", flat=True)[:limit])

    @property
    def heading(self) -> str:
        """The first line of an export: what it is, of which day, narrowed by what."""
        about = self.title + (f", {self.structure.name}" if self.structure else "")
        narrowed = " ; ".join(self.filter_words().values()) or "aucun"
        return f"{about} au {self.today:%d/%m/%Y}. Filtres : {narrowed}."


def in_order(rows: Mapping[int, Line], ids: Sequence[int]) -> Iterator[Line]:
    return (rows[pk] for pk in ids if pk in rows)


def ids_subquery(ids: Sequence[int]) -> Func:
    """For `pk__in`: thousands of ids as one value, instead of as many that Django and the driver would each write."""
    array = Value(list(ids), output_field=ArrayField(BigIntegerField()))
    return Func(array, function="unnest", template="(SELECT %(function)s(%(expressions)s))")
