"""How the machine’s journal is written: ids only, never a name, an address or an amount."""

import logging
import traceback
from collections.abc import Iterator
from typing import Any


class WithoutWords(logging.Formatter):
    """An error is told by its kind and by where it happened: its words may quote what somebody typed."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - its name in `logging`
        return "\n".join(_traceback_lines(ei[1])) if ei[1] else ""


def _traceback_lines(error: BaseException) -> Iterator[str]:
    """What caused it first, as Python does."""
    if before := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        yield from _traceback_lines(before)
    yield "Traceback (most recent call last):"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    yield f"{type(error).__module__}.{type(error).__qualname__}{_of_the_database(error)}"


def _of_the_database(error: BaseException) -> str:
    """The code of PostgreSQL, and the constraint: names of ours. Its details hold the row."""
    diag = getattr(error, "diag", None)
    said = [getattr(diag, name, None) for name in ("sqlstate", "table_name", "constraint_name")]
    found = [each for each in said if each]
    return f" ({', '.join(found)})" if found else ""
