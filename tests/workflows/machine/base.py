"""The machine: an example is undone as a whole; after each act the tables are read again and compared with the model."""

import inspect
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, TypeVar

import pytest
from django.db import transaction
from django.utils.timezone import localdate
from hypothesis import note, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from cases.models import Case, Structure, User
from tests.factories import NOON
from tests.workflows.machine.cast import Cast, Post
from tests.workflows.machine.matter import BESIDE, Matter, Part, Waiting
from tests.workflows.machine.owed import Owed
from workflows.models import CaseTask

PICK = st.integers(0, 11)
"""Which one, of however many there are."""
MINUTE = timedelta(minutes=1)
Thing = TypeVar("Thing")


@dataclass(frozen=True, kw_only=True)
class Mood:
    """What is frequent in an example."""

    kinds: dict[str, int]
    """Kind of acts (the module of the rules) → how often they happen beside the others."""
    begins: tuple[int, ...] = (0, 2, 4, 7)
    """How many steps the first case may have taken already."""
    is_told: bool = False
    """Are people told after each act? Else once a day."""


@dataclass(frozen=True)
class Rule:
    when: Callable[[Any], Any] | None
    weight: int
    drawn: dict[str, st.SearchStrategy[Any]]


class Machine(RuleBasedStateMachine):
    """A rule is a method marked by `act`. Which of those that may be followed comes next is drawn by their weights,
    so that cases go far; each example has its mood, in which some kinds of acts are frequent.

    What is common to its examples is given to each machine by its test.
    """

    cast: ClassVar[Cast]
    moods: ClassVar[dict[str, Mood]]
    done: ClassVar[Counter[str]]
    """Acts that had an effect, by name."""
    tried: ClassVar[Counter[str]]
    wanted: ClassVar[frozenset[str]]
    """Acts that come first where they are possible."""
    leading: ClassVar[frozenset[str]]
    """Acts that make these possible."""

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.at = NOON
        self.posts: list[Post] = list(self.cast.posts)
        self.matters: dict[int, Matter] = {}
        self.owed: dict[int, Owed] = {}
        self.waiting: list[Waiting] = []
        self.steps = 0
        self.is_sound = True

    def teardown(self) -> None:
        try:
            if self.is_sound:
                self.check_end()
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    # An act

    @classmethod
    def rules_of(cls) -> dict[str, tuple[str, Rule]]:
        """Name → the module it is written in, and the rule."""
        methods = inspect.getmembers(cls, lambda member: hasattr(member, "rule"))
        return {name: (method.__module__.rpartition(".")[2], method.rule) for name, method in methods}

    @initialize(data=st.data())
    def in_some_mood(self, data: st.DataObject) -> None:
        self.mood = self.moods[data.draw(st.sampled_from(sorted(self.moods)), label="mood")]
        self.all_rules = self.rules_of()
        self.follow("report_someone_new", data)
        for _ in range(data.draw(st.sampled_from(self.mood.begins), label="steps taken already")):
            self.go_on()

    def go_on(self) -> None:
        """The first case takes its next step, as most do."""

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """First of which kind, then which one."""
        possible: dict[str, list[str]] = defaultdict(list)
        for name, (kind, each) in self.all_rules.items():
            if each.when is None or each.when(self):
                possible[kind] += [name] * each.weight
        now = {name for names in possible.values() for name in names}
        wanted = sorted(self.wanted & now) or sorted(self.leading & now)
        if wanted:
            is_sought: bool = data.draw(st.booleans(), label="what is wanted")
            if is_sought:
                return self.follow(data.draw(st.sampled_from(wanted), label="act"), data)
        kinds = [kind for kind in sorted(possible) for _ in range(self.mood.kinds.get(kind, 0))]
        kind = data.draw(st.sampled_from(kinds), label="kind")
        return self.follow(data.draw(st.sampled_from(possible[kind]), label="act"), data)

    def follow(self, name: str, data: st.DataObject) -> None:
        _, each = self.all_rules[name]
        values = {label: data.draw(strategy, label=label) for label, strategy in each.drawn.items()}
        self.act(name, lambda: getattr(self, name)(**values))

    def act(self, name: str, do: Callable[[], Any]) -> None:
        """Do it at its minute, then compare. An act that returns False had no effect: it was refused, as foreseen."""
        self.is_sound = False
        self.at += MINUTE
        self.steps += 1
        self.tried[name] += 1
        if do() is not False:
            self.done[name] += 1
        self.look()
        self.check()
        self.is_sound = True

    def refused(self, do: Callable[[], Any], *refusals: type[Exception]) -> bool:
        """The model says that this is refused: it must be, and so changes nothing."""
        with pytest.raises(refusals):
            do()
        return False

    def look(self) -> None:
        rows = CaseTask.objects.open().order_by("pk")
        found = rows.values_list("pk", "case_id", "node", "structure__code", "owner_id")
        self.waiting = [Waiting(*row) for row in found]

    def check(self) -> None:
        """After each act."""

    def check_end(self) -> None:
        """At the end of an example."""

    # Who and what

    @property
    def today(self) -> date:
        return localdate(self.at)

    def tell(self, words: str) -> None:
        note(f"    {self.at:%d/%m %H:%M} {words}")

    def pick(self, things: Iterable[Thing], place: int) -> Thing:
        found = list(things)
        return found[place % len(found)]

    def user(self, pk: int) -> User:
        return self.cast.users[pk]

    def structure(self, code: str) -> Structure:
        return self.cast.structures[code]

    def case(self, matter: Matter) -> Case:
        """As the database has it."""
        return Case.objects.select_related("responsible_structure", "tenancy__debt", "household").get(pk=matter.case)

    def task(self, step: Waiting) -> CaseTask:
        return CaseTask.objects.select_related("process__case", "structure", "case").get(pk=step.task)

    def at_work(self, structure: str, *roles: str) -> list[int]:
        """Who is there today, as one of these (all of them, when none is said)."""
        here = (post for post in self.posts if post.structure == structure and post.holds(self.today))
        return sorted({post.user for post in here if not roles or post.role in roles})

    def steps_at(self, *nodes: str) -> list[Waiting]:
        return [step for step in self.waiting if step.node in nodes]

    def of(self, matter: Matter) -> list[Waiting]:
        return [step for step in self.waiting if step.case == matter.case]

    def parts(self, matter: Matter) -> dict[str, Part]:
        return matter.parts(self.of(matter))

    def node_of(self, matter: Matter) -> str:
        """Where the case stands, the step beside left out."""
        return next(step.node for step in self.of(matter) if step.node != BESIDE)

    def open_matters(self) -> list[Matter]:
        return [matter for matter in self.matters.values() if matter.is_open]

    def closed_matters(self) -> list[Matter]:
        return [matter for matter in self.matters.values() if not matter.is_open]


Method = TypeVar("Method", bound=Callable[..., Any])


def act(
    *, when: Callable[[Any], Any] | None = None, weight: int = 1, **drawn: st.SearchStrategy[Any]
) -> Callable[[Method], Method]:
    """A rule of the machine: it may be followed once `when` holds, `weight` times as often as others."""

    def decorate(method: Method) -> Method:
        method.rule = Rule(when=when, weight=weight, drawn=drawn)  # type: ignore[attr-defined]
        return method

    return decorate
