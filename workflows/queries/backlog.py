"""The backlog of a structure: what waits, at which step, since how many working days, with whom. Counts are lists."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    BooleanField,
    Case as Choice,
    Count,
    Exists,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils.timezone import localdate
from viewflow.workflow.base import Node

from cases.calendar import DateRange, add_working_days, working_day_on_or_before, working_days_between
from cases.models import Absence, CaseLabel, Structure, User
from cases.models.absences import ONE_DAY
from cases.models.appointments import midnight
from cases.queries import case_loads
from cases.rules.parameters import read_day, read_number
from workflows.flows import FLOWS, human_nodes
from workflows.models import CaseTask
from workflows.nodes import Task
from workflows.queries import queues
from workflows.queries.members import count_cases_by_user
from workflows.queries.queues import Queue, Tile, tasks_of
from workflows.queries.time_left import COUNTED, late_condition, on_time_until


@dataclass(frozen=True)
class Age:
    """A band of working days since the ball arrived, both ends included; `at_most` is None for the last."""

    code: str
    label: str
    at_least: int
    at_most: int | None


AGES = (
    Age("0-2", "0 à 2 j", 0, 2),
    Age("3-5", "3 à 5 j", 3, 5),
    Age("6-10", "6 à 10 j", 6, 10),
    Age("11", "plus de 10 j", 11, None),
)
LATE = "late"
QUEUES = {queue.value: queue for queue in Queue}
BANDS = frozenset({LATE, *(age.code for age in AGES)})
NOBODY = "none"
NO_RESIDENCE = "-"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a list is asked for. An empty part asks for nothing."""

    queue: Queue | None = None
    step: str = ""
    age: str = ""
    who: str = ""
    flow: str = ""
    residence: str = ""
    label: str = ""
    day: date | None = None
    """The last day on which they are not late."""

    @classmethod
    def from_parameters(cls, asked: Mapping[str, str]) -> "Selection":
        """What an address asks for; what it misspells is not asked."""
        flow, age = asked.get("procedure", ""), asked.get("age", "")
        label = asked.get("etiquette", "")
        return cls(
            queue=QUEUES.get(asked.get("file", "")),
            step=asked.get("etape", ""),
            age=age if age in BANDS else "",
            who=asked.get("qui", ""),
            flow=flow if flow in FLOWS else "",
            residence=asked.get("residence", ""),
            label="" if read_number(label) is None else label,
            day=read_day(asked.get("jour", "")),
        )

    @property
    def query(self) -> str:
        """These filters as the query of an address."""
        asked = {
            "file": self.queue or "",
            "etape": self.step,
            "age": self.age,
            "qui": self.who,
            "procedure": self.flow,
            "residence": self.residence,
            "etiquette": self.label,
            "jour": str(self.day or ""),
        }
        return urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True)
class LinkedCount:
    label: str
    count: int
    query: str
    """Address of the list that holds exactly these tasks."""


@dataclass(frozen=True, kw_only=True)
class BacklogRow:
    label: str
    ages: list[LinkedCount]
    total: LinkedCount
    late: LinkedCount
    oldest: date | None
    oldest_days: int
    """Working days for which the oldest has waited."""
    note: str = ""

    @property
    def late_share(self) -> int:
        """Which share of these steps is late, in whole percent."""
        return round(100 * self.late.count / self.total.count) if self.total.count else 0


@dataclass
class Sums:
    """Some of the counted groups together."""

    counts: dict[str, int] = field(default_factory=dict)
    oldest: datetime | None = None

    def add(self, row: dict[str, Any]) -> None:
        for name, number in row.items():
            if name == "total" or name.startswith(("age_", "queue_")):
                self.counts[name] = self.counts.get(name, 0) + number
        if self.oldest is None or row["oldest"] < self.oldest:
            self.oldest = row["oldest"]


