"""A diagnosis is begun anew, given up, finished."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from cases.actions import diagnosis
from cases.models import Diagnostic
from workflows.views.case.diagnosis import EditPage, step_url, waiting_step
from workflows.views.parts.pages import FormPage


class Update(EditPage):
    """Begin another diagnosis from the last one, which stays as it is."""

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        diagnosis.begin(case=self.case, structure=self.case.responsible_structure, by=self.user, at=self.now)
        return redirect(self.url)


class Drop(EditPage):
    """Give up the draft."""

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        diagnosis.drop_draft(case=self.case, structure=self.case.responsible_structure, by=self.user, at=self.now)
        messages.info(request, "Brouillon effacé.")
        return redirect(self.url if self.case.diagnostics.exists() else self.case_url)


class FinishForm(forms.Form):
    completeness = forms.ChoiceField(
        label="Diagnostic", choices=Diagnostic.Completeness.choices, widget=forms.RadioSelect
    )


class Finish(EditPage, FormPage):
    """Close an update; the first diagnosis is closed by its step."""

    form_class = FinishForm

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        if step := waiting_step(self):
            return redirect(step_url(self, step))
        if self.draft is None:
            messages.info(request, "Aucun diagnostic n’est en cours : le précédent est terminé.")
            return redirect(self.url)
        return None

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        diagnosis.finish(
            case=self.case,
            structure=self.case.responsible_structure,
            by=self.user,
            made_on=self.today,
            at=self.now,
            **typed,
        )
        return self.lead_on("Diagnostic terminé.", self.url)

    def render_form(self, form: forms.Form) -> HttpResponse:
        return self.render_page("diagnosis/finish.html", form=form, **self.progress())
