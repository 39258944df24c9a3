"""What a landlord tells of the eviction procedure: an order to pay that he plans, changes or calls off; an act served."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from cases import permissions
from cases.forms import DayField, FormData, FormOptions
from cases.refusals import Refusal
from cases.templatetags.relais import long_date
from workflows.actions import court_acts
from workflows.queries.court_acts import SERVED, CourtActs, court_acts as acts_of
from workflows.queries.threshold import load_law
from workflows.views.landlord.reports import LandlordReportPage
from workflows.views.parts.pages import FormPage

FARTHEST = timedelta(days=366)
OLDEST = timedelta(days=3660)


class OrderForm(forms.Form):
    on = DayField(label="Commandement envisagé le")

    def __init__(self, data: FormData = None, *, on: date, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.today = on
        if self.initial.get("on"):
            self.fields["on"].label = "Nouvelle date envisagée"
        days = load_law().order_announced_days
        self.fields["on"].help_text = (
            f"Convenu entre partenaires : l’annoncer {days} jours à l’avance, soit aujourd’hui pour une date à partir du"
            f" {long_date(on + timedelta(days=days))}. Une annonce plus courte est enregistrée aussi."
        )

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on - self.today > FARTHEST:
            raise ValidationError("Vérifier l’année : cette date est dans plus d’un an.")
        return on


class ActForm(forms.Form):
    kind = forms.ChoiceField(label="Acte délivré au locataire", choices=list(SERVED.items()), widget=forms.RadioSelect)
    on = DayField(label="Délivré le", help_text="La date portée sur l’acte du commissaire de justice.")

    def __init__(self, data: FormData = None, *, on: date) -> None:
        super().__init__(data)
        self.today = on

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if self.today - on > OLDEST:
            raise ValidationError("Vérifier l’année : cette date a plus de dix ans.")
        return on


class CourtPage(FormPage, LandlordReportPage):
    """A page on which a landlord tells something of one of his dwellings."""

    title = submit_label = lead = ""
    acts: CourtActs

    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        if permissions.claimant_of(self.user, self.report, at=self.today) is None:
            raise Http404
        self.acts = acts_of(self.report, mine=self.structures)

    def add_refusal(self, form: forms.Form, refusal: Refusal) -> None:
        form.add_error("on" if "on" in form.fields else None, str(refusal))

    def render_form(self, form: forms.Form) -> HttpResponse:
        context = {
            "line": self.line(),
            "report_url": self.report_url,
            "form": form,
            "title": self.title,
            "lead": self.lead,
            "submit_label": self.submit_label,
        }
        return render(self.request, "reports/court_act.html", context)


class AnnounceOrder(CourtPage):
    title = "Annoncer un commandement de payer"
    lead = "Qui suit la situation le lit aussitôt : un plan trouvé avant cette date évite des frais à tous."
    submit_label = "Annoncer"

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return OrderForm(data, on=self.today, initial={"on": self.acts.planned_on})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        court_acts.announce_order(report=self.report, by=self.user, at=self.now, **typed)
        ahead, agreed = (typed["on"] - self.today).days, load_law().order_announced_days
        words = f"Commandement envisagé le {typed['on']:%d/%m/%Y} : enregistré, et transmis à qui suit la situation."
        if ahead >= agreed:
            messages.success(self.request, words)
        else:
            messages.warning(self.request, f"{words} {_short_notice(ahead, agreed)}")
        return redirect(self.report_url)


def _short_notice(ahead: int, agreed: int) -> str:
    when = "le jour même" if ahead == 0 else f"{ahead} jour{'s' if ahead > 1 else ''} à l’avance"
    return (
        f"C’est annoncé {when} ; les partenaires sont convenus de {agreed} jours, le temps de proposer un plan"
        " d’apurement au ménage."
    )


class CallOffOrder(CourtPage):
    title = "Retirer l’annonce du commandement"
    submit_label = "Retirer l’annonce"

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if self.acts.planned_on is None:
            return self.lead_on("Aucun commandement n’est annoncé.", self.report_url, level=messages.INFO)
        self.lead = (
            f"Commandement envisagé le {self.acts.planned_on:%d/%m/%Y}. Qui suit la situation saura qu’il n’aura pas"
            " lieu ; l’annonce reste dans l’historique."
        )
        return super().get(request, **kwargs)

    def process_form(self, typed: Mapping[str, object]) -> HttpResponse:
        court_acts.call_off_order(report=self.report, by=self.user, at=self.now)
        return self.lead_on("Annonce retirée : qui suit la situation est prévenu.", self.report_url)


class DeclareAct(CourtPage):
    title = "Déclarer un acte délivré"
    lead = "Le professionnel le confirme quand il voit l’acte. Les délais de la loi comptent dès maintenant de cette date."
    submit_label = "Déclarer"

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return ActForm(data, on=self.today)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        court_acts.declare_served(report=self.report, by=self.user, at=self.now, **typed)
        words = f"{SERVED[typed['kind']]} le {typed['on']:%d/%m/%Y} : enregistré, et transmis à qui suit la situation."
        return self.lead_on(words, self.report_url)
