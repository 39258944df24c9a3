"""What invented professionals do when Relais refuses them: as real ones, they read why, take another act, or leave the step.

Chance may make a story different; it never ends the seed. Only what the product calls a refusal is caught.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from cases.models import User
from cases.refusals import Refusal
from workflows import engine
from workflows.models import CaseTask


class NothingWaits(Exception):
    """The step that one came to take isn’t there: the case has moved on, or is not that far."""


CHOICES = {
    "qualify": "result",
    "answer": "accept",
    "arbitrate": "out_of_scope",
    "contact": "result",
    "diagnose": "completeness",
    "agree": "answer",
    "monitor": "result",
    "close": "outcome",
}
"""What is chosen at each step: each choice is an act of its own."""


@dataclass(kw_only=True)
class Attempts:
    """How often each act was done, and how often each refusal was read."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    words: dict[str, str] = field(default_factory=dict)
    """Of each refusal, the last sentence read."""

    def take(self, task: CaseTask, ideas: Iterable[Mapping[str, Any]], *, by: User, at: datetime) -> bool:
        """Take a step with the first of these ideas that is not refused. False when all are: the step is left."""
        return any(
            self.do(name_of(task.node, idea), partial(engine.complete, task, by=by, at=at, data=dict(idea)))
            for idea in ideas
        )

    def do(self, name: str, act: Callable[[], object]) -> bool:
        """False when the product refuses it."""
        try:
            act()
        except (Refusal, NothingWaits) as refusal:
            kind = f"{name} ({type(refusal).__name__})"
            self.refused[kind] += 1
            self.words[kind] = str(refusal)
            return False
        self.done[name] += 1
        return True

    def __str__(self) -> str:
        """One line for whoever runs the seed, then one for each refusal, the most frequent first."""
        refused, acts = self.refused.total(), self.done.total()
        first = f"{acts} étapes faites, {refused} refus" + (" :" if refused else ".")
        return "\n".join(
            [first, *(f"  {number} × {kind} : {self.words[kind]}" for kind, number in self.refused.most_common())]
        )


def name_of(node: str, idea: Mapping[str, Any]) -> str:
    """A step and what is chosen there: “plan repayment”, “answer False”."""
    chosen = idea.get("kinds", [""])[0] if node == "plan" else idea.get(CHOICES.get(node, ""), "")
    return f"{node} {chosen}".strip()
