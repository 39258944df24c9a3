"""« État du droit »: all that Relais says of the law, with its source, its reading, its last check, and what falls due."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from cases import permissions
from cases.actions import law as acts
from cases.forms import DayField
from cases.rules.law import ACTIONS, KINDS, YearlyAmount
from workflows.queries.law import StatementInForce, count_to_verify, read_law
from workflows.views.editions.base import RulesPage
from workflows.views.editions.catalogue_editors import CATALOGUE_EDITORS
from workflows.views.parts.pages import FormPage

STATES = {
    "a-verifier": "à vérifier",
    "verifie": "vérifiées avec le texte",
    "change": "changées depuis leur vérification",
}
FILTERS: Mapping[str, dict[Any, str]] = {"action": {**ACTIONS}, "sorte": {**KINDS}, "etat": STATES}


class LawFilterForm(forms.Form):
    action = forms.ChoiceField(label="Action", required=False, choices=[("", "Toutes"), *ACTIONS.items()])
    sorte = forms.ChoiceField(label="Sorte", required=False, choices=[("", "Toutes"), *KINDS.items()])
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *STATES.items()])


class LawState(RulesPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        asked = {name: value for name, known in FILTERS.items() if (value := request.GET.get(name, "")) in known}
        found = read_law(territory=self.territory, on=self.today)
        shown = [each for each in found if _is_asked(each, asked)]
        context = {
            "form": LawFilterForm(initial=asked),
            "chips": [
                {"label": FILTERS[name][value], "url": _url_without(asked, name)} for name, value in asked.items()
            ],
            "clear_url": reverse("law"),
            "sections": [
                (title, [each for each in shown if each.statement.kind == kind]) for kind, title in KINDS.items()
            ],
            "number": len(shown),
            "total": len(found),
            "to_verify": count_to_verify(found),
            "due": [
                self._due_line(*each) for each in acts.find_missing_amounts(territory=self.territory, on=self.today)
            ],
        }
        return render(request, "law/state.html", context)

    def _due_line(self, amount: YearlyAmount, due: date) -> dict[str, Any]:
        return {
            "title": amount.title,
            "reference": amount.reference,
            "year": due.year,
            "due": due,
            "is_late": due <= self.today,
            "url": _catalogue_url(amount.catalogue),
        }


def _url_without(asked: Mapping[str, str], name: str) -> str:
    query = QueryDict(mutable=True)
    query.update({each: value for each, value in asked.items() if each != name})
    return f"{reverse('law')}?{query.urlencode()}" if query else reverse("law")


def _is_asked(each: StatementInForce, asked: Mapping[str, str]) -> bool:
    states = {"a-verifier": each.is_to_verify, "verifie": each.is_checked, "change": each.has_changed_since}
    return (
        asked.get("action", each.statement.action) == each.statement.action
        and asked.get("sorte", each.statement.kind) == each.statement.kind
        and ("etat" not in asked or states[asked["etat"]])
    )


def _catalogue_url(catalogue: str) -> str:
    """Where the pilot changes these rules; empty where no page does."""
    slug = next((slug for slug, each in CATALOGUE_EDITORS.items() if each.catalogue.code == catalogue), "")
    return reverse("rules_catalogue", args=[slug]) if slug else ""


class LawCheckForm(forms.Form):
    checked_on = DayField(label="Vérifiée le", error_messages={"required": "Indiquer le jour où le texte a été lu."})
    note = forms.CharField(
        label="Ce qui a été lu",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Le texte, sa version, où il a été lu. Jamais le nom d’une personne suivie.",
        error_messages={"required": "Dire ce qui a été lu : le texte, sa version, où."},
    )
    seen = forms.CharField(widget=forms.HiddenInput)


class LawStatementPage(FormPage, RulesPage):
    """One statement: what it says, where it comes from, its checks, and the form of the next one."""

    form_class = LawCheckForm
    found: StatementInForce

    def find_objects(self, **kwargs: object) -> None:
        wanted = kwargs["source"], kwargs["code"]
        every = read_law(territory=self.territory, on=self.today)
        found = next((each for each in every if (each.statement.catalogue, each.statement.code) == wanted), None)
        if found is None:
            raise Http404
        self.found = found

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not self.may_check:
            raise PermissionDenied
        return super().post(request, **kwargs)

    @property
    def may_check(self) -> bool:
        """For the pilot at the desk of these rules: the pilots of other actions read."""
        catalogue = self.found.statement.catalogue
        return permissions.changes_rules(self.user, catalogue, territory=self.territory, at=self.today)

    def get_form(self, data: QueryDict | None = None) -> LawCheckForm:
        return LawCheckForm(data, initial={"checked_on": self.today, "seen": acts.mark_of(self.found.statement)})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        acts.record_check(statement=self.found.statement, territory=self.territory, by=self.user, at=self.now, **typed)
        return self.lead_on("Vérification enregistrée.", self.request.path)

    def render_form(self, form: LawCheckForm) -> HttpResponse:
        statement = self.found.statement
        context = {
            "found": self.found,
            "statement": statement,
            "kind": KINDS[statement.kind],
            "action": ACTIONS[statement.action],
            "form": form if self.may_check else None,
            "law_url": reverse("law"),
            "catalogue_url": _catalogue_url(statement.catalogue),
        }
        return render(self.request, "law/statement.html", context)
