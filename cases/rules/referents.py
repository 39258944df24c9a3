"""How people who are followed are divided among colleagues, and when a load is to be remarked. No database, no clock."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

FROM_TWO = 2
"""Structures from which a person is given one référent among them (domain notes, part C §C2)."""

Followed = TypeVar("Followed", bound=Hashable)
Colleague = TypeVar("Colleague", bound=Hashable)


def needs_coordinator(*, structures: int, objects: bool) -> bool:
    """From two structures on, unless the person objects: her objection never touches anything else."""
    return structures >= FROM_TWO and not objects


@dataclass(frozen=True, kw_only=True)
class CoordinatorCandidate:
    """A référent in place, as the rule of the coordinator sees him."""

    referent: int
    is_legal: bool
    """Is the person’s legal référent unique of his structure?"""
    has_case: bool
    """Does his structure answer for an open case of her home?"""


COORDINATOR_RULE: tuple[tuple[str, Callable[[CoordinatorCandidate], bool]], ...] = (
    ("legal", lambda candidate: candidate.is_legal),
    ("open_case", lambda candidate: candidate.has_case),
)
"""In this order (domain notes, part C §C2): why somebody is designated, and who may be for that reason."""


def designate_coordinator(candidates: Iterable[CoordinatorCandidate]) -> tuple[int, str] | None:
    """The référent whom the rule designates as coordinator, and why. None when it leaves none, or several: the pilot decides."""
    able = list(candidates)
    for basis, holds in COORDINATOR_RULE:
        if found := [each.referent for each in able if holds(each)]:
            return (found[0], basis) if len(found) == 1 else None
    return None


def split_among_colleagues(
    people: Iterable[Followed],
    *,
    loads: Mapping[Colleague, int],
    together: Mapping[Followed, Hashable] | None = None,
    exceptions: Mapping[Followed, Colleague] | None = None,
) -> dict[Followed, Colleague]:
    """Each person goes to the colleague who follows the fewest, in the order given; equal ones in the order of `loads`.

    `together`: those of one household go to the same colleague. `exceptions`: what was chosen by hand, which counts
    in the loads as the rest does.
    """
    carried = dict(loads)
    given: dict[Followed, Colleague] = {}
    homes: dict[Hashable, Colleague] = {}
    chosen = exceptions or {}
    family = together or {}
    ordered = list(people)
    for person in [each for each in ordered if each in chosen] + [each for each in ordered if each not in chosen]:
        home = family.get(person)
        to = chosen.get(person)
        if to is None and home is not None:
            to = homes.get(home)
        if to is None:
            to = min(carried, key=lambda colleague: carried[colleague])
        given[person] = to
        carried[to] = carried.get(to, 0) + 1
        if home is not None:
            homes.setdefault(home, to)
    return {person: given[person] for person in ordered}


@dataclass(frozen=True, kw_only=True)
class ReferentLoad:
    """What a référent carries: said to those who choose, never a reason to refuse."""

    people: int = 0
    coordinations: int = 0
    cases: int = 0
    """Other open cases that he answers for."""

    def is_heavy(self, *, many_followed: int, many_coordinated: int) -> bool:
        return self.people >= many_followed or self.coordinations >= many_coordinated
