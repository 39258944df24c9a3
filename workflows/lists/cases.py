"""Situations: the cases that a person sees."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django import forms
from django.db.models import Case as Choice, F, OuterRef, QuerySet, Subquery, When

from cases import permissions
from cases.acting import full_name
from cases.forms import FormData
from cases.models import CLAIMANT_KINDS, Case, CaseOutcome, DebtStatement, Structure, User
from cases.models.case import reference_of
from cases.queries import ids_subquery, label_words, own_labels
from cases.written_once import read_written
from workflows import diagram
from workflows.flows import FLOWS
from workflows.lists.base import (
    Column,
    ColumnKind,
    Listing,
    Row,
    faulty_fields,
    say_all,
    say_person,
    say_step,
    say_yes,
    words_said,
)
from workflows.models import CaseTask
from workflows.nodes import Task
from workflows.queries import cases as queries
from workflows.queries.cases import CaseCriteria, CaseStateFilter

SEES_DEBTS = ("handle_case", "view_structure_cases")
"""Whoever holds one of these may see cases whole, with their sums."""


def step_choices() -> list[tuple[str, str]]:
    """The steps that wait for someone, in the order of the procedures."""
    nodes = [node for flow in FLOWS.values() for node in diagram.nodes_in_order(flow) if isinstance(node, Task)]
    return [(node.name, node.task_title) for node in nodes]


@dataclass(frozen=True)
class FilterChoices:
    """What the filters offer: the structures that work on cases, and the labels that the reader may read."""

    structures: dict[str, Structure]
    """By their codes."""
    labels: dict[str, str]
    """As an address has each → its words."""


def find_filter_choices(user: User, *, held: permissions.Rights, today: date) -> FilterChoices:
    """Of the territories in which a person holds these rights. One query."""
    labelling = permissions.labelling_structure_ids(held)
    found: list[Structure] = read_written(_write_structures, user, today, held)
    structures = {structure.code: structure for structure in found}
    labels = [each for each in structures.values() if each.pk in labelling and each.labelled]  # type: ignore[attr-defined]  # annotated
    return FilterChoices(
        structures,
        labels={
            str(label["pk"]): f"{label['words']} ({each})" if len(labels) > 1 else label["words"]
            for each in labels
            for label in each.labelled  # type: ignore[attr-defined]  # annotated
        },
    )


def _write_structures(user: User, today: date, held: permissions.Rights) -> QuerySet[Structure]:
    """With the labels of each."""
    own = Structure.objects.filter(pk__in=frozenset().union(*held.values()))
    here = Structure.objects.filter(territory__in=own.order_by().values("territory"), is_active=True)
    return here.exclude(kind__in=CLAIMANT_KINDS).annotate(labelled=own_labels())


class CaseFilterForm(forms.Form):
    """Its names are those of the addresses, hence French."""

    texte = forms.CharField(
        label="Nom, référence, numéro allocataire ou téléphone",
        max_length=100,
        required=False,
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    etat = forms.TypedChoiceField(
        label="État",
        choices=CaseStateFilter.choices,
        coerce=CaseStateFilter,
        empty_value=CaseStateFilter.OPEN,
        required=False,
    )
    etape = forms.ChoiceField(label="Étape", required=False)
    structure = forms.ChoiceField(label="Structure", required=False)
    retard = forms.BooleanField(label="En retard", required=False)
    miennes = forms.BooleanField(label="Mes situations", required=False)
    etiquette = forms.ChoiceField(label="Étiquette", required=False)
    field_order = ["texte", "etat", "etape", "structure", "etiquette", "retard", "miennes"]

    def __init__(self, data: FormData = None, *, known: FilterChoices) -> None:
        super().__init__(data)
        self.steps = dict(step_choices())
        self.structures, self.labels = known.structures, known.labels
        fields: Any = self.fields
        fields["etape"].choices = [("", "Toutes les étapes"), *self.steps.items()]
        fields["structure"].choices = [
            ("", "Toutes les structures"),
            *((code, one.name) for code, one in self.structures.items()),
        ]
        fields["etiquette"].choices = [("", "Toutes les étiquettes"), *self.labels.items()]
        if not self.labels and not self.data.get("etiquette"):
            del self.fields["etiquette"]

    @property
    def criteria(self) -> CaseCriteria:
        """A filter that cannot be read filters nothing: its error is beside its field."""
        chosen = self.cleaned_data
        return CaseCriteria(
            text=chosen.get("texte", ""),
            state=chosen.get("etat", CaseStateFilter.OPEN),
            step=chosen.get("etape", ""),
            structure=self.structures.get(chosen.get("structure", "")),
            late=chosen.get("retard", False),
            mine=chosen.get("miennes", False),
            label=int(label) if (label := chosen.get("etiquette", "")) else None,
        )

    def filter_words(self) -> dict[str, str]:
        """Filter → what its chip says."""
        chosen = self.criteria
        return words_said(
            {
                "recherche": f"« {chosen.text} »" if chosen.text else "",
                "etat": chosen.state.label if chosen.state is not CaseStateFilter.OPEN else "",
                "etape": self.steps.get(chosen.step, ""),
                "structure": chosen.structure.name if chosen.structure else "",
                "retard": "En retard" if chosen.late else "",
                "miennes": "Mes situations" if chosen.mine else "",
                "etiquette": f"Étiquette « {self.labels[str(chosen.label)]} »" if chosen.label else "",
            }
        )


class OpenStep(NamedTuple):
    title: str
    holder: str
    since: date
    due: date | None


def _step_titles(steps: Sequence[OpenStep]) -> str:
    return ", ".join(step.title for step in steps)


def _step_holders(steps: Sequence[OpenStep]) -> str:
    return ", ".join(dict.fromkeys(step.holder for step in steps))


def _first_since(steps: Sequence[OpenStep]) -> date | None:
    return min((step.since for step in steps), default=None)


def _first_due(steps: Sequence[OpenStep]) -> date | None:
    return min((step.due for step in steps if step.due), default=None)


OUTCOMES = {str(value): str(label) for value, label in CaseOutcome.choices}
CLOSED = (
    Column("Close le", ColumnKind.DATE, 12, reads=("closed_on",)),
    Column("Issue", width=24, reads=("outcome",), say=lambda outcome: OUTCOMES.get(outcome, "")),
)
BALANCE = Column("Dernier solde de loyer connu", ColumnKind.MONEY, 16, reads=("balance",))


class CasesListing(Listing):
    code = "situations"
    title = "Situations"
    address = "cases"
    filters = ("etat", "etape", "structure", "retard", "miennes", "etiquette")
    order = ("-opened_on", "-pk")
    rights = ("handle_case", "answer_routing", "view_structure_cases", "pilot_action")
    declared = (
        Column("Dossier", width=13, reads=("opened_on", "pk"), say=reference_of),
        Column("Ménage", width=28, reads=("usual_name", "first_names"), say=say_person, code="person"),
        Column("Urgent", width=8, reads=("is_urgent",), say=say_yes),
        Column("Étape", width=34, reads=("steps",), say=_step_titles, code="step"),
        Column("Chez qui", width=26, reads=("steps",), say=_step_holders, code="who"),
        Column("Depuis le", ColumnKind.DATE, 12, reads=("steps",), say=_first_since),
        Column("Échéance", ColumnKind.DATE, 12, reads=("steps",), say=_first_due, code="due"),
        Column("Suivie par", width=26, reads=("responsible_structure__name",), code="followed_by"),
        Column("Professionnel", width=24, reads=("professional",)),
        Column("Ouverte le", ColumnKind.DATE, 12, reads=("opened_on",), code="opened"),
        Column("Étiquettes", width=24, reads=("labels_there",), say=say_all),
    )

    @cached_property
    def form(self) -> CaseFilterForm:
        form = CaseFilterForm(
            self.asked,
            known=self.read_once(
                "known", lambda: find_filter_choices(self.user, held=self.held_rights, today=self.today)
            ),
        )
        form.is_valid()
        return form

    @property
    def labelling(self) -> frozenset[int]:
        """The structures whose labels the person reads."""
        return permissions.labelling_structure_ids(self.held_rights)

    @property
    def unknown_filters(self) -> list[str]:
        return faulty_fields(self.form)

    def filter_words(self) -> dict[str, str]:
        said = self.form.filter_words()
        return said if "etat" in said else {"etat": self.form.criteria.state.label, **said}

    def find_rows(self) -> QuerySet[Case]:
        return queries.find_matching_cases(self.user, self.form.criteria, today=self.today)

    @property
    def has_debts(self) -> bool:
        """A pilot who only routes and arbitrates reads cards, which tell no sum."""
        return any(self.held_rights.get(right) for right in SEES_DEBTS)

    @property
    def has_closed(self) -> bool:
        return self.form.criteria.state is not CaseStateFilter.OPEN

    def columns(self) -> list[Column]:
        return [*self.declared, *(CLOSED if self.has_closed else ()), *([BALANCE] if self.has_debts else ())]

    def read_rows(self, ids: Sequence[int]) -> Iterable[Row]:
        waiting = _find_open_steps(ids)
        labels = label_words("pk", structures=self.labelling)
        rows = queries.with_names(Case.objects.filter(pk__in=ids_subquery(ids))).annotate(labels_there=labels)
        if self.has_debts:
            rows = rows.annotate(balance=_rent_balance(permissions.shown_in_full(self.user, at=self.today)))
        for row in rows.values(*self.fields(but={"pk", "steps"})):
            yield {**row, "steps": waiting.get(row["pk"], ())}


def _find_open_steps(ids: Sequence[int]) -> dict[int, list[OpenStep]]:
    """Case → its open steps. One query."""
    found = defaultdict(list)
    owner = full_name("owner__")
    tasks = CaseTask.objects.open().filter(case__in=ids_subquery(ids)).order_by("pk")
    who = Choice(When(owner=None, then=F("structure__name")), default=owner)
    for case, node, benefit, named, created, due in tasks.values_list(
        "case", "flow_task", "data__benefit", who, "created__date", "due_on"
    ):
        found[case].append(OpenStep(say_step(node, benefit), named, created, due))
    return found


def _rent_balance(in_full: object) -> Choice:
    """What the last statement of the rent debt says, of a case that the person sees whole."""
    of_lease = DebtStatement.objects.filter(debt__tenancy=OuterRef("tenancy")).order_by("-as_of", "-pk")
    return Choice(When(in_full, then=Subquery(of_lease.values("balance")[:1])), default=None)
