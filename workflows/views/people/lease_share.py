"""What one of several tenants owes of the debt, where nothing makes each owe the whole."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict

from cases.actions import lease_shares
from cases.forms import FormData, MoneyField, PastDayField
from cases.models import LeaseShare
from workflows.views.people.person import PersonLeasePage

SOLIDARY = (
    "Mariés, pacsés, ou liés par une clause du bail, chacun doit toute la dette : aucune part ne se note (code civil, articles"
    " 220, 515-4 et 1310, à vérifier)."
)


class LeaseShareForm(forms.Form):
    """As a paper says it: nothing is shared out by Relais."""

    is_divided = forms.BooleanField(
        label="Ni le bail, ni un mariage, ni un pacs ne rend ces personnes solidaires",
        error_messages={"required": SOLIDARY},
    )
    percent = forms.DecimalField(
        label="Part écrite dans le bail, en %",
        help_text="Vide si le bail n’en dit rien : ne pas la supposer.",
        min_value=Decimal("0.01"),
        max_value=100,
        max_digits=5,
        decimal_places=2,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"invalid": "Saisir une part, par exemple 50."},
    )
    owed = MoneyField(
        label="Ou somme due par cette personne",
        help_text="Celle d’un jugement, d’un décompte du bailleur, d’un accord écrit.",
        required=False,
    )
    source = forms.CharField(
        label="D’après",
        max_length=120,
        help_text="Le papier qui le dit : « bail, article 6 », « jugement du 3 mars 2026 ».",
        error_messages={"required": "Dire quel papier donne cette part ou cette somme."},
    )
    withdrawn = forms.BooleanField(label="Cette part a été notée par erreur : la retirer", required=False)
    field_order = ["is_divided", "percent", "owed", "owed_on", "source", "withdrawn"]

    def __init__(self, data: FormData = None, *, today: date, known: LeaseShare | None) -> None:
        names = ("percent", "owed", "owed_on", "source")
        initial = {name: getattr(known, name) for name in names} | {"is_divided": True} if known else None
        super().__init__(data, initial=initial)
        self.fields["owed_on"] = PastDayField(
            label="Somme arrêtée au",
            today=today,
            future="Cette date est à venir : noter la somme d’un jour passé.",
            required=False,
        )
        if known is None:
            del self.fields["withdrawn"]
        elif data and data.get("withdrawn"):
            for each in self.fields.values():  # what is taken out needs no words
                each.required = False
        self.order_fields(self.field_order)


class PersonShare(PersonLeasePage):
    def find_known(self) -> LeaseShare | None:
        return self.find_share()

    def get_form(self, data: QueryDict | None = None) -> LeaseShareForm:
        return LeaseShareForm(data, today=self.today, known=self.known)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        if typed.pop("withdrawn", False) and self.known:
            lease_shares.withdraw_share(share=self.known, **self.told)
            return self.lead_on("Part retirée.", self.person_url)
        del typed["is_divided"]
        lease_shares.record_share(person=self.person, **typed, **self.told)
        return self.lead_on("Part enregistrée. Elle se lit sur le dossier, à côté de la dette.", self.person_url)

    def render_form(self, form: LeaseShareForm) -> HttpResponse:
        lead = (
            f"{self.person.full_name} : ce que dit un papier de sa part dans la dette. Sans papier, la demander au bailleur ; Relais"
            " ne partage rien de lui-même."
        )
        return self.render_page(
            "people/act.html", form=form, title="Part de la dette", lead=lead, back=self.person_url
        )
