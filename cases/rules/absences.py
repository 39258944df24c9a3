"""Who does what while somebody is away: work is dealt out, the nearest date first. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class CaseToLookAfter:
    """A case that somebody must look after meanwhile."""

    case: int
    due_on: date | None
    """The nearest day by which the structure must have acted."""


def in_order(charges: Iterable[CaseToLookAfter]) -> list[CaseToLookAfter]:
    """The nearest date first; what has none comes last, in the order in which it came to be."""
    return sorted(charges, key=lambda charge: (charge.due_on or date.max, charge.case))


def deal_out_cases(
    charges: Iterable[CaseToLookAfter], *, loads: Mapping[int, int], chosen: Mapping[int, int | None] | None = None
) -> dict[int, int | None]:
    """Case → the person who takes it. `loads`: how many cases each substitute has already, in the order of the deal.

    What is `chosen` beforehand (None: nobody) stands, and counts. Of the rest each person gets what evens the loads
    out; it is dealt round, so that nobody has all the near dates. Without substitutes, nobody takes anything.
    """
    chosen = chosen or {}
    ordered = in_order(charges)
    taken = Counter(chosen[charge.case] for charge in ordered if charge.case in chosen)
    number = sum(charge.case not in chosen for charge in ordered)
    shares = even_out(number, {person: load + taken[person] for person, load in loads.items()})
    turns = iter(round_of(shares))
    return {charge.case: chosen[charge.case] if charge.case in chosen else next(turns, None) for charge in ordered}


def even_out(number: int, loads: Mapping[int, int]) -> dict[int, int]:
    """Person → how many of so many more he gets: each goes to who has the least by then."""
    shares = dict.fromkeys(loads, 0)
    for _ in range(number if loads else 0):
        shares[min(loads, key=lambda person: loads[person] + shares[person])] += 1
    return shares


def round_of(shares: Mapping[int, int]) -> list[int]:
    """Each in turn, as long as he has something left to get."""
    left, turns = dict(shares), []
    while any(left.values()):
        for person, share in left.items():
            if share:
                turns.append(person)
                left[person] -= 1
    return turns


def comes_back(person: int, *, to: int, replaced_by: Mapping[int, Iterable[int]]) -> bool:
    """Would what `to` does for `person` come back to him, from substitute to substitute?"""
    seen: set[int] = set()
    waiting: Sequence[int] = [to]
    while waiting:
        seen.update(waiting)
        waiting = [other for each in waiting for other in replaced_by.get(each, ()) if other not in seen]
    return person in seen
