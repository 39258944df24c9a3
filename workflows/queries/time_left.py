"""How much time a step leaves, counted and cut the same everywhere, and where a page of an inbox ends."""

from collections import Counter
from datetime import date, timedelta
from enum import IntEnum
from typing import Any

from django.db.models import (
    Case as Choice,
    CharField,
    Count,
    DateField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, JSONObject
from django.db.models.lookups import LessThan

from cases.models import Deadline
from cases.models.deadlines import DeadlineQuerySet
from cases.rules.parameters import read_day, read_number
from workflows.models import CaseTask

WEEK = timedelta(days=7)
COUNTING = (Deadline.State.RUNNING, Deadline.State.MISSED)
"""What is paused gives a step no date, and what is missed stays missed while the step waits."""


class Left(IntEnum):
    """How much time is left; cases in court come before all others, however much they have.

    Numbers: to gather a thousand rows by words, PostgreSQL takes longer than to find them.
    """

    COURT_LATE = 1
    COURT = 2
    LATE = 3
    TODAY = 4
    WEEK = 5
    LATER = 6


OF_NO_STEP = 0


COUNTED = 1000
"""Of a list: beyond, a count costs more than it tells."""


def count_to_bound(rows: QuerySet[Any]) -> int:
    """How many; one more than `COUNTED` when there are others."""
    return rows.order_by()[: COUNTED + 1].count()


class CountsByLeft(Counter[int]):
    """Time left → number of rows, counted in the order of a list up to `COUNTED` and one more: the sign that there are others.

    Its words are numbers, but where the count ended: what was not reached is never said to be nothing.
    """

    is_partial = False
    """Are there rows that were not looked for?"""

    @property
    def is_cut(self) -> bool:
        return self.total() > COUNTED

    @property
    def total_words(self) -> int | str:
        return say_number(self.total(), is_whole=not self.is_cut and not self.is_partial)

    def words_of(self, left: Left) -> int | str:
        return say_number(self[left], is_whole=self._is_whole(left))

    @property
    def pressing_words(self) -> int | str:
        """Of those whose time is over."""
        return say_number(self[Left.COURT_LATE] + self[Left.LATE], is_whole=self._is_whole(Left.LATE))

    def _is_whole(self, left: Left) -> bool:
        return not self.is_partial and (not self.is_cut or any(self[later] for later in Left if later > left))


def say_number(number: int, *, is_whole: bool) -> int | str:
    """As it is counted; where the count ended before, at least so many, and nothing of what was not reached."""
    if is_whole:
        return number
    return f"plus de {COUNTED}" if number > COUNTED else f"au moins {number}" if number else ""


def own_delays() -> DeadlineQuerySet:
    """Of the step of an outer query: the delays that date it."""
    return Deadline.objects.filter(tasks=OuterRef("pk"), state__in=COUNTING)


def with_last_day(tasks: QuerySet[CaseTask]) -> QuerySet[CaseTask]:
    """Read with each task, as `last_on`, the last day of the first of its delays to end: no query more."""
    return tasks.annotate(last_on=Subquery(own_delays().order_by("legal_date").values("legal_date")[:1]))


def last_of_nearest(task: CaseTask) -> date | None:
    """Of a task read by `with_last_day`: the last day of what comes first in its case."""
    last: date | None = task.last_on if task.nearest_on == task.due_on else task.nearest_on
    return last


def first_last_day() -> Subquery:
    """What expires on `legal_on`, for a query of steps: title and benefit, for `of_benefit`. Of several the same day, what the
    step is about."""
    found = Deadline.objects.last_days().filter(case=OuterRef("case"))
    nearest = found.annotate(beside=Choice(When(debt=OuterRef("process__debt"), then=0), default=1))
    return Subquery(
        nearest.order_by("legal_date", "beside", "pk").values(
            said=JSONObject(title="rule__title", benefit="context__benefit")
        )[:1]
    )


def on_time_until() -> Coalesce:
    """Of the steps of a query, the last day on which each is not late: that of the first of its delays to end; where it has
    none, its own date. The words of `due` say the same."""
    last = own_delays().order_by("legal_date").values("legal_date")
    return Coalesce(Subquery(last[:1]), "due_on", output_field=DateField())


def late_condition(on: date) -> Q:
    """Its own date is asked first: of most steps it is to come."""
    return Q(due_on__lt=on) & Q(LessThan(on_time_until(), on))


def cut_by_left(day: str, *before: When, today: date) -> Choice:
    """The time left until a day (its field), for a query; `before`: what is cut otherwise. As `left_until` does."""
    return Choice(
        *before,
        When(**{f"{day}__lt": today}, then=Value(Left.LATE)),
        When(**{day: today}, then=Value(Left.TODAY)),
        When(**{f"{day}__lte": today + WEEK}, then=Value(Left.WEEK)),
        default=Value(Left.LATER),
        output_field=IntegerField(),
    )


def count_rows(part: str, rows: QuerySet[Any], *, left: Choice | None = None) -> Any:
    """List, time left (`OF_NO_STEP`, for what is none) and number, for a query that asks for several lists at once."""
    counted: Any = rows.order_by().annotate(part=Value(part, CharField()), left=left or Value(OF_NO_STEP))
    return counted.values("part", "left").annotate(number=Count("pk")).values_list("part", "left", "number")


def left_until(nearest_on: date | None, *, today: date, comes_first: bool = False) -> Left:
    """The same cut as the counts make."""
    if comes_first:
        return Left.COURT_LATE if nearest_on and nearest_on < today else Left.COURT
    if nearest_on is None or nearest_on > today + WEEK:
        return Left.LATER
    if nearest_on > today:
        return Left.WEEK
    return Left.TODAY if nearest_on == today else Left.LATE


def position_of(task: CaseTask) -> str:
    """Where a page ends, for an address: no offset, so that the last page costs what the first does."""
    return f"{int(task.comes_first)}.{task.nearest_on or ''}.{task.pk}"


def tasks_after(tasks: QuerySet[CaseTask], position: str) -> QuerySet[CaseTask]:
    """What follows a position of the list; all of it when there is none that can be read."""
    first, _, rest = position.partition(".")
    asked_day, _, number = rest.partition(".")
    day, pk = read_day(asked_day), read_number(number)
    if first not in ("0", "1") or pk is None or (asked_day and day is None):
        return tasks
    comes_first = first == "1"
    later = Q(nearest_on=None, pk__gt=pk)
    if day:
        later = Q(nearest_on__gt=day) | Q(nearest_on=day, pk__gt=pk) | Q(nearest_on=None)
    later &= Q(comes_first=comes_first)
    return tasks.filter(later | Q(comes_first=False) if comes_first else later)
