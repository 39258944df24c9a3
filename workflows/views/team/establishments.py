"""Établissements admis: the SIRETs from which people enter a structure by ProConnect, said by an administrator."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases.actions import establishments as acts
from cases.models import Establishment
from workflows.views.parts.pages import FormPage, do_and_tell
from workflows.views.team.structures import PageOfStructure


class EstablishmentForm(forms.Form):
    siret = forms.CharField(
        label="SIRET",
        max_length=30,
        help_text="14 chiffres, avec ou sans espaces. Il se lit sur annuaire-entreprises.data.gouv.fr.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class PageOfStructureInService(PageOfStructure):
    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        if not self.structure.is_active:
            raise Http404


class Establishments(FormPage, PageOfStructureInService):
    form_class = EstablishmentForm

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        admitted = acts.admit(structure=self.structure, siret=typed["siret"], by=self.user, at=self.now)
        return self.lead_on(f"SIRET {admitted} admis.", "establishments", self.structure.code)

    def render_form(self, form: forms.Form) -> HttpResponse:
        found = Establishment.objects.filter(structure=self.structure)
        context = {"form": form, "structure": self.structure, "establishments": found}
        return render(self.request, "administration/establishments.html", context)


class WithdrawEstablishment(PageOfStructureInService):
    """A button of the list."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, structure: str, siret: str) -> HttpResponse:
        do_and_tell(request, lambda: self.carry_out(siret))
        return redirect("establishments", structure)

    def carry_out(self, siret: str) -> str:
        acts.withdraw(structure=self.structure, siret=siret, by=self.user, at=self.now)
        return "Cet établissement n’est plus admis. Les comptes restent, avec leur mot de passe."
