"""Accueil et horaires: where a structure receives people, and when; typed by its manager or by an administrator."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from cases import permissions
from cases.actions import opening_hours as acts
from cases.models import Structure
from cases.rules.opening_hours import WEEKDAYS, Day, UnreadableHours, day_in_words, read_day
from workflows.views.parts.pages import FormPage, StructurePage


class DescribedPage(StructurePage):
    """A page of a structure that one manages, or administers."""

    def get_selectable_structures(self) -> QuerySet[Structure]:
        return permissions.described_structures(self.user, at=self.today)

    @property
    def back_url(self) -> str:
        """Where one came from: the team for who manages it, else the page of the administrator."""
        if permissions.has_right(self.user, "manage_members", self.structure.pk, at=self.today):
            return f"{reverse('members')}?structure={self.structure.code}"
        return reverse("structure", args=[self.structure.code])


class HoursField(forms.CharField):
    def __init__(self, label: str) -> None:
        super().__init__(label=label, max_length=60, required=False)

    def clean(self, value: object) -> Day | None:
        try:
            return read_day(super().clean(value))
        except UnreadableHours as error:
            raise ValidationError(str(error)) from error


class OpeningHoursForm(forms.Form):
    address = forms.CharField(
        label="Adresse d’accueil", max_length=200, required=False, help_text="Où se présenter : numéro, rue, commune."
    )
    note = forms.CharField(
        label="Précision", max_length=200, required=False, help_text="Par exemple : fermé le premier jeudi du mois."
    )

    def __init__(self, data: QueryDict | None, *, structure: Structure) -> None:
        hours = structure.opening_hours
        known = {f"day_{number}": day_in_words(day) for number, day in hours.items()}
        super().__init__(data, initial=known | {"address": structure.address, "note": structure.opening_note})
        for number, name in enumerate(WEEKDAYS):
            self.fields[f"day_{number}"] = HoursField(name.capitalize())
        self.fields["day_0"].help_text = "Par exemple : 9h-12h, 14h-17h30 ; ou « sur rendez-vous ». Vide : fermé."
        self.order_fields(["address", *(f"day_{number}" for number in range(len(WEEKDAYS))), "note"])

    @property
    def hours(self) -> dict[str, Day]:
        return {str(number): day for number in range(len(WEEKDAYS)) if (day := self.cleaned_data.get(f"day_{number}"))}


class OpeningHours(FormPage, DescribedPage):
    def get_form(self, data: QueryDict | None = None) -> OpeningHoursForm:
        return OpeningHoursForm(data, structure=self.structure)

    def process_sent(self, form: OpeningHoursForm) -> HttpResponse:
        typed = form.cleaned_data
        changed = acts.say_opening_hours(
            structure=self.structure,
            address=typed["address"],
            hours=form.hours,
            note=typed["note"],
            by=self.user,
            at=self.now,
        )
        words = "Accueil et horaires enregistrés : aucun délai ne change." if changed else "Rien n’a changé."
        return self.lead_on(words, self.back_url)

    def render_form(self, form: OpeningHoursForm) -> HttpResponse:
        context = {"form": form, "structure": self.structure, "back_url": self.back_url}
        return render(self.request, "members/opening_hours.html", context)
