"""Who takes over what when somebody leaves for good: the nearest date first, each to who may and has the least. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class CaseToLeave:
    """A case that somebody must take over."""

    case: int
    home: int
    due_on: date | None
    able: Collection[int]
    """Those among whom it may be dealt."""


def deal_for_good(
    charges: Iterable[CaseToLeave], *, loads: Mapping[int, int], chosen: Mapping[int, int | None] | None = None
) -> dict[int, int | None]:
    """Case → who takes it over, in the order of the dates. `loads`: how many each has already.

    What is `chosen` beforehand (None: nobody) stands, and counts. What is left of a home goes where the first of it went,
    if he may; else to who has the least by then. None where nobody may.
    """
    chosen = chosen or {}
    ordered = sorted(charges, key=lambda charge: (charge.due_on or date.max, charge.case))
    carried = dict(loads)
    home: dict[int, int] = {}
    for charge in ordered:
        if to := chosen.get(charge.case):
            carried[to] = carried.get(to, 0) + 1
            home.setdefault(charge.home, to)
    found: dict[int, int | None] = {}
    for charge in ordered:
        if charge.case in chosen:
            found[charge.case] = chosen[charge.case]
            continue
        able = [person for person in loads if person in charge.able]
        known = home.get(charge.home)
        to = known if known in able else min(able, key=lambda person: carried[person], default=None)
        found[charge.case] = to
        if to is not None:
            carried[to] += 1
            home.setdefault(charge.home, to)
    return found
