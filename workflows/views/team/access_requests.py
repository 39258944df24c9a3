"""Demandes d’accès: whoever signed in by ProConnect without an invitation waits for an administrator of the territory."""

from typing import Any, Unpack

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from cases.actions import proconnect
from cases.forms import FormData, FormOptions
from cases.models import AccessRequest, Role, Structure, User
from cases.rules.rights import GRANTED
from workflows.views.parts.cut_lists import read_first
from workflows.views.parts.pages import FormPage, do_and_tell
from workflows.views.team.administration import AdministrationPage


class AccessRequests(AdministrationPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        found, total = read_first(proconnect.requests_to_answer(self.user, at=self.now))
        return render(request, "administration/access_requests.html", {"requests": found, "total": total})


class AcceptanceForm(forms.Form):
    structure = forms.ModelChoiceField(
        label="Structure",
        queryset=Structure.objects.none(),
        to_field_name="code",
        empty_label="Choisir une structure",
        help_text="Celles qui admettent cet établissement.",
        error_messages={"invalid_choice": "Choisir une structure de la liste."},
    )
    role = forms.ChoiceField(
        label="Rôle",
        choices=[(value, label) for value, label in Role.choices if value not in GRANTED],
        initial=Role.AGENT,
        help_text="Un pilote, un délégué ou un administrateur se nomme ensuite, à deux.",
        error_messages={"invalid_choice": "Choisir un rôle de la liste."},
    )

    def __init__(
        self, data: FormData = None, *, structures: QuerySet[Structure], **kwargs: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["structure"]
        field.queryset = structures.order_by("name")
        if len(field.queryset) == 1:
            field.initial = field.queryset[0].code


class PageOfAccessRequest(AdministrationPage):
    def find_objects(self, **kwargs: object) -> None:
        waiting: Any = proconnect.requests_to_answer(self.user, at=self.now)
        self.asked: AccessRequest = get_object_or_404(waiting, public_id=kwargs["asked"])


class AnswerAccessRequest(FormPage, PageOfAccessRequest):
    def get_form(self, data: QueryDict | None = None) -> AcceptanceForm:
        return AcceptanceForm(data, structures=proconnect.structures_for(self.asked, self.user, at=self.now))

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        user = proconnect.accept(request=self.asked, **typed, by=self.user, at=self.now)
        return self.lead_on(f"{user} a désormais accès. Un courriel le lui dit.", "access_requests")

    def render_form(self, form: forms.Form) -> HttpResponse:
        has_account = User.objects.filter(email=self.asked.email).exists()
        context = {"form": form, "asked": self.asked, "has_account": has_account}
        return render(self.request, "administration/access_request.html", context)


class DeclineAccessRequest(PageOfAccessRequest):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        do_and_tell(request, self.carry_out)
        return redirect("access_requests")

    def carry_out(self) -> str:
        proconnect.decline(request=self.asked, by=self.user, at=self.now)
        return "Demande refusée. Aucun compte n’a été créé."
