"""A tenant who left the dwelling of the lease: why, and what ends his part in its debts."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.utils.text import capfirst

from cases.actions import lease_departures
from cases.forms import DayField, FormData, PastDayField
from cases.models import LeaseDeparture
from cases.rules.solidarity import GROUNDS
from cases.templatetags.relais import short_date
from workflows.views.people.person import PersonLeasePage


class LeaseDepartureForm(forms.Form):
    """What each ground asks for is said beside its date."""

    ground = forms.ChoiceField(label="Pourquoi", choices=[("", "Choisir"), *LeaseDeparture.Ground.choices])
    event_on = DayField(
        label="Date qui met fin à la solidarité",
        help_text="Vide tant qu’elle n’est pas connue. "
        + " ".join(
            f"{LeaseDeparture.Ground(code).label.capitalize()} : {rule.event}." for code, rule in GROUNDS.items()
        ),
        required=False,
    )
    withdrawn = forms.BooleanField(label="Ce départ a été noté par erreur : le retirer", required=False)
    field_order = ["left_on", "ground", "event_on", "replaced_on", "withdrawn"]

    def __init__(self, data: FormData = None, *, today: date, known: LeaseDeparture | None) -> None:
        names = ("left_on", "ground", "event_on", "replaced_on")
        super().__init__(data, initial={name: getattr(known, name) for name in names} if known else None)
        self.fields["left_on"] = PastDayField(
            label="Date du départ", today=today, future="Cette date est à venir : noter le départ quand il a eu lieu."
        )
        self.fields["replaced_on"] = PastDayField(
            label="Congé : un nouveau locataire figure au bail depuis le",
            help_text="Vide s’il n’y en a pas. Avant la date d’effet du congé, c’est elle qui compte.",
            today=today,
            future="Cette date est à venir : la noter quand le bail le dit.",
            required=False,
        )
        if known is None:
            del self.fields["withdrawn"]
        self.order_fields(self.field_order)


class PersonDeparture(PersonLeasePage):
    def find_known(self) -> LeaseDeparture | None:
        return self.find_departure()

    def get_form(self, data: QueryDict | None = None) -> LeaseDepartureForm:
        return LeaseDepartureForm(data, today=self.today, known=self.known)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        if typed.pop("withdrawn", False) and self.known:
            lease_departures.withdraw_departure(departure=self.known, **self.told)
            return self.lead_on("Départ retiré.", self.person_url)
        made = lease_departures.record_departure(person=self.person, **typed, **self.told)
        if made.released_on:
            owed = f"Les dettes nées à compter du {short_date(made.released_on)} ne sont pas à sa charge."
        else:
            owed = f"{capfirst(made.rule.meanwhile)}. Il manque la date : {made.rule.event}."
        return self.lead_on(f"Départ enregistré. {owed}", self.person_url)

    def render_form(self, form: LeaseDepartureForm) -> HttpResponse:
        lead = (
            f"{self.person.full_name} : jusqu’à quand le loyer peut lui être demandé. Où la personne vit maintenant ne"
            " s’écrit pas ici : c’est son adresse sûre, sur sa fiche."
        )
        return self.render_page(
            "people/act.html", form=form, title="Départ du logement", lead=lead, back=self.person_url
        )
