"""When a delay does not run: the law suspends some of them between two facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


@dataclass(frozen=True, kw_only=True)
class Pause:
    """The delay stops on one day and runs again from another: the days between are added to it."""

    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days


@dataclass(frozen=True, kw_only=True)
class DelayPauses:
    """All the pauses of a delay; `since` is the day on which it stopped, if it stands still today."""

    pauses: tuple[Pause, ...] = ()
    since: date | None = None


NONE = DelayPauses()


class Stop(NamedTuple):
    """A fact that stops a delay, and the day on which its pause ends at the latest, where the law or a letter sets one."""

    on: date
    term: date | None = None


def read_pauses(*, paused_by: Iterable[Stop], resumed_on: Iterable[date], start: date) -> DelayPauses:
    """Read the pauses of a delay from the facts that stop it and the days of those that let it run again.

    Nothing is paused before its start. A fact that stops what stands still already, or resumes what runs, says nothing;
    whichever resumes it first does, its term included: what isn't sure never lengthens a delay.
    """
    resumes = sorted(set(resumed_on))
    pauses: list[Pause] = []
    since: date | None = None
    for stop in sorted(set(paused_by), key=lambda stop: (stop.on, stop.term or date.max)):
        ended = pauses[-1].until if pauses else None
        if ended and stop.on < ended:
            continue
        if stop.on in resumes and stop.on != ended:
            continue
        ends = [day for day in (*resumes, *([stop.term] if stop.term else [])) if day > stop.on]
        if not ends:
            since = stop.on
            break
        pauses.append(Pause(since=stop.on, until=min(ends)))
    kept = (Pause(since=max(each.since, start), until=each.until) for each in pauses if each.until > start)
    return DelayPauses(
        pauses=tuple(each for each in kept if each.days > 0), since=None if since is None else max(since, start)
    )
