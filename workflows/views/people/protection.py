"""The legal protection of a person of the household: recorded, corrected, ended."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404

from cases.actions import protections
from cases.models import LegalProtection, Structure
from workflows.views.parts.pages import FormPage
from workflows.views.people.person import PersonPage
from workflows.views.people.protection_forms import ProtectionEndForm, ProtectionForm


class ProtectionPage(PersonPage, FormPage):
    """For those who answer for the case."""

    title = "Mesure de protection"
    structure: Structure

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if answer := super().find_objects(request, **kwargs):
            return answer
        if self.follows_for is None:
            raise PermissionDenied
        self.structure = self.follows_for
        return None

    @property
    def told(self) -> dict[str, Any]:
        return {"at": self.now, "by": self.user, "structure": self.structure, "case": self.case}

    def render_form(self, form: ProtectionForm | ProtectionEndForm) -> HttpResponse:
        lead = f"{self.person.full_name} : ce qui change à qui écrire, et qui signe."
        return self.render_page("people/act.html", form=form, title=self.title, lead=lead, back=self.person_url)


class ProtectPerson(ProtectionPage):
    def get_form(self, data: QueryDict | None = None) -> ProtectionForm:
        return ProtectionForm(data, today=self.today)

    def process_form(self, typed: Mapping[str, object]) -> HttpResponse:
        protections.protect_person(protection=LegalProtection(beneficiary=self.person, **typed), **self.told)
        return self.lead_on("Mesure de protection enregistrée.", self.person_url)


class OneProtection(ProtectionPage):
    protection: LegalProtection

    def find_objects(self, request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        if answer := super().find_objects(request, **kwargs):
            return answer
        self.protection = get_object_or_404(self.person.protections, public_id=kwargs["protection"])
        return None


class CorrectProtection(OneProtection):
    title = "Corriger la mesure de protection"

    def get_form(self, data: QueryDict | None = None) -> ProtectionForm:
        return ProtectionForm(data, today=self.today, protection=self.protection)

    def process_sent(self, form: ProtectionForm) -> HttpResponse:
        if form.changes:
            protections.correct_protection(protection=self.protection, changes=form.changes, **self.told)
        return self.lead_on("Mesure enregistrée." if form.changes else "Rien n’a changé.", self.person_url)


class EndProtection(OneProtection):
    title = "Noter la fin de la mesure"

    def get_form(self, data: QueryDict | None = None) -> ProtectionEndForm:
        return ProtectionEndForm(data, today=self.today)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        protections.end_protection(protection=self.protection, on=typed["until"], **self.told)
        return self.lead_on("Fin de la mesure enregistrée.", self.person_url)
