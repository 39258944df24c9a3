"""What the machine itself knows of a case: who answers for it, who else sees it, where it may stand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.workflows.machine.cast import DESK

UNDECIDED = frozenset({"qualify", "answer", "arbitrate"})
"""Where a case may stand before a service has accepted it: which of them is the table’s to say, not the machine’s."""
HELD = "wait_turn"
BESIDE = "send_dsf"
"""The step beside the others."""


class Waiting(NamedTuple):
    """A step that waits, as the tables have it."""

    task: int
    case: int
    node: str
    structure: str
    owner: int | None


class Part(NamedTuple):
    role: str
    level: str


@dataclass
class Matter:
    case: int
    lease: int
    owner: str
    """Who claims the rent and answers for the landlord: the manager of the dwelling, else the landlord."""
    responsible: str
    is_led: bool
    """A service answers for it; else the desk holds it."""
    steps: frozenset[str] = UNDECIDED
    """Where it may stand."""
    is_imposed: bool = False
    is_accepted: bool = False
    declined: list[str] = field(default_factory=list)
    supports: dict[str, str] = field(default_factory=dict)
    """Structure → level that a person gave it."""
    full: set[str] = field(default_factory=set)
    """Structures of which the person was told, and that see the whole case."""
    named: dict[str, int] = field(default_factory=dict)
    attempts: int = 0
    is_informed: bool = False
    told_at_counter: set[str] = field(default_factory=set)
    met_at_counter: bool = False
    reports: set[str] = field(default_factory=set)
    outcome: str = ""
    """Empty as long as it is open."""
    closed_by_desk: str = ""
    """As what the desk closed it, and still sees its card."""
    is_duplicate: bool = False
    """Closed by a merge that stands."""
    acts: int = 0
    """Of people, in its journal."""

    @property
    def is_open(self) -> bool:
        return not self.outcome

    def stands_at(self, *nodes: str) -> None:
        self.steps = frozenset(nodes)

    def parts(self, waiting: Iterable[Waiting]) -> dict[str, Part]:
        """Structure → what it is in the case. A grant lasts as long as its cause."""
        if self.outcome == "voided":
            return {}
        found = {code: Part("support", level) for code, level in self.supports.items()}
        for step in waiting if self.is_open else ():
            if step.node == "answer":
                found[step.structure] = Part("asked", self.supports.get(step.structure, "card"))
            if step.node in ("qualify", HELD):
                found[DESK] = Part("qualifying", "card")
            if step.node == "arbitrate":
                found[DESK] = Part("arbiter", "card")
        if self.closed_by_desk and not self.is_open:
            found[DESK] = Part(self.closed_by_desk, "card")
        role = "lead" if self.is_led else "qualifying"
        found[self.responsible] = Part(role, "full" if self.responsible in self.full else "card")
        return found

    def accepted(self, structure: str, professional: int) -> None:
        """Whoever answered for it before no longer takes part; the whole case opens when the person is told."""
        if self.responsible != structure:
            self.withdraw(self.responsible)
        self.supports.pop(structure, None)
        self.full.discard(structure)
        self.responsible, self.is_led, self.is_accepted = structure, True, True
        self.named[structure] = professional
        self.stands_at("contact")

    def withdraw(self, structure: str) -> None:
        """The structure no longer takes part, nor its professional."""
        self.supports.pop(structure, None)
        self.full.discard(structure)
        self.named.pop(structure, None)

    def closed(self, outcome: str, *, by_desk: str = "") -> None:
        self.outcome, self.closed_by_desk = outcome, by_desk
        self.stands_at()

    def voided(self) -> None:
        self.closed("voided")
        self.supports, self.full, self.named, self.reports = {}, set(), {}, set()

    def begins_again(self) -> None:
        """Another run of the procedure."""
        self.outcome, self.is_imposed, self.is_accepted = "", False, False
        self.declined, self.met_at_counter, self.told_at_counter = [], False, set()
        self.steps = UNDECIDED
