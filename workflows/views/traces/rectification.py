"""Rectification: what is known of who asks, corrected by the officer as she says it."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property

from cases.models import AccessEntry, Beneficiary, Case, SubjectRequest
from workflows.actions import rectifications, subject_acts
from workflows.views.parts.pages import FormPage
from workflows.views.people.person_forms import IDENTITY, INSTRUCTIONS, REACH, PersonCorrectionForm
from workflows.views.traces.person_file import answer_channel_field
from workflows.views.traces.requests import OneRequest

SAFE = tuple(name for name in INSTRUCTIONS if name != "safe_address")
"""The address at which alone she may be written to is read by who follows her, and corrected by him."""


class RectificationForm(PersonCorrectionForm):
    field_order = [*IDENTITY, *REACH, *SAFE]
    groups = (
        ("Identité", IDENTITY),
        ("Joindre la personne", REACH),
        ("Consignes de contact", SAFE),
        ("Réponse", ("channel",)),
    )

    def __init__(self, data: QueryDict | None = None, *, person: Beneficiary, today: date) -> None:
        super().__init__(data, person=person, today=today)
        del self.fields["safe_address"]
        self.fields["channel"] = answer_channel_field()


class Rectify(FormPage, OneRequest):
    def find_shown_case(self) -> Case | None:
        return self.asked.case

    @cached_property
    def people(self) -> list[Beneficiary]:
        asked = self.asked
        if asked.kind != SubjectRequest.Kind.RECTIFICATION or asked.case is None or not asked.is_waiting:
            raise Http404
        return [] if asked.case.household.anonymised_on else subject_acts.find_people(asked)

    @cached_property
    def person(self) -> Beneficiary | None:
        """Who asks: the one that the address names, or the only one."""
        named = self.request.GET.get("personne", "")
        return next((each for each in self.people if str(each.public_id) == named or len(self.people) == 1), None)

    def get_form(self, data: QueryDict | None = None) -> RectificationForm | None:
        return RectificationForm(data, person=self.person, today=self.today) if self.person else None

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if self.person is None:
            raise Http404
        return super().post(request, **kwargs)

    def process_sent(self, form: RectificationForm) -> HttpResponse:
        if self.person is None:
            raise Http404
        rectifications.rectify(
            request=self.asked,
            person=self.person,
            changes=form.changes,
            structure=self.own_structure(self.asked.organisation, self.asked.territory),
            channel=form.cleaned_data["channel"],
            by=self.user,
            at=self.now,
        )
        return self.lead_on(
            "Fiche corrigée, réponse enregistrée. Ce qu’elle disait reste dans l’historique.",
            reverse("subject_request", args=[self.asked.public_id]),
        )

    def render_form(self, form: RectificationForm | None) -> HttpResponse:
        if self.people:
            self.shows = AccessEntry.Kind.REVIEW
        return self.render_page(
            "traces/rectification.html", asked=self.asked, form=form, person=self.person, people=self.people
        )
