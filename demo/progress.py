"""What one sees while the demonstration is made: what is being done, how far, how long still.

One line that moves in a terminal; elsewhere (a log, a pipe) a line from time to time.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Tell = Callable[[float, str], None]
"""How far (0 to 1), and what is being done."""
EVERY = 0.1
"""The share between two plain lines."""


@contextmanager
def shown(title: str) -> Iterator[Tell]:
    if sys.stdout.isatty():
        # A server has no use of it, and no terminal.
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.fields[title]}"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("encore"),
            TimeRemainingColumn(elapsed_when_finished=False),
            TextColumn("{task.description}"),
        )
        with Progress(*columns) as progress:
            task = progress.add_task("", total=1.0, title=title)
            yield lambda share, what: progress.update(task, completed=share, description=what)
    else:
        yield Lines(title=title)


@dataclass(kw_only=True)
class Lines:
    title: str
    since: float = field(default_factory=time.monotonic)
    said: float = -1.0
    """The share of the last line."""

    def __call__(self, share: float, what: str) -> None:
        if share - self.said < EVERY and share < 1:
            return
        self.said = share
        left = ""
        if EVERY <= share < 1:
            left = f", encore {seconds_left(share, spent=time.monotonic() - self.since):.0f} s environ"
        sys.stdout.write(f"{self.title} : {100 * share:.0f} %{left} ({what})\n")
        sys.stdout.flush()


def seconds_left(share: float, *, spent: float) -> float:
    return spent * (1 - share) / share


def silent(share: float, what: str) -> None:
    """Shows nothing: for a seed that nobody watches."""
