"""What changes between two texts, word by word, so that one comma of a letter is seen among its forty lines. Pure."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby

SHORT = 8
"""Words up to which two texts are read faster one after the other."""
AROUND = 12
"""Words shown on each side of what changes, where more stay the same."""
ALIKE = 0.4
"""Below it, two texts are two texts."""
LINE = "\n"
WordRun = tuple[str, str]
"""A kind (`same`, `removed`, `added`, or `line`, where another line begins) and its words."""


def compare_words(before: Sequence[str], after: Sequence[str]) -> tuple[WordRun, ...]:
    """Of two texts, by their lines; nothing where they are short, or too unlike to be read together."""
    old, new = _words_of(before), _words_of(after)
    if min(len(old), len(new)) <= SHORT:
        return ()
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return ()
    runs: list[WordRun] = []
    found = matcher.get_opcodes()
    for place, (what, first, last, start, end) in enumerate(found):
        if what == "equal":
            before_it, after_it = AROUND if place else 0, AROUND if place + 1 < len(found) else 0
            runs += _runs_of("same", _shorten_run(old[first:last], before=before_it, after=after_it))
        else:
            runs += [*_runs_of("removed", old[first:last]), *_runs_of("added", new[start:end])]
    return tuple(runs)


def _words_of(lines: Sequence[str]) -> list[str]:
    words: list[str] = []
    for line in lines:
        words += [*([LINE] if words else []), *line.split()]
    return words


def _shorten_run(words: Sequence[str], *, before: int, after: int) -> list[str]:
    """What stays the same: its first and last words, near what changes."""
    if len(words) <= before + after + 1:
        return list(words)
    return [*words[:before], "[…]", *words[len(words) - after :]]


def _runs_of(kind: str, words: Sequence[str]) -> Iterator[WordRun]:
    for is_line, group in groupby(words, key=LINE.__eq__):
        yield ("line", "") if is_line else (kind, " ".join(group))
