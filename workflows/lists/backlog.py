"""Encours, list: the steps that wait in a structure."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from django.db.models import Case as Choice, F, Q, QuerySet, Value, When

from cases.acting import full_name
from cases.models import Label, User
from cases.models.case import reference_of
from cases.queries import ids_subquery, label_words, of_person
from cases.rules.parameters import read_day, read_number
from cases.templatetags.relais import weekday_date
from workflows import diagram
from workflows.flows import FLOWS
from workflows.lists.base import (
    Column,
    ColumnKind,
    Listing,
    Row,
    say_all,
    say_person,
    say_step,
    words_said,
)
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
    filters = ("structure", "file", "procedure", "etape", "age", "qui", "residence", "etiquette", "jour")
    order = ("pk",)
    rights = ("view_backlog",)
    of_structure = True
    declared = (
        Column("Dossier", width=13, reads=("case__opened_on", "case_id"), say=reference_of),
        Column("Ménage", width=28, reads=("usual_name", "first_names"), say=say_person, code="person"),
        Column("Étape", width=34, reads=("flow_task", "data__benefit"), say=say_step, code="step"),
        Column("Depuis le", ColumnKind.DATE, 12, reads=("created__date",), code="since"),
        Column("Échéance", ColumnKind.DATE, 12, reads=("due_on",), code="due"),
        Column("Chez qui", width=24, reads=("who",), say=lambda who: who or "à prendre", code="who"),
        Column("Étiquettes", width=24, reads=("labels",), say=say_all),
    )

    @cached_property
    def offered(self) -> dict[str, tuple[str, dict[str, str]]]:
        """Filter → its label, and its codes with their words."""
        return {
            "file": ("File", QUEUES),
            "procedure": ("Procédure", {code: str(flow.process_title) for code, flow in FLOWS.items()}),
            "etape": ("Étape", diagram.titles()),
            "age": ("Ancienneté", AGES),
        }

    @property
    def unknown_filters(self) -> list[str]:
        found = [
            label for name, (label, codes) in self.offered.items() if self.asked.get(name, "") not in ("", *codes)
        ]
        who = self.asked.get("qui", "none")
        found += [] if who == "none" or read_number(who) is not None else ["Professionnel"]
        found += ["Dernier jour"] if self.asked.get("jour") and not read_day(self.asked["jour"]) else []
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
        """The professional to whom the list is kept, in words; empty when to nobody."""
        asked = self.asked.get("qui", "")
        if asked == "none":
            return "Sans professionnel nommé"
        number = read_number(asked)
        found = None if number is None else User.objects.filter(pk=number).first()
        return str(found) if found else ""

    def filter_words(self) -> dict[str, str]:
        residence, day = self.asked.get("residence", ""), read_day(self.asked.get("jour", ""))
        return words_said(
            {
                **{name: codes.get(self.asked.get(name, ""), "") for name, (_, codes) in self.offered.items()},
                "qui": self.asked_professional,
                "residence": "Résidence non renseignée" if residence == NO_RESIDENCE else residence,
                "etiquette": f"Étiquette « {self.asked_label} »" if self.asked_label else "",
                "jour": f"À finir au plus tard le {weekday_date(day)}" if day else "",
            }
        )

    def find_rows(self) -> QuerySet[CaseTask]:
        return StructureBacklog(self.required_structure, on=self.today).find_tasks(
            Selection.from_parameters(self.asked)
        )

    def read_rows(self, ids: Sequence[int]) -> Iterable[Row]:
        own = self.required_structure
        labels = label_words("case", structures=[own.pk])
        who = Choice(
            When(~Q(structure=own), then=F("structure__name")),
            When(owner=None, then=Value("")),
            default=full_name("owner__"),
        )
        found = CaseTask.objects.filter(pk__in=ids_subquery(ids)).annotate(
            who=who, labels=labels, **of_person("case__")
        )
        return found.values(*self.fields())
