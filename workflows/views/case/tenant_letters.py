"""The sheet of the hearing and the letters that the tenant signs: refused with its reason, or filled, read and printed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.functional import cached_property

from cases.actions.letters import keep_letter
from cases.letters.compose import guardian_lines, judgment_words, polite_name, split_address
from cases.letters.line_letter_writer import as_text
from cases.letters.tenant_letter_writer import TenantLetterWriter, is_unsafe, typeset_tenant_letter
from cases.letters.typeset import Envelope
from cases.models import Beneficiary, HouseholdMember, LegalProtection, Letter
from cases.refusals import Refusal
from cases.rules.french import of_name
from cases.rules.protections import GUARDIAN, sign_in_turn, signature_lines
from cases.rules.tenant_letters import ONLY, NotOffered, TenantLetter
from cases.rules.texts import Filled, names_in, non_empty_lines
from cases.templatetags.relais import phone
from workflows.views.case.letters import LettersPage
from workflows.views.case.tenant_letter_forms import TenantLetterForm, may_sign_departed
from workflows.views.parts.pages import FormPage

Position = HouseholdMember.Position
OF_LEASE = (Position.HOLDER, Position.CO_HOLDER)
OF_HEARING = ("court", "hearing_time", "hearing_room", "case_number")
"""What was typed for this case stays true of its other letters, for the same hearing."""
OF_THE_DAY = "hearing_day"


class WriteTenantLetter(LettersPage, FormPage):
    """Fill, read, print. Reading again changes nothing; printing keeps the letter."""

    writer: TenantLetterWriter
    letter: TenantLetter

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        if self.tenant_writer is None:
            raise PermissionDenied
        self.writer = self.tenant_writer
        found = self.writer.letters.letters.get(str(kwargs["kind"]))
        if found is None:
            raise Http404
        self.letter = found
        return None

    @cached_property
    def refusal(self) -> NotOffered | None:
        return self.writer.refusal(self.letter)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.show_typed() if "preview" in request.POST else super().post(request, **kwargs)

    def process_sent(self, form: TenantLetterForm) -> HttpResponse:
        made = self.make(form)
        signs = "" if self.letter.to_household else " et à faire signer"
        return self.lead_on(f"{made.title} : prêt à imprimer{signs}.", self.letters_url)

    @cached_property
    def protections(self) -> dict[int, LegalProtection]:
        """In force, by the key of the tenant. The household’s page knows those who live there, and not those who left."""
        gone = self.writer.departures_by_person.keys()
        if not gone:
            return self.data.protections_in_force
        # The last that began comes first, and stands.
        found = reversed(LegalProtection.objects.in_force(self.today).filter(beneficiary__in=gone))
        return {**self.data.protections_in_force, **{each.beneficiary_id: each for each in found}}

    @property
    def usual_signers(self) -> list[Beneficiary]:
        """Those of the lease together; one alone when each writes her own, must not be written to with the other, or left."""
        left = self.writer.departures_by_person
        if self.letter.departed == ONLY:
            return [each.beneficiary for each in left.values() if may_sign_departed(self.letter, each)][:1]
        of_lease = [each.beneficiary for each in self.data.adults if each.position in OF_LEASE]
        stay = [each for each in of_lease if each.pk not in left]
        if not stay or self.letter.alone or any(is_unsafe(each) for each in stay):
            return [self.data.holder] if self.data.holder in stay or not stay else stay[:1]
        return stay

    def get_form(self, data: QueryDict | None = None) -> TenantLetterForm:
        return TenantLetterForm(
            data,
            letter=self.letter,
            letters=self.writer.letters,
            adults=self.writer.tenants,
            protections=self.protections,
            departures=self.writer.departures_by_person,
            initial={
                "phone": phone(self.user.phone or self.structure.phone),
                **self.known_offer,
                **self.typed_before,
                "signers": [str(each.public_id) for each in self.usual_signers],
                "home": "\n".join(self.home_of(self.usual_signers)),
                "to_address": self.remembered_address,
            },
        )

    @property
    def structure(self) -> Any:
        return self.writer.structure

    @property
    def known_offer(self) -> dict[str, Any]:
        """What the last diagnosis says that the household can pay, and over how long: that of who stays, not of who left."""
        said = self.writer.diagnostic
        if said is None or self.letter.departed == ONLY:
            return {}
        found = {"monthly_offer": said.delay_monthly or said.repayment_capacity, "months": said.delay_months}
        return {name: value for name, value in found.items() if value}

    @property
    def typed_before(self) -> dict[str, str]:
        """The court and the hour, as the last letter about the same hearing had them."""
        kept = self.case.letters.filter(edition__catalogue=self.writer.edition_and_letters[0].catalogue)
        day = self.writer.values([])[OF_THE_DAY]
        last: dict[str, str] = next(
            (typed for typed in kept.values_list("typed", flat=True) if typed.get(OF_THE_DAY) == day), {}
        )
        found = {name: last[name] for name in OF_HEARING if last.get(name)}
        if "hearing_time" in found:  # as it was typed, not as it was printed
            found["hearing_time"] = last.get("hearing_time_typed", "")
        return found

    def addressee(self, typed: Mapping[str, str]) -> str:
        """To whom it goes, without the address."""
        lines = self.writer.letters.recipient_lines(self.letter, {**self.writer.values([]), **typed})
        return ", ".join(lines)[:80]

    @property
    def remembered_address(self) -> str:
        """The address that this service typed last for the same addressee: of a landlord, that of the same one."""
        own = Letter.objects.filter(
            structure=self.structure,
            kind=self.letter.code,
            recipient=None,
            addressee=self.addressee(self.typed_before),
            case__territory=self.case.territory,
        )
        if "landlord" in names_in(self.letter.recipient):
            own = own.filter(case__tenancy__landlord=self.case.tenancy.landlord_id if self.case.tenancy else None)
        last = own.exclude(typed__to_address=None).order_by("-pk").values_list("typed", flat=True).first()
        return str(last["to_address"]) if last else ""

    def compose(self, form: TenantLetterForm, *, draft: bool = False) -> tuple[Filled, Envelope]:
        filled, envelope = self.writer.compose(
            self.letter,
            signers=form.signers,
            typed=form.typed_values,
            enclosures=form.enclosures,
            home=form.home_address,
            to_address=form.to_address,
            draft=draft,
        )
        if self.letter.to_household:
            return filled, envelope
        sender = non_empty_lines(*self.sender_names(form.signers), *form.home_address)
        return self.sign(filled, form.signers), replace(envelope, sender=sender)

    def represented_by(self, signer: Beneficiary) -> LegalProtection | None:
        """The measure by which another signs in her place, if there is one."""
        found = self.protections.get(signer.pk)
        return found if found and found.guardian and found.rule.signs == GUARDIAN else None

    def sender_names(self, signers: Sequence[Beneficiary]) -> Iterator[str]:
        """Who writes: each person, or who represents her."""
        for signer in signers:
            if protection := self.represented_by(signer):
                yield from (*guardian_lines(protection), f"pour {polite_name(signer)}")
            else:
                yield polite_name(signer)

    def home_of(self, signers: Sequence[Beneficiary]) -> tuple[str, ...]:
        """Where one answers who writes."""
        protection = self.represented_by(signers[0]) if len(signers) == 1 else None
        known = split_address(protection.address) if protection else ()
        return known or self.writer.home_lines(signers)

    def sign(self, filled: Filled, signers: Sequence[Beneficiary]) -> Filled:
        """Beside each protected person, or in her place, who assists or represents her."""
        lines: list[str] = []
        said: list[str] = []
        for signer in signers:
            name, protection = polite_name(signer), self.protections.get(signer.pk)
            if protection is None or not protection.guardian:
                lines.append(name)
                continue
            guardian, judged = protection.guardian, judgment_words(protection)
            lines += signature_lines(protection.rule, person=name, guardian=guardian, judged=judged)
            if protection.rule.signs == GUARDIAN:
                said.append(f"Ce courrier est signé au nom {of_name(name)} par {guardian} ({judged}).")
        return sign_in_turn(filled, lines, said=said)

    @property
    def said_of_protected(self) -> list[tuple[str, str]]:
        """Of each tenant who is protected: how, and who signs what is written in her name."""
        found = [(each, self.protections.get(each.pk)) for each in self.writer.tenants]
        return [
            (f"{polite_name(each)} : {protection.rule.label}", self.say_who_signs(each, protection))
            for each, protection in found
            if protection and not self.letter.to_household
        ]

    @staticmethod
    def say_who_signs(person: Beneficiary, protection: LegalProtection) -> str:
        said = protection.rule.letters
        if protection.rule.signs != GUARDIAN:
            return said
        return (
            f"La signature {of_name(polite_name(person))} ne suffit pas : faire signer {protection.guardian}. {said}"
        )

    def make(self, form: TenantLetterForm) -> Letter:
        filled, envelope = self.compose(form)
        hour = form.cleaned_data.get("hearing_time")
        typed = {
            **form.typed_values,
            OF_THE_DAY: self.writer.values([])[OF_THE_DAY],
            **({"hearing_time_typed": f"{hour:%H:%M}"} if hour else {}),
            **({"to_address": "\n".join(form.to_address)} if form.to_address else {}),
        }
        return keep_letter(
            case=self.case,
            recipient=form.signers[0] if self.letter.to_household else None,
            addressee="" if self.letter.to_household else self.addressee(form.typed_values),
            signer=None if self.letter.to_household or len(form.signers) > 1 else form.signers[0],
            structure=self.structure,
            edition=self.writer.edition_and_letters[0],
            kind=self.letter.code,
            title=self.letter.title,
            typed=typed,
            pdf=typeset_tenant_letter(self.letter, filled, envelope),
            text=as_text(filled, envelope),
            by=self.user,
            at=self.now,
        )

    def add_refusal(self, form: Form, refusal: Refusal) -> None:
        """What does not fit the case is said above the form, which nothing would mend."""
        if not isinstance(refusal, NotOffered):
            super().add_refusal(form, refusal)

    def render_form(self, form: TenantLetterForm) -> HttpResponse:
        filled, envelope = self.compose(form, draft=True)
        return self.render_page(
            "letters/write_tenant.html",
            form=form,
            text=self.letter,
            refusal=self.refusal,
            letter=filled,
            envelope=envelope,
            edition=self.writer.edition_and_letters[0],
            protected=self.said_of_protected,
            warned=[person for person in self.writer.tenants if person.contact_instructions],
            sent_before=[each for each in self.case.letters.filter(kind=self.letter.code) if each.sent_on],
        )
