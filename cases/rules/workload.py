"""Who would take what when a manager gives several steps: for whom each colleague works already, then the lightest load.

Pure: no database, no clock. A proposal says its reason, and nothing is done without a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cases.rules.referents import split_among_colleagues


class Why(StrEnum):
    CHOSEN = "chosen"
    FOLLOWS = "follows"
    TOGETHER = "together"
    LIGHTEST = "lightest"


@dataclass(frozen=True, kw_only=True)
class StepToGive:
    """A step that somebody is to take over, with what one weighs it by."""

    task: int
    home: int
    """Id of its household: its steps go to one person together."""
    follower: int | None = None
    """A colleague who answers for another case of that household."""


@dataclass(frozen=True, kw_only=True)
class StepProposal:
    to: int
    why: Why
    load: int
    """The cases that he had before this one, what he was proposed meanwhile included."""


def propose_colleagues(
    charges: Iterable[StepToGive], *, loads: Mapping[int, int], chosen: Mapping[int, int] | None = None
) -> dict[int, StepProposal]:
    """Step → its proposal; nothing when nobody can be proposed.

    `loads`: the cases that each possible colleague has already. `chosen` by hand stands, whoever it is. Else whoever
    follows the household takes it; one household goes to one colleague; the rest, to who has the fewest cases.
    """
    ordered, by_hand = list(charges), chosen or {}
    known = {
        each.task: each.follower
        for each in ordered
        if each.task not in by_hand and each.follower is not None and each.follower in loads
    }
    fixed = {task: to for task, to in by_hand.items() if task in {each.task for each in ordered}} | known
    given = split_among_colleagues(
        [each.task for each in ordered if loads or each.task in fixed],
        loads=loads,
        together={each.task: each.home for each in ordered},
        exceptions=fixed,
    )
    carried = dict(loads)
    homes: dict[int, int] = {}
    found: dict[int, StepProposal] = {}
    for each in ordered:
        if each.task not in given:
            continue
        to = given[each.task]
        why = Why.LIGHTEST
        if each.task in by_hand:
            why = Why.CHOSEN
        elif each.task in known:
            why = Why.FOLLOWS
        elif homes.get(each.home) == to:
            why = Why.TOGETHER
        found[each.task] = StepProposal(to=to, why=why, load=carried.get(to, 0))
        carried[to] = carried.get(to, 0) + 1
        homes.setdefault(each.home, to)
    return found
