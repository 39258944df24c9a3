"""Encours, list: the steps that wait in a structure."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from cases.acting import full_name
from cases.models import User
from cases.models.case import reference_of
from cases.queries import of_holder
from cases.rules import names
from cases.rules.catalogue import of_benefit
from workflows import diagram
from workflows.flows import FLOWS
from workflows.lists.base import Column, Kind, Line, Listing, in_order
from workflows.models import CaseTask
from workflows.queries import backlog

AGES = {age.code: age.label for age in backlog.AGES} | {backlog.LATE: "En retard"}


class BacklogListing(Listing):
    code = "encours"
    title = "Étapes en attente"
    address = "backlog_list"
    filters = ("structure", "procedure", "etape", "age", "qui")
    rights = ("view_backlog",)
    of_structure = True

    @property
    def unknown(self) -> list[str]:
        known = {
            "procedure": ("Procédure", FLOWS),
            "etape": ("Étape", diagram.titles()),
            "age": ("Ancienneté", AGES),
        }
        found = [label for name, (label, codes) in known.items() if self.asked.get(name, "") not in ("", *codes)]
        who = self.asked.get("qui", "none")
        return found + ([] if who == "none" or who.isdecimal() else ["Professionnel"])

    @cached_property
    def who(self) -> str:
        """In words."""
        asked = self.asked.get("qui", "")
        if asked == "none":
            return "Sans professionnel nommé"
        found = User.objects.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None
        return str(found) if found else ""

    def words(self) -> dict[str, str]:
        flow, step = self.asked.get("procedure", ""), self.asked.get("etape", "")
        said = {
            "procedure": str(FLOWS[flow].process_title) if flow in FLOWS else "",
            "etape": diagram.titles().get(step, ""),
            "age": AGES.get(self.asked.get("age", ""), ""),
            "qui": self.who,
        }
        return {name: words for name, words in said.items() if words}

    def found(self) -> QuerySet[CaseTask]:
        if self.structure is None:
            raise RuntimeError("a backlog is of a structure")
        age = self.asked.get("age", "")
        found = backlog.selected(
            self.structure,
            on=self.today,
            step=self.asked.get("etape", ""),
            age=age if age in AGES else "",
            who=self.asked.get("qui", ""),
        )
        return of_flow(found, self.asked.get("procedure", ""))

    def ordered(self) -> QuerySet[CaseTask]:
        return self.found().order_by("pk")

    def columns(self) -> list[Column]:
        return [
            Column("Dossier", width=13),
            Column("Ménage", width=28),
            Column("Étape", width=34),
            Column("Depuis le", Kind.DATE, 12),
            Column("Échéance", Kind.DATE, 12),
            Column("Professionnel", width=24),
        ]

    def lines(self, ids: Sequence[int]) -> Iterator[Line]:
        found = CaseTask.objects.filter(pk__in=ids).annotate(
            named=full_name("owner__"), **of_holder("case__household")
        )
        rows = found.values_list(
            "pk", "case_id", "case__opened_on", "usual_name", "first_names", "flow_task", "data__benefit",
            "created__date", "due_on", "owner", "named",
        )  # fmt: skip
        return in_order({row[0]: self._line(*row[1:]) for row in rows}, ids)

    def _line(self, *row: Any) -> Line:
        case, opened, usual, first, node, benefit, since, due, owner, named = row
        return [
            reference_of(opened, case),
            names.full_name(usual or "", first or ""),
            of_benefit(str(node.task_title), benefit),
            since,
            due,
            named if owner else "à prendre",
        ]


def of_flow(tasks: QuerySet[CaseTask], name: str) -> QuerySet[CaseTask]:
    """Of one procedure; all of them when it is not named."""
    return tasks.filter(flow_task__in=diagram.steps(FLOWS[name])) if name in FLOWS else tasks
