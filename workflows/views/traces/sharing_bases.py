"""Fondements: on what legal ground the services of the officer’s bodies send households; he says it as an administrator does."""

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse

from cases.actions import sharing_bases as acts
from cases.models import SharingBasis, Structure
from workflows.views.parts.pages import FormPage
from workflows.views.team.sharing_bases import LEAD, SharingBasisForm, history_of
from workflows.views.traces.base import TracesPage


class SharingBases(TracesPage):
    tab = "traces"

    def get(self, request: HttpRequest) -> HttpResponse:
        senders = [each for each in self.reviewed_structures.values() if each.sends_files]
        said = SharingBasis.objects.in_force_by_sender(senders, on=self.today)
        bases = [(each, said.get(each.pk)) for each in senders]
        return self.render_page("traces/sharing_bases.html", bases=bases)


class SayBasisAsOfficer(FormPage, TracesPage):
    tab = "traces"
    structure: Structure

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        senders = (each for each in self.reviewed_structures.values() if each.sends_files)
        found = next((each for each in senders if each.code == kwargs["structure"]), None)
        if found is None:
            raise Http404
        self.structure = found
        return super().dispatch(request, *args, **kwargs)

    def get_form(self, data: QueryDict | None = None) -> SharingBasisForm:
        return SharingBasisForm(data, structure=self.structure, today=self.today)

    def process_sent(self, form: SharingBasisForm) -> HttpResponse:
        acts.record_basis(structure=self.structure, by=self.user, at=self.now, **form.said)
        return self.lead_on("Fondement enregistré.", "traces_bases")

    def render_form(self, form: SharingBasisForm) -> HttpResponse:
        return self.render_page(
            "traces/sharing_basis.html",
            form=form,
            structure=self.structure,
            lead=LEAD,
            back_url=reverse("traces_bases"),
            history=history_of(self.structure),
        )
