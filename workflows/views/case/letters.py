"""The letters of a case: those that apply, how each is filled and read before it is printed, and their register."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Unpack

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property

from cases import permissions
from cases.actions.lease_departures import DEBTORS
from cases.actions.letters import keep_letter
from cases.actions.plans import current_plan
from cases.diagnosis.context import DiagnosisContext
from cases.diagnosis.sections import DiagnosisContent
from cases.diagnosis.sheets import is_sheet_applicable, sheets_in_force
from cases.forms import DayField, FormData, FormOptions, PastDayField, PhoneToCallField, say_today
from cases.letters.compose import (
    compose_letter,
    delivery_lines,
    departures_from_home,
    in_words,
    letters_in_force,
    polite_name,
    recipient_lines,
)
from cases.letters.tenant_letter_writer import TenantLetterWriter
from cases.letters.typeset import Envelope, typeset
from cases.models import (
    AccessEntry,
    Beneficiary,
    DataController,
    Edition,
    LeaseDeparture,
    LegalProtection,
    Letter,
    Structure,
)
from cases.rules.letters import LetterText, letters_to_offer
from cases.rules.sheets import DiagnosisSheet
from cases.rules.texts import Filled
from cases.templatetags.relais import phone
from workflows.queries.case_page import open_tasks
from workflows.views.case.letter_copies import describe_copy, say_copies, say_lacking_address
from workflows.views.parts.case_permissions import CasePermissions
from workflows.views.parts.pages import CasePage, FormPage

REMEMBERED = ("appointment_place", "phone", "privacy_contact")
"""What a service types the same way from one letter to the next."""


class LettersPage(CasePage):
    """For those who follow the case or see the whole of it."""

    shows = AccessEntry.Kind.LETTERS
    may: CasePermissions

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        self.may = CasePermissions.for_user(self.user, self.case, at=self.now)
        if not self.may.see_letters:
            raise PermissionDenied
        return None

    @cached_property
    def writes_for(self) -> Structure | None:
        """The structure in whose name the reader writes, if he may."""
        return permissions.following_structure(self.user, self.case, at=self.today) if self.case.is_open else None

    @cached_property
    def adults(self) -> list[Beneficiary]:
        return [member.beneficiary for member in self.data.adults]

    @cached_property
    def catalogue(self) -> tuple[Edition, dict[str, LetterText]]:
        return letters_in_force(on=self.today, territory=self.case.territory)

    @cached_property
    def home_is_unsafe(self) -> bool:
        """Somebody of the household asked not to be written to at home, or not through the spouse, or fled it."""
        return any(person.safe_address or person.not_through_spouse for person in self.adults) or any(
            each.ground == LeaseDeparture.Ground.VIOLENCE for each in departures_from_home(self.case)
        )

    @cached_property
    def offered_letters(self) -> list[LetterText]:
        texts = letters_to_offer(
            self.catalogue[1].values(),
            steps={task.node for task in open_tasks(self.case)},
            made=set(self.case.letters.values_list("kind", flat=True)),
            # A plan says what is owed: only whoever sees the whole case writes about it.
            has={"plan"} if self.full and current_plan(self.case) else set(),
        )
        return [text for text in texts if not (text.left_at_home and self.home_is_unsafe)]

    @cached_property
    def tenant_writer(self) -> TenantLetterWriter | None:
        """What one may write with the tenant: of his lease, by whoever follows the whole case."""
        if self.writes_for is None or not self.may.follow_plan or self.case.tenancy_id is None:
            return None
        statements = self.data.statements
        return TenantLetterWriter(
            case=self.case,
            facts=self.data.tracks.facts,
            debt=self.data.account,
            stated_on=statements[0].as_of if statements else None,
            diagnostic=self.data.diagnostic,
            residents=[each.beneficiary for each in self.data.adults if each.position in DEBTORS]
            or [self.data.holder],
            structure=self.writes_for,
            by=self.user,
            on=self.today,
        )

    @property
    def letters_url(self) -> str:
        return reverse("letters", args=[self.case.public_id])

    @property
    def page_context(self) -> dict[str, object]:
        return super().page_context | {"letters_url": self.letters_url}


class Letters(LettersPage):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        letters = permissions.visible_letters(self.user, self.case, at=self.today)
        return self.render_page(
            "letters/list.html",
            letters=letters.select_related("recipient", "signer", "structure", "made_by", "line"),
            offered=self.offered_letters if self.writes_for else [],
            reports=self.find_sheets_without_diagnosis() if self.writes_for else [],
            of_tenant=self.tenant_writer.offered() if self.tenant_writer else [],
            home_is_unsafe=self.home_is_unsafe,
            adults=self.adults,
            family_sheet_url=self.family_sheet_url,
            may_record=permissions.rights(self.user, at=self.today).get("handle_case", frozenset()),
        )

    @property
    def family_sheet_url(self) -> str:
        """Once the structure in charge has opened its page."""
        structure = self.writes_for
        is_here = structure and structure.pk == self.case.responsible_structure_id and structure.opens_family_page
        return reverse("family_sheet", args=[self.case.public_id]) if is_here else ""

    def find_sheets_without_diagnosis(self) -> list[DiagnosisSheet]:
        """Sheets that tell what was tried, while nobody answers; those that warn of an eviction, for who sees the whole case."""
        said = DiagnosisContent(
            self.case, DiagnosisContext.for_case(self.case, None, members=self.data.members, on=self.today)
        )
        rests = {kind for kind, holds in (("attempts", said.attempts), ("eviction", self.full)) if holds}
        if not rests:
            return []
        found = sheets_in_force(on=self.today, territory=self.case.territory)[1].values()
        return [sheet for sheet in found if sheet.rests_on in rests and is_sheet_applicable(sheet, said, last=None)]


TYPED_FIELDS: dict[str, Callable[[], forms.Field]] = {
    "appointment_day": lambda: DayField(label="Jour du rendez-vous"),
    "appointment_time": lambda: forms.TimeField(
        label="Heure du rendez-vous",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Heure impossible : l’écrire heures:minutes, par exemple 14:30."},
    ),
    "appointment_place": lambda: forms.CharField(
        label="Lieu du rendez-vous", help_text="Nom du service et adresse complète.", max_length=200
    ),
    "visit_day": lambda: PastDayField(
        label="Jour du passage", future="Cette date est à venir : l’avis se laisse après le passage."
    ),
    "phone": lambda: PhoneToCallField(label="Téléphone à appeler"),
    "privacy_contact": lambda: forms.CharField(
        label="Contact pour les droits sur les données",
        help_text="Adresse ou courriel du délégué à la protection des données de votre organisme.",
        max_length=600,
    ),
}


class WriteLetterForm(forms.Form):
    """Who gets the letter, and what its text leaves to be typed."""

    recipient = forms.ChoiceField(label="Destinataire", widget=forms.RadioSelect)

    def __init__(
        self,
        data: FormData = None,
        *,
        text: LetterText,
        adults: list[Beneficiary],
        addresses: list[str],
        on: date,
        **kwargs: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **kwargs)
        self.on = on
        self.text = text
        self.adults = {str(person.public_id): person for person in adults}
        field: Any = self.fields["recipient"]
        field.choices = [
            (code, f"{polite_name(person)} : {address}")
            for (code, person), address in zip(self.adults.items(), addresses, strict=True)
        ]
        for name in text.typed_fields:
            self.fields[name] = TYPED_FIELDS[name]()
        say_today(self, on)

    def clean_recipient(self) -> Beneficiary:
        return self.adults[self.cleaned_data["recipient"]]

    def clean_appointment_day(self) -> date:
        day: date = self.cleaned_data["appointment_day"]
        if day < self.on:
            raise ValidationError("Cette date est passée : choisir un jour à venir.")
        return day

    @property
    def typed_values(self) -> dict[str, Any]:
        """What was typed and is valid; what the page proposes when nothing was."""
        if not self.is_bound:
            return {name: self.initial[name] for name in self.text.typed_fields if self.initial.get(name)}
        return {name: self.cleaned_data[name] for name in self.text.typed_fields if name in self.cleaned_data}


class WriteLetter(LettersPage, FormPage):
    """Fill, read, print. Reading again changes nothing; printing keeps the letter."""

    text: LetterText
    structure: Structure

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        if self.writes_for is None:
            raise PermissionDenied
        self.structure = self.writes_for
        found = next((text for text in self.offered_letters if text.code == kwargs["kind"]), None)
        if found is None:
            raise Http404
        self.text = found
        return None

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.show_typed() if "preview" in request.POST else super().post(request, **kwargs)

    def process_sent(self, form: WriteLetterForm) -> HttpResponse:
        letter = self.make(form)
        return self.lead_on(f"{letter.title} : le courrier est prêt à imprimer.", self.letters_url)

    def get_form(self, data: QueryDict | None = None) -> WriteLetterForm:
        addresses = [self.describe_way_to(person) for person in self.adults]
        return WriteLetterForm(
            data,
            text=self.text,
            adults=self.adults,
            addresses=addresses,
            on=self.today,
            initial={
                "phone": phone(self.structure.phone),
                **self.get_remembered_values(),
                **self.get_known_values(),
                "recipient": str(self.data.holder.public_id),
            },
        )

    def describe_way_to(self, person: Beneficiary) -> str:
        """Where the letter goes: her address, her guardian’s, or both."""
        protection = self.protections.get(person.pk)
        lines = recipient_lines(person, self.case, protection=protection)
        way = list(lines[1:] if lines[0] == polite_name(person) else lines)
        if not delivery_lines(person, self.case, protection=protection):
            way.append("adresse inconnue")
        return ", ".join(way) + describe_copy(person, protection)

    @cached_property
    def protections(self) -> Mapping[int, LegalProtection]:
        """Those that change to whom it goes: none, of what is left at her door."""
        return {} if self.text.left_at_home else self.data.protections_in_force

    def get_known_values(self) -> dict[str, str]:
        """What was said of the service and of the reader: what was typed once would outlive its correction."""
        known = {
            "phone": phone(self.user.phone),
            "privacy_contact": DataController.of_structure(self.structure).known_contact,
        }
        return {name: value for name, value in known.items() if value}

    def get_remembered_values(self) -> dict[str, str]:
        """What this service typed in its last letters, whichever the case. Of a place, in this case alone, else the service’s own:
        the last one may be the door of another household."""
        own = Letter.objects.filter(structure=self.structure).order_by("-pk")
        # Somebody else's direct number would be a wrong one.
        whose = {"phone": own.filter(made_by=self.user), "appointment_place": own.filter(case=self.case)}
        address = self.structure.address
        found = {"appointment_place": f"{self.structure}, {address}"} if address else {}
        for name in set(REMEMBERED) & set(self.text.typed_fields):
            of = whose.get(name, own).filter(~Q(**{f"typed__{name}": None}))
            if last := of.values_list("typed", flat=True).first():
                found[name] = last[name]
        return found

    def make(self, form: WriteLetterForm) -> Letter:
        recipient: Beneficiary = form.cleaned_data["recipient"]
        filled, envelope = self.compose(form, recipient)
        return keep_letter(
            case=self.case,
            recipient=recipient,
            structure=self.structure,
            edition=self.catalogue[0],
            kind=self.text.code,
            title=self.text.title,
            typed={name: in_words(value) for name, value in form.typed_values.items()},
            pdf=typeset(filled, envelope=envelope),
            by=self.user,
            at=self.now,
        )

    def compose(
        self, form: WriteLetterForm, recipient: Beneficiary, *, draft: bool = False
    ) -> tuple[Filled, Envelope]:
        return compose_letter(
            self.text,
            case=self.case,
            recipient=recipient,
            structure=self.structure,
            by=self.user,
            typed=form.typed_values,
            on=self.today,
            draft=draft,
        )

    def render_form(self, form: WriteLetterForm) -> HttpResponse:
        recipient = (form.cleaned_data.get("recipient") if form.is_bound else None) or self.data.holder
        filled, envelope = self.compose(form, recipient, draft=True)
        return self.render_page(
            "letters/write.html",
            form=form,
            text=self.text,
            letter=filled,
            envelope=envelope,
            warned=[person for person in self.adults if person.contact_instructions],
            copies=say_copies(self.adults, self.protections),
            lacking=say_lacking_address(recipient, self.case, self.protections.get(recipient.pk)),
        )
