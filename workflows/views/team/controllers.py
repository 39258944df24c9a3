"""Responsable de traitement: the body that decides of a structure’s data and its officer, said by an administrator."""

from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from cases.actions import controllers as acts
from cases.models import DataController, Structure
from workflows.views.parts.pages import FormPage
from workflows.views.team.structures import PageOfStructure

WRONG_EMAIL = {"invalid": "Saisir une adresse complète, par exemple dpo@ville.fr."}
BODY, ALONE = "body", "alone"


def _email(label: str) -> forms.EmailField:
    return forms.EmailField(label=label, required=False, error_messages=WRONG_EMAIL)


def _words(label: str, length: int, help_text: str = "", *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, help_text=help_text, required=required)


class ControllerForm(forms.Form):
    scope = forms.ChoiceField(
        label="Vaut pour",
        widget=forms.RadioSelect,
        help_text="Un CCAS est un organisme distinct de sa commune : il a le sien.",
        error_messages={"invalid_choice": "Choisir l’une des deux réponses."},
    )
    name = _words("Organisme responsable de traitement", 120, "Son nom en droit, non celui du service.", required=True)
    address = _words("Adresse postale de l’organisme", 200)
    email = _email("Courriel de l’organisme")
    phone = _words("Téléphone de l’organisme", 20)
    officer = _words(
        "Délégué à la protection des données", 120, "Une fonction ou un organisme ; le nom n’est pas demandé."
    )
    officer_address = _words("Adresse postale du délégué", 200)
    officer_email = _email("Courriel du délégué")
    officer_phone = _words("Téléphone du délégué", 20)

    def __init__(self, data: QueryDict | None, *, structure: Structure) -> None:
        found = DataController.of_structure(structure)
        scope = ALONE if found.structure_id else BODY
        super().__init__(data, initial={"scope": scope, **{name: getattr(found, name) for name in acts.SAID}})
        field: Any = self.fields["scope"]
        field.choices = [
            (BODY, f"Tous les services de l’organisation : {structure.organisation}"),
            (ALONE, f"Ce service seul : {structure}"),
        ]


class SayController(FormPage, PageOfStructure):
    def get_form(self, data: QueryDict | None = None) -> ControllerForm:
        return ControllerForm(data, structure=self.structure)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        alone = typed.pop("scope") == ALONE
        acts.say_controller(structure=self.structure, alone=alone, said=typed, by=self.user, at=self.now)
        return self.lead_on("Responsable de traitement enregistré.", "structure", self.structure.code)

    def render_form(self, form: ControllerForm) -> HttpResponse:
        return render(self.request, "administration/controller.html", {"form": form, "structure": self.structure})
