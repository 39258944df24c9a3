"""Time passes in the demonstration: stories unfold side by side, through the same acts as in life.

A story is a generator: it yields the moment at which it goes on, and is resumed at that moment. What lies after
`until` does not happen, which leaves the case where it stands. Each day begins with what beat would do.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Min, QuerySet
from django.utils.timezone import localdate

from cases import calendar
from cases.journal import journal_recorded
from cases.models import Case, Deadline, User
from cases.permissions import structures_of
from cases.written_once import NO_CASE, NO_DAY, Rights, read_written
from demo.progress import Tell, silent
from notifications import reminders
from workflows import engine
from workflows.actions import court_acts
from workflows.actions.stock import release_and_tell
from workflows.models import CaseTask
from workflows.queries.stock import held_tasks
from workflows.sweep import sweep_deadlines

PARIS = ZoneInfo("Europe/Paris")
MORNING, EVENING = time(6, 0), time(18, 30)
"""Before quiet hours: what happened in the day is told as it would have been then."""

ONE_DAY, BUSY = timedelta(days=1), timedelta(days=70)

Story = Generator[datetime, datetime, None]


def live(
    stories: Iterable[Story], *, until: datetime, evening: Callable[[datetime], None], tell: Tell = silent
) -> None:
    """Let stories happen in order of time; `evening` is called as each day ends, `tell` hears how far it is."""
    agenda = [(next(story), number, story) for number, story in enumerate(stories)]
    heapq.heapify(agenda)
    begun, last = sorted(localdate(at) for at, _, _ in agenda), localdate(until)
    days = [begun[0] + timedelta(days=number) for number in range((last - begun[0]).days + 1)]
    efforts = list(accumulate(_effort(begun, day) for day in days))
    due = begun[0]
    for day, effort in zip(days, efforts, strict=True):
        if day < due and not _goes_on(agenda, day):
            continue
        _live_one_day(day, agenda, until=until)
        evening(min(moment(day, EVENING), until))
        due = _next_due(day)
        tell(effort / efforts[-1], f"{day:%d/%m/%Y}")


def _goes_on(agenda: list[tuple[datetime, int, Story]], day: date) -> bool:
    return bool(agenda) and localdate(agenda[0][0]) <= day


def _next_due(day: date) -> date:
    """The next day on which beat would find something to do, unless somebody acts before."""
    if held_tasks().exists():
        return day + ONE_DAY
    delays = Deadline.objects.running().aggregate(over=Min("legal_date"), said=Min("remind_on"))
    said = CaseTask.objects.open().aggregate(said=Min("remind_on"))["said"]
    over = delays["over"] and delays["over"] + ONE_DAY
    return min((each for each in (over, delays["said"], said) if each), default=date.max)


def _effort(begun: list[date], day: date) -> int:
    """How much a day takes beside another: most of a story happens in its first weeks."""
    return 1 + 10 * (bisect_right(begun, day) - bisect_left(begun, day - BUSY))


def _live_one_day(day: date, agenda: list[tuple[datetime, int, Story]], *, until: datetime) -> None:
    morning = min(moment(day, MORNING), until)
    sweep_deadlines(at=morning)
    release_and_tell(at=morning)
    reminders.scan(at=morning)
    while _goes_on(agenda, day) and agenda[0][0] <= until:
        at, number, story = heapq.heappop(agenda)
        following = _resume(story, at)
        if following:
            heapq.heappush(agenda, (max(following, at), number, story))


def _resume(story: Story, at: datetime) -> datetime | None:
    try:
        return story.send(at)
    except StopIteration:
        return None


@contextmanager
def nobody_woken() -> Iterator[None]:
    """The worker is not poked at every journal line: it finds them when it starts."""
    heard, journal_recorded.receivers = journal_recorded.receivers, []
    try:
        yield
    finally:
        journal_recorded.receivers = heard


def moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=PARIS)


def office(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of that day, or of the next working one."""
    return moment(calendar.working_day_on_or_after(day), time(hour, minute))


def working_days(start: date | datetime, count: int, hour: int = 10, minute: int = 0) -> datetime:
    """So many working days after, or before when negative."""
    day = localdate(start) if isinstance(start, datetime) else start
    return office(calendar.add_working_days(day, count), hour, minute)


def open_task(case: Case) -> CaseTask | None:
    """Where a case stands: the sweep may have moved it since."""
    return next(iter(read_written(_write_open_tasks, None, NO_DAY, {}, case=case)), None)


def _write_open_tasks(user: User, on: date, held: Rights) -> QuerySet[CaseTask]:
    tasks = CaseTask.objects.open().filter(case=NO_CASE).select_related("structure", "owner", "process__case")
    return tasks.order_by("pk")[:1]


def take(case: Case, node: str, *, by: User, at: datetime, **data: Any) -> None:
    """Take the open step of a case, which must be this one: a story that drifts from the procedure fails."""
    engine.complete(CaseTask.objects.open().of_case(case).get(node=node), by=by, at=at, data=data)
    case.refresh_from_db()


def announce(case: Case, *, by: User, at: datetime, on: date) -> None:
    """The landlord announces an order to pay, from his own report."""
    court_acts.announce_order(
        report=case.reports.get(structure__in=structures_of(by, at=at.date())), on=on, by=by, at=at
    )
