"""A structure that needs time says by when it answers, from the step or from its line: see `workflows.actions.more_time`."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect

from cases.forms import FormData
from workflows import engine
from workflows.actions import more_time
from workflows.actions.more_time import MoreTime
from workflows.models import CaseTask
from workflows.views.case.case_actions import ActPage
from workflows.views.parts.inline_form import InlineFormPage

LEAD = (
    "La structure qui suit la situation en est prévenue. Les dates limites ne changent pas. À demander une seule fois."
)


def words_of(asked: MoreTime) -> str:
    return f"{asked.days} jours ouvrés : réponse attendue le {asked.until:%d/%m/%Y}"


class MoreTimeForm(forms.Form):
    days = forms.TypedChoiceField(
        label="Temps demandé",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisir un délai.", "invalid_choice": "Choisir un délai de la liste."},
    )

    def __init__(self, data: FormData = None, *, offered: list[MoreTime]) -> None:
        super().__init__(data)
        field: Any = self.fields["days"]
        field.choices = [(each.days, words_of(each)) for each in offered]
        field.initial = offered[0].days if offered else None


class AskTime(InlineFormPage, ActPage):
    title = "Demander du temps"
    submit_label = "Demander"
    lead = LEAD
    task: CaseTask
    offered: list[MoreTime]

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        found = CaseTask.objects.select_related("process__case", "case", "structure", "owner").filter(is_human=True)
        self.task = get_object_or_404(found, public_id=kwargs["task"], case=self.case)
        if not self.task.is_open:
            return self.lead_on(str(engine.AlreadyDone(self.task)), self.back_url, level=messages.INFO)
        if not engine.may_act(self.user, self.task, at=self.now):
            raise Http404
        self.offered = more_time.may_be_asked(self.task, on=self.today)
        if not self.offered:
            messages.info(request, "Plus aucun délai ne peut être demandé : répondre à l’orientation.")
            return redirect(self.back_url)
        return None

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return MoreTimeForm(data, offered=self.offered)

    def render_form(self, form: forms.Form) -> HttpResponse:
        if self.is_here:
            return self.opened_here(form, title=self.title, submit_label=self.submit_label, lead=self.lead)
        return super().render_form(form)

    def carry_out(self, typed: dict[str, Any]) -> str:
        entry = more_time.ask(task=self.task, days=typed["days"], by=self.user, at=self.now)
        until = next(each.until for each in self.offered if each.days == entry.data["days"])
        return f"Réponse attendue le {until:%d/%m/%Y} : la structure qui suit la situation en est prévenue."
