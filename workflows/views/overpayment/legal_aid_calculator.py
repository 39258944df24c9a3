"""Estimer l’aide juridictionnelle: by the ceilings that a pilot typed for the year, or nothing. Of no case, nothing kept.

Sent by POST: sums do not stand in addresses, which servers write down.
"""

from collections.abc import Mapping

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.actions.remedies import aid_ceilings_known
from cases.forms import DayField, MoneyField
from cases.rules.legal_aid import LikelyAid, estimate_aid
from cases.rules.reading import CONFIDENCES
from workflows.views.overpayment.withholding_calculator import EARLIEST, LATEST, MUST_BE_SAID
from workflows.views.parts.pages import Page

MOST_PERSONS = 20
WORDS = {
    LikelyAid.FULL: "Estimation : l’aide peut être totale.",
    LikelyAid.PARTIAL: "Estimation : l’aide peut être partielle.",
    LikelyAid.NONE: "Estimation : ce revenu dépasse les plafonds.",
}
ASK = (
    "Le bureau d’aide juridictionnelle décide seul : il regarde aussi l’épargne et les biens, une baisse récente des ressources,"
    " une assurance de protection juridique. La demande peut être faite dans tous les cas, et dans le délai du tribunal."
)
NO_CEILINGS = (
    "Les plafonds de {year} n’ont pas été saisis : Relais n’estime rien. Demander l’aide quand même, ou signaler au pilote les"
    " plafonds de l’année, avec leur texte."
)
TOO_MANY = (
    "Les plafonds saisis pour {year} ne disent rien d’un foyer de {persons} personnes : Relais n’estime rien. Demander l’aide"
    " quand même."
)


class LegalAidForm(forms.Form):
    income = MoneyField(
        label="Revenu du foyer sur l’année",
        help_text="Celui que le texte des plafonds compte, tel qu’il est sur l’avis d’impôt.",
        error_messages=MUST_BE_SAID | {"required": "Indiquer le revenu du foyer, zéro s’il n’y en a pas."},
    )
    persons = forms.IntegerField(
        label="Personnes du foyer",
        initial=1,
        min_value=1,
        max_value=MOST_PERSONS,
        error_messages={"required": "Indiquer le nombre de personnes du foyer."},
    )
    on = DayField(
        earliest=EARLIEST,
        latest=LATEST,
        label="Jour de la demande",
        error_messages={"required": "Indiquer le jour de la demande."},
    )


class LegalAidView(Page):
    """Open to whoever is signed in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        known = aid_ceilings_known(of=self.today, on=self.today, territory=self.territory)
        missing = "" if known else NO_CEILINGS.format(year=self.today.year)
        return self.render_form(LegalAidForm(initial={"on": self.today, "persons": 1}), {"missing": missing})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = LegalAidForm(request.POST)
        return self.render_form(form, self.estimate(form) if form.is_valid() else {})

    def show_typed(self) -> HttpResponse:
        return self.post(self.request)

    def estimate(self, form: LegalAidForm) -> Mapping[str, object]:
        typed = form.cleaned_data
        year, persons = typed["on"].year, typed["persons"]
        ceilings = aid_ceilings_known(of=typed["on"], on=self.today, territory=self.territory)
        if ceilings is None:
            return {"missing": NO_CEILINGS.format(year=year)}
        found = estimate_aid(typed["income"], persons=persons, ceilings=ceilings)
        if found is None:
            return {"missing": TOO_MANY.format(year=year, persons=persons)}
        return {
            "found": found,
            "words": WORDS[found.likely],
            "ask": ASK,
            "confidence": CONFIDENCES[ceilings.confidence],
            "is_to_be_verified": ceilings.confidence != "H",
        }

    def render_form(self, form: LegalAidForm, result: Mapping[str, object]) -> HttpResponse:
        return render(self.request, "overpayments/legal_aid.html", {"form": form, "result": result})
