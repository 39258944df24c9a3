"""The page of a person of the household, and the correction of what is known of her."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property

from cases import permissions
from cases.actions import people
from cases.models import AccessEntry, Beneficiary, HouseholdMember, LeaseDeparture, LeaseShare, Structure
from workflows.views.parts.pages import CasePage, FormPage
from workflows.views.people.person_forms import PersonCorrectionForm, facts_of


class HouseholdPage(CasePage):
    """A page about the household of a case. Its card shows the adults who live there; the whole case, everyone ever."""

    def members(self) -> QuerySet[HouseholdMember]:
        found = self.case.household.memberships.select_related("beneficiary")
        if self.full:
            return found
        return found.filter(until=None).exclude(position=HouseholdMember.Position.CHILD)

    @cached_property
    def follows_for(self) -> Structure | None:
        """In whose name the reader corrects what is known, if he may."""
        return permissions.accepted_structure(self.user, self.case, at=self.today)

    @property
    def of_lease(self) -> bool:
        """Is a lease what the case is about?"""
        return self.case.tenancy_id is not None

    @property
    def household_url(self) -> str:
        return reverse("household", args=[self.case.public_id])

    @property
    def page_context(self) -> dict[str, object]:
        return super().page_context | {"household_url": self.household_url, "full": self.full}


class PersonPage(HouseholdPage):
    person: Beneficiary
    places: list[HouseholdMember]
    """Those that she has, or has had, in this household: the present one first."""

    def find_objects(self, request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        found = self.members().filter(beneficiary__public_id=kwargs["person"])
        self.places = sorted(found, key=lambda place: (place.until is not None, place.pk))
        if not self.places:
            return self.redirect_to_kept_record(kwargs["person"])
        self.person = self.places[0].beneficiary
        return None

    def redirect_to_kept_record(self, asked: UUID) -> HttpResponse:
        """The address of a record that was merged leads to the one that stays."""
        absorbed = Beneficiary.objects.filter(public_id=asked).exclude(merged_into=None).first()
        stays = absorbed.surviving_record if absorbed else None
        if stays is None or not self.members().filter(beneficiary=stays).exists():
            raise Http404
        return redirect("person", case=self.case.public_id, person=stays.public_id)

    @property
    def person_url(self) -> str:
        return reverse("person", args=[self.case.public_id, self.person.public_id])

    def find_departure(self) -> LeaseDeparture | None:
        return self.person.departures.filter(tenancy=self.case.tenancy_id).first() if self.case.tenancy_id else None

    def find_share(self) -> LeaseShare | None:
        return self.person.lease_shares.filter(tenancy=self.case.tenancy_id).first() if self.case.tenancy_id else None


class PersonLeasePage(PersonPage, FormPage):
    """Of what is noted once a person about the lease of the case, by those who answer for it."""

    known: Any
    """What is noted already."""
    told: dict[str, Any]
    """Of each act."""

    def find_known(self) -> object:
        raise NotImplementedError

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if answer := super().find_objects(request, **kwargs):
            return answer
        if self.follows_for is None or self.case.tenancy_id is None:
            raise PermissionDenied
        self.known = self.find_known()
        self.told = {"case": self.case, "structure": self.follows_for, "by": self.user, "at": self.now}
        return None


class PersonView(PersonPage):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        hides_address = self.follows_for is not None and bool(self.person.safe_address)
        if hides_address and request.GET.get("adresse") == "sure":
            # Asked for, so that opening the page for something else tells nobody where she may be written to.
            self.shows, hides_address = AccessEntry.Kind.CONTACT, False
        letters = permissions.visible_letters(self.user, self.case, at=self.today)
        return self.render_page(
            "people/person.html",
            person=self.person,
            places=self.places,
            protections=self.person.protections.all() if self.may_know_protections else [],
            departure=self.find_departure() if self.may_know_protections else None,
            share=self.find_share() if self.may_know_protections else None,
            identity=facts_of(self.person, safe_address=self.follows_for is not None and not hides_address).items(),
            hides_address=hides_address,
            letters=letters.filter(Q(recipient=self.person) | Q(signer=self.person)).select_related("structure"),
            informed=self.person.information_given.filter(case=self.case).select_related("structure"),
            may_correct=self.follows_for is not None,
            may_compare=self.may_compare,
            merges=self.person.merges.filter(undone_at=None).select_related("by", "structure"),
        )

    @property
    def may_compare(self) -> bool:
        """Not if others have an open case of hers that he does not see whole."""
        with permissions.reading_past_barrier():
            return permissions.comparable_people(self.user, at=self.today).filter(pk=self.person.pk).exists()


class CorrectPerson(PersonPage, FormPage):
    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if answer := super().find_objects(request, **kwargs):
            return answer
        if self.follows_for is None:
            raise PermissionDenied
        if self.person.safe_address:  # a field of the form
            self.shows = AccessEntry.Kind.CONTACT
        return None

    def get_form(self, data: QueryDict | None = None) -> PersonCorrectionForm:
        return PersonCorrectionForm(data, person=self.person, today=self.today)

    def process_sent(self, form: PersonCorrectionForm) -> HttpResponse:
        if form.changes:
            people.correct_person(
                person=self.person,
                changes=form.changes,
                at=self.now,
                by=self.user,
                structure=self.follows_for,
                case=self.case,
            )
        return self.lead_on("Fiche enregistrée." if form.changes else "Rien n’a changé.", self.person_url)

    def render_form(self, form: PersonCorrectionForm) -> HttpResponse:
        lead = "Les consignes de contact s’affichent à côté de chaque téléphone et de chaque courrier."
        return self.render_page(
            "people/act.html", form=form, title="Modifier la fiche", lead=lead, back=self.person_url
        )
