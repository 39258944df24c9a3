"""What a release brings to the editions of a running installation: words, rows, and what it corrects in them. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from cases.rules.editions import DEADLINE_WORDS, Row


def complete_parameters(parameters: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[dict[str, object], list[Row]]:
    """The words of an edition of the deadline rules with those of the procedures that it does not know yet, and their
    rules. `data`: what the release says, as `read_reference` gives it."""
    brought = data["facts_of"].keys() - parameters.get("facts_of", {}).keys()
    if not brought:
        return dict(parameters), []
    facts = {fact for procedure in brought for fact in data["facts_of"][procedure]}
    whole = {**parameters, **{name: data[name] | parameters.get(name, {}) for name in DEADLINE_WORDS}}
    if "themes" in parameters:
        codes = {theme["code"] for theme in parameters["themes"]}
        whole["themes"] = parameters["themes"] + [each for each in data["themes"] if each["code"] not in codes]
    return whole, [row for row in data["rules"] if row["start"] in facts]


@dataclass(frozen=True, kw_only=True)
class ReleaseCorrections:
    """What a release says otherwise than the edition in force, wherever nobody but a release wrote it."""

    taken: tuple[Row, ...]
    """The rows as the release writes them: corrected, or new."""
    dropped: tuple[str, ...]
    """Codes that the release no longer has."""
    left: tuple[str, ...]
    """Codes that the pilot wrote or withdrew himself: they stay his, and the release says something else."""
    outlived: tuple[str, ...]
    """Codes that the pilot wrote over a release’s, and that the release no longer has: they stay his, and may count
    twice with what replaces them."""

    def __bool__(self) -> bool:
        return bool(self.taken or self.dropped)


def find_corrections(
    *,
    current: Iterable[Row],
    released: Iterable[Row],
    is_own: Callable[[Row], bool],
    known: Collection[str],
    place: str = "",
    orders: Collection[Sequence[str]] = (),
) -> ReleaseCorrections:
    """`is_own`: did the pilot write this row? `known`: codes that a release had already brought: one that is not in force
    any more was withdrawn by the pilot. `place`: the column that says after which row one is read, where the order counts;
    `orders`: those that releases gave, any other is the pilot’s.
    """
    mine, theirs = {row["code"]: row for row in current}, {row["code"]: row for row in released}
    differing = {code for code, row in theirs.items() if code not in mine or _says_else(mine[code], row, place)}
    own = {code for code, row in mine.items() if is_own(row)} | (set(known) - mine.keys())
    moved = _moved_codes(list(mine), list(theirs)) if place else set()
    is_own_order = all(_those_among(mine, order) != _those_among(order, mine) for order in orders)
    written = [code for code in theirs if code in differing - own or (code in moved - own and not is_own_order)]
    dropped = tuple(code for code in mine if code not in theirs and code not in own)
    stays = {code for code in written if code in mine and (code not in moved or is_own_order)}
    return ReleaseCorrections(
        taken=tuple(_placed_rows(theirs, written, stays=stays, there={*mine, *written} - {*dropped}, place=place)),
        dropped=dropped,
        left=tuple(code for code in theirs if code in own & differing or (code in moved and code not in written)),
        outlived=tuple(code for code in mine if code not in theirs and code in own and code in known),
    )


def without_place(row: Row, place: str) -> Row:
    """What a row says, wherever it stands."""
    return {name: value for name, value in row.items() if name != place} if place else row


def _says_else(mine: Row, theirs: Row, place: str) -> bool:
    return without_place(mine, place) != without_place(theirs, place)


def _those_among(codes: Iterable[str], others: Collection[str]) -> list[str]:
    return [code for code in codes if code in others]


def _moved_codes(mine: Sequence[str], theirs: Sequence[str]) -> set[str]:
    """Of those that both have, the ones that stand elsewhere among the others."""
    before, after = _those_among(mine, theirs), _those_among(theirs, mine)
    same = SequenceMatcher(a=before, b=after, autojunk=False).get_matching_blocks()
    return set(after) - {after[block.b + rank] for block in same for rank in range(block.size)}


def _placed_rows(
    theirs: Mapping[str, Row], written: Sequence[str], *, stays: Collection[str], there: Collection[str], place: str
) -> Iterator[Row]:
    """Each after the nearest that the release reads before it and that will be there; without a place, where it stands."""
    last = ""
    for code, row in theirs.items():
        last = "" if place and not row[place] else last  # the first of its part
        if code in written and place:
            yield {**without_place(row, place), **({} if code in stays else {place: last})}
        elif code in written:
            yield row
        last = code if code in there else last


def bring_words(parameters: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The words of an edition of the deadline rules with all those of a release: what was already said stays as it was."""
    whole = {**parameters, **{name: data[name] | parameters.get(name, {}) for name in DEADLINE_WORDS}}
    whole["facts_of"] = data["facts_of"]
    if "themes" in parameters:
        whole["themes"] = data["themes"]
    return whole
