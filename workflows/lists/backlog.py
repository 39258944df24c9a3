"""Encours, list: the steps that wait in a structure."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from cases.acting import full_name
from cases.models import Label, User
from cases.models.case import reference_of
from cases.queries import label_words, of_person
from cases.rules import names
from cases.rules.catalogue import of_benefit
from cases.rules.parameters import read_number
from workflows import diagram
from workflows.flows import FLOWS
from workflows.lists.base import Column, ColumnKind, Line, Listing, ids_subquery, in_order
from workflows.models import CaseTask
from workflows.queries.backlog import AGES as BANDS, LATE, NO_RESIDENCE, Selection, StructureBacklog
from workflows.queries.queues import Queue

AGES = {age.code: age.label for age in BANDS} | {LATE: "En retard"}
QUEUES = {queue.value: queue.label for queue in Queue if queue is not Queue.NO_STEP}
"""Those of steps: the other is a list of cases."""


class BacklogListing(Listing):
    code = "encours"
    title = "Étapes en attente"
    address = "backlog_list"
    filters = ("structure", "file", "procedure", "etape", "age", "qui", "residence", "etiquette")
    rights = ("view_backlog",)
    of_structure = True

    @property
    def unknown_filters(self) -> list[str]:
        known = {
            "file": ("File", QUEUES),
            "procedure": ("Procédure", FLOWS),
            "etape": ("Étape", diagram.titles()),
            "age": ("Ancienneté", AGES),
        }
        found = [label for name, (label, codes) in known.items() if self.asked.get(name, "") not in ("", *codes)]
        who = self.asked.get("qui", "none")
        found += [] if who == "none" or read_number(who) is not None else ["Professionnel"]
        return found + (["Étiquette"] if self.asked.get("etiquette") and not self.asked_label else [])

    @cached_property
    def asked_label(self) -> str:
        """In words; nothing when the structure has no such label any more."""
        asked = self.asked.get("etiquette", "")
        return self.read_once("labels", self._find_labels).get(asked, "") if asked else ""

    def _find_labels(self) -> dict[str, str]:
        found = Label.objects.in_use().filter(structure=self.structure)
        return {str(pk): words for pk, words in found.values_list("pk", "words")}

    @cached_property
    def asked_professional(self) -> str:
        """In words."""
        asked = self.asked.get("qui", "")
        if asked == "none":
            return "Sans professionnel nommé"
        number = read_number(asked)
        found = None if number is None else User.objects.filter(pk=number).first()
        return str(found) if found else ""

    def filter_words(self) -> dict[str, str]:
        flow, step = self.asked.get("procedure", ""), self.asked.get("etape", "")
        residence = self.asked.get("residence", "")
        said = {
            "file": QUEUES.get(self.asked.get("file", ""), ""),
            "procedure": str(FLOWS[flow].process_title) if flow in FLOWS else "",
            "etape": diagram.titles().get(step, ""),
            "age": AGES.get(self.asked.get("age", ""), ""),
            "qui": self.asked_professional,
            "residence": "Résidence non renseignée" if residence == NO_RESIDENCE else residence,
            "etiquette": f"Étiquette « {self.asked_label} »" if self.asked_label else "",
        }
        return {name: words for name, words in said.items() if words}

    def find_rows(self) -> QuerySet[CaseTask]:
        return StructureBacklog(self.required_structure, on=self.today).find_tasks(
            Selection.from_parameters(self.asked)
        )

    def find_ordered_rows(self) -> QuerySet[CaseTask]:
        return self.find_rows().order_by("pk")

    def columns(self) -> list[Column]:
        return [
            Column("Dossier", width=13),
            Column("Ménage", width=28),
            Column("Étape", width=34),
            Column("Depuis le", ColumnKind.DATE, 12),
            Column("Échéance", ColumnKind.DATE, 12),
            Column("Chez qui", width=24),
            Column("Étiquettes", width=24),
        ]

    def read_lines(self, ids: Sequence[int]) -> Iterator[Line]:
        labels = label_words("case", structures=[self.structure.pk] if self.structure else [])
        found = CaseTask.objects.filter(pk__in=ids_subquery(ids)).annotate(
            named=full_name("owner__"), labels=labels, **of_person("case__")
        )
        rows = found.values_list(
            "pk", "case_id", "case__opened_on", "usual_name", "first_names", "flow_task", "data__benefit",
            "created__date", "due_on", "owner", "named", "structure", "structure__name", "labels",
        )  # fmt: skip
        return in_order({row[0]: self._line(*row[1:]) for row in rows}, ids)

    @staticmethod
    def _has_it(named: str, structure: str, *, is_own: bool) -> str:
        return (named or "à prendre") if is_own else structure

    def _line(self, *row: Any) -> Line:
        case, opened, usual, first, node, benefit, since, due, owner, named, holder, structure, labels = row
        return [
            reference_of(opened, case),
            names.full_name(usual or "", first or ""),
            of_benefit(str(node.task_title), benefit),
            since,
            due,
            self._has_it(
                named if owner else "", structure, is_own=self.structure is not None and holder == self.structure.pk
            ),
            ", ".join(labels or []),
        ]
