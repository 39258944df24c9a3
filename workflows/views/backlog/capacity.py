"""Capacity: a manager suspends the new cases of his structure until a day, changes that day, takes cases again."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import cached_property

from cases import permissions
from cases.actions import capacity
from cases.forms import DayField
from cases.models import Structure, Suspension
from cases.models.structures import NEVER_HELP
from workflows.views.parts.pages import FormPage, StructurePage, do_and_tell

RESUME = "resume"


class SuspensionForm(forms.Form):
    last_day = DayField(label="Dernier jour sans nouvelle situation", help_text="Compris. Ensuite, tout reprend seul.")


class SuspendForm(SuspensionForm):
    since = DayField(label="À partir du", help_text="Aujourd’hui ou plus tard.")
    reason = forms.ChoiceField(
        label="Motif", help_text="Le pilote le lit.", choices=[("", "Choisir un motif"), *Suspension.Reason.choices]
    )
    field_order = ["since", "last_day", "reason"]


class Capacity(FormPage, StructurePage):
    right = "view_backlog"

    def get_selectable_structures(self) -> QuerySet[Structure]:
        """Those that cases are routed to."""
        return permissions.structures_where(self.user, self.right, at=self.today).exclude(kind__in=NEVER_HELP)

    @cached_property
    def suspension(self) -> Suspension | None:
        """The one of the day, else the next one."""
        return Suspension.objects.not_over(self.today).filter(structure=self.structure).first()

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if RESUME not in request.POST:
            return super().post(request, **kwargs)
        if self.suspension:
            do_and_tell(request, partial(self.resume, self.suspension))
        return redirect("capacity", self.structure.code)

    def resume(self, suspension: Suspension) -> str:
        capacity.resume(suspension=suspension, by=self.user, at=self.now)
        return "La structure reçoit de nouveau des situations, dès maintenant."

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        if self.suspension:
            return SuspensionForm(data, initial={"last_day": self.suspension.last_day})
        return SuspendForm(data, initial={"since": self.today})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        if self.suspension:
            capacity.change_last_day(suspension=self.suspension, by=self.user, at=self.now, **typed)
        else:
            capacity.suspend(structure=self.structure, by=self.user, at=self.now, **typed)
        messages.success(
            self.request,
            f"Aucune nouvelle situation ne sera orientée ici jusqu’au {typed['last_day']:%d/%m/%Y}. Le pilote en est prévenu.",
        )
        return redirect("capacity", self.structure.code)

    def render_form(self, form: forms.Form) -> HttpResponse:
        context = {
            "form": form,
            "structure": self.structure,
            "suspension": self.suspension,
            "has_begun": self.suspension is not None and self.suspension.is_current(self.today),
        }
        return render(self.request, "backlog/capacity.html", context)
