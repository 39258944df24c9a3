"""Which rows of a decision table can never be reached.

Each row is a union of boxes (one allowed range per fact). A row whose every box lies inside a box of an earlier row
is never the first to match. Sound, not complete: what can't be compared is taken as reachable.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from cases.rules.conditions import ORDERED, KeyKind, Operator, RuleCondition, Value


class HasConditions(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def all(self) -> tuple[RuleCondition, ...]: ...
    @property
    def any(self) -> tuple[RuleCondition, ...]: ...


@dataclass(frozen=True)
class Choice:
    """A finite set of values."""

    values: frozenset[Value]

    @property
    def is_empty(self) -> bool:
        return not self.values

    def intersect(self, other: "Choice") -> "Choice":
        return Choice(self.values & other.values)

    def is_within(self, other: "Choice") -> bool:
        return self.values <= other.values


@dataclass(frozen=True)
class Interval:
    """Numbers from `low` to `high`; each end is a number and whether it is left out."""

    low: tuple[Decimal, bool]
    high: tuple[Decimal, bool]

    @property
    def is_empty(self) -> bool:
        (low, low_open), (high, high_open) = self.low, self.high
        return low > high or (low == high and (low_open or high_open))

    def intersect(self, other: "Interval") -> "Interval":
        return Interval(max(self.low, other.low), min(self.high, other.high, key=_end))

    def is_within(self, other: "Interval") -> bool:
        return self.low >= other.low and _end(self.high) <= _end(other.high)


Range = Choice | Interval
Box = dict[str, Range]


def cannot_match(all_: tuple[RuleCondition, ...], any_: tuple[RuleCondition, ...]) -> bool:
    return not _boxes(all_, any_)


def is_shadowed(row: HasConditions, *, by: Sequence[HasConditions]) -> str:
    """The code of the row that takes the last of its boxes, or an empty text when it can be reached."""
    shadows = [(earlier.code, box) for earlier in by for box in _boxes(earlier.all, earlier.any, exact=True)]
    taken_by = ""
    for box in _boxes(row.all, row.any):
        taken_by = next((code for code, shadow in shadows if _is_within(box, shadow)), "")
        if not taken_by:
            return ""
    return taken_by


def overlapping_rows(row: HasConditions, *, earlier: Sequence[HasConditions]) -> tuple[str, ...]:
    """The codes of those that ask about a same fact, and may hold for a same situation: the first one read wins."""
    boxes = _boxes(row.all, row.any)
    return tuple(
        each.code
        for each in earlier
        if any(_boxes_overlap(box, other) for box in boxes for other in _boxes(each.all, each.any))
    )


def _boxes_overlap(one: Box, other: Box) -> bool:
    both = one.keys() & other.keys()
    return bool(both) and not any(_intersect_ranges(one[code], other[code]).is_empty for code in both)


def _boxes(all_: tuple[RuleCondition, ...], any_: tuple[RuleCondition, ...], *, exact: bool = False) -> list[Box]:
    """The boxes that aren't empty. With `exact`, those that a condition without a range would make too large are
    left out: they may not hide another row."""
    alternatives = [(*all_, condition) for condition in any_] or [all_]
    if exact:
        alternatives = [conditions for conditions in alternatives if all(_range(c) is not None for c in conditions)]
    boxes = [_box(conditions) for conditions in alternatives]
    return [box for box in boxes if not any(allowed.is_empty for allowed in box.values())]


def _box(conditions: Iterable[RuleCondition]) -> Box:
    box: Box = {}
    for condition in conditions:
        allowed, code = _range(condition), condition.key.code
        if allowed is not None:
            box[code] = _intersect_ranges(box[code], allowed) if code in box else allowed
    return box


def _range(condition: RuleCondition) -> Range | None:
    key, operator, values = condition.key, condition.operator, frozenset(condition.values)
    if key.kind is KeyKind.NUMBER:
        return _interval(condition)
    if operator in ORDERED:
        return None
    everything: frozenset[Value] = frozenset({True, False}) if key.kind is KeyKind.YES_NO else frozenset(key.choices)
    return Choice(everything - values if operator is Operator.IS_NOT else values)


def _interval(condition: RuleCondition) -> Interval | None:
    value = condition.values[0]
    assert isinstance(value, Decimal)  # noqa: S101 reading made it so
    lowest, highest = (Decimal("-Infinity"), False), (Decimal("Infinity"), False)
    match condition.operator:
        case Operator.IS:
            return Interval((value, False), (value, False))
        case Operator.AT_LEAST | Operator.ABOVE:
            return Interval((value, condition.operator is Operator.ABOVE), highest)
        case Operator.AT_MOST | Operator.BELOW:
            return Interval(lowest, (value, condition.operator is Operator.BELOW))
        case _:
            return None


def _intersect_ranges(one: Range, other: Range) -> Range:
    if isinstance(one, Choice) and isinstance(other, Choice):
        return one.intersect(other)
    if isinstance(one, Interval) and isinstance(other, Interval):
        return one.intersect(other)
    return one


def _is_within(box: Box, other: Box) -> bool:
    return all(code in box and _range_is_within(box[code], allowed) for code, allowed in other.items())


def _range_is_within(one: Range, other: Range) -> bool:
    if isinstance(one, Choice) and isinstance(other, Choice):
        return one.is_within(other)
    if isinstance(one, Interval) and isinstance(other, Interval):
        return one.is_within(other)
    return False


def _end(high: tuple[Decimal, bool]) -> tuple[Decimal, bool]:
    """Orders upper ends: an end that is left out comes before the same end kept."""
    value, is_open = high
    return value, not is_open
