"""What is tried of much more than can be: as many of each kind, drawn by the seed of the day."""

import random
from collections.abc import Iterable
from itertools import chain, zip_longest
from typing import TypeVar

import pytest

Thing = TypeVar("Thing")


def chance_of_the_day(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(str(request.config.getoption("--hypothesis-seed")))  # noqa: S311 - not a secret


def drawn_evenly(things: Iterable[tuple[str, Thing]], *, count: int, chance: random.Random) -> list[Thing]:
    """As many of each kind, as far as there are. `things`: each with its kind; nothing is None."""
    by_kind: dict[str, list[Thing]] = {}
    for kind, thing in things:
        by_kind.setdefault(kind, []).append(thing)
    for each in by_kind.values():
        chance.shuffle(each)
    turns = zip_longest(*(by_kind[kind] for kind in sorted(by_kind)))
    return [thing for thing in chain.from_iterable(turns) if thing is not None][:count]
