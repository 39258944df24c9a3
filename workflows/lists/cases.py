"""Situations: the cases that a person sees."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Case as Choice, F, OuterRef, QuerySet, Subquery, When

from cases import permissions
from cases.acting import full_name
from cases.models import CLAIMANT_KINDS, Case, CaseOutcome, DebtStatement, Structure
from cases.models.case import reference_of
from cases.queries import label_words, own_labels
from cases.rules import names
from cases.rules.catalogue import of_benefit
from workflows import diagram
from workflows.flows import FLOWS
from workflows.lists.base import Column, ColumnKind, Line, Listing, ids_subquery, in_order
from workflows.models import CaseTask
from workflows.nodes import Task
from workflows.queries import cases as queries
from workflows.queries.cases import CaseCriteria, CaseStateFilter

SEES_DEBTS = ("handle_case", "view_structure_cases")
"""Whoever holds one of these may see cases whole, with their sums."""
STATES = [(CaseStateFilter.OPEN, "Ouvertes"), (CaseStateFilter.CLOSED, "Closes"), (CaseStateFilter.ALL, "Toutes")]


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


def find_filter_choices(*, labelling: Collection[int]) -> FilterChoices:
    """`labelling`: the structures whose labels the person reads. One query."""
    shown = Structure.objects.filter(is_active=True).exclude(kind__in=CLAIMANT_KINDS).annotate(labelled=own_labels())
    structures = {structure.code: structure for structure in shown}
    own = [each for each in structures.values() if each.pk in labelling and each.labelled]  # type: ignore[attr-defined]  # annotated
    return FilterChoices(
        structures,
        labels={
            str(label["pk"]): f"{label['words']} ({each})" if len(own) > 1 else label["words"]
            for each in own
            for label in each.labelled  # type: ignore[attr-defined]  # annotated
        },
    )


class CaseFilterForm(forms.Form):
    """Its names are those of the addresses, hence French."""

    texte = forms.CharField(
        label="Nom, référence, numéro allocataire ou téléphone",
        max_length=100,
        required=False,
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    etat = forms.TypedChoiceField(
        label="État", choices=STATES, coerce=CaseStateFilter, empty_value=CaseStateFilter.OPEN, required=False
    )
    etape = forms.ChoiceField(label="Étape", required=False)
    structure = forms.ChoiceField(label="Structure", required=False)
    retard = forms.BooleanField(label="En retard", required=False)
    miennes = forms.BooleanField(label="Mes situations", required=False)
    etiquette = forms.ChoiceField(label="Étiquette", required=False)
    field_order = ["texte", "etat", "etape", "structure", "etiquette", "retard", "miennes"]

    def __init__(self, *args: Any, known: FilterChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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
        said = {
            "recherche": f"« {chosen.text} »" if chosen.text else "",
            "etat": dict(STATES)[chosen.state] if chosen.state is not CaseStateFilter.OPEN else "",
            "etape": self.steps.get(chosen.step, ""),
            "structure": chosen.structure.name if chosen.structure else "",
            "retard": "En retard" if chosen.late else "",
            "miennes": "Mes situations" if chosen.mine else "",
            "etiquette": f"Étiquette « {self.labels[str(chosen.label)]} »" if chosen.label else "",
        }
        return {name: words for name, words in said.items() if words}


class CasesListing(Listing):
    code = "situations"
    title = "Situations"
    address = "cases"
    filters = ("etat", "etape", "structure", "retard", "miennes", "etiquette")
    rights = ("handle_case", "answer_routing", "view_structure_cases", "pilot_action")

    @cached_property
    def form(self) -> CaseFilterForm:
        form = CaseFilterForm(self.asked, known=self.read_once("known", self._find_choices))
        form.is_valid()
        return form

    def _find_choices(self) -> FilterChoices:
        return find_filter_choices(labelling=permissions.labelling_structure_ids(self.held_rights))

    @property
    def unknown_filters(self) -> list[str]:
        return [str(self.form[name].label) for name in self.form.errors if name in self.form.fields]

    def filter_words(self) -> dict[str, str]:
        said = self.form.filter_words()
        return said if "etat" in said else {"etat": dict(STATES)[self.form.criteria.state], **said}

    def find_rows(self) -> QuerySet[Case]:
        return queries.find_matching_cases(self.user, self.form.criteria, today=self.today)

    def find_ordered_rows(self) -> QuerySet[Case]:
        return self.find_rows().order_by("-opened_on", "-pk")

    @property
    def has_debts(self) -> bool:
        """A pilot who only routes and arbitrates reads cards, which tell no sum."""
        return any(self.held_rights.get(right) for right in SEES_DEBTS)

    @property
    def has_closed(self) -> bool:
        return self.form.criteria.state is not CaseStateFilter.OPEN

    def columns(self) -> list[Column]:
        return [
            Column("Dossier", width=13),
            Column("Ménage", width=28),
            Column("Urgent", width=8),
            Column("Étape", width=34),
            Column("Chez qui", width=26),
            Column("Depuis le", ColumnKind.DATE, 12),
            Column("Échéance", ColumnKind.DATE, 12),
            Column("Suivie par", width=26),
            Column("Professionnel", width=24),
            Column("Ouverte le", ColumnKind.DATE, 12),
            Column("Étiquettes", width=24),
            *([Column("Close le", ColumnKind.DATE, 12), Column("Issue", width=24)] if self.has_closed else []),
            *([Column("Dernier solde de loyer connu", ColumnKind.MONEY, 16)] if self.has_debts else []),
        ]

    def read_lines(self, ids: Sequence[int]) -> Iterator[Line]:
        waiting = _find_open_steps(ids)
        labels = label_words("pk", structures=permissions.labelling_structure_ids(self.held_rights))
        rows = queries.with_names(Case.objects.filter(pk__in=ids_subquery(ids))).annotate(labels_there=labels)
        fields = [
            "pk", "opened_on", "usual_name", "first_names", "is_urgent", "responsible_structure__name",
            "professional", "closed_on", "outcome", "labels_there",
        ]  # fmt: skip
        if self.has_debts:
            rows = rows.annotate(balance=_rent_balance(permissions.shown_in_full(self.user, at=self.today)))
            fields.append("balance")
        return in_order({row[0]: self._line(row, waiting.get(row[0], [])) for row in rows.values_list(*fields)}, ids)

    def _line(self, row: Any, waiting: list[Any]) -> Line:
        pk, opened_on, usual, first, is_urgent, structure, professional, closed_on, outcome, labels, *debt = row
        dues = [due for *_, due in waiting if due]
        said = [
            reference_of(opened_on, pk),
            names.full_name(usual or "", first or ""),
            "oui" if is_urgent else "",
            ", ".join(words for words, *_ in waiting),
            ", ".join(dict.fromkeys(who for _, who, *_ in waiting)),
            min((since for *_, since, _ in waiting), default=None),
            min(dues, default=None),
            structure,
            professional,
            opened_on,
            ", ".join(labels or []),
        ]
        closed = [closed_on, OUTCOMES.get(outcome, "")] if self.has_closed else []
        return [*said, *closed, *debt]


OUTCOMES = {str(value): str(label) for value, label in CaseOutcome.choices}


def _find_open_steps(ids: Sequence[int]) -> dict[int, list[tuple[str, str, date, date | None]]]:
    """Case → its open steps: words, who has the ball, since which day, until when. One query."""
    found = defaultdict(list)
    owner = full_name("owner__")
    tasks = CaseTask.objects.open().filter(case__in=ids_subquery(ids)).order_by("pk")
    who = Choice(When(owner=None, then=F("structure__name")), default=owner)
    for case, node, benefit, named, created, due in tasks.values_list(
        "case", "flow_task", "data__benefit", who, "created__date", "due_on"
    ):
        found[case].append((of_benefit(str(node.task_title), benefit), named, created, due))
    return found


def _rent_balance(in_full: Any) -> Choice:
    """What the last statement of the rent debt says, of a case that the person sees whole."""
    of_lease = DebtStatement.objects.filter(debt__tenancy=OuterRef("tenancy")).order_by("-as_of", "-pk")
    return Choice(When(in_full, then=Subquery(of_lease.values("balance")[:1])), default=None)
