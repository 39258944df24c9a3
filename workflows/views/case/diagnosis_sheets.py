"""The sheets of a diagnosis: read, with what each misses; printed; kept in the register of letters."""

import hashlib

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import slugify

from cases.actions.letters import keep_letter
from cases.diagnosis import sheets
from cases.diagnosis.context import DiagnosisContext
from cases.diagnosis.sections import DiagnosisContent
from cases.letters.typeset import CannotTypeset, typeset_sheet
from cases.models import AccessEntry, Case, Diagnostic, Edition, Structure
from cases.rules.sheets import DiagnosisSheet
from cases.rules.texts import Filled
from cases.templatetags.relais import phone
from workflows.views.case.letters import LettersPage
from workflows.views.parts.private_files import private_pdf

WHY_NOT = {
    "attempts": "Le contact avec le ménage est établi : terminer le diagnostic comme « carence » d’abord.",
    "eviction": "Aucun commandement de quitter les lieux n’est enregistré : l’enregistrer d’abord dans les faits datés.",
}
ASK_FIRST = (
    "Demander d’abord l’accord du ménage, puis cocher la case : cette fiche part d’ici vers un service qui n’est pas sur"
    " Relais. Sans accord, appeler le 115 avec la personne."
)
DRAFT = "Brouillon : diagnostic non terminé"


def find_offered_sheets(
    said: DiagnosisContent, case: Case, *, codes: dict[str, DiagnosisSheet], last: Diagnostic | None
) -> list[dict[str, object]]:
    """The sheets, each with what it misses, for the page of the diagnosis."""
    return [
        {
            "title": sheet.title,
            "about": sheet.about,
            "url": reverse("sheet", args=[case.public_id, sheet.code]),
            "missing": sheets.missing_answers(sheet, said),
        }
        for sheet in codes.values()
        if sheets.is_sheet_applicable(sheet, said, last=last)
    ]


class AgreementForm(forms.Form):
    agreed = forms.BooleanField(
        label="Le ménage a été informé, et un adulte du ménage est d’accord pour cet envoi",
        error_messages={"required": ASK_FIRST},
    )


class SheetPage(LettersPage):
    """A sheet of the draft for who fills it, of the last finished diagnosis for the others.

    What was tried to reach the household is not part of a diagnosis: who follows the case may print it before.
    """

    shows = AccessEntry.Kind.DIAGNOSIS
    sheet: DiagnosisSheet

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        found = self.catalogue_of_sheets[1].get(str(kwargs["sheet"]))
        if found is None or (found.rests_on != "attempts" and not self.full):
            raise Http404
        self.sheet = found
        if not sheets.is_sheet_applicable(found, self.diagnosis_content, last=self.case.diagnostics.finished().last()):
            messages.info(request, WHY_NOT[found.rests_on])
            return redirect(self.back_url)
        if self.sheet.rests_on == "diagnosis" and self.diagnostic is None:
            messages.info(request, "Aucun diagnostic n’est commencé : le commencer d’abord.")
            return redirect("diagnosis", case=self.case.public_id)
        return None

    @cached_property
    def catalogue_of_sheets(self) -> tuple[Edition, dict[str, DiagnosisSheet]]:
        return sheets.sheets_in_force(on=self.today, territory=self.case.territory)

    @cached_property
    def diagnostic(self) -> Diagnostic | None:
        if not self.full:
            return None
        found = self.case.diagnostics.select_related("by", "structure").order_by("-pk")
        last = found.first() if self.may.diagnose else found.finished().first()
        if last:
            last.case = self.case
        return last

    @property
    def is_draft(self) -> bool:
        return self.sheet.rests_on == "diagnosis" and self.diagnostic is not None and self.diagnostic.is_draft

    @cached_property
    def diagnosis_content(self) -> DiagnosisContent:
        rests = self.diagnostic if self.sheet.rests_on == "diagnosis" else None
        return DiagnosisContent(
            self.case, DiagnosisContext.for_case(self.case, rests, members=self.data.members, on=self.today)
        )

    @property
    def structure(self) -> Structure:
        return self.writes_for or self.case.responsible_structure

    @cached_property
    def filled_sheet(self) -> Filled:
        return sheets.compose(self.sheet, self.diagnosis_content, by=self.user, structure=self.structure)

    def pdf(self) -> bytes:
        lines = (self.structure.name, self.user.get_full_name(), phone(self.user.phone or self.structure.phone))
        return typeset_sheet(
            self.filled_sheet,
            sender=tuple(line for line in (*lines, self.user.email) if line),
            reference=self.case.reference,
            made_on=self.today,
            mark=DRAFT if self.is_draft else "",
        )

    @property
    def back_url(self) -> str:
        return reverse("diagnosis", args=[self.case.public_id]) if self.full else self.letters_url


class SheetView(SheetPage):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.render_form()

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        """Keep it in the register, as it is today. The same one twice is kept once."""
        if self.writes_for is None or self.is_draft or self.sheet.form == "text":
            raise PermissionDenied
        agreement = AgreementForm(request.POST) if self.sheet.needs_agreement else None
        if agreement and not agreement.is_valid():
            return self.render_form(agreement=agreement)
        try:
            pdf = self.pdf()
        except CannotTypeset as refusal:
            return self.render_form(refusal=str(refusal))
        known = self.case.letters.filter(kind=self.sheet.code, sha256=hashlib.sha256(pdf).hexdigest())
        if not known.exists():
            keep_letter(
                case=self.case,
                addressee=self.sheet.addressee,
                diagnostic=self.diagnostic if self.sheet.rests_on == "diagnosis" else None,
                structure=self.structure,
                edition=self.catalogue_of_sheets[0],
                kind=self.sheet.code,
                title=self.sheet.title,
                typed={"agreed": self.today.isoformat()} if agreement else {},
                pdf=pdf,
                by=self.user,
                at=self.now,
            )
        messages.success(request, f"{self.sheet.title} : prête à imprimer, dans le registre des courriers.")
        return redirect(self.letters_url)

    def render_form(self, *, refusal: str = "", agreement: AgreementForm | None = None) -> HttpResponse:
        is_text = self.sheet.form == "text"
        needs_agreement = self.sheet.needs_agreement and not is_text
        return self.render_page(
            "diagnosis/text.html" if is_text else "diagnosis/sheet.html",
            sheet=self.sheet,
            filled=self.filled_sheet,
            text=sheets.as_text(self.filled_sheet) if is_text else "",
            missing=sheets.missing_answers(self.sheet, self.diagnosis_content),
            is_draft=self.is_draft,
            may_keep=self.writes_for is not None and not self.is_draft,
            may_answer=self.may.diagnose,
            back_url=self.back_url,
            refusal=refusal,
            agreement=(agreement or AgreementForm()) if needs_agreement else None,
        )


class SheetPdf(SheetPage):
    """The sheet as it is now; a draft says that it is one. Of one that needs an agreement, the register alone has the paper."""

    shows = AccessEntry.Kind.PRINT

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if self.sheet.form == "text":
            raise Http404
        if self.sheet.needs_agreement:
            messages.info(request, ASK_FIRST)
            return redirect("sheet", case=self.case.public_id, sheet=self.sheet.code)
        try:
            pdf = self.pdf()
        except CannotTypeset as refusal:
            messages.error(request, str(refusal))
            return redirect("sheet", case=self.case.public_id, sheet=self.sheet.code)
        name = f"dossier-{self.case.reference}-{slugify(self.sheet.title)}.pdf"
        return private_pdf(pdf, name=name)
