"""A way to walk a procedure step by step, by the names of its nodes."""

from datetime import datetime
from typing import Any

from cases.models import Case, User
from tests.factories import NOON
from workflows import engine
from workflows.models import CaseTask


class Walk:
    def __init__(self, case: Case, *, at: datetime = NOON) -> None:
        self.case = case
        self.at = at

    @property
    def waiting_for(self) -> dict[str, str]:
        """Open steps and the structure that has the ball."""
        return {
            task.node: task.structure.code
            for task in CaseTask.objects.open().of_case(self.case).select_related("structure")
        }

    def task(self, node: str) -> CaseTask:
        return CaseTask.objects.open().of_case(self.case).get(node=node)

    def take(self, node: str, *, by: User, **data: Any) -> CaseTask:
        done = engine.complete(self.task(node), by=by, at=self.at, data=data)
        self.case.refresh_from_db()
        return done
