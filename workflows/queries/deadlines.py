"""Échéances: the dates that run on the cases a person sees, his own or those of his structures, the nearest first."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case as Choice, Exists, OuterRef, Q, QuerySet, Subquery, TextChoices

from cases import permissions
from cases.expressions import OneOf
from cases.models import Assignment, Case, Closure, Deadline, User
from cases.models.deadlines import DeadlineQuerySet
from cases.queries import of_person
from cases.rules.parameters import read_day, read_number
from cases.written_once import read_written
from workflows.models import CaseTask
from workflows.queries.cases import named_professionals
from workflows.queries.time_left import COUNTED, CountsByLeft, count_rows, cut_by_left

PAGE_SIZE = 50
MISSED_SHOWN = 20
PAUSED_SHOWN = 20
MONTH_SHOWN = 1500
"""Dates of a month that its calendar holds; nobody reads more."""
ORDERS = {
    Deadline.State.RUNNING: "safe_date",
    Deadline.State.PAUSED: "paused_on",
    Deadline.State.MISSED: "legal_date",
}
"""Of what waits, what each state is in the order of."""
READERS = ("handle_case", "answer_routing", "view_structure_cases", "pilot_action")
"""Whoever holds one of these somewhere may see cases, hence their dates. Never a claimant."""


class DeadlineList(TextChoices):
    """The values are in addresses."""

    MINE = "pour-moi", "Pour moi"
    STRUCTURE = "ma-structure", "Ma structure"


@dataclass(frozen=True, kw_only=True)
class DeadlineCriteria:
    starts: frozenset[str] | None = None
    """Only the delays that count from these facts."""
    who: str = ""
    """Only those in which this party must act."""
    late: bool = False
    """Only those whose safe date is over."""
    day: date | None = None
    """Only those that have their safe date or their last day on that day."""


@dataclass(frozen=True)
class PersonDeadlines:
    """A person’s dates on a day. Each list is one query, besides his rights."""

    user: User
    today: date
    criteria: DeadlineCriteria = field(default_factory=DeadlineCriteria)

    def with_criteria(self, criteria: DeadlineCriteria) -> "PersonDeadlines":
        """Otherwise narrowed: the person’s rights are not read again."""
        other = replace(self, criteria=criteria)
        vars(other).update(held_rights=self.held_rights, structures=self.structures, _sees_many=self._sees_many)
        return other

    @cached_property
    def held_rights(self) -> permissions.Rights:
        return permissions.rights(self.user, at=self.today)

    @cached_property
    def structures(self) -> frozenset[int]:
        """Those in which the person holds any right."""
        return frozenset[int]().union(*self.held_rights.values())

    @property
    def likely_list(self) -> DeadlineList:
        """Which list probably opens: who sees the cases of others follows few himself."""
        return DeadlineList.STRUCTURE if self.held_rights.get("view_structure_cases") else DeadlineList.MINE

    def read_counts(self, part: DeadlineList) -> dict[DeadlineList, CountsByLeft]:
        """List → number of dates: of this one by the time left, of the other one how many. One query."""
        found = {each: CountsByLeft() for each in DeadlineList}
        for each, left, number in self._read(PersonDeadlines.of_counts, part):
            found[DeadlineList(each)][left] = number
        return found

    def of_counts(self, part: DeadlineList) -> QuerySet[Any, Any]:
        """Of the other list, whichever are met first: nothing is put in order to be counted."""
        nearest = self._count_dates(part, self.running(part), left=cut_by_left("safe_date", today=self.today))
        [other] = (each for each in DeadlineList if each is not part)
        return nearest.union(self._count_dates(other, self.running(other).order_by()), all=True)

    def _count_dates(self, part: DeadlineList, found: DeadlineQuerySet, *, left: Choice | None = None) -> Any:
        some = Deadline.objects.filter(pk__in=found.values("pk")[: COUNTED + 1])
        return count_rows(part, some, left=left)

    def _read(self, write: Callable[..., QuerySet[Any, Any]], *words: Any) -> list[Any]:
        """What one of these queries finds; of all dates, each is written once for all who hold the same rights."""
        if self.criteria != DeadlineCriteria():
            return list(write(self, *words))
        return read_written(_of_nobody, self.user, self.today, self.held_rights, self._sees_many, write, *words)

    def read_running(self, part: DeadlineList, *, start: str, most: int) -> list[Deadline]:
        """A page of those that run, after a position, with their lines. One query."""
        return list(with_lines(deadlines_after(self.running(part), start))[:most])

    def read_first(self, part: DeadlineList, most: int) -> dict[Deadline.State, list[Deadline]]:
        """State → the first of those that run, are paused, or were missed and still wait, with their lines. One query."""
        found: dict[Deadline.State, list[Deadline]] = {state: [] for state in ORDERS}
        for each in self._read(PersonDeadlines.first_of_each, part, most):
            found[Deadline.State(each.state)].append(each)
        for state, order in ORDERS.items():
            found[state].sort(key=attrgetter(order, "pk"))
        return found

    def first_of_each(self, part: DeadlineList, most: int) -> QuerySet[Deadline]:
        """Cut before what a line says is read with it, a person may have thousands; of what is not cut into pages, one more
        than is shown says that there are others."""
        running = self.running(part).values("pk")[:most]
        missed = self.missed(part).values("pk")[: MISSED_SHOWN + 1]
        paused = self.paused(part).values("pk")[: PAUSED_SHOWN + 1]
        return with_lines(Deadline.objects.filter(pk__in=running.union(missed, paused, all=True)).order_by())

    def running(self, part: DeadlineList) -> DeadlineQuerySet:
        """The safe date nearest first."""
        found = self._apply_criteria(self._visible_of_list(Deadline.objects.running(), part))
        return found.order_by(ORDERS[Deadline.State.RUNNING], "pk")

    def paused(self, part: DeadlineList) -> DeadlineQuerySet:
        """Those that stand still until something happens: the longest first."""
        found = self._apply_criteria(self._visible_of_list(Deadline.objects.paused(), part))
        return found.order_by(ORDERS[Deadline.State.PAUSED], "pk")

    def missed(self, part: DeadlineList) -> DeadlineQuerySet:
        """Those whose last day is over while the step that they count still waits: the oldest first."""
        waits = Q(casetask__in=CaseTask.objects.to_do().filter(due_on__lt=self.today))
        waiting = CaseTask.deadlines.through.objects.filter(waits, deadline=OuterRef("pk"))
        found = Deadline.objects.filter(Exists(waiting), state=Deadline.State.MISSED)
        # No index has them in their order: they are found by the open cases, however many of these he sees.
        found = self._apply_criteria(self._visible_of_list(found, part, in_order=False))
        return found.order_by(ORDERS[Deadline.State.MISSED], "pk")

    def dated_between(self, part: DeadlineList, first: date, last: date) -> tuple[list[Deadline], date | None]:
        """Those that have their safe date or their last day on these days, both included; and, where there are too many for
        a page, from which safe date on they are not all there."""
        these = Q(safe_date__range=(first, last)) | Q(legal_date__range=(first, last))
        running, missed = (
            found.filter(these).order_by().values("pk") for found in (self.running(part), self.missed(part))
        )
        ordered = with_lines(Deadline.objects.filter(pk__in=running.union(missed))).order_by("safe_date", "pk")
        found = list(ordered[: MONTH_SHOWN + 1])
        return found[:MONTH_SHOWN], found[-1].safe_date if len(found) > MONTH_SHOWN else None

    def closures_between(self, first: date, last: date) -> QuerySet[Closure]:
        """The closures, between two days, of the structures in which the person works."""
        found = Closure.objects.filter(structure__in=self.structures, first_day__lte=last, last_day__gte=first)
        return found.select_related("structure").order_by("first_day", "pk")

    def _visible_of_list(
        self, deadlines: DeadlineQuerySet, part: DeadlineList, *, in_order: bool = True
    ) -> DeadlineQuerySet:
        """`in_order`: an index has them in the order of the list."""
        if part is DeadlineList.MINE:
            own_ids = permissions.own_case_ids(
                self.user, cases_to_act_on(self.user), at=self.today, held=self.held_rights
            )
            return deadlines.filter(OneOf("case", ArraySubquery(own_ids)))
        # What a structure must do, and what runs on the cases that it answers for, whoever had them before.
        # The case is asked of the others only, one by one: to join it to all dates, as PostgreSQL does with an equality, takes
        # longer than to find them.
        this_case = Case.objects.filter(pk__gte=OuterRef("case"), pk__lte=OuterRef("case")).order_by()
        answered = this_case.filter(responsible_structure__in=self.structures)
        own = Q(structure__in=self.structures) | Q(Exists(answered))
        if in_order and self._sees_many:
            sees = permissions.sees_case(self.user, "case", at=self.today, held=self.held_rights)
            return deadlines.filter(own, sees)
        seen = permissions.visible_case_ids(self.user, at=self.today, held=self.held_rights, is_open=True)
        return deadlines.filter(own, OneOf("case", ArraySubquery(seen)))

    @cached_property
    def _sees_many(self) -> bool:
        return permissions.sees_many(self.held_rights, at=self.today, is_open=True)

    def _apply_criteria(self, deadlines: DeadlineQuerySet) -> DeadlineQuerySet:
        chosen = self.criteria
        if chosen.starts is not None:
            deadlines = deadlines.filter(rule__start__in=chosen.starts)
        if chosen.who:
            deadlines = deadlines.filter(rule__who=chosen.who)
        if chosen.late:
            deadlines = deadlines.filter(safe_date__lt=self.today)
        if chosen.day:
            deadlines = deadlines.filter(Q(safe_date=chosen.day) | Q(legal_date=chosen.day))
        return deadlines


def _of_nobody(user: User, today: date, held: permissions.Rights, *words: Any) -> QuerySet[Any, Any]:
    sees_many, write, *more = words
    dates = PersonDeadlines(user, today)
    structures = frozenset[int]().union(*held.values())
    vars(dates).update(held_rights=held, structures=structures, _sees_many=sees_many)
    return write(dates, *more)


def cases_of(user: User, *, on: date) -> QuerySet[Assignment, object]:
    """Ids of the open cases that a person follows, for himself or for somebody away, or in which a step is given to him.

    Whether he still sees them is asked elsewhere.
    """
    followed = Assignment.objects.active(on).filter(user=user, is_open=True).order_by().values("case_id")
    return followed.union(cases_to_act_on(user))


def cases_to_act_on(user: User) -> QuerySet[CaseTask, object]:
    """Ids of the cases in which a step is given to a person."""
    return CaseTask.objects.to_do().filter(owner=user).order_by().values("case_id")


def with_lines(deadlines: QuerySet[Deadline]) -> QuerySet[Deadline]:
    """Dates read with all that their lines say: no query more."""
    named = named_professionals("case", "case__responsible_structure")
    found = deadlines.annotate(professional=Subquery(named.values("name")[:1]), **of_person("case__"))
    return found.select_related("rule", "case__responsible_structure")


def position_of(deadline: Deadline) -> str:
    """Where a page ends, for an address: no offset, so that the last page costs what the first does."""
    return f"{deadline.safe_date}.{deadline.pk}"


def deadlines_after(deadlines: DeadlineQuerySet, position: str) -> DeadlineQuerySet:
    """What follows a position of the list; all of it when there is none that can be read."""
    asked_day, _, number = position.partition(".")
    day, pk = read_day(asked_day), read_number(number)
    if day is None or pk is None:
        return deadlines
    return deadlines.filter(Q(safe_date__gt=day) | Q(safe_date=day, pk__gt=pk))
