"""Limitation: the officer restricts what is done with a household, and ends it with a reason."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.utils.functional import cached_property
from django.utils.text import capfirst

from cases.actions import restrictions as acts
from cases.forms import DayField
from cases.models import ProcessingRestriction, SubjectRequest
from workflows.actions import restrictions
from workflows.views.traces.forms import CHOOSE
from workflows.views.traces.person_file import ActAtOnceForm
from workflows.views.traces.requests import RequestAct

GROUNDS = [(value, capfirst(label)) for value, label in ProcessingRestriction.Ground.choices]


class RestrictForm(ActAtOnceForm):
    ground = forms.ChoiceField(label="Pourquoi", choices=GROUNDS, widget=forms.RadioSelect)
    field_order = ("ground", "channel")


class Restrict(RequestAct):
    title, submit_label = "Limiter le traitement", "Limiter le traitement"
    lead = (
        "Les dossiers du ménage restent lisibles par ceux qui les suivent, et portent un bandeau. Ils ne se partagent plus avec"
        " personne d’autre, les bailleurs n’en lisent et n’en reçoivent rien, et rien n’en est archivé ni effacé, jusqu’à la"
        " levée. Les étapes et les délais de la procédure continuent. La demande est notée comme acceptée."
    )
    done = "Traitement limité, réponse enregistrée. La lever depuis cette demande."

    def get_form(self, data: QueryDict | None = None) -> RestrictForm:
        if self.asked.kind != SubjectRequest.Kind.RESTRICTION or self.asked.case is None:
            raise Http404
        return RestrictForm(data)

    def carry_out(self, **typed: Any) -> SubjectRequest:
        return restrictions.restrict(**typed)


class EndRestrictionForm(forms.Form):
    reason = forms.ChoiceField(label="Pourquoi", choices=[*CHOOSE, *ProcessingRestriction.End.choices])
    told_on = DayField(
        label="Personne informée le",
        help_text="Avant la levée (RGPD, article 18, 3) : par vous, dans vos propres dossiers.",
    )


class EndRestriction(RequestAct):
    of_waiting_alone = False
    title, submit_label = "Lever la limitation", "Lever la limitation"
    lead = (
        "Les partages redeviennent possibles, les bailleurs lisent de nouveau leurs signalements, les durées reprennent. Ce que la"
        " limitation gardait d’un partage auquel la personne s’est opposée est détruit."
    )

    @cached_property
    def restriction(self) -> ProcessingRestriction:
        found = ProcessingRestriction.objects.standing().filter(request=self.asked).first()
        if found is None or self.asked.case is None:
            raise Http404
        return found

    def get_form(self, data: QueryDict | None = None) -> EndRestrictionForm:
        _ = self.restriction  # without one the page does not exist
        return EndRestrictionForm(data, initial={"told_on": self.today})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        if self.asked.case is None:
            raise Http404
        structure = self.own_structure(self.asked.organisation, self.asked.territory)
        acts.end_restriction(
            restriction=self.restriction, case=self.asked.case, structure=structure, by=self.user, at=self.now, **typed
        )
        return self.lead_on("Limitation levée.", self.back_url)
