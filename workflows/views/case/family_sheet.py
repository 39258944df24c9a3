"""Fiche avec code: made for one person of the household, printed once with its code, and its code taken back."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import localdate

from cases.actions import family_codes
from cases.forms import DayField, FormData, PhoneToCallField
from cases.letters import family_sheet as sheets
from cases.letters.compose import polite_name
from cases.models import AccessEntry, Beneficiary, FamilyCode, Structure
from cases.rules import family_codes as rules
from cases.templatetags.relais import phone
from workflows.actions import family_sheet
from workflows.queries.expected_contact import contact_expected_by
from workflows.views.case.letters import LettersPage
from workflows.views.parts.pages import FormPage, do_and_tell
from workflows.views.parts.private_files import private_pdf

GONE = "Le code de cette fiche ne s’imprime plus : préparer une autre fiche, qui remplace celle-ci."
FARTHEST = timedelta(days=60)
SHOWN = 20


class FamilySheetForm(forms.Form):
    """Who gets the sheet, and by when she has an answer."""

    recipient = forms.ChoiceField(
        label="Pour qui",
        widget=forms.RadioSelect,
        help_text="Une fiche par personne : chacune a son code, et sa date de naissance.",
        error_messages={
            "required": "Dire pour qui est la fiche.",
            "invalid_choice": "Choisir une personne de la liste.",
        },
    )
    answer_by = DayField(
        label="Réponse à la personne avant le", help_text="Imprimé sur la fiche : un jour qui sera tenu."
    )
    once = forms.UUIDField(widget=forms.HiddenInput, required=False)
    """Number of the sheet to be made: the page loaded again makes no other."""
    phone = PhoneToCallField(label="Téléphone à appeler")

    def __init__(self, data: FormData = None, *, adults: list[Beneficiary], on: date, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.adults, self.on = {str(person.public_id): person for person in adults}, on
        field: Any = self.fields["recipient"]
        field.choices = [(key, polite_name(person)) for key, person in self.adults.items()]

    def clean_recipient(self) -> Beneficiary:
        return self.adults[self.cleaned_data["recipient"]]

    def clean_answer_by(self) -> date:
        day: date = self.cleaned_data["answer_by"]
        if not self.on < day <= self.on + FARTHEST:
            raise ValidationError(f"Choisir un jour à venir, avant le {self.on + FARTHEST:%d/%m/%Y}.")
        return day


class FamilySheetPage(LettersPage):
    """For who follows the case in the structure in charge: nobody else says who answers, and when."""

    structure: Structure

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        if self.writes_for is None or self.writes_for.pk != self.case.responsible_structure_id:
            raise PermissionDenied
        self.structure = self.writes_for
        return None

    @property
    def page_url(self) -> str:
        return reverse("family_sheet", args=[self.case.public_id])

    def find_code(self, public_id: object) -> FamilyCode:
        codes = FamilyCode.objects.filter(case=self.case, structure=self.structure)
        return get_object_or_404(codes.select_related("beneficiary", "made_by"), public_id=public_id)


class PrepareFamilySheet(FamilySheetPage, FormPage):
    """The form, and the codes of the case. What is sent makes the sheet, and shows its code this once."""

    @cached_property
    def found(self) -> list[tuple[Beneficiary, str]]:
        return family_codes.find_adults(self.case, on=self.today)

    @property
    def refusal(self) -> str:
        """Why nothing is offered here, whoever the person is; empty: something is."""
        if not self.structure.opens_family_page:
            return family_codes.CLOSED
        return "" if sheets.sheet_in_force(self.case, on=self.today) else family_sheet.NO_TEXT

    def get_form(self, data: QueryDict | None = None) -> FamilySheetForm:
        adults = [person for person, why in self.found if not why]
        expected = contact_expected_by(self.case, on=self.today)
        initial = {
            "recipient": str(adults[0].public_id) if len(adults) == 1 else None,
            "answer_by": expected.legal_date if expected else None,
            "once": uuid4(),
            "phone": phone(self.user.phone or self.structure.phone),
        }
        return FamilySheetForm(data, adults=adults, on=self.today, initial=initial)

    def process_sent(self, form: FamilySheetForm) -> HttpResponse:
        typed = form.cleaned_data
        person, once = typed["recipient"], typed["once"] or uuid4()
        former = FamilyCode.objects.filter(public_id=once, case=self.case).first()
        if former and former.beneficiary_id == person.pk:
            return self.lead_on(family_codes.MADE, self.page_url, level=messages.WARNING)
        made = family_sheet.make(
            case=self.case,
            person=person,
            structure=self.structure,
            answer_by=typed["answer_by"],
            phone=typed["phone"],
            public_id=uuid4() if former else once,
            by=self.user,
            at=self.now,
        )
        answer = self.render_page("family_sheet/made.html", made=made, page_url=self.page_url, address=find_address())
        answer["Cache-Control"] = "private, no-store"
        return answer

    def render_form(self, form: FamilySheetForm) -> HttpResponse:
        codes = FamilyCode.objects.filter(case=self.case, structure=self.structure)
        return self.render_page(
            "family_sheet/form.html",
            form=form if not self.refusal and form.adults else None,
            refusal=self.refusal,
            refused=[] if self.refusal else [(person, why) for person, why in self.found if why],
            codes=codes.select_related("beneficiary", "made_by")[:SHOWN],
        )


class FamilySheetPdf(FamilySheetPage):
    """The paper, for who has just made it: his page sends the code back, since nothing here knows it."""

    shows = AccessEntry.Kind.PRINT
    http_method_names = ("post",)

    def post(self, request: HttpRequest, code: str, **kwargs: object) -> HttpResponse:
        found, drawn = self.find_code(code), request.POST.get("code", "")
        if found.ended_at or not rules.is_same(found.digest, rules.digest_of(drawn)):
            return self.lead_on(GONE, self.page_url, level=messages.ERROR)
        made_on = localdate(found.made_at)
        pdf = sheets.typeset_family_sheet(
            found.sheet,
            person=found.beneficiary,
            case=self.case,
            sender=(self.structure.name, found.made_by.get_full_name(), found.words["phone"]),
            on=made_on,
            how=sheets.HowToRead(address=find_address(), code=drawn, until=found.expires_on),
        )
        return private_pdf(pdf, name=f"fiche-{self.case.reference}.pdf")


class RevokeFamilyCode(FamilySheetPage):
    """The code opens nothing any more."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, code: str, **kwargs: object) -> HttpResponse:
        found = self.find_code(code)

        def act() -> str:
            family_codes.revoke(code=found, by=self.user, at=self.now)
            return "Le code est retiré : il n’ouvre plus rien."

        do_and_tell(request, act)
        return redirect(self.page_url)


def find_address() -> str:
    """Of the page on the web, as one types it."""
    return f"{settings.BASE_URL}{reverse('family_page')}"
