"""How what must always hold is said: one decorated function for each, that finds what breaks it and mends nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

Found = QuerySet[Any, Any] | Iterable[int]
"""What breaks an invariant: its rows, or ids."""
Find = Callable[[date], Found]


@dataclass(frozen=True, kw_only=True)
class Invariant:
    code: str
    sentence: str
    """What must hold, in French."""
    things: str
    """What the ids are ids of."""
    find: Find

    def broken(self, on: date) -> list[int]:
        """Ids of what breaks it on a day, in their order."""
        found = self.find(on)
        return sorted(found.order_by().values_list("pk", flat=True) if isinstance(found, QuerySet) else found)


INVARIANTS: list[Invariant] = []
"""Those of cases; those of workflows are in a register of theirs."""


def invariant(sentence: str, *, of: str, register: list[Invariant] = INVARIANTS) -> Callable[[Find], Find]:
    """What must hold, for a function that has its code as a name and finds what breaks it on a day, among rows `of` a kind."""

    def add(find: Find) -> Find:
        register.append(Invariant(code=find.__name__, sentence=sentence, things=of, find=find))
        return find

    return add


def columns_differ(one: str, other: str) -> Q:
    """Two columns that aren’t equal, or of which only one is known."""
    only_one = Q((f"{one}__isnull", True), (f"{other}__isnull", False)) | Q(
        (f"{one}__isnull", False), (f"{other}__isnull", True)
    )
    return only_one | (Q((f"{one}__isnull", False)) & ~Q((one, F(other))))
