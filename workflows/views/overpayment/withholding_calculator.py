"""Vérifier une retenue: what the CAF or the MSA may withhold, beside what it withholds. Of no case, nothing kept.

Sent by POST: sums do not stand in addresses, which servers write down.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.actions.remedies import scales_in_force
from cases.forms import DayField, MoneyField
from cases.rules.reading import CONFIDENCES
from cases.rules.withholding import (
    FraudLevel,
    ResourcePeriod,
    Verdict,
    Withholding,
    WithholdingInputs,
    compute_withholding,
)
from workflows.views.parts.pages import Page

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
MOST_CHILDREN = 20
PERIODS = {
    ResourcePeriod.MONTH: "par mois",
    ResourcePeriod.QUARTER: "sur trois mois",
    ResourcePeriod.YEAR: "sur l’année",
}
FRAUDS = {
    FraudLevel.NONE: "Non",
    FraudLevel.FIRST: "Oui",
    FraudLevel.REPEATED: "Oui, pour la seconde fois en cinq ans",
}
WORDS = {
    Verdict.ABOVE: "La retenue dépasse le barème.",
    Verdict.WITHIN: "La retenue suit le barème.",
    Verdict.BELOW: "La retenue est sous le barème.",
    Verdict.UNSURE: "Estimation seulement : le barème de l’année n’est pas connu.",
}
NEXT = "Ensuite : préparer le courrier L8"
ABOUT_NEXT = "C’est la demande de révision des retenues. Y joindre les justificatifs de ressources et de loyer."
ESTIMATE = (
    "Les valeurs de {year} n’ont pas été saisies\N{NO-BREAK SPACE}: le calcul suit les {scale}. Elles changent chaque"
    " 1er janvier\N{NO-BREAK SPACE}: rien ne peut être conclu, ni la révision demandée (L8). Demander à l’organisme le"
    " détail de son calcul (L10), ou signaler au pilote les valeurs de l’année."
)
MUST_BE_SAID = {"invalid": "Saisir un montant en euros, par exemple 1 234,56."}


class WithholdingForm(forms.Form):
    resources = MoneyField(
        label="Ressources du foyer",
        required=False,
        help_text="Avant abattement, sans les prestations de la CAF. Laisser vide si l’organisme ne les connaît pas.",
    )
    period = forms.ChoiceField(
        label="Ces ressources sont", choices=list(PERIODS.items()), initial=ResourcePeriod.MONTH
    )
    benefits = MoneyField(
        label="Prestations du mois",
        required=False,
        help_text="Celles de la CAF ou de la MSA, sans l’allocation de rentrée, la prime de naissance ni la garde d’enfant.",
    )
    rent = MoneyField(
        label="Loyer principal, hors charges, ou mensualité de prêt",
        required=False,
        help_text="Par mois. Laisser vide s’il n’est pas connu : un quart des ressources est alors déduit.",
    )
    is_couple = forms.TypedChoiceField(
        label="Foyer",
        choices=[("non", "Une personne seule"), ("oui", "Un couple")],
        coerce=lambda value: value == "oui",
        initial="non",
    )
    children = forms.IntegerField(
        label="Enfants à charge",
        initial=0,
        min_value=0,
        max_value=MOST_CHILDREN,
        error_messages={"required": "Indiquer le nombre d’enfants, zéro s’il n’y en a pas."},
    )
    observed = MoneyField(
        label="Retenue constatée",
        help_text="Par mois.",
        error_messages=MUST_BE_SAID | {"required": "Indiquer la retenue constatée."},
    )
    debt = MoneyField(
        label="Reste à rembourser avant cette retenue",
        required=False,
        help_text="Ce qui restait dû avant qu’elle ne soit faite. Laisser vide s’il n’est pas connu.",
    )
    on = DayField(
        earliest=EARLIEST,
        latest=LATEST,
        label="Mois de la retenue",
        help_text="Un jour de ce mois.",
        error_messages={"required": "Indiquer un jour du mois."},
    )
    fraud = forms.ChoiceField(
        label="Fraude qualifiée par l’organisme", choices=list(FRAUDS.items()), initial=FraudLevel.NONE
    )

    def result(self, *, today: date, territory: str) -> Withholding:
        """By the scales as they are known today, whatever the month."""
        typed = self.cleaned_data
        return compute_withholding(
            means_of(typed),
            scales=scales_in_force(on=today, territory=territory),
            on=typed["on"],
            debt=typed["debt"],
            observed=typed["observed"],
            fraud=FraudLevel(typed["fraud"]),
        )


def means_of(typed: Mapping[str, Any]) -> WithholdingInputs:
    """The household, as the form read it; what it did not ask about is not known."""
    return WithholdingInputs(
        resources=typed.get("resources"),
        period=ResourcePeriod(typed.get("period", ResourcePeriod.MONTH)),
        benefits=typed["benefits"] or Decimal(),
        rent=typed.get("rent"),
        is_couple=typed.get("is_couple", False),
        children=typed.get("children", 0),
    )


class WithholdingView(Page):
    """Open to whoever is signed in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_form(WithholdingForm(initial={"on": self.today}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WithholdingForm(request.POST)
        return self.render_form(
            form, build_result_context(form, today=self.today, territory=self.territory) if form.is_valid() else None
        )

    def show_typed(self) -> HttpResponse:
        return self.post(self.request)

    def render_form(self, form: WithholdingForm, result: Mapping[str, object] | None = None) -> HttpResponse:
        return render(self.request, "overpayments/withholding.html", {"form": form, "result": result})


def build_result_context(form: WithholdingForm, *, today: date, territory: str) -> dict[str, object]:
    found = form.result(today=today, territory=territory)
    verdict = found.verdict
    return {
        "found": found,
        "observed": form.cleaned_data["observed"],
        "is_above": verdict is Verdict.ABOVE,
        "words": WORDS[verdict] if verdict else "",
        "difference": abs(found.difference),
        "confidence": CONFIDENCES[found.scale.confidence],
        "is_to_be_verified": found.is_estimate or found.scale.confidence != "H",
        "next_title": NEXT,
        "next": ABOUT_NEXT,
        "estimate": ESTIMATE.format(year=form.cleaned_data["on"].year, scale=found.scale.title),
    }
