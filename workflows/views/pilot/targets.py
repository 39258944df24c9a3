"""Objectifs: what the partners want the figures of the first page to reach, each with its day; what was noted stays."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from cases.forms import DayField
from workflows.actions.indicators import set_target
from workflows.indicators.first_page import KEY_FIGURES
from workflows.indicators.quarters import Quarter
from workflows.models import IndicatorTarget
from workflows.views.parts.pages import FormPage
from workflows.views.pilot.committee import PilotPage

BEHIND, AHEAD = 4, 4
"""Quarters from which a target may hold, around the one that runs."""
DAYS = 3650


class TargetForm(forms.Form):
    indicator = forms.ChoiceField(label="Chiffre")
    value = forms.IntegerField(
        label="Objectif",
        required=False,
        min_value=0,
        max_value=DAYS,
        help_text="En pour cent, ou en jours pour une durée. Vide : il n’y a plus d’objectif.",
        error_messages={"invalid": "Saisir un nombre entier, par exemple 60."},
    )
    since = forms.ChoiceField(label="À partir du")
    agreed_on = DayField(
        label="Décidé par les partenaires le",
        required=False,
        help_text="Vide si les partenaires ne l’ont pas encore décidé : le bilan dira « à vérifier ».",
    )

    def __init__(self, data: QueryDict | None = None, *, today: date) -> None:
        running = Quarter.containing(today)
        self.quarters = {each.code: each for each in (running.shifted_by(n) for n in range(-BEHIND, AHEAD + 1))}
        super().__init__(data, initial={"since": running.code})
        figures = [(each.code, f"{each.indicator.title} ({each.indicator.unit})") for each in KEY_FIGURES]
        self.fields["indicator"].choices = figures  # type: ignore[attr-defined]
        self.fields["since"].choices = [(code, str(each)) for code, each in self.quarters.items()]  # type: ignore[attr-defined]


class Targets(PilotPage, FormPage):
    def get_form(self, data: QueryDict | None = None) -> TargetForm:
        return TargetForm(data, today=self.today)

    def process_sent(self, form: TargetForm) -> HttpResponse:
        typed: dict[str, Any] = form.cleaned_data
        figure = next(each for each in KEY_FIGURES if each.code == typed["indicator"])
        set_target(
            indicator=figure.indicator,
            since=form.quarters[typed["since"]],
            value=typed["value"],
            agreed_on=typed["agreed_on"],
            by=self.user,
            structure=self.structure,
            at=self.now,
        )
        messages.success(
            self.request, "Objectif noté. Les bilans déjà publiés gardent celui qu’ils avaient à leur publication."
        )
        return redirect("committee_targets")

    def render_form(self, form: TargetForm) -> HttpResponse:
        titles = {each.code: each.indicator for each in KEY_FIGURES}
        noted = IndicatorTarget.objects.filter(territory=self.territory).select_related("set_by")
        rows = [(titles[each.indicator], Quarter(each.since), each) for each in noted if each.indicator in titles]
        return render(self.request, "indicators/targets.html", {"form": form, "rows": rows})