class StructureBacklog:
    """One structure on a day. Each table of figures costs a query or two, however many steps wait."""

    def __init__(self, structure: Structure, *, on: date, closures: list[DateRange] | None = None) -> None:
        self.structure = structure
        self.on = on
        if closures is not None:
            self.closures = closures

    # Lists

    def find_tasks(self, asked: Selection) -> QuerySet[CaseTask]:
        """The steps behind a figure: the one place where a figure and its list are defined."""
        found = queues.in_queue(asked.queue, self.structure, on=self.on) if asked.queue else tasks_of(self.structure)
        return found.filter(self._selection_condition(asked))

    def _selection_condition(self, asked: Selection) -> Q:
        wanted = Q()
        if asked.step:
            wanted &= Q(node=asked.step)
        if asked.age in self.age_conditions:
            wanted &= self.age_conditions[asked.age]
        if asked.who == NOBODY:
            wanted &= Q(owner=None)
        elif (who := read_number(asked.who)) is not None:
            wanted &= Q(owner=who)
        if asked.flow in FLOWS:
            wanted &= Q(flow_task__in=steps_of(asked.flow))
        if asked.residence:
            wanted &= Q(residence="" if asked.residence == NO_RESIDENCE else asked.residence)
        if asked.label:
            put = CaseLabel.objects.filter(case=OuterRef("case"), label=int(asked.label))
            wanted &= Q(Exists(put.filter(label__structure=self.structure)))
        return wanted & (Q(Exact(on_time_until(), asked.day), due_on__lte=asked.day) if asked.day else Q())

    @cached_property
    def age_conditions(self) -> dict[str, Q]:
        """Bands as conditions on the day the task was created, so that the database counts; and lateness."""
        latest = working_day_on_or_before(self.on, closures=self.closures)

        def created_since(days: int) -> datetime:
            """Created from then on, a task has waited that many working days at most."""
            return midnight(add_working_days(latest, -days, closures=self.closures))

        bands = {}
        for age in AGES:
            condition = Q(created__gte=created_since(age.at_most)) if age.at_most is not None else Q()
            if age.at_least:
                condition &= Q(created__lt=created_since(age.at_least - 1))
            bands[age.code] = condition
        return bands | {LATE: late_condition(self.on)}

    @cached_property
    def closures(self) -> list[DateRange]:
        return self.structure.closed_days

    # Figures

    @property
    def total(self) -> Sums:
        found = Sums(counts={"total": 0, f"age_{LATE}": 0})
        for row in self._own_counts:
            found.add(row)
        return found

    @property
    def to_nobody(self) -> int:
        """Steps that wait and are nobody’s to do: a case that waits for its lines. Équipe and À faire do not count them."""
        return sum(row["total"] for row in self._own_counts if not row["flow_task"].step.is_offered)

    @property
    def tiles(self) -> list[Tile]:
        own, others = self.total.counts, self._other_queue_counts
        return [
            Tile(queue=queue, count=others[queue] if queue in others else own.get(f"queue_{queue.name}", 0))
            for queue in Queue
        ]

    def by_step(self, titles: dict[str, str]) -> list[BacklogRow]:
        """`titles`: every step’s words, in the order of the procedures."""
        sums = self._sum_by(lambda row: row["node"])
        return [self._row(title, sums[name], Selection(step=name)) for name, title in titles.items() if name in sums]

    def by_flow(self) -> list[BacklogRow]:
        sums = self._sum_by(lambda row: flow_of(row["flow_task"]))
        return [
            self._row(str(flow.process_title), sums[code], Selection(flow=code))
            for code, flow in FLOWS.items()
            if code in sums
        ]

    def by_residence(self) -> list[BacklogRow]:
        """The residence is what leases say of the neighbourhood. The most first."""
        folded: dict[str, Sums] = {}
        for row in self._count_groups("residence"):
            folded.setdefault(row["residence"] or NO_RESIDENCE, Sums()).add(row)
        ordered = sorted(folded.items(), key=lambda each: (each[0] == NO_RESIDENCE, -each[1].counts["total"], each[0]))
        return [
            self._row("Résidence non renseignée" if name == NO_RESIDENCE else name, found, Selection(residence=name))
            for name, found in ordered
        ]

    def by_professional(self) -> list[BacklogRow]:
        """Who has how much, and is away until when; those without a professional first."""
        sums = self._sum_by(lambda row: row["owner"])
        rows = []
        if None in sums:
            rows.append(self._row("Sans professionnel nommé", sums[None], Selection(who=NOBODY)))
        answered, followed = count_cases_by_user(self.structure), case_loads(self.structure, on=self.on)
        for user in self._people(sums):
            row = self._row(str(user), sums[user.pk], Selection(who=str(user.pk)))
            rows.append(replace(row, note=_note(user, answered[user.pk], followed[user.pk])))
        return rows

    def _people(self, ids: Iterable[int | None]) -> QuerySet[User]:
        """With the absence of each. One query."""
        away = Absence.objects.current(self.on).filter(user=OuterRef("pk"), structure=self.structure)
        found = User.objects.filter(pk__in=[pk for pk in ids if pk]).order_by("last_name", "first_name", "pk")
        return found.annotate(away_until=Subquery(away.values("until")[:1]))

    def _sum_by(self, key: Callable[[dict[str, Any]], Any]) -> dict[Any, Sums]:
        found: dict[Any, Sums] = {}
        for row in self._own_counts:
            found.setdefault(key(row), Sums()).add(row)
        return found

    @cached_property
    def _own_counts(self) -> list[dict[str, Any]]:
        """All that the structure’s own figures are made of. One query, on one index."""
        return self._count_groups("node", "flow_task", "owner", with_queues=True)

    def _count_groups(self, *by: str, with_queues: bool = False) -> list[dict[str, Any]]:
        """Those that are late apart, so that each step is asked once whether it is: a figure is the sum of its rows."""
        asked = {f"age_{age.code}": self.age_conditions[age.code] for age in AGES}
        if with_queues:
            others = queues.conditions_but_lateness(self.on)
            asked |= {f"queue_{queue.name}": condition for queue, condition in others.items()}
        counts: dict[str, Any] = {name: Count("pk", filter=condition) for name, condition in asked.items()}
        late = Choice(When(late_condition(self.on), then=True), default=False, output_field=BooleanField())
        grouped = tasks_of(self.structure).order_by().values(*by, is_late=late)
        found = list(grouped.annotate(total=Count("pk"), oldest=Min("created"), **counts).order_by(*by))
        for row in found:
            is_late = row.pop("is_late")
            row[f"age_{LATE}"] = row[f"queue_{Queue.LATE.name}"] = row["total"] if is_late else 0
            row |= {f"queue_{queue.name}": 0 for queue in queues.SOON if is_late}
        return found

    @cached_property
    def _other_queue_counts(self) -> dict[Queue, int]:
        """The queues that are not told by the structure’s own steps alone. One query."""
        counted = {
            Queue.WAITING: _count_subquery(queues.waiting_for_another(self.structure)),
            Queue.DORMANT: _count_subquery(queues.dormant_tasks(self.structure, on=self.on)),
            Queue.NO_STEP: _count_subquery(queues.without_step(self.structure)),
        }
        found = Structure.objects.filter(pk=self.structure.pk).order_by()
        row = found.annotate(**{queue.name: counts for queue, counts in counted.items()}).values(
            *(queue.name for queue in counted)
        )[0]
        return {queue: row[queue.name] for queue in counted}

    def _row(self, label: str, found: Sums, asked: Selection) -> BacklogRow:
        counts, oldest = found.counts, found.oldest
        return BacklogRow(
            label=label,
            ages=[
                LinkedCount(age.label, counts[f"age_{age.code}"], replace(asked, age=age.code).query) for age in AGES
            ],
            total=LinkedCount("Total", counts["total"], asked.query),
            late=LinkedCount("En retard", counts[f"age_{LATE}"], replace(asked, age=LATE).query),
            oldest=localdate(oldest) if oldest else None,
            oldest_days=working_days_between(localdate(oldest), self.on, closures=self.closures) if oldest else 0,
        )


def _count_subquery(rows: QuerySet[Any]) -> object:
    """How many, as `count_to_bound` counts them, for a query that asks for several numbers at once."""
    first = rows.order_by().values("pk")[: COUNTED + 1]
    one: Any = rows.model.objects.order_by().filter(pk__in=first).annotate(one=Value(1, IntegerField()))
    return Coalesce(Subquery(one.values("one").annotate(number=Count("pk")).values("number")), 0)


def _note(user: Any, answered: int, followed: int) -> str:
    """The cases that he answers for, as the page of the team says; apart from them, those that he looks after for others."""
    said = [f"responsable de {answered} dossier{'s' if answered > 1 else ''}"]
    if followed > answered:
        said.append(f"en suit {followed - answered} de plus pour un collègue")
    if user.away_until:
        said.append(f"absence jusqu’au {user.away_until - ONE_DAY:%d/%m/%Y}")
    return ", ".join(said)


@cache
def steps_of(flow: str) -> tuple[Task, ...]:
    return tuple(node for node in human_nodes() if node.flow_class is FLOWS[flow])


def flow_of(node: Node) -> str:
    return next(code for code, flow in FLOWS.items() if flow is node.flow_class)
