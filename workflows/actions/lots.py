"""Several cases of a lot are answered at once: each is a turn of its own, journalled on its case, that may be refused."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cases.models import User
from workflows import engine
from workflows.models import CaseTask
from workflows.steps.refusal import StepRefused


@dataclass
class Answered:
    done: list[CaseTask] = field(default_factory=list)
    refused: list[tuple[CaseTask, str]] = field(default_factory=list)
    """Those that could not be, each with the refusal in French."""


def accept(*, tasks: Iterable[CaseTask], professional: User, by: User, at: datetime) -> Answered:
    return _answer(tasks, by=by, at=at, data={"accept": True, "professional": professional, "reason": ""})


def decline(*, tasks: Iterable[CaseTask], reason: str, by: User, at: datetime) -> Answered:
    return _answer(tasks, by=by, at=at, data={"accept": False, "professional": None, "reason": reason})


def _answer(tasks: Iterable[CaseTask], *, by: User, at: datetime, data: dict[str, object]) -> Answered:
    answered = Answered()
    for task in tasks:
        try:
            engine.complete(task, by=by, at=at, data=dict(data))
        except (engine.Refused, StepRefused) as refusal:
            answered.refused.append((task, str(refusal)))
        else:
            answered.done.append(task)
    return answered
