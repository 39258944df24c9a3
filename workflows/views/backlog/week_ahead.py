"""What becomes late in a structure until the end of next week: on which day, with whom. Each number is a list of its backlog."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from cases import permissions
from cases.acting import full_name
from cases.calendar import DateRange, holiday_name, is_working_day, working_day_on_or_before
from cases.models import Absence, Membership, Structure, User
from cases.models.absences import ONE_DAY
from cases.queries import count_loads, loads_by_user, name_of, of_person
from workflows.models import CaseTask
from workflows.queries.at_risk import CaseAtRisk, find_structure_risks
from workflows.queries.backlog import LATE, NOBODY, LinkedCount, Selection
from workflows.queries.queues import dormant_tasks, tasks_of
from workflows.queries.time_left import on_time_until, with_last_day

SHOWN = 100
"""Steps that the page names; each day opens the list of all of its own."""
RISKS_SHOWN = 50
"""Rights, orders and hearings that it names; « Échéances » has the rights of all, day by day."""
SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class WorkDay:
    on: date
    is_next_week: bool
    closed: str = ""
    """Why nobody works there that day; empty when one does."""
    before: date | None = None
    """Of a day on which nobody works: the last one on which one does before it."""


@dataclass(frozen=True, kw_only=True)
class AbsenceAhead:
    since: date
    until: date
    """The first day on which one is back."""
    names: list[str]

    def __str__(self) -> str:
        instead = f"remplacement : {', '.join(self.names)}" if self.names else "sans remplaçant"
        return f"absence du {self.since:%d/%m/%Y} au {self.until - ONE_DAY:%d/%m/%Y}, {instead}"


@dataclass(frozen=True, kw_only=True)
class DayCount:
    day: WorkDay
    count: LinkedCount
    is_away: bool = False


@dataclass(frozen=True, kw_only=True)
class ColleagueWeeks:
    """What becomes late of what somebody has, a number a day."""

    label: str
    late: LinkedCount
    days: list[DayCount]
    notes: list[str] = field(default_factory=list)
    load: int | None = None
    """The cases that he follows; None where there is nobody."""

    @property
    def total(self) -> int:
        return sum(each.count.count for each in self.days)


@dataclass(kw_only=True)
class StepAhead:
    """A step on the last day on which it is not late."""

    task: CaseTask
    person: str
    notes: list[str]
    """Of whoever has it, that he is away or has left."""
    is_seen: bool
    is_dormant: bool
    risks: list[CaseAtRisk] = field(default_factory=list)
    """What falls in its case on the same day."""


@dataclass(kw_only=True)
class DayAhead:
    day: WorkDay
    count: LinkedCount
    steps: list[StepAhead] = field(default_factory=list)
    risks: list[CaseAtRisk] = field(default_factory=list)
    """Of cases without a step of that day."""

    @property
    def more(self) -> int:
        """Steps of that day that the page does not name."""
        return self.count.count - len(self.steps)


class WeekAhead:
    """One structure, from a day to the Sunday of the week after. Four queries, however many steps wait."""

    def __init__(self, structure: Structure, *, reader: User, on: date, closures: list[DateRange]) -> None:
        self.structure = structure
        self.reader = reader
        self.on = on
        self.closures = closures
        self.monday = on + timedelta(days=7 - on.weekday())
        """Of next week."""
        self.until = self.monday + timedelta(days=6)

    # Figures

    @cached_property
    def _counts(self) -> Counter[tuple[int | None, date]]:
        """Person and last day on which it is not late → steps; all those that are late already, on the day before."""
        dated = tasks_of(self.structure).filter(due_on__lte=self.until).annotate(last=on_time_until())
        rows = dated.filter(last__lte=self.until).order_by().values("owner", "last").annotate(number=Count("pk"))
        found: Counter[tuple[int | None, date]] = Counter()
        for owner, last, number in rows.values_list("owner", "last", "number"):
            found[owner, max(last, self._late)] += number
        return found

    @property
    def _late(self) -> date:
        return self.on - ONE_DAY

    @cached_property
    def total(self) -> int:
        return sum(number for (_, last), number in self._counts.items() if last >= self.on)

    @property
    def late(self) -> int:
        return sum(number for (_, last), number in self._counts.items() if last < self.on)

    @cached_property
    def days(self) -> list[WorkDay]:
        """From Monday to Friday; and those of a weekend on which something falls."""
        busy = {last for _, last in self._counts} | {each.on for each in self.risks}
        span = [self.on + timedelta(days=n) for n in range((self.until - self.on).days + 1)]
        return [self._work_day(day) for day in span if day.weekday() < SATURDAY or day in busy]

    def _work_day(self, day: date) -> WorkDay:
        is_next_week = day >= self.monday
        if is_working_day(day, closures=self.closures):
            return WorkDay(on=day, is_next_week=is_next_week)
        return WorkDay(
            on=day,
            is_next_week=is_next_week,
            closed=self._why_closed(day),
            before=max(self.on, working_day_on_or_before(day, closures=self.closures)),
        )

    def _why_closed(self, day: date) -> str:
        if name := holiday_name(day):
            return f"férié, {name}"
        return "week-end" if day.weekday() >= SATURDAY else "structure fermée"

    def by_colleague(self) -> list[ColleagueWeeks]:
        """Those without a professional first; then whoever has some, or could take them."""
        rows = [self._row(None)] if any(owner is None for owner, _ in self._counts) else []
        return [*rows, *(self._row(user) for user in self._people.values())]

    def _row(self, user: Any) -> ColleagueWeeks:
        pk = user.pk if user else None
        who = str(pk) if user else NOBODY
        away = _absences(user) if user else []
        return ColleagueWeeks(
            label=str(user) if user else "Sans professionnel nommé",
            late=LinkedCount("En retard", self._counts[pk, self._late], Selection(who=who, age=LATE).query),
            days=[
                DayCount(
                    day=day,
                    count=LinkedCount(str(day.on), self._counts[pk, day.on], Selection(who=who, day=day.on).query),
                    is_away=any(absence.since <= day.on < absence.until for absence in away),
                )
                for day in self.days
            ],
            notes=self._notes(user) if user else [],
            load=user.load if user else None,
        )

    def _notes(self, user: Any) -> list[str]:
        if not user.is_member:
            return ["n’est plus membre de la structure : à confier"]
        found = [str(each) for each in _absences(user)]
        if user.member_until and user.member_until <= self.until:
            found.append(f"dernier jour dans la structure : {user.member_until:%d/%m/%Y}")
        return found

    @cached_property
    def _people(self) -> dict[int, Any]:
        """Whoever has a step that is late or becomes so, or may follow cases there: with his load, his absences of these days,
        and the last day on which he is a member. One query."""
        member = Membership.objects.active(self.on).filter(user=OuterRef("pk"), structure=self.structure)
        last = member.order_by(F("until").desc(nulls_first=True)).values("until")[:1]
        able = permissions.colleagues_with_right(self.structure, "handle_case", at=self.on)
        found = User.objects.filter(
            Q(pk__in={owner for owner, _ in self._counts if owner}) | Q(pk__in=able.values("pk"))
        )
        load = count_loads(loads_by_user(self.structure, on=self.on).filter(user=OuterRef("pk"))).values("number")
        found = found.annotate(
            is_member=Exists(member),
            member_until=Subquery(last),
            load=Coalesce(Subquery(load), 0),
            away=ArraySubquery(self._away()),
        )
        return {user.pk: user for user in found.order_by("last_name", "first_name", "pk")}

    def _away(self) -> QuerySet[Any, Any]:
        """Of a person of an outer query, his absences of these days."""
        found = Absence.objects.overlapping(self.on, self.until + ONE_DAY)
        instead = Absence.substitutes.through.objects.filter(absence=OuterRef("pk")).order_by("user__last_name", "pk")
        names = ArraySubquery(instead.values_list(full_name("user__")))
        rows = found.filter(user=OuterRef("pk"), structure=self.structure).order_by("since", "pk")
        return rows.values(said=JSONObject(since="since", until="until", names=names))

    # Days

    def by_day(self) -> list[DayAhead]:
        """Those on which something falls, with their steps; of a case in which a right ends the same day, said together."""
        found = {
            day.on: DayAhead(
                day=day,
                count=LinkedCount(
                    str(day.on),
                    sum(number for (_, last), number in self._counts.items() if last == day.on),
                    Selection(day=day.on).query,
                ),
            )
            for day in self.days
        }
        by_case: dict[tuple[str, date], StepAhead] = {}
        for last, step in self._steps():
            found[last].steps.append(step)
            by_case.setdefault((str(step.task.case.public_id), last), step)
        for risk in self.risks:
            beside = by_case.get((risk.case, risk.on))
            (beside or found[risk.on]).risks.append(risk)
        return [each for each in found.values() if each.count.count or each.risks]

    def _steps(self) -> Iterator[tuple[date, StepAhead]]:
        for task in self._tasks()[:SHOWN]:
            step: Any = task
            owner = self._people.get(task.owner_id) if task.owner_id else None
            yield (
                step.last,
                StepAhead(
                    task=task,
                    person=name_of(task),
                    notes=self._notes(owner) if owner else [],
                    is_seen=step.is_seen,
                    is_dormant=step.is_dormant,
                ),
            )

    def _tasks(self) -> QuerySet[CaseTask]:
        held = permissions.rights(self.reader, at=self.on)
        asleep = dormant_tasks(self.structure, on=self.on).filter(pk=OuterRef("pk"))
        dated = with_last_day(tasks_of(self.structure).filter(due_on__lte=self.until)).annotate(
            last=on_time_until(),
            is_seen=permissions.sees_case(self.reader, "case", at=self.on, held=held),
            is_dormant=Exists(asleep),
            **of_person("case__"),
        )
        found = dated.filter(last__range=(self.on, self.until)).select_related("case", "owner", "structure")
        return found.order_by("last", "-comes_first", "pk")

    @property
    def risks(self) -> list[CaseAtRisk]:
        """Rights that end, orders to pay, hearings: the first ones."""
        return self._found_risks[:RISKS_SHOWN]

    @property
    def risks_from(self) -> date | None:
        """From which day some are not named; None where all are."""
        return self._found_risks[RISKS_SHOWN].on if len(self._found_risks) > RISKS_SHOWN else None

    @cached_property
    def _found_risks(self) -> list[CaseAtRisk]:
        return find_structure_risks(
            self.structure,
            reader=self.reader,
            since=self.on,
            until=self.until,
            held=permissions.rights(self.reader, at=self.on),
            most=RISKS_SHOWN + 1,
        )


def _absences(user: Any) -> list[AbsenceAhead]:
    return [
        AbsenceAhead(
            since=date.fromisoformat(each["since"]), until=date.fromisoformat(each["until"]), names=each["names"]
        )
        for each in user.away
    ]
