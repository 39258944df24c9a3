"""Which days two dated facts may bear together: an answer does not come before what it answers.

The order is data: `comes_after` and `recurs` in the files of `cases/reference`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from cases.rules.catalogue_reading import read_reference
from cases.rules.reading import refuse_faults
from cases.rules.tracks import DatedFact


@dataclass(frozen=True, kw_only=True)
class FactOrder:
    comes_after: Mapping[str, frozenset[str]]
    """Fact → those that it cannot precede."""
    recurs: frozenset[str]
    """Facts that may happen once more: a later day of theirs does not contradict what followed the earlier one."""


class Disorder(NamedTuple):
    """An earlier day was said of what comes after."""

    answer: DatedFact
    asked: DatedFact


@cache
def load_fact_order() -> FactOrder:
    return read_order(read_reference())


def read_order(data: Mapping[str, Any]) -> FactOrder:
    """Refuses (`FaultyRules`) a fact that the catalogue doesn’t have."""
    pairs, recurs = data["comes_after"], data["recurs"]
    named = {*pairs, *recurs, *(kind for kinds in pairs.values() for kind in kinds)}
    if strangers := sorted(named - data["milestones"].keys()):
        refuse_faults([f"Ordre des faits : « {', '.join(strangers)} » n’est pas dans la liste des faits datés."])
    return FactOrder(
        comes_after={kind: frozenset(kinds) for kind, kinds in pairs.items()},
        recurs=frozenset(recurs),
    )


def find_disorder(
    new: DatedFact, known: Iterable[DatedFact], *, order: FactOrder, since: date = date.min
) -> Disorder | None:
    """What a fact contradicts, among those known. `since`: the day on which an earlier procedure ended; what was done in
    one says nothing of the other."""
    for fact in known:
        if (fact.on > since) != (new.on > since):
            continue
        if fact.kind in order.comes_after.get(new.kind, ()) and new.on < fact.on:
            return Disorder(answer=new, asked=fact)
        follows = new.kind in order.comes_after.get(fact.kind, ()) and new.kind not in order.recurs
        if follows and fact.on < new.on:
            return Disorder(answer=fact, asked=new)
    return None
