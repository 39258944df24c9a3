"""When a delay does not run: the law suspends some of them between two facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Pause:
    """The delay stops on one day and runs again from another: the days between are added to it."""

    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days


@dataclass(frozen=True, kw_only=True)
class Suspension:
    """All the pauses of a delay; `since` is the day on which it stopped, if it stands still today."""

    pauses: tuple[Pause, ...] = ()
    since: date | None = None


NONE = Suspension()


def suspension(*, paused_on: Iterable[date], resumed_on: Iterable[date], start: date) -> Suspension:
    """Read the pauses of a delay from the days of the facts that stop it and of those that let it run again.

    Nothing is paused before its start. A fact that stops what stands still already, or resumes what runs, says nothing;
    whichever resumes it first does: what isn't sure never lengthens a delay.
    """
    stops, resumes = set(paused_on), set(resumed_on)
    pauses: list[Pause] = []
    since: date | None = None
    for day in sorted(stops | resumes):
        stopped_before = since
        if since is not None and day in resumes:
            pauses.append(Pause(since=since, until=day))
            since = None
        if day in stops and since is None and (stopped_before is not None or day not in resumes):
            since = day
    kept = (Pause(since=max(each.since, start), until=each.until) for each in pauses if each.until > start)
    return Suspension(
        pauses=tuple(each for each in kept if each.days > 0), since=None if since is None else max(since, start)
    )
