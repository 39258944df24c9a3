"""Organisation: the legal body of one or more services, whose name an administrator of its territories says anew."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render

from cases.actions import organisations as acts
from cases.models import Organisation, Structure
from workflows.views.parts.pages import FormPage
from workflows.views.team.structures import StructurePageOfAdministrator


class OrganisationForm(forms.Form):
    name = forms.CharField(
        label="Nom de l’organisation",
        max_length=120,
        help_text="Son nom en droit, que portent les courriers. Un fichier d’impayés reconnaît un bailleur à ce nom, à celui "
        "de son service, ou à son code.",
    )


class RenameOrganisation(FormPage, StructurePageOfAdministrator):
    organisation: Organisation

    def find_objects(self, **kwargs: object) -> None:
        here = self.all_structures().values("organisation")
        self.organisation = get_object_or_404(Organisation, pk__in=here, code=kwargs["organisation"])

    def get_form(self, data: QueryDict | None = None) -> OrganisationForm:
        return OrganisationForm(data, initial={"name": self.organisation.name})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        acts.rename_organisation(organisation=self.organisation, **typed, by=self.user, at=self.now)
        return self.lead_on(f"{typed['name']} : enregistré.", "structures")

    def render_form(self, form: forms.Form) -> HttpResponse:
        context = {"form": form, "organisation": self.organisation, "services": self.find_services()}
        return render(self.request, "administration/organisation.html", context)

    def find_services(self) -> QuerySet[Structure]:
        return self.all_structures().filter(organisation=self.organisation).order_by("name")
