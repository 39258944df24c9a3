"""Bailleur: what the files of a landlord or of a rent manager are read by, and with whom he stands, for the administrator."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render

from cases.actions import landlords as acts
from cases.models import Housing, LandlordProfile, LandlordType
from workflows.queries.landlord_links import find_landlord_links
from workflows.views.parts.pages import FormPage
from workflows.views.team.structures import PageOfStructure


class LandlordNatureForm(forms.Form):
    legal_type = forms.ChoiceField(label="Nature juridique", choices=LandlordType.choices)
    housing = forms.ChoiceField(
        label="Parc",
        choices=Housing.choices,
        help_text="Des prochains fichiers, quand une ligne ne le dit pas. Les baux déjà enregistrés ne changent pas.",
    )


class LandlordNature(FormPage, PageOfStructure):
    profile: LandlordProfile

    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        profile = LandlordProfile.objects.filter(structure=self.structure).first()
        if profile is None:  # who claims nothing, or stands for the landlords who do not take part
            raise Http404
        self.profile = profile

    def get_form(self, data: QueryDict | None = None) -> LandlordNatureForm:
        known = {"legal_type": self.profile.legal_type, "housing": self.profile.housing}
        return LandlordNatureForm(data, initial=known)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        acts.correct_nature(profile=self.profile, **typed, by=self.user, at=self.now)
        return self.lead_on("Enregistré : les prochains fichiers se lisent ainsi.", "structure", self.structure.code)

    def render_form(self, form: LandlordNatureForm) -> HttpResponse:
        links = find_landlord_links(self.structure)
        context = {"form": form, "structure": self.structure, "links": links}
        return render(self.request, "administration/landlord_nature.html", context)
