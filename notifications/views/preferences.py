"""Mes notifications: when one wants to be written to. What must not be missed is not a choice, and is said."""

from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.forms.utils import ErrorList
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from cases.forms import FormData, FormOptions
from notifications import preferences
from notifications.models import Preference
from notifications.told import FAMILIES
from workflows.views.parts.pages import FormPage

Rhythm = Preference.Rhythm
CHOICES = [
    (Rhythm.NOW.value, "Tout de suite : un courriel par information, aux heures ouvrées"),
    (Rhythm.DAILY.value, "Résumé du jour : un seul courriel, à 8 h, les jours ouvrés"),
    (Rhythm.WEEKLY.value, "Résumé de la semaine : un seul courriel, le lundi à 8 h"),
    (Rhythm.NONE.value, "Aucun courriel : tout reste à lire ici, sous la cloche"),
]
AS_ABOVE = ("", "Comme ci-dessus")


class PreferenceForm(forms.Form):
    rhythm = forms.ChoiceField(
        label="Recevoir les courriels", choices=CHOICES, widget=forms.RadioSelect,
        error_messages={
            "required": "Choisir quand recevoir les courriels.",
            "invalid_choice": "Choisir une réponse de la liste.",
        },
    )  # fmt: skip

    def __init__(self, data: FormData = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        for family in FAMILIES:
            self.fields[family.code] = forms.ChoiceField(
                label=family.label,
                help_text=family.help,
                choices=[AS_ABOVE, *((value, label.capitalize()) for value, label in Rhythm.choices)],
                required=False,
                error_messages={"invalid_choice": "Choisir une réponse de la liste."},
            )

    @property
    def family_fields(self) -> list[forms.BoundField]:
        return [self[family.code] for family in FAMILIES]

    @property
    def faults(self) -> list[tuple[forms.BoundField, ErrorList]]:
        return [(field, field.errors) for field in self if field.errors]

    @property
    def has_details(self) -> bool:
        """Is the detail of use to who opens the page, or what is to be corrected?"""
        return any(field.value() or field.errors for field in self.family_fields)


class Preferences(FormPage):
    def get_form(self, data: QueryDict | None = None) -> PreferenceForm:
        chosen = preferences.preferences_of([self.user.pk]).get(self.user.pk) or Preference()
        return PreferenceForm(data, initial={"rhythm": chosen.rhythm, **chosen.by_family})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        by_family = {family.code: typed[family.code] for family in FAMILIES if typed[family.code]}
        preferences.save_preference(user=self.user, rhythm=typed["rhythm"], by_family=by_family)
        messages.success(self.request, "C’est noté : vos courriels suivent ce choix dès maintenant.")
        return redirect("preferences")

    def render_form(self, form: PreferenceForm) -> HttpResponse:
        return render(self.request, "notifications/preferences.html", {"form": form, "reader": self.user})
