"""A case of others opened in emergency: asked with a reason from where a share is asked, read only, watched, ended."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from cases import permissions
from cases.models import AccessEntry, Case, EmergencyAccess
from cases.permissions import ShownBy
from cases.rules.traces import load_trace_limits
from workflows.actions import emergency
from workflows.queries.case_page import CasePageData
from workflows.queries.timeline import entries_of
from workflows.views.case.sharing_requests import FoundCasePage
from workflows.views.parts.pages import Page, do_and_tell
from workflows.views.parts.timeline import build_timeline

SHOWN_ACTS = 50
SHOWN_ACCESSES = 100
RELATED = ("case__responsible_structure", "structure", "by", "ended_by")


class EmergencyForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi ouvrir ce dossier sans attendre",
        help_text=(
            "Le danger ou le délai, et ce que vous allez faire. Ni donnée de santé ni jugement : votre responsable, le "
            "délégué à la protection des données et la personne peuvent le lire."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=500,
    )


class OpenInEmergency(FoundCasePage):
    """For who follows cases; the same search that lets ask for a share lets open one."""

    form_class = EmergencyForm

    def render_form(self, form: EmergencyForm) -> HttpResponse:
        if not permissions.may_open_emergency(self.user, self.structure, at=self.today):
            raise Http404
        context = {
            "form": form,
            "known_by": self.case.responsible_structure,
            "structure": self.structure,
            "ask_token": self.kwargs["token"],
            "hours": load_trace_limits().emergency_hours,
        }
        return render(self.request, "sharing/emergency_open.html", context)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        access = emergency.open_in_emergency(
            case=self.case, structure=self.structure, reason=typed["reason"], by=self.user, at=self.now
        )
        return redirect("emergency_case", access.public_id)


class EmergencyCase(Page):
    """What is read of the case while the access runs: who, with whom, until when, what happened. No act, no sum, no piece."""

    shows = AccessEntry.Kind.CASE
    held_back = ()
    access: EmergencyAccess

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        running = permissions.open_emergencies(self.user, at=self.now)
        related = (
            "case__household",
            "case__responsible_structure",
            "case__tenancy__landlord",
            "case__tenancy__manager",
        )
        access = get_object_or_404(running.select_related("structure", *related), public_id=kwargs["access"])
        case = access.case
        if permissions.can_view(self.user, case, at=self.today):
            return redirect("case", case.public_id)
        data = CasePageData(case, on=self.today)
        acts = build_timeline(
            entries_of(case, notes=permissions.notes_in_emergency(access)), milestones=data.words_of_milestones
        )
        answer = render(
            request,
            "sharing/emergency_case.html",
            {"access": access, "case": case, "data": data, "acts": acts[:SHOWN_ACTS]},
        )
        self.access = access
        return answer

    def find_shown_case(self) -> Case:
        return self.access.case

    def find_shown_by(self, case: Case | None) -> ShownBy:
        return ShownBy(self.access.structure_id, AccessEntry.Right.BREAK_GLASS)

    def find_reason(self) -> str:
        """Its words are with the access."""
        return f"emergency-{self.access.pk}"


class EmergencyAccesses(Page):
    """His own, and for who watches them those of his service: of the case its number alone."""

    shows = AccessEntry.Kind.LIST
    held_back = ()

    def get(self, request: HttpRequest) -> HttpResponse:
        known = permissions.known_emergencies(self.user, at=self.today)
        found = known.select_related(*RELATED)[:SHOWN_ACCESSES]
        running = set(EmergencyAccess.objects.running(self.now).filter(pk__in=found).values_list("pk", flat=True))
        rows = [{"access": each, "runs": each.pk in running, "mine": each.by_id == self.user.pk} for each in found]
        return render(
            request, "sharing/emergencies.html", {"rows": rows, "hours": load_trace_limits().emergency_hours}
        )


class EndEmergency(Page):
    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        known = permissions.known_emergencies(self.user, at=self.today)
        access = get_object_or_404(known.select_related("case", "structure"), public_id=kwargs["access"])
        do_and_tell(request, partial(self.end, access), refused=messages.INFO)
        return redirect("emergency_accesses")

    def end(self, access: EmergencyAccess) -> str:
        emergency.end_emergency(access=access, by=self.user, at=self.now)
        return "Accès d’urgence interrompu."
