"""The household of a case over time: who lives there, who did, and how that changes."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from cases.actions import composition, people
from cases.matching import as_person, is_one_person
from cases.models import Beneficiary, Structure
from cases.refusals import Refusal
from cases.templatetags.relais import place_in
from workflows.views.parts.pages import FormPage
from workflows.views.people.person import HouseholdPage, PersonPage
from workflows.views.people.person_forms import MemberForm, PlaceForm, ReturnForm


class HouseholdView(HouseholdPage):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not self.full:
            raise Http404
        places = list(self.members())
        here = {place.beneficiary_id for place in places if place.until is None}
        before = [place for place in places if place.until]
        return self.render_page(
            "people/household.html",
            present=[place for place in places if place.until is None],
            before=sorted(before, key=lambda place: (place.until, place.pk), reverse=True),
            here=here,
            may_change=self.follows_for is not None,
        )


class AddMember(HouseholdPage, FormPage):
    follows: Structure

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if not self.full:
            raise Http404
        if self.follows_for is None:
            raise PermissionDenied
        self.follows = self.follows_for
        return None

    def get_form(self, data: QueryDict | None = None) -> MemberForm:
        return MemberForm(data, today=self.today, of_lease=self.of_lease)

    def process_sent(self, form: MemberForm) -> HttpResponse:
        person = Beneficiary(**form.person)
        if refused := self.known_already(person):
            raise Refusal(refused, field="usual_name")
        people.add_member(
            household=self.case.household,
            person=person,
            position=form.cleaned_data["position"],
            since=form.cleaned_data["since"],
            at=self.now,
            by=self.user,
            structure=self.follows,
            case=self.case,
        )
        return self.lead_on(f"{person.full_name} fait partie du ménage.", self.household_url)

    def known_already(self, person: Beneficiary) -> str:
        """Someone of this household with her name and no other birth date: it is her, or a second press on the button."""
        for place in self.members().order_by("-until"):  # who lives there comes first
            if is_one_person(as_person(person), as_person(place.beneficiary)):
                here = place.until is None
                return (
                    "Cette personne est déjà dans le ménage : corriger plutôt sa fiche."
                    if here
                    else "Cette personne a déjà vécu dans le ménage : noter plutôt son retour, depuis la composition."
                )
        return ""

    def render_form(self, form: forms.Form) -> HttpResponse:
        lead = "La personne qui vit dans le logement, même si elle n’est pas sur le bail."
        return self.render_page(
            "people/act.html", form=form, title="Ajouter une personne au ménage", lead=lead, back=self.household_url
        )


class ChangePlace(PersonPage, FormPage):
    """Another place, a departure or a correction; a return, for someone who had left."""

    follows: Structure

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if answer := super().find_objects(request, **kwargs):
            return answer
        if self.follows_for is None:
            raise PermissionDenied
        self.follows = self.follows_for
        return None

    @property
    def has_left(self) -> bool:
        return self.places[0].until is not None

    def get_form(self, data: QueryDict | None = None) -> PlaceForm | ReturnForm:
        place = self.places[0]
        if self.has_left:
            return ReturnForm(data, today=self.today, of_lease=self.of_lease, initial={"position": place.position})
        return PlaceForm(data, today=self.today, of_lease=self.of_lease, initial={"position": place.position})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        self.carry_out(typed)
        return self.lead_on("Composition du ménage enregistrée.", self.household_url if self.full else self.case_url)

    def carry_out(self, typed: dict[str, Any]) -> None:
        told: dict[str, Any] = {"at": self.now, "by": self.user, "structure": self.follows, "case": self.case}
        member, position, on = self.places[0], typed["position"], typed["on"]
        what = "return" if self.has_left else typed["what"]
        if what == "return":
            household = self.case.household
            composition.come_back(household=household, person=self.person, position=position, since=on, **told)
        elif what == PlaceForm.CHANGE:
            composition.change_place(member=member, position=position, on=on, **told)
        elif what == PlaceForm.LEAVE:
            composition.leave_household(member=member, on=on, **told)
        else:
            composition.correct_place(member=member, position=position, since=on, **told)

    def render_form(self, form: forms.Form) -> HttpResponse:
        title = "Noter son retour" if self.has_left else "Changer sa place dans le ménage"
        lead = f"{self.person.full_name} : {place_in(self.places[0], self.of_lease)}."
        return self.render_page("people/act.html", form=form, title=title, lead=lead, back=self.person_url)
