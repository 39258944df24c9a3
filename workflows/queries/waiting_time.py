"""For how long the ball has been where it is, in the working days of the structure that has it."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.timezone import localdate

from cases.calendar import DateRange, working_days_between
from cases.models import Closure
from cases.templatetags.relais import NO_BREAK
from workflows.models import CaseTask


def closed_days(structure: str) -> ArraySubquery:
    """For a query on rows that have a structure (their field): when it is closed, for `read_closed_days`."""
    closures = Closure.objects.filter(structure=OuterRef(structure))
    return ArraySubquery(closures.values(days=JSONObject(first="first_day", last="last_day")))


def read_closed_days(found: Iterable[Mapping[str, str]]) -> list[DateRange]:
    return [(date.fromisoformat(each["first"]), date.fromisoformat(each["last"])) for each in found]


def with_closures(tasks: QuerySet[CaseTask]) -> QuerySet[CaseTask]:
    """Read with each task the days on which its structure is closed, for `since_words`: no query more."""
    return tasks.annotate(closures=closed_days("structure"))


def since_words(task: CaseTask, *, today: date) -> str:
    """Of a task read by `with_closures`."""
    return since_day(localdate(task.created), today=today, closures=read_closed_days(task.closures))


def since_day(day: date, *, today: date, closures: Iterable[DateRange] = ()) -> str:
    if day >= today:
        return "depuis aujourd’hui"
    days = working_days_between(day, today, closures=closures)
    if days == 0:
        return "depuis moins d’un jour ouvré"
    plural = "s" if days > 1 else ""
    return f"depuis {days}{NO_BREAK}jour{plural} ouvré{plural}"
