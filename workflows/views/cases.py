"""Situations: search and filters.

What is typed about a person never stands in an address: it is posted, kept in the session, and the address holds
the number under which the session knows it.
"""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string

from cases.models import CLAIMANT_KINDS, Structure
from workflows import diagram
from workflows.flows import FLOWS
from workflows.nodes import Task
from workflows.queries import cases as queries
from workflows.queries.cases import Criteria, State
from workflows.views.base import Page

SEARCHES = "searches"
SEARCHES_KEPT = 20
STATES = [(State.OPEN, "Ouvertes"), (State.CLOSED, "Closes"), (State.ALL, "Toutes")]


def step_choices() -> list[tuple[str, str]]:
    """The steps that wait for someone, in the order of the procedures."""
    nodes = [node for flow in FLOWS.values() for node in diagram.steps(flow) if isinstance(node, Task)]
    return [(node.name, node.task_title) for node in nodes]


class FilterForm(forms.Form):
    """Its names are those of the addresses, hence French."""

    texte = forms.CharField(
        label="Nom, référence, numéro allocataire ou téléphone",
        max_length=100,
        required=False,
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    etat = forms.TypedChoiceField(label="État", choices=STATES, coerce=State, empty_value=State.OPEN, required=False)
    etape = forms.ChoiceField(label="Étape", required=False)
    structure = forms.ChoiceField(label="Structure", required=False)
    retard = forms.BooleanField(label="En retard", required=False)
    miennes = forms.BooleanField(label="Mes situations", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.steps = dict(step_choices())
        shown = Structure.objects.filter(is_active=True).exclude(kind__in=CLAIMANT_KINDS)
        self.structures = {structure.code: structure for structure in shown}
        fields: Any = self.fields
        fields["etape"].choices = [("", "Toutes les étapes"), *self.steps.items()]
        fields["structure"].choices = [
            ("", "Toutes les structures"),
            *((code, one.name) for code, one in self.structures.items()),
        ]

    @property
    def criteria(self) -> Criteria:
        """A filter that cannot be read filters nothing: its error is beside its field."""
        chosen = self.cleaned_data
        return Criteria(
            text=chosen.get("texte", ""),
            state=chosen.get("etat", State.OPEN),
            step=chosen.get("etape", ""),
            structure=self.structures.get(chosen.get("structure", "")),
            late=chosen.get("retard", False),
            mine=chosen.get("miennes", False),
        )

    def words(self) -> dict[str, str]:
        """Filter → what its chip says."""
        chosen = self.criteria
        said = {
            "recherche": f"« {chosen.text} »" if chosen.text else "",
            "etat": dict(STATES)[chosen.state] if chosen.state is not State.OPEN else "",
            "etape": self.steps.get(chosen.step, ""),
            "structure": chosen.structure.name if chosen.structure else "",
            "retard": "En retard" if chosen.late else "",
            "miennes": "Mes situations" if chosen.mine else "",
        }
        return {name: words for name, words in said.items() if words}


class CasesView(Page):
    def get(self, request: HttpRequest) -> HttpResponse:
        number = request.GET.get("recherche", "")
        text = request.session.get(SEARCHES, {}).get(number, "")
        form = FilterForm({**request.GET.dict(), "texte": text})
        form.is_valid()
        return self._show(request, form, expired=bool(number) and not text)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = FilterForm(request.POST)
        if not form.is_valid():
            return self._show(request, form)
        chosen = {
            name: value
            for name in ("etat", "etape", "structure", "retard", "miennes")
            if (value := request.POST.get(name))
        }
        if form.criteria.state is State.OPEN:
            chosen.pop("etat", None)
        if form.criteria.text:
            chosen["recherche"] = _keep(request, form.criteria.text)
        return redirect(f"{reverse('cases')}?{urlencode(chosen)}" if chosen else reverse("cases"))

    def _show(self, request: HttpRequest, form: FilterForm, *, expired: bool = False) -> HttpResponse:
        found = queries.find(self.user, form.criteria, today=self.today)
        after = request.GET.get("apres", "")
        shown = queries.page(found.cases, today=self.today, after=after)
        context = {
            "form": form,
            "lines": queries.lines(shown[: queries.PAGE_SIZE], today=self.today),
            "total": "" if found.is_similar else _total(found.total),
            "is_similar": found.is_similar and bool(shown),
            "expired": expired,
            "chips": [{"label": words, "url": _without(request, name)} for name, words in form.words().items()],
            "first_url": _without(request) if after else "",
            "next_url": _next(request, shown),
        }
        return render(request, "cases/list.html", context)


def _keep(request: HttpRequest, text: str) -> str:
    """Keep a search in the session, the last ones only; returns the number for the address."""
    number = get_random_string(8)
    kept = list(request.session.get(SEARCHES, {}).items())[-SEARCHES_KEPT + 1 :]
    request.session[SEARCHES] = dict([*kept, (number, text)])
    return number


def _total(total: int) -> str:
    if total > queries.COUNTED:
        return f"Plus de {queries.COUNTED} situations"
    return f"{total} situation{'s' if total > 1 else ''}"


def _without(request: HttpRequest, *names: str) -> str:
    """The same list without these filters, from its beginning."""
    kept = {name: value for name, value in request.GET.items() if value and name not in {*names, "apres"}}
    return f"{reverse('cases')}?{urlencode(kept)}" if kept else reverse("cases")


def _next(request: HttpRequest, shown: list[Any]) -> str:
    if len(shown) <= queries.PAGE_SIZE:
        return ""
    last = queries.position(shown[queries.PAGE_SIZE - 1])
    return f"{reverse('cases')}?{urlencode({**request.GET.dict(), 'apres': last})}"
