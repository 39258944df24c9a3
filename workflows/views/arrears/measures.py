"""A measure of the plan of actions: where it stands, what it waits for, what may follow."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import capfirst

from cases import permissions
from cases.actions.measures import DETAILS, previous_move
from cases.forms import DayField, FormData, MoneyField
from cases.models import Measure
from cases.rules.measures import DISPUTE, OVER_INDEBTEDNESS, TO_BUILD, state_of
from workflows.actions import measures
from workflows.views.case.case_actions import ActPage
from workflows.views.parts.pages import do_and_tell

NOTES = {
    (OVER_INDEBTEDNESS, "admitted"): (
        "Dès la recevabilité, la dette d’avant cette date ne se règle plus ; le loyer courant, si. Revoir le plan"
        " d’apurement en cours, et faire demander au juge la suspension d’une expulsion."
    ),
    (DISPUTE, "raised"): "Tant que la contestation dure, aucun plan n’est imposé au ménage.",
    (DISPUTE, "established"): "Aucun plan n’est imposé au ménage ; l’aide au logement peut être conservée.",
}
"""What a state changes for the household and for the plan."""


class MeasureForm(forms.Form):
    to = forms.ChoiceField(label="Où en est-elle ?", widget=forms.RadioSelect)
    on = DayField(label="Depuis le", help_text="Date du dépôt, de la décision, du versement…")
    amount_asked = MoneyField(label="Montant demandé", required=False)
    amount_granted = MoneyField(label="Montant accordé", required=False)
    paid = MoneyField(
        label="Montant versé au bailleur",
        help_text="Il baisse la dette d’autant. Laisser vide s’il y est déjà enregistré.",
        required=False,
    )
    reference = forms.CharField(max_length=60, required=False)
    next_on = DayField(label="Prochaine date attendue", required=False)
    decision = forms.CharField(
        label="Décision ou motif",
        help_text="En une phrase utile au suivi : « prêt de 600 € sur 24 mois », « pièces manquantes ».",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
        required=False,
    )

    def __init__(self, data: FormData = None, *, measure: Measure, today: date) -> None:
        super().__init__(data)
        self.measure, self.today = measure, today
        self.pays = {state.code for state in measure.kind_rules.next_states(measure.state) if state.pays}
        moves = measure.kind_rules.next_states(measure.state)
        to: Any = self.fields["to"]
        to.choices = [
            (measure.state, f"{measure.state_rules.words} (inchangé)"),
            *[(state.code, state.words) for state in moves],
        ]
        for name in (*DETAILS, "to"):
            self.fields[name].initial = measure.state if name == "to" else getattr(measure, name)
        self.fields["on"].initial = today
        self.fields["reference"].label = measure.kind_rules.reference
        self.fields["next_on"].help_text = _next_date_help_text(measure)
        if not measure.kind_rules.asks_amount:
            del self.fields["amount_asked"], self.fields["amount_granted"]
        elif measure.state == TO_BUILD:
            del self.fields["amount_granted"]
        if self.pays:
            self.fields["paid"].initial = measure.amount_granted
        else:
            del self.fields["paid"]

    def clean(self) -> None:
        cleaned = self.cleaned_data
        day = cleaned.get("next_on")
        if day and day < self.today and day != self.measure.next_on:
            self.add_error("next_on", ValidationError("Cette date est passée : saisir la prochaine, ou rien."))
        if cleaned.get("to") in self.pays and not cleaned.get("paid"):
            cleaned["paid"] = None


def _next_date_help_text(measure: Measure) -> str:
    """What the date is the date of, now and after each state that may follow."""
    states = [measure.state_rules, *measure.kind_rules.next_states(measure.state)]
    words = dict.fromkeys(state.awaits for state in states if state.awaits)
    return f"Par exemple : {', '.join(words)}." if words else ""


class MeasurePage(ActPage):
    """The page of one measure. « Revenir » takes back a state chosen by mistake."""

    right = "follow_plan"
    submit_label = "Enregistrer"
    measure: Measure

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        self.measure = get_object_or_404(self.case.measures, public_id=kwargs["measure"])
        words = self.measure.get_kind_display()
        self.title = capfirst(words)
        return super().find_objects(request, **kwargs)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if "take_back" not in request.POST:
            return super().post(request, **kwargs)
        do_and_tell(request, self.take_back)
        return redirect(request.path)

    def take_back(self) -> str:
        measures.take_back(case=self.case, measure=self.measure, by=self.user, at=self.now)
        self.measure.refresh_from_db()
        return f"État corrigé : {self.measure.state_rules.words}."

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return MeasureForm(data, measure=self.measure, today=self.today)

    def carry_out(self, typed: dict[str, Any]) -> str:
        details = {name: typed[name] for name in DETAILS if name in typed}
        measures.follow_measure(
            case=self.case,
            measure=self.measure,
            to=typed["to"],
            on=typed["on"],
            details=details,
            paid=typed.get("paid"),
            by=self.user,
            at=self.now,
        )
        self.measure.refresh_from_db()
        note = NOTES.get((self.measure.kind, self.measure.state), "")
        return f"{self.title} : {self.measure.state_rules.words}. {note}".strip()

    def render_form(self, form: forms.Form) -> HttpResponse:
        moves = self.measure.moves.select_related("by", "measure")
        before = previous_move(self.measure)
        return self.render_page(
            "case/measure.html",
            form=form,
            title=self.title,
            submit_label=self.submit_label,
            measure=self.measure,
            today=self.today,
            note=NOTES.get((self.measure.kind, self.measure.state), ""),
            moves=moves,
            before=state_of(self.measure.kind, before.state).words if before else "",
            pieces=permissions.visible_documents(self.user, self.case, at=self.today).filter(measure=self.measure),
        )
