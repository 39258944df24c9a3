"""Fermetures: the days on which a structure is closed, typed by its manager or by an administrator."""

from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from cases.forms import DayField
from cases.models import Closure
from cases.rules.parameters import read_number
from workflows.actions import closures as acts
from workflows.views.parts.pages import FormPage, do_and_tell
from workflows.views.team.opening_hours import DescribedPage

REMOVE = "remove"


class ClosureForm(forms.Form):
    first_day = DayField(label="Premier jour de fermeture")
    last_day = DayField(label="Dernier jour de fermeture", help_text="Compris.")
    label = forms.CharField(
        label="Motif", help_text="Par exemple : fermeture de fin d’année.", max_length=80, strip=True
    )


class Closures(FormPage, DescribedPage):
    form_class = ClosureForm

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        asked = request.POST.get(REMOVE, "")
        if not asked:
            return super().post(request, **kwargs)
        closure = get_object_or_404(self.structure.closures, pk=read_number(asked))
        do_and_tell(request, partial(self.remove, closure))
        return redirect("closures", self.structure.code)

    def remove(self, closure: Closure) -> str:
        moved = acts.remove(closure=closure, by=self.user, at=self.now)
        return f"Fermeture retirée. {_recalculated_words(moved)}"

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        moved = acts.add(structure=self.structure, by=self.user, at=self.now, **typed)
        return self.lead_on(f"Fermeture enregistrée. {_recalculated_words(moved)}", "closures", self.structure.code)

    def render_form(self, form: ClosureForm) -> HttpResponse:
        context = {
            "form": form,
            "structure": self.structure,
            "back_url": self.back_url,
            "closures": [
                (closure, closure.first_day > self.today)
                for closure in self.structure.closures.filter(last_day__gte=self.today)
            ],
            "past": self.structure.closures.filter(last_day__lt=self.today).order_by("-first_day")[:10],
        }
        return render(self.request, "members/closures.html", context)


def _recalculated_words(count: int) -> str:
    if not count:
        return "Aucune échéance en cours ne change."
    return f"{count} échéances en cours recalculées." if count > 1 else "1 échéance en cours recalculée."
