"""Nom, contacts et mentions légales: what every page says of the installation, corrected by an administrator of it."""

from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from cases.actions import installation as acts
from cases.models import Installation
from cases.templatetags.relais import phone
from workflows.views.arrears.report_fields import phone_field
from workflows.views.parts.pages import FormPage
from workflows.views.team.administration import InstallationPage

WRONG_EMAIL = {"invalid": "Saisir une adresse complète, par exemple aide@ville.fr."}


def _words(label: str, length: int, help_text: str = "", *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, help_text=help_text, required=required)


class InstallationForm(forms.Form):
    name = _words("Nom affiché", 40, "Dans l’en-tête des pages et l’objet des courriels.", required=True)
    help_email = forms.EmailField(
        label="Courriel d’aide",
        required=False,
        help_text="À qui un professionnel écrit quand Relais ne fait pas ce qu’il attend. Au bas de chaque page.",
        error_messages=WRONG_EMAIL,
    )
    help_phone = phone_field()
    publisher = _words("Éditeur", 120, "L’organisme qui ouvre ce site, par exemple la commune ou son CCAS.")
    publisher_address = _words("Adresse du siège de l’éditeur", 200)
    publisher_phone = _words("Téléphone de l’éditeur", 20)
    director = _words(
        "Directeur de la publication", 120, "Le représentant légal de l’éditeur : son nom et sa fonction."
    )
    host = _words(
        "Hébergeur", 120, "L’organisme dont les serveurs portent ce site ; l’éditeur, s’il l’héberge lui-même."
    )
    host_address = _words("Adresse de l’hébergeur", 200)
    host_phone = _words("Téléphone de l’hébergeur", 20)
    accessibility_email = forms.EmailField(
        label="Courriel pour l’accessibilité",
        required=False,
        help_text="À qui signaler un défaut d’accessibilité. Vide : le courriel d’aide.",
        error_messages=WRONG_EMAIL,
    )

    def __init__(self, data: QueryDict | None, *, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["help_phone"].label = "Téléphone d’aide"


class DescribeInstallation(FormPage, InstallationPage):
    def get_form(self, data: QueryDict | None = None) -> InstallationForm:
        found = Installation.read()
        said = {field: getattr(found, field) for field in acts.DESCRIBED}
        return InstallationForm(data, initial=said | {"help_phone": phone(found.help_phone)})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        changed = acts.describe_installation(said=typed, by=self.user, at=self.now)
        words = "Enregistré : chaque page le dit d’ici une minute." if changed else "Rien n’a changé."
        return self.lead_on(words, "administration")

    def render_form(self, form: InstallationForm) -> HttpResponse:
        context = {"form": form, "missing": Installation.read().missing}
        return render(self.request, "administration/installation.html", context)
