"""Small numbers are hidden, and with them what would let a reader find them by subtraction. Pure."""

from collections.abc import Mapping


def mask_counts(counts: Mapping[str, int], *, shown_from: int) -> tuple[dict[str, int | None], int | None]:
    """The cells of a table and its total, those to hide as None. Zero says nothing of anybody: it stays.

    1. What is above zero and below `shown_from` is hidden.
    2. A total is shown beside them: hidden cells must be two at least, and make `shown_from` together, or the smallest
       shown one is hidden too.
    3. When that is not possible, so is the total.
    """
    total = sum(counts.values())
    hidden = {code for code, number in counts.items() if 0 < number < shown_from}
    shown = sorted((number, code) for code, number in counts.items() if number >= shown_from)
    while hidden and shown and not _is_safe(hidden, counts, shown_from):
        hidden.add(shown.pop(0)[1])
    is_safe = not hidden or _is_safe(hidden, counts, shown_from)
    return {code: None if code in hidden else number for code, number in counts.items()}, total if is_safe else None


def _is_safe(hidden: set[str], counts: Mapping[str, int], shown_from: int) -> bool:
    return len(hidden) > 1 and sum(counts[code] for code in hidden) >= shown_from
